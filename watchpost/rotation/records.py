"""
Rows of the platform's own table that still hold a retired key's DSN.

    the row of the key's entry                              it holds the DSN
    a column that is declared to hold a DSN has the key     yes
    none of them has, or there is no such row               no
    it cannot be looked at, or may be hidden                perhaps

One look for each entry, however many of its keys are retired.

Does not: look at other columns, or at the rows of other entries. Source: docs/rotation.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.errors import WatchpostError
from watchpost.manifest import KeyDsn
from watchpost.records import RowKey, open_database
from watchpost.records.faults import row_missing
from watchpost.rotation.status import Holder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from watchpost.manifest import Manifest, RecordRow
    from watchpost.records import Database, Row
    from watchpost.rotation.places import RetiredPlace


class RecordHolders:
    """
    The rows of one manifest's entries, each looked at once.

    Args:
        manifest: Says where the rows are, and which columns hold DSNs.
        folder: The checkout.
    """

    def __init__(self, manifest: Manifest, folder: Path) -> None:
        self._records = manifest.records
        self._folder = folder
        self._seen: dict[str, tuple[Row, ...] | str] = {}

    def of(self, place: RetiredPlace) -> Iterator[Holder]:
        """Yield the columns that hold the key's DSN; or that nobody knows."""
        if self._records is None:
            return
        row = self._records.row_of(place.entry)
        columns = [name for name, value in row.values.items() if isinstance(value, KeyDsn)]
        if not columns:
            return
        name = f"record {row.label}"
        seen = self._look(self._records.url, row, columns)
        if isinstance(seen, str):
            yield Holder(name, ", ".join(columns), doubt=seen, is_unasked=True)
            return
        key_id = place.retired.key_id
        for column in columns:
            if any(key_id in (each[column] or "").lower() for each in seen):
                yield Holder(name, column)

    def _look(
        self, reference: str, row: RecordRow, columns: Sequence[str]
    ) -> tuple[Row, ...] | str:
        """The rows of the entry; a text says why nobody could look."""
        if row.entry_id not in self._seen:
            try:
                seen = _read(open_database(reference, self._folder), row, columns)
                self._seen[row.entry_id] = seen
            except WatchpostError as error:
                self._seen[row.entry_id] = f"{error.path}: {error.summary}"
        return self._seen[row.entry_id]


def _read(database: Database, row: RecordRow, columns: Sequence[str]) -> tuple[Row, ...]:
    key = RowKey(row.table, row.key_column, row.key_value)
    rows = database.read(key, columns)
    table = database.describe(row.table)
    if not rows and table.hides_rows:
        raise row_missing(key, table)
    return rows
