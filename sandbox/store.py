"""
The sandbox's storage: one SQLite connection with the few verbs the services need.

Does not: know any table of a service (each service brings its own schema), guard against use from
several threads (the sandbox has one event loop), or migrate old files.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any


class Store:
    """
    One SQLite database, in memory or in a file.

    Table and column names given to its methods come from the sandbox's own code, never from a
    request; values are always bound.
    """

    def __init__(self, path: str = ":memory:") -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        # The sandbox may lose its last moments in a crash; it must never wait for a disk.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("PRAGMA journal_mode = MEMORY")

    def create(self, schema: str) -> None:
        """Run a schema script; its tables say IF NOT EXISTS, so that a file can be reopened."""
        self._connection.executescript(schema)

    def rows(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        """All rows of a query, each a dict keyed by column name."""
        return [dict(row) for row in self._connection.execute(sql, parameters)]

    def row(self, sql: str, *parameters: object) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        row = self._connection.execute(sql, parameters).fetchone()
        return None if row is None else dict(row)

    def write(self, sql: str, *parameters: object) -> int:
        """Run one statement that changes data; returns the id of the last inserted row."""
        return self._connection.execute(sql, parameters).lastrowid or 0

    def insert(self, table: str, **columns: object) -> int:
        """Insert one row and return its id."""
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        sql = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608  names are ours
        return self.write(sql, *columns.values())

    def update(self, table: str, row_id: object, **columns: object) -> None:
        """Set columns of the row whose ``id`` is *row_id*; no columns, no change."""
        if columns:
            pairs = ", ".join(f'"{name}" = ?' for name in columns)
            sql = f'UPDATE "{table}" SET {pairs} WHERE id = ?'  # noqa: S608  names are ours
            self.write(sql, *columns.values(), row_id)

    def delete(self, table: str, row_id: object) -> None:
        """Delete the row whose ``id`` is *row_id*, if it is there."""
        self.write(f'DELETE FROM "{table}" WHERE id = ?', row_id)  # noqa: S608  name is ours

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in their order; empty for an unknown table."""
        return [row["name"] for row in self.rows("SELECT name FROM pragma_table_info(?)", table)]

    def tables(self, prefix: str) -> list[str]:
        """The names of all tables that start with *prefix*, sorted."""
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        return [row["name"] for row in self.rows(sql) if row["name"].startswith(prefix)]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block wrote, or nothing of it when the block raises. Does not nest."""
        self._connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def snapshot(self) -> bytes:
        """The whole database as one image."""
        return self._connection.serialize()

    def restore(self, image: bytes) -> None:
        """Put the database back to what it was at :meth:`snapshot`."""
        with contextlib.closing(sqlite3.connect(":memory:")) as source:
            source.deserialize(image)
            source.backup(self._connection)

    def close(self) -> None:
        """Close the connection; a file keeps its content."""
        self._connection.close()
