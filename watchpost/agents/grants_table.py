"""
Grants in the platform's own database, beside its records: one row per token, read at each request.

    column          holds
    token_sha256    SHA-256 of the token, 64 hexadecimal digits; best with an index
    name            of the grant, for the logs: letters, digits, dots, hyphens, underscores
    projects        ids of entries, parted by commas
    expires_at      from then on it is worth nothing; without a zone it is UTC
    may_resolve     true or false; null is false

A row that is changed or gone counts at once. A row that is faulty, two rows of one token, and a
database that does not answer let nobody in; the log says so.

The database finds a row by the token's hash. Who tries tokens cannot choose hashes, so that the
time of that search tells nothing of use; what was found is compared in constant time all the same.

Does not: write, or keep what it read. Source: docs/agents.md (grants); docs/records.md.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from watchpost.agents.callers import Caller
from watchpost.agents.grants import GRANT_NAME, Grant, Grants, digest_of
from watchpost.errors import WatchpostError
from watchpost.records.model import RowKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchpost.records.database import Database
    from watchpost.records.model import Row

_HASH = "token_sha256"
_COLUMNS = (_HASH, "name", "projects", "expires_at", "may_resolve")
_TRUE = frozenset({"t", "true", "1"})
_NOBODY = "0" * 64


class GrantsTable:
    """
    The grants of one table, as they are now. Safe for threads.

    Args:
        database: The platform's.
        table: `table`, or `schema.table`.
        log: Takes a line for what keeps somebody from being let in.

    Raises:
        NotFound: Table or columns are not there; names those that are.
        ApiError: The database cannot be asked.
    """

    def __init__(self, database: Database, table: str, log: Callable[[str], None]) -> None:
        self._database = database
        self._table = table
        self._log = log
        self._trouble = ""
        self._read(_NOBODY)

    def find(self, token: str, now: datetime) -> Caller | None:
        """Whoever bears *token*; None for one that is unknown or expired."""
        digest = digest_of(token).hex()
        try:
            grants = [_read_grant(row) for row in self._read(digest)]
        except WatchpostError as error:
            self._tell(f"nobody is let in: {error.summary}")
            return None
        except _FaultyRow as fault:
            self._tell(f"{self._table}: not let in: {fault}")
            return None
        self._tell(f"{self._table}: not let in: two rows of one token" if grants[1:] else "")
        return Grants(tuple(grants)).find(token, now) if len(grants) == 1 else None

    def _read(self, digest: str) -> tuple[Row, ...]:
        return self._database.read(RowKey(self._table, _HASH, digest), _COLUMNS)

    def _tell(self, trouble: str) -> None:
        """Log a trouble when it begins, not at each request."""
        if trouble and trouble != self._trouble:
            self._log(trouble)
        self._trouble = trouble


class _FaultyRow(Exception):  # a signal within this module
    """What is wrong with a row, in words that hold nothing of it."""


def _read_grant(row: Row) -> Grant:
    name, ids = row["name"] or "", (row["projects"] or "").split(",")
    projects = frozenset(filter(None, map(str.strip, ids)))
    if not name or not projects:
        raise _FaultyRow("a row without a name or without projects")
    if not re.fullmatch(GRANT_NAME, name):
        raise _FaultyRow("a row with a name that no grant may have")
    try:
        expires = datetime.fromisoformat(row["expires_at"] or "")
        digest = bytes.fromhex(row[_HASH] or "")
    except ValueError:
        raise _FaultyRow("a row whose hash or whose end cannot be read") from None
    may_resolve = (row["may_resolve"] or "").casefold() in _TRUE
    caller = Caller(name, projects, may_resolve)
    return Grant(digest, caller, expires if expires.tzinfo else expires.replace(tzinfo=UTC))
