"""
What keeping or clearing one row would write, told from fingerprints where texts are not known.

A plan knows the texts of the manifest, but of a DSN only its fingerprint: it is a secret of the
engine's. So a DSN is compared by fingerprint, all else by the comparison that keeps rows.

Does not: ask a database, or know every refusal: whether a DSN fits its column, and what a rule of
the table says, is seen when it is written. Then nothing is.

Source: watchpost.records.keeping; docs/adr/0011-a-preview-is-completed-by-fingerprint.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watchpost.records.faults import row_missing, two_rows, wrong_type
from watchpost.records.keeping import differing, may_insert
from watchpost.records.values import fingerprint, is_fit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from watchpost.records.model import Column, Row, RowKey, Table, Verb

_UNLIKE_ANY = "\0"
"""A text that no column holds: no database takes it."""
_REWRITTEN = frozenset({"number", "boolean", "uuid", "json"})
_HOLDS_DSNS = frozenset({"text", "other"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What one column shall hold.

    Attributes:
        fingerprint: Of the text; empty for null; anything else for a text that is not known yet.
        text: The text itself, where it is public.
    """

    fingerprint: str
    text: str | None = None


@dataclass(frozen=True)
class RecordForecast:
    """
    What would be written.

    Attributes:
        verb: How.
        columns: Which columns, sorted; none where the row is so already.
        before: Fingerprints of what they hold now; empty for null, and where there is no row.
    """

    verb: Verb
    columns: tuple[str, ...]
    before: Mapping[str, str] = field(default_factory=dict)


def forecast_keeping(
    table: Table,
    rows: tuple[Row, ...],
    row_key: RowKey,
    wanted: Mapping[str, Wanted],
    *,
    insert: bool,
    key: bytes,
) -> RecordForecast:
    """
    Tell what `keep_record` would write.

    Args:
        table: The table, which has every column of *wanted*.
        rows: Those of *row_key*, at most two.
        row_key: Which row.
        wanted: By column.
        insert: Whether a row that is missing is inserted.
        key: The stack's fingerprint key.

    Raises:
        NotFound: The row is missing.
        AmbiguousOwner: There are several.
        Invalid: A text does not fit its column.
    """
    if len(rows) > 1:
        raise two_rows(row_key)
    if not rows and not may_insert(table, insert=insert):
        raise row_missing(row_key, table)
    row = rows[0] if rows else None
    columns = tuple(sorted(wanted)) if row is None else _differing(table, row, wanted, key)
    for column in columns:
        _raise_if_unfit(row_key, table.columns[column], wanted[column])
    before = {each: fingerprint(key, row[each]) if row is not None else "" for each in columns}
    return RecordForecast("insert" if row is None else "update", columns, before)


def forecast_clearing(
    table: Table,
    rows: tuple[Row, ...],
    row_key: RowKey,
    written: Mapping[str, str],
    *,
    unchanged: Collection[str],
    key: bytes,
) -> RecordForecast:
    """
    Tell what `clear_record` would clear.

    Args:
        table: The table.
        rows: Those of *row_key*, at most two, with the columns that are still there.
        row_key: Which row.
        written: Fingerprint of what the last run wrote, by column.
        unchanged: Columns that meant the same as recorded a moment ago, as the provider has seen;
            counts for those that need not hold a text as it was written, such as JSON.
        key: The stack's fingerprint key.

    Raises:
        AmbiguousOwner: There are several rows.
    """
    if len(rows) > 1:
        raise two_rows(row_key)
    held = {column: fingerprint(key, text) for row in rows for column, text in row.items()}
    loose = {each for each in unchanged if table.columns[each].kind in _REWRITTEN} & held.keys()
    same = {each for each in held if held[each] == written.get(each)}
    columns = tuple(sorted(each for each in same | loose if held[each]))
    return RecordForecast("clear", columns, {each: held[each] for each in columns})


def _differing(table: Table, row: Row, wanted: Mapping[str, Wanted], key: bytes) -> tuple[str, ...]:
    values = {name: _text_beside(row[name], each, key) for name, each in wanted.items()}
    return differing(table, values, row)


def _text_beside(held: str | None, wanted: Wanted, key: bytes) -> str | None:
    """What is wanted as a text; of a text that is not known, only whether it is the one *held*."""
    if wanted.text is not None or not wanted.fingerprint:
        return wanted.text
    is_held = held is not None and fingerprint(key, held) == wanted.fingerprint
    return held if is_held else _UNLIKE_ANY


def _raise_if_unfit(row_key: RowKey, column: Column, wanted: Wanted) -> None:
    text = wanted.text
    if not wanted.fingerprint:
        return
    if text is None:
        is_good = column.kind in _HOLDS_DSNS
    else:
        is_short = column.max_length is None or len(text) <= column.max_length
        is_good = is_short and is_fit(column.kind, text)
    if not is_good:
        raise wrong_type(row_key, column)
