"""
Checks of the platform's own table: the database answers, table and columns are there, each entry
has its one row, the role may write.

    asked                         statements
    the table's columns           1
    rows of each entry            1 for a hundred entries
    rights on the columns         1; 2 where rows are inserted

Does not: write, nor look at a value. Policies of single rows and triggers are seen when something
is written.

Source: docs/records.md; docs/adr/0017-records-are-single-rows.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.diagnosis.finding import Finding, failure, ok, unknown
from watchpost.errors import WatchpostError
from watchpost.manifest.faults import render_choices
from watchpost.records import open_database
from watchpost.records.faults import unknown_columns
from watchpost.records.keeping import may_insert

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchpost.diagnosis.case import Case
    from watchpost.manifest import Records

_MOST_NAMED = 5
_MISSING = "let the platform make them, or say `insert: true` in the manifest's records"
_HIDDEN = (
    "a view, or a policy of rows, may hide them, so that none is inserted: name the table itself, "
    "and a role that sees all of its rows"
)


def has_rows(case: Case) -> bool:
    """Whether the manifest names rows of a platform's table; False where it cannot be read."""
    try:
        manifest = case.inspection.manifest
    except WatchpostError:
        return False
    return manifest is not None and manifest.records is not None and bool(manifest.records.rows)


def check_declared(case: Case) -> Finding:
    """The environment variable that the manifest names holds a database's URL."""
    manifest = case.inspection.manifest
    records = manifest.records if manifest else None
    if records is None:
        return ok("records", "the manifest names no table of the platform's")
    open_database(records.url, case.folder)
    return ok("records", f"{_count(len(records.rows), 'row')} of {records.table} by {records.url}")


def check_table(case: Case) -> Finding:
    """The database answers, and has the table with every column that the manifest names."""
    records = _records(case)
    table = open_database(records.url, case.folder).describe(records.table)
    missing = [each for each in _all_columns(records) if each not in table.columns]
    if missing:
        raise unknown_columns(records.url, missing, table)
    columns = _count(len(_all_columns(records)), "column")
    return ok("records table", f"{records.table} is there, with its {columns}")


def check_rows(case: Case) -> Finding:
    """Each entry has one row, or is given one."""
    records = _records(case)
    keys = {row.key_value: row.label for row in records.rows.values()}
    key = _all_columns(records)[0]
    database = open_database(records.url, case.folder)
    counts = database.count(records.table, key, list(keys))
    inserts = may_insert(database.describe(records.table), insert=records.insert)
    several = [label for value, label in keys.items() if counts[value] > 1]
    missing = [label for value, label in keys.items() if counts[value] == 0]
    if several:
        what = f"more than one row: {_some(several)}"
        return failure("records rows", what, f"make '{key}' unique, or find the rows otherwise")
    if missing and not inserts:
        cure = _HIDDEN if records.insert else _MISSING
        return failure("records rows", f"no row: {_some(missing)}", cure)
    there = f"{len(keys) - len(missing)} of {_count(len(keys), 'row')} there"
    return ok("records rows", f"{there}; an apply inserts the rest" if missing else there)


def check_write(case: Case) -> Finding:
    """The role may write what the manifest names."""
    records = _records(case)
    database = open_database(records.url, case.folder)
    key, *columns = _all_columns(records)
    updates = database.list_denied(records.table, columns, "UPDATE")
    rights = {"UPDATE": updates}
    if records.insert:
        rights["INSERT"] = database.list_denied(records.table, [key, *columns], "INSERT")
    if updates is None:
        what = "not proven: this kind of database has no roles, and nothing is written to try"
        return unknown("records write", what, is_provable=False)
    lacking = [f"{right} ({', '.join(each)})" for right, each in rights.items() if each]
    if lacking:
        what = f"the role of {records.url} lacks {' and '.join(lacking)} on {records.table}"
        cure = "grant it, or name the primary and a role that may write in the URL"
        return failure("records write", what, cure)
    return ok("records write", f"the role may write to {records.table}")


def _records(case: Case) -> Records:
    manifest = case.inspection.manifest
    if manifest is None or manifest.records is None:
        raise AssertionError("runs only where the manifest names rows")
    return manifest.records


def _all_columns(records: Records) -> list[str]:
    """The key's column, then those that are set; every row has the same."""
    row = next(iter(records.rows.values()))
    return [row.key_column, *row.values]


def _some(labels: Iterable[str]) -> str:
    found = list(labels)
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return f"{render_choices(found[:_MOST_NAMED])}{more}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
