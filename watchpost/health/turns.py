"""
Turns: whether a chat is due for a preamble, once per so many turns of each conversation.

    CREATE TABLE turns (conversation TEXT PRIMARY KEY, taken INTEGER, last_at INTEGER)

One row per conversation, in a SQLite file that threads, processes and restarts share. Its id is
kept as a hash: the file tells nobody whose chats there were. Conversations without a turn for 30
days are forgotten; their next turn is their first.

Does not: know what a preamble says, or make one due because something happened.

Source: issue 6, part 4; sqlite.org (WAL, locking, result codes).
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost.errors import SettingsError, WatchpostError

if TYPE_CHECKING:
    from collections.abc import Callable

DAYS_KEPT = 30
_SECONDS_KEPT = DAYS_KEPT * 86_400
_TABLE = (
    "CREATE TABLE IF NOT EXISTS turns (conversation TEXT PRIMARY KEY, taken INTEGER NOT NULL,"
    " last_at INTEGER NOT NULL) WITHOUT ROWID"
)
_INDEX = "CREATE INDEX IF NOT EXISTS turns_by_age ON turns (last_at)"
_FORGET = "DELETE FROM turns WHERE last_at < ?"
_COUNT = (
    "INSERT INTO turns VALUES (?, 1, ?) ON CONFLICT (conversation)"
    " DO UPDATE SET taken = taken + 1, last_at = MAX(last_at, excluded.last_at) RETURNING taken"
)


class Turns:
    """
    The turns of all conversations of one chat server.

    Args:
        path: The SQLite file, on a disk of this machine; it and its folder are made at the first
            turn.
        every: A preamble is due at the first turn and then at each *every*-th after it.
        patience_seconds: How long to wait for other writers.
        clock: Seconds since 1970, for tests.

    Raises:
        SettingsError: *every* is less than 1.
    """

    def __init__(
        self,
        path: str | Path,
        every: int,
        *,
        patience_seconds: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if every < 1:
            raise SettingsError("every", "a preamble can be due every turn at most", fix="say 1")
        self._path = Path(path).absolute()
        self._every = every
        self._patience_seconds = patience_seconds
        self._clock = clock

    def is_due(self, conversation: str) -> bool:
        """
        Count a turn of *conversation*, by its id, and tell whether a preamble is due with it.

        Of calls at the same time, in threads or processes, exactly as many are due as of calls one
        after the other.

        Raises:
            WatchpostError: The file cannot be read or written, or is no database.
        """
        try:
            taken = self._count(_hash_of(conversation), int(self._clock()))
        except (sqlite3.Error, OSError) as error:
            raise _unusable(self._path, error) from error
        return (taken - 1) % self._every == 0

    def _count(self, conversation: str, now: int) -> int:
        # A connection of its own for each turn: none may be shared by threads or survive a fork.
        with closing(self._connect()) as database:
            database.execute("PRAGMA journal_mode = WAL")
            # From here on the only writer, so that no two count from the same number.
            database.execute("BEGIN IMMEDIATE")
            with database:
                database.execute(_TABLE)
                database.execute(_INDEX)
                database.execute(_FORGET, (now - _SECONDS_KEPT,))
                taken: int = database.execute(_COUNT, (conversation, now)).fetchone()[0]
        return taken

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return sqlite3.connect(self._path, self._patience_seconds, isolation_level=None)


def _hash_of(conversation: str) -> str:
    # Ids may hold half a character, as JSON does; they are told apart all the same.
    return hashlib.sha256(conversation.encode(errors="surrogatepass")).hexdigest()


def _unusable(path: Path, error: Exception) -> WatchpostError:
    return WatchpostError(
        str(path),
        "turns cannot be counted in this file",
        detail=f"{type(error).__name__}: {error}",
        fix="make room, or let this user write the file and its folder; if it is damaged or no"
        " database, remove it together with the files named like it: turns then begin anew",
    )
