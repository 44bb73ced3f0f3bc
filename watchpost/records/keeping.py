"""
Keeping one row as it should be: look, compare by meaning, write what differs, read it back.

    rows of that key    insert    done
    none                no        refused
    none                yes       one row inserted; refused where rows may be hidden
    one                 any       its differing columns updated; nothing if none differs
    two or more         any       refused

All of a write happens in one transaction that holds the row: whoever comes at the same time waits,
and then finds nothing to do. A row is never deleted.

Does not: decide whether a write is permitted; the guard does, right before it.

Source: docs/records.md; docs/adr/0017-records-are-single-rows.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from watchpost.records.database import raise_if_unfit, read_rows
from watchpost.records.faults import not_updated, row_missing, stored_otherwise, two_rows
from watchpost.records.model import Written
from watchpost.records.values import means_same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from watchpost.records.database import Database, Transaction
    from watchpost.records.model import DesiredRecord, Row, RowKey, Table, Verb

Guard: TypeAlias = "Callable[[Verb, tuple[str, ...]], None]"
"""Called with what is about to be written, and raises where that must not be."""


def keep_record(database: Database, record: DesiredRecord, guard: Guard) -> Written:
    """
    Make the row as *record* says.

    A row that is so already is only read, which takes no right to write.

    Args:
        database: Where.
        record: What.
        guard: Asked before anything is written.

    Raises:
        NotFound: Table, columns or row are not there.
        AmbiguousOwner: More than one row has the key.
        Invalid: A value does not fit its column, a rule of the table refuses it, or the row's key
            is spelled otherwise.
        ApiError: The database refuses, or does not answer.
    """
    columns = tuple(record.values)
    rows = database.read(record.key, columns)
    table = database.describe(record.key.table) if rows else None
    if table is not None and len(rows) == 1 and not differing(table, record.values, rows[0]):
        return Written("update", ())
    return database.write(lambda work: _write(database, work, record, guard))


def _write(database: Database, work: Transaction, record: DesiredRecord, guard: Guard) -> Written:
    key, values = record.key, record.values
    table = database.find(work, key.table, (key.column, *values))
    if record.insert:
        work.reserve(key)
    row = _only(key, read_rows(work, table, key, tuple(values), lock=True))
    if row is None and not may_insert(table, insert=record.insert):
        raise row_missing(key, table)
    verb: Verb = "insert" if row is None else "update"
    columns = differing(table, values, row) if row is not None else tuple(sorted(values))
    if columns:
        _raise_if_unfit(work, key, table, values, columns)
        guard(verb, columns)
        _carry_out(work, verb, key, {column: values[column] for column in columns})
        _raise_if_otherwise(work, key, table, values)
    return Written(verb, columns)


def clear_record(database: Database, key: RowKey, written: Row, guard: Guard) -> Written:
    """
    Set to null what we wrote to one row, as far as it is still there.

    A row that is gone or whose key is spelled otherwise, a column that is gone, that takes no null
    or that holds something else are left alone.

    Args:
        database: Where.
        key: Which row.
        written: What was written, by column.
        guard: Asked before anything is written.

    Raises:
        NotFound: The table is not there.
        AmbiguousOwner: More than one row has the key.
        ApiError: The database refuses, or does not answer.
    """
    return database.write(lambda work: _clear(database, work, key, written, guard))


def _clear(
    database: Database, work: Transaction, key: RowKey, written: Row, guard: Guard
) -> Written:
    table = database.find(work, key.table, (key.column,))
    there = {column: written[column] for column in list_clearable(table, written)}
    if not there:
        return Written("clear", ())
    row = _only(key, read_rows(work, table, key, tuple(there), lock=True, passes_over=True))
    if row is None:
        return Written("clear", ())
    others = differing(table, there, row)
    columns = tuple(sorted(each for each in there if row[each] is not None and each not in others))
    if columns:
        guard("clear", columns)
        _carry_out(work, "clear", key, dict.fromkeys(columns))
    return Written("clear", columns)


def _only(key: RowKey, rows: tuple[Row, ...]) -> Row | None:
    if len(rows) > 1:
        raise two_rows(key)
    return rows[0] if rows else None


def list_clearable(table: Table, columns: Iterable[str]) -> tuple[str, ...]:
    """Return those of *columns* that are still there and take null."""
    known = table.columns
    return tuple(each for each in columns if each in known and known[each].takes_null)


def may_insert(table: Table, *, insert: bool) -> bool:
    """Whether a row that is not shown is inserted: only where it cannot be there and be hidden."""
    return insert and not table.hides_rows


def differing(table: Table, values: Row, row: Row) -> tuple[str, ...]:
    """Return the columns whose text means something else than declared, sorted."""
    kinds = {name: column.kind for name, column in table.columns.items()}
    return tuple(
        sorted(name for name in values if not means_same(kinds[name], values[name], row[name]))
    )


def _raise_if_unfit(
    work: Transaction, key: RowKey, table: Table, values: Row, columns: Iterable[str]
) -> None:
    for column in columns:
        raise_if_unfit(work, key, table.columns[column], values[column])


def _carry_out(
    work: Transaction, verb: Verb, key: RowKey, values: Mapping[str, str | None]
) -> None:
    if verb == "insert":
        work.insert(key, values)
        return
    count = work.update(key, values)
    if count != 1:
        raise two_rows(key) if count else not_updated(key)


def _raise_if_otherwise(work: Transaction, key: RowKey, table: Table, values: Row) -> None:
    row = _only(key, read_rows(work, table, key, tuple(values)))
    changed = tuple(values) if row is None else differing(table, values, row)
    if changed:
        raise stored_otherwise(key, changed)
