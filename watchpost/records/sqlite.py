"""
SQLite as a driver of `database`, by the standard library.

The file is opened for each transaction, so that one that is replaced is noticed, and is never made.

A type of SQLite's is a word in the table's definition; columns hold any value all the same. So a
text that does not fit that word is refused here, as a stricter database would:

    the word has                  a text must be
    INT                           a whole number
    REAL, FLOA, DOUB, NUM, DEC    a number
    BOOL                          0 or 1, as SQLite's own clients write it
    UUID; JSON                    a uuid; JSON
    anything else                 any text

The rules of the table hold as a stricter database would hold them: references are checked, and a
value that must be unique is refused where the table itself says that the other row be deleted.

Does not: quote with the help of the driver, which has none for names: a backtick is doubled.

Source: SQLite on type affinity, quoting and file locking; docs/records.md.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from watchpost.records.model import Column, Table
from watchpost.records.names import split_table
from watchpost.records.sqlite_errors import explain_failure
from watchpost.records.values import is_fit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from watchpost.records.database import Right, Transaction
    from watchpost.records.model import Kind, Row, RowKey

T = TypeVar("T")

_LOCK_SECONDS = 5.0
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("INT", "integer"),
    ("CHAR", "text"),
    ("CLOB", "text"),
    ("TEXT", "text"),
    ("REAL", "number"),
    ("FLOA", "number"),
    ("DOUB", "number"),
    ("NUM", "number"),
    ("DEC", "number"),
    ("BOOL", "boolean"),
    ("UUID", "uuid"),
    ("JSON", "json"),
)


class SqliteDriver:
    """
    One SQLite file.

    Args:
        path: Of the file; kept from messages.
        name: What it is called in messages.
        is_read_only: Whether its URL says `mode=ro`.
        lock_seconds: How long to wait for a file that somebody else holds.
    """

    def __init__(
        self,
        path: str,
        name: str,
        *,
        is_read_only: bool = False,
        lock_seconds: float = _LOCK_SECONDS,
    ) -> None:
        self.name = name
        self._lock_seconds = lock_seconds
        self._uri = f"file:{quote(os.fsencode(path))}?mode={'ro' if is_read_only else 'rw'}"

    def transact(self, work: Callable[[Transaction], T], *, writes: bool) -> T:
        """Do *work* in one transaction; see `database.Driver`."""
        try:
            with closing(self._open()) as connection:
                connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
                result = work(_SqliteTransaction(connection))
                connection.execute("COMMIT")
                return result
        except sqlite3.Error as error:
            raise explain_failure(error, self.name) from None

    def close(self) -> None:
        """Nothing is open between two transactions."""

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._uri, uri=True, timeout=self._lock_seconds, isolation_level=None
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.text_factory = lambda text: text.decode(errors="replace")
        return connection


class _SqliteTransaction:
    """A transaction that has begun; closing its connection undoes it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find_table(self, name: str) -> Table | None:
        schema, table = split_table(name)
        query = "SELECT name, type, `notnull` FROM pragma_table_xinfo(?, ?) WHERE hidden <> 1"
        found = self._execute(query, (table, schema)).fetchall()
        columns = [
            Column(each, type_, _kind_of(type_), takes_null=not is_not_null)
            for each, type_, is_not_null in found
        ]
        if not columns:
            return None
        views = "SELECT 1 FROM sqlite_master WHERE type = 'view' AND name = ? COLLATE NOCASE"
        hides = self._execute(views, (table,)).fetchone() is not None
        return Table(name, {each.name: each for each in columns}, hides)

    def list_tables(self) -> list[str]:
        query = (
            "SELECT name FROM sqlite_master"
            " WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        return [str(name) for (name,) in self._execute(query, ()).fetchall()]

    def read(self, key: RowKey, columns: Collection[str], *, lock: bool = False) -> tuple[Row, ...]:
        """Read; a transaction that may write holds the whole file, so that *lock* adds nothing."""
        del lock
        texts = ", ".join(f"CAST({_name(each)} AS TEXT)" for each in columns)
        query = f"SELECT {texts} FROM {_table(key.table)} WHERE {_name(key.column)} = ? LIMIT 2"  # noqa: S608  # names are quoted, values are parameters
        rows = self._execute(query, (key.value,)).fetchall()
        return tuple(dict(zip(columns, each, strict=True)) for each in rows)

    def count(self, table: str, column: str, keys: Sequence[str]) -> tuple[int, ...]:
        one = f"SELECT 1 FROM {_table(table)} WHERE {_name(column)} = ? LIMIT 2"  # noqa: S608  # likewise
        counts = ", ".join([f"(SELECT count(*) FROM ({one}))"] * len(keys))  # noqa: S608  # likewise
        return tuple(self._execute(f"SELECT {counts}", keys).fetchone())

    def list_denied(self, table: str, columns: Collection[str], right: Right) -> list[str] | None:
        """SQLite knows no roles; whether the file can be written is seen when it is."""
        del table, columns, right
        return None

    def convert(self, table: str, column: Column, text: str) -> str | None:
        """Judge by the table above; SQLite itself would take anything."""
        del table
        if column.kind == "boolean":
            return text if text in ("0", "1") else None
        return text if is_fit(column.kind, text) else None

    def reserve(self, key: RowKey) -> None:
        """A transaction that may write holds the whole file already."""

    def update(self, key: RowKey, values: Row) -> int:
        pairs = ", ".join(f"{_name(each)} = ?" for each in values)
        query = f"UPDATE OR ABORT {_table(key.table)} SET {pairs} WHERE {_name(key.column)} = ?"  # noqa: S608  # likewise
        return self._execute(query, (*values.values(), key.value)).rowcount

    def insert(self, key: RowKey, values: Row) -> None:
        row = {key.column: key.value, **values}
        names, places = ", ".join(_name(each) for each in row), ", ".join("?" * len(row))
        query = f"INSERT OR ABORT INTO {_table(key.table)} ({names}) VALUES ({places})"  # noqa: S608  # likewise
        self._execute(query, tuple(row.values()))

    def _execute(self, query: str, values: Sequence[str | None]) -> sqlite3.Cursor:
        return self._connection.execute(query, values)


def _name(name: str) -> str:
    """Quote a name; between quotation marks, one that is no column's would be a text to SQLite."""
    return "`" + name.replace("`", "``") + "`"


def _table(table: str) -> str:
    return ".".join(_name(part) for part in split_table(table) if part is not None)


def _kind_of(type_: str) -> Kind:
    words = type_.upper()
    return next((kind for word, kind in _KINDS if word in words), "text" if not words else "other")
