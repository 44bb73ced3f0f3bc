"""
Names of tables and columns on their way into SQL.

Does not: check them; the manifest does, and the database is asked whether they are there.

Source: docs/records.md.
"""

from __future__ import annotations


def split_table(table: str) -> tuple[str | None, str]:
    """Return schema and name of *table*; the schema is None where none is written."""
    schema, dot, name = table.rpartition(".")
    return (schema, name) if dot else (None, name)
