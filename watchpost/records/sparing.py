"""
Which rows a run leaves as they are although their records go.

    this run declares                                      the row of a record that goes
    the same row, for another entry                        is left to it
    rows of another database, table or key column alone    is left: it may be one of them
    anything else, or nothing                              is cleared, where the record says so

The second line is for a run that changes how rows are addressed. Nobody knows whether `projects`
and `public.projects` are one table, or which `id` belongs to which `slug`.

Does not: look. The plan and the provider ask it alike. Source: docs/records.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection

    from watchpost.records.model import RowKey

Declared: TypeAlias = "Collection[tuple[str, RowKey]]"
"""Rows that a run declares, each with the reference that names its database."""


def is_declared(reference: str, key: RowKey, declared: Declared) -> bool:
    """Whether this run declares the row, be it for another entry."""
    return (reference, key) in declared


def is_spared(reference: str, key: RowKey, declared: Declared) -> bool:
    """Whether this run leaves the row as it is, by the table above."""
    places = {(each, row.table, row.column) for each, row in declared}
    has_moved = bool(places) and (reference, key.table, key.column) not in places
    return has_moved or is_declared(reference, key, declared)
