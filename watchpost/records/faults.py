"""
What may be wrong with a record, in one clear error each.

No message holds the database's URL, host, user or password, nor a value: a database is called by
the environment variable that names it, a row by its table and key.

Does not: read a driver's errors; `postgres_errors` and `sqlite_errors` do.

Source: docs/records.md; watchpost/errors.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.errors import (
    AmbiguousOwner,
    ApiUnavailable,
    Forbidden,
    Invalid,
    NotFound,
    UnclearWrite,
)
from watchpost.manifest.faults import render_choices, render_suggestion

if TYPE_CHECKING:
    from collections.abc import Collection

    from watchpost.records.model import Column, RowKey, Table

NOTHING_WRITTEN = "Nothing was written."


def unknown_table(name: str, table: str, known: Collection[str]) -> NotFound:
    """*table* is not in the database *name*, which has the *known* ones."""
    return NotFound(
        name,
        f"the database has no table '{table}'",
        detail=f"it has {render_choices(known) or 'none'}\n{NOTHING_WRITTEN}",
        fix=render_suggestion(table, known) or "correct `records.table`, or the variable's URL",
    )


def unknown_columns(name: str, columns: Collection[str], table: Table) -> NotFound:
    """*table* of the database *name* lacks *columns*."""
    known = table.columns
    return NotFound(
        f"{name} {table.name}",
        f"the table has no column {render_choices(columns)}",
        detail=f"it has {render_choices(known)}\n{NOTHING_WRITTEN}",
        fix=render_suggestion(min(columns), known) or "correct `records`, or add the column",
    )


def row_missing(key: RowKey, table: Table) -> NotFound:
    """No row has this key, as far as *table* shows its rows."""
    if table.hides_rows:
        return _row_hidden(key)
    return NotFound(
        key.label,
        "the table has no such row",
        detail=NOTHING_WRITTEN,
        fix="let the platform make it, or say `insert: true` in the manifest's records",
    )


def _row_hidden(key: RowKey) -> NotFound:
    return NotFound(
        key.label,
        "the table shows no such row",
        detail="It may be there: a view or a policy of rows hides some from the role, so that "
        f"none is inserted either. {NOTHING_WRITTEN}",
        fix="name the table itself, and a role that sees all of its rows; or let the platform make "
        "the row",
    )


def not_updated(key: RowKey) -> Invalid:
    """The one row was found, and an update of it changed none."""
    return Invalid(
        key.label,
        "the database passes over the update of this row",
        detail=f"A trigger or a rule of the table does. {NOTHING_WRITTEN}",
        fix="name the table behind it, or correct the trigger",
    )


def two_rows(key: RowKey) -> AmbiguousOwner:
    """Several rows have this key."""
    return AmbiguousOwner(
        key.label,
        "more than one row has this key",
        detail=NOTHING_WRITTEN,
        fix=f"find the rows by a column that is unique, or make '{key.column}' unique",
    )


def spelled_otherwise(key: RowKey) -> Invalid:
    """The database takes another spelling of the key for the same."""
    return Invalid(
        key.label,
        "the row's key is spelled otherwise",
        detail=f"To the database both are one: it passes over case, or spaces. {NOTHING_WRITTEN}",
        fix="spell `records.key` as the table does",
    )


def wrong_type(key: RowKey, column: Column) -> Invalid:
    """The declared text cannot be held by *column* as it is written."""
    what = (
        f"takes at most {column.max_length} characters"
        if column.max_length
        else "would not hold the declared text as it is written"
    )
    return Invalid(
        key.label,
        f"the value does not fit the column '{column.name}'",
        detail=f"it is of type {column.type} and {what}\n{NOTHING_WRITTEN}",
        fix="declare what the column can hold, or make it a text",
    )


def stored_otherwise(key: RowKey, columns: Collection[str]) -> Invalid:
    """The database holds something else than what was written to *columns*."""
    return Invalid(
        key.label,
        f"the database changes what is written to {render_choices(columns)}",
        detail=f"A trigger or the column's type does. The write was undone. {NOTHING_WRITTEN}",
        fix="leave to the database what it fills by itself: remove it from `records.set`",
    )


def denied(name: str) -> Forbidden:
    """The role of the URL may not do this."""
    return Forbidden(
        name,
        "the database does not permit this to the role of its URL",
        detail=f"It takes SELECT and UPDATE on the table; INSERT for `insert: true`. "
        f"{NOTHING_WRITTEN}",
        fix="grant them, or name another role in the URL",
    )


def is_read_only(name: str) -> Forbidden:
    """The database takes no writes from anybody."""
    return Forbidden(
        name,
        "the database takes no writes",
        detail=f"It is read-only, or a replica. {NOTHING_WRITTEN}",
        fix="name the primary in the URL",
    )


def away(name: str, detail: str = NOTHING_WRITTEN) -> ApiUnavailable:
    """The database does not answer, or stopped to."""
    return ApiUnavailable(
        name, "the database does not answer", detail=detail, fix="run it again once it does"
    )


def busy(name: str) -> ApiUnavailable:
    """Somebody else holds the row, or the table, for too long."""
    return ApiUnavailable(
        name,
        "the database made us wait for too long",
        detail=f"Somebody else holds the row, or the database is slow. {NOTHING_WRITTEN}",
        fix="run it again",
    )


def unclear(name: str) -> UnclearWrite:
    """The database went away while it was asked to keep what was written."""
    return UnclearWrite(
        name,
        "the database went away before it confirmed a write",
        detail="It may or may not have been kept.",
        fix="run it again: it looks first, and writes only what differs",
    )


def refused(name: str, summary: str, fix: str) -> Invalid:
    """A rule of the table does not take what is declared."""
    return Invalid(name, summary, detail=NOTHING_WRITTEN, fix=fix)
