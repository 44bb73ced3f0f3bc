"""
PostgreSQL as a driver of `database`, by psycopg 3.

One connection per process and URL; threads take turns. Each transaction bounds how long it waits;
nothing is set for longer than a transaction, so that a pooler may stand between. A server that goes
silent is cut off, and one that did not answer at all is not asked again for a while: hundreds of
records would wait for it one after the other.

Does not: change anything of the URL but what it leaves open: application name, wait for the
connection. Names are quoted by psycopg; values are parameters, as texts that the server reads as
the column's type.

Source: psycopg's documentation; PostgreSQL's system catalogs; docs/records.md.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, LiteralString, TypeVar

import psycopg
from psycopg import sql

from watchpost.records.faults import away, unclear
from watchpost.records.model import Column, Table
from watchpost.records.names import split_table
from watchpost.records.postgres_errors import explain_failure, explain_refusal
from watchpost.records.silence import end_of_silence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from watchpost.records.database import Right, Transaction
    from watchpost.records.model import Kind, Row, RowKey

T = TypeVar("T")

_CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 10
_LOCK_SECONDS = 5.0
_SILENT_SECONDS = 60.0
_AWAY_SECONDS = 30.0
# each statement must see what others have kept meanwhile, whatever the server's own default is
_BEGIN: LiteralString = (
    "BEGIN{} ISOLATION LEVEL READ COMMITTED;"
    " SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = {}"
)
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("text", "varchar", "bpchar", "name", "citext"), "text"),
    **dict.fromkeys(("int2", "int4", "int8"), "integer"),
    **dict.fromkeys(("numeric", "float4", "float8"), "number"),
    "bool": "boolean",
    "uuid": "uuid",
    **dict.fromkeys(("json", "jsonb"), "json"),
}
_COLUMNS: LiteralString = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), COALESCE(b.typname, t.typname),
       GREATEST(a.atttypmod, t.typtypmod) - 4, NOT (a.attnotnull OR t.typnotnull),
       c.relkind IN ('v', 'f') OR row_security_active(c.oid)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
WHERE c.oid = to_regclass(COALESCE(quote_ident(%s) || '.', '') || quote_ident(%s))
  AND c.relkind IN ('r', 'p', 'v', 'f') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""
_TABLES: LiteralString = """
SELECT CASE WHEN pg_table_is_visible(c.oid) THEN '' ELSE n.nspname || '.' END || c.relname
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'f')
  AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
ORDER BY 1
"""
_DENIED: LiteralString = """
SELECT name FROM unnest(%s::text[]) AS name
WHERE pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean
   OR NOT has_column_privilege(
    to_regclass(COALESCE(quote_ident(%s) || '.', '') || quote_ident(%s)), name, %s
)
ORDER BY 1
"""


class PostgresDriver:
    """
    One PostgreSQL database.

    Args:
        url: As libpq takes it; kept from repr, messages and tracebacks.
        name: What it is called in messages.
        lock_seconds: How long to wait for a row that somebody else holds.
        silent_seconds: How long a transaction may take as a whole.
    """

    def __init__(
        self,
        url: str,
        name: str,
        *,
        lock_seconds: float = _LOCK_SECONDS,
        silent_seconds: float = _SILENT_SECONDS,
    ) -> None:
        self.name = name
        self._url = url
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._lock = threading.RLock()
        self._lock_milliseconds = round(lock_seconds * 1000)
        self._silent_seconds = silent_seconds
        self._away_until = 0.0

    def transact(self, work: Callable[[Transaction], T], *, writes: bool) -> T:
        """Do *work* in one transaction; see `database.Driver`."""
        with self._lock:
            connection = self._begin(writes=writes)
            with end_of_silence(connection.fileno(), self._silent_seconds):
                try:
                    result = work(_PostgresTransaction(connection))
                except psycopg.Error as error:
                    self._undo(connection)
                    raise explain_failure(error, self.name) from None
                except BaseException:
                    self._undo(connection)
                    raise
                self._commit(connection, writes=writes)
                return result

    def close(self) -> None:
        """Close the connection; the next transaction opens another."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _begin(self, *, writes: bool) -> psycopg.Connection[tuple[Any, ...]]:
        """Begin a transaction; a connection that was lost since the last one is opened anew."""
        begin = sql.SQL(_BEGIN).format(
            sql.SQL("" if writes else " READ ONLY"),
            sql.Literal(_STATEMENT_SECONDS * 1000),
            sql.Literal(self._lock_milliseconds),
        )
        if self._connection is not None:
            with suppress(psycopg.Error):
                return self._execute(self._connection, begin)
            self.close()
        self._connection = self._connect()
        try:
            return self._execute(self._connection, begin)
        except psycopg.Error as error:
            self.close()
            raise explain_failure(error, self.name) from None

    def _execute(
        self, connection: psycopg.Connection[tuple[Any, ...]], statement: sql.Composed
    ) -> psycopg.Connection[tuple[Any, ...]]:
        with end_of_silence(connection.fileno(), self._silent_seconds):
            connection.execute(statement)
        return connection

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        if time.monotonic() < self._away_until:
            raise away(self.name)
        try:
            given = psycopg.conninfo.conninfo_to_dict(self._url)
            return psycopg.connect(
                self._url,
                autocommit=True,
                prepare_threshold=None,
                client_encoding="UTF8",
                application_name=given.get("application_name", "watchpost"),
                connect_timeout=given.get("connect_timeout", _CONNECT_SECONDS),
            )
        except (psycopg.Error, UnicodeError) as error:
            if isinstance(error, psycopg.errors.ConnectionTimeout):
                self._away_until = time.monotonic() + _AWAY_SECONDS
            raise explain_refusal(error, self.name) from None

    def _undo(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        try:
            connection.execute("ROLLBACK")
        except psycopg.Error:
            self.close()

    def _commit(self, connection: psycopg.Connection[tuple[Any, ...]], *, writes: bool) -> None:
        try:
            connection.execute("COMMIT")
        except psycopg.Error as error:
            is_lost = connection.closed or connection.broken
            self._undo(connection)
            if writes and is_lost:
                raise unclear(self.name) from None
            raise explain_failure(error, self.name) from None


class _PostgresTransaction:
    """A transaction that has begun; see `database.Transaction`."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def find_table(self, name: str) -> Table | None:
        found = self._execute(sql.SQL(_COLUMNS), split_table(name)).fetchall()
        columns = [_read_column(*each[:-1]) for each in found]
        hides = any(each[-1] for each in found)
        return Table(name, {each.name: each for each in columns}, hides) if columns else None

    def list_tables(self) -> list[str]:
        return [name for (name,) in self._execute(sql.SQL(_TABLES), ()).fetchall()]

    def read(self, key: RowKey, columns: Collection[str], *, lock: bool = False) -> tuple[Row, ...]:
        query = sql.SQL("SELECT {} FROM {} WHERE {} = %s LIMIT 2 {}").format(
            sql.SQL(", ").join(sql.SQL("{}::text").format(_name(each)) for each in columns),
            _table(key.table),
            _name(key.column),
            sql.SQL("FOR UPDATE" if lock else ""),
        )
        rows = self._execute(query, (key.value,)).fetchall()
        return tuple(dict(zip(columns, each, strict=True)) for each in rows)

    def count(self, table: str, column: str, keys: Sequence[str]) -> tuple[int, ...]:
        one = sql.SQL(
            "(SELECT count(*) FROM (SELECT 1 FROM {} WHERE {} = %s LIMIT 2) AS found)"
        ).format(_table(table), _name(column))
        query = sql.SQL("SELECT {}").format(sql.SQL(", ").join([one] * len(keys)))
        found = self._execute(query, keys).fetchone()
        return tuple(map(int, found or ()))

    def list_denied(self, table: str, columns: Collection[str], right: Right) -> list[str] | None:
        schema, name = split_table(table)
        values = (list(columns), schema, name, right)
        return [each for (each,) in self._execute(sql.SQL(_DENIED), values).fetchall()]

    def convert(self, table: str, column: Column, text: str) -> str | None:
        """Let the server read *text* as the column's type, of whatever kind that is."""
        query = sql.SQL(
            "SELECT (CASE WHEN one.is_there THEN %s ELSE t.{} END)::text"
            " FROM (SELECT true AS is_there) AS one LEFT JOIN {} AS t ON false"
        ).format(_name(column.name), _table(table))
        try:
            found = self._execute(query, (text,)).fetchone()
        except psycopg.DataError:
            return None
        return str(found[0]) if found else None

    def reserve(self, key: RowKey) -> None:
        query = sql.SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))")
        self._execute(query, (f"watchpost {key.label}",))

    def update(self, key: RowKey, values: Row) -> int:
        pairs = (sql.SQL("{} = %s").format(_name(each)) for each in values)
        query = sql.SQL("UPDATE {} SET {} WHERE {} = %s").format(
            _table(key.table), sql.SQL(", ").join(pairs), _name(key.column)
        )
        return self._execute(query, (*values.values(), key.value)).rowcount

    def insert(self, key: RowKey, values: Row) -> None:
        row = {key.column: key.value, **values}
        query = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            _table(key.table),
            sql.SQL(", ").join(_name(each) for each in row),
            sql.SQL(", ").join([sql.SQL("%s")] * len(row)),
        )
        self._execute(query, tuple(row.values()))

    def _execute(
        self, query: sql.SQL | sql.Composed, values: Sequence[str | list[str] | None]
    ) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._connection.execute(query, values)


def _name(name: str) -> sql.Identifier:
    """Quote a name; psycopg would take a percent sign in it for a parameter."""
    return sql.Identifier(name.replace("%", "%%"))


def _table(table: str) -> sql.Identifier:
    parts = [part.replace("%", "%%") for part in split_table(table) if part is not None]
    return sql.Identifier(*parts)


def _read_column(name: str, type_: str, base: str, length: int, takes_null: bool) -> Column:  # noqa: FBT001  # a row of the query
    is_bounded = base in ("varchar", "bpchar") and length > 0
    limit = length if is_bounded else None
    return Column(name, type_, _KINDS.get(base, "other"), limit, takes_null)
