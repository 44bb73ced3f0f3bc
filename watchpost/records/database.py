"""
A platform's database, whatever its kind: read one row, change one row.

A driver opens transactions; what is done in them is the same for all and stands here and in
`keeping`. Tables and columns are looked up before anything else is asked, and remembered.

Does not: know SQL; the drivers do.

Source: docs/records.md; docs/adr/0017-records-are-single-rows.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

from watchpost.errors import ApiError
from watchpost.records.faults import (
    spelled_otherwise,
    unknown_columns,
    unknown_table,
    wrong_type,
)
from watchpost.records.values import is_fit, means_same

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from watchpost.records.model import Column, Row, RowKey, Table

T = TypeVar("T")
Right: TypeAlias = Literal["UPDATE", "INSERT"]
_KEYS_AT_ONCE = 100


class Transaction(Protocol):
    """One transaction of a driver; a driver's own errors leave it only through `transact`."""

    def find_table(self, name: str) -> Table | None:
        """Return the table of that name, None where there is none."""

    def list_tables(self) -> list[str]:
        """Return the names of all tables, as a manifest would write them."""

    def read(self, key: RowKey, columns: Collection[str], *, lock: bool = False) -> tuple[Row, ...]:
        """Return the rows of *key*, at most two; *lock* keeps others from changing them."""

    def count(self, table: str, column: str, keys: Sequence[str]) -> tuple[int, ...]:
        """Return how many rows each of *keys* has in *column*, counted to two; one statement."""

    def list_denied(self, table: str, columns: Collection[str], right: Right) -> list[str] | None:
        """Return those of *columns* that the role lacks *right* on; None where nobody can tell."""

    def convert(self, table: str, column: Column, text: str) -> str | None:
        """Return *text* as *column* would hold it; None where it cannot."""

    def reserve(self, key: RowKey) -> None:
        """Keep other processes of ours from inserting the same row meanwhile."""

    def update(self, key: RowKey, values: Row) -> int:
        """Write *values* to all rows of *key*, and return how many there were."""

    def insert(self, key: RowKey, values: Row) -> None:
        """Insert a row with that key and these values."""


class Driver(Protocol):
    """A kind of database."""

    name: str

    def transact(self, work: Callable[[Transaction], T], *, writes: bool) -> T:
        """
        Do *work* in one transaction, which is undone if it raises.

        Raises:
            ApiError: One clear error for each thing that can go wrong; see `faults`.
        """

    def close(self) -> None:
        """Close what is open."""


class Database:
    """
    One database, safe for threads.

    Attributes:
        name: The reference that names it, `env:DATABASE_URL`.
    """

    def __init__(self, driver: Driver) -> None:
        self.name = driver.name
        self._driver = driver
        self._tables: dict[str, Table] = {}

    def describe(self, table: str) -> Table:
        """
        Return *table* with its columns, as this process first saw them.

        Raises:
            NotFound: There is none; names those that are there.
            ApiError: The database cannot be asked.
        """
        known = self._tables.get(table)
        return known or self._transact(lambda work: self.find(work, table, ()), writes=False)

    def read(
        self, key: RowKey, columns: Collection[str], *, passes_over: bool = False
    ) -> tuple[Row, ...]:
        """
        Return the rows of *key*, at most two of them, each with *columns* as texts.

        Args:
            key: Which rows.
            columns: Of each.
            passes_over: Whether a row whose key is spelled otherwise counts as none; else it is
                refused.

        Raises:
            NotFound: Table or columns are not there; names those that are.
            Invalid: The key's column cannot hold the key, or the row's key is spelled otherwise.
            ApiError: The database cannot be asked.
        """

        def look(work: Transaction) -> tuple[Row, ...]:
            table = self.find(work, key.table, (key.column, *columns))
            raise_if_unfit(work, key, table.columns[key.column], key.value)
            return read_rows(work, table, key, columns, passes_over=passes_over)

        return self._transact(look, writes=False)

    def count(self, table: str, column: str, keys: Sequence[str]) -> dict[str, int]:
        """
        Return how many rows each of *keys* has, counted to two; one statement for a hundred keys.

        Raises:
            NotFound: Table or column is not there; names those that are.
            ApiError: The database cannot be asked, or the column cannot hold one of the keys.
        """

        def look(work: Transaction) -> dict[str, int]:
            self.find(work, table, (column,))
            counts: dict[str, int] = {}
            for start in range(0, len(keys), _KEYS_AT_ONCE):
                some = keys[start : start + _KEYS_AT_ONCE]
                counts.update(zip(some, work.count(table, column, some), strict=True))
            return counts

        return self._transact(look, writes=False)

    def list_denied(self, table: str, columns: Collection[str], right: Right) -> list[str] | None:
        """
        Return those of *columns* that the role lacks *right* on; None where nobody can tell.

        Raises:
            ApiError: The database cannot be asked.
        """
        return self._driver.transact(
            lambda work: work.list_denied(table, columns, right), writes=False
        )

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Do *work* in one transaction that may write; raises as `read` does."""
        return self._transact(work, writes=True)

    def _transact(self, work: Callable[[Transaction], T], *, writes: bool) -> T:
        try:
            return self._driver.transact(work, writes=writes)
        except ApiError:  # what was remembered of a table may be why
            self._tables.clear()
            raise

    def find(self, work: Transaction, name: str, columns: Collection[str]) -> Table:
        """Return the table *name*, which has *columns*; see `read` for what is raised."""
        table = self._tables.get(name)
        if table is None or _missing(table, columns):
            table = work.find_table(name)
        if table is None:
            raise unknown_table(self.name, name, work.list_tables())
        if missing := _missing(table, columns):
            raise unknown_columns(self.name, missing, table)
        self._tables[name] = table
        return table

    def close(self) -> None:
        """Close what is open; the next question opens it again."""
        self._driver.close()


def _missing(table: Table, columns: Collection[str]) -> list[str]:
    return [column for column in columns if column not in table.columns]


def read_rows(
    work: Transaction,
    table: Table,
    key: RowKey,
    columns: Collection[str],
    *,
    lock: bool = False,
    passes_over: bool = False,
) -> tuple[Row, ...]:
    """
    Return the rows of *key*, at most two; *lock* keeps others from changing them.

    A database may take two spellings of a key for one: Shop and shop, or with spaces behind. Such a
    row is another entry's, or nobody's; with *passes_over* it counts as none.

    Raises:
        Invalid: There is one row, and its key is spelled otherwise.
    """
    rows = work.read(key, (key.column, *columns), lock=lock)
    kind = table.columns[key.column].kind
    if len(rows) == 1 and not means_same(kind, key.value, rows[0][key.column]):
        if passes_over:
            return ()
        raise spelled_otherwise(key)
    return tuple({column: row[column] for column in columns} for row in rows)


def raise_if_unfit(work: Transaction, key: RowKey, column: Column, text: str | None) -> None:
    """
    Refuse a text that *column* would not hold as it is written.

    Raises:
        Invalid: Names the column and its type.
    """
    if text is None:
        return
    if column.max_length is not None and len(text) > column.max_length:
        raise wrong_type(key, column)
    if column.kind != "text":
        held = work.convert(key.table, column, text)
        if not (is_fit(column.kind, text) and means_same(column.kind, text, held)):
            raise wrong_type(key, column)
