"""
Records: rows of a platform's own table that tell of its projects, in PostgreSQL or SQLite.

Does not: know Pulumi, Sentry or Coolify. Never deletes a row; never makes a table.

Source: docs/records.md; docs/adr/0017-records-are-single-rows.md.
"""

from __future__ import annotations

from watchpost.records.database import Database
from watchpost.records.keeping import Guard, clear_record, keep_record
from watchpost.records.model import Column, DesiredRecord, Row, RowKey, Table, Verb, Written
from watchpost.records.opening import close_databases, open_database
from watchpost.records.resolving import find_entry
from watchpost.records.sparing import is_declared, is_spared
from watchpost.records.values import fingerprint, means_same

__all__ = [
    "Column",
    "Database",
    "DesiredRecord",
    "Guard",
    "Row",
    "RowKey",
    "Table",
    "Verb",
    "Written",
    "clear_record",
    "close_databases",
    "find_entry",
    "fingerprint",
    "is_declared",
    "is_spared",
    "keep_record",
    "means_same",
    "open_database",
]
