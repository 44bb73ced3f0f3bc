"""
Whether the row of an entry in the platform's own table is as declared.

Does not: show what a column holds. One look at one row.

Source: docs/records.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.errors import WatchpostError
from watchpost.records import RowKey, open_database
from watchpost.records.keeping import differing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from watchpost.manifest import RecordRow
    from watchpost.records import Database
    from watchpost.wiring import Values


@dataclass(frozen=True)
class RecordExplanation:
    """
    One entry's record.

    Attributes:
        row: Its table and key, `projects.slug=acme/shop`.
        columns: What it sets, sorted.
        state: In words.
        trouble: Why the row could not be looked at.
    """

    row: str
    columns: tuple[str, ...]
    state: str
    trouble: str = ""


def observe_record(
    row: RecordRow, reference: str, values: Values, folder: Path
) -> RecordExplanation:
    """
    Look at one row.

    Args:
        row: Which, and what it shall hold.
        reference: What names the database, `env:DATABASE_URL`.
        values: What declared values are.
        folder: The checkout.
    """
    columns = tuple(sorted(row.values))
    try:
        state = _compare(open_database(reference, folder), row, values)
    except WatchpostError as error:
        trouble = f"{error.path}: {error.summary}"
        return RecordExplanation(row.label, columns, f"could not look: {trouble}", trouble)
    return RecordExplanation(row.label, columns, state)


def _compare(database: Database, row: RecordRow, values: Values) -> str:
    rows = database.read(RowKey(row.table, row.key_column, row.key_value), tuple(row.values))
    if len(rows) != 1:
        return "more than one row has this key" if rows else "there is no such row"
    known = dict(_known(row, values))
    others = ", ".join(differing(database.describe(row.table), known, rows[0]))
    unknown = ", ".join(sorted(row.values.keys() - known.keys()))
    said = f"differs in {others}: `watchpost apply` writes it" if others else "as declared"
    return f"{said}; not compared: {unknown}" if unknown else said


def _known(row: RecordRow, values: Values) -> Iterator[tuple[str, str | None]]:
    """Yield each column with what it shall hold; a DSN that Sentry does not tell is left out."""
    for column, value in row.values.items():
        text = None if value is None else values.resolve(value).value
        if value is None or text is not None:
            yield column, text
