"""
What one provider process knows of records: the fingerprint key, and which rows this run declares.

Does not: hold a database; `watchpost.records` does, by the variable that names it.

Source: design.md 12.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from components.fingerprint_key import read_fingerprint_key
from watchpost.permit import find_permit
from watchpost.records import close_databases, is_spared
from watchpost.transport import raise_if_read_only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watchpost.records import Guard, RowKey


class Settings(Protocol):
    """The stack's settings by their full names, `namespace:name`."""

    def get(self, name: str, /) -> str | None:
        """The setting, None where the stack does not say."""


class RecordSession:
    """
    What the threads of one process share.

    Attributes:
        fingerprint_key: Of the stack.
    """

    def __init__(self, fingerprint_key: bytes) -> None:
        self.fingerprint_key = fingerprint_key
        self._declared: set[tuple[str, RowKey]] = set()
        self._lock = threading.Lock()

    def note_declared(self, url: str, key: RowKey) -> None:
        """Remember that this run declares the row."""
        with self._lock:
            self._declared.add((url, key))

    def is_spared(self, url: str, key: RowKey) -> bool:
        """Whether this run leaves the row as it is although its record goes."""
        with self._lock:
            return is_spared(url, key, self._declared)

    def guard(self, key: RowKey, fingerprints: Mapping[str, str]) -> Guard:
        """
        Make the guard of one row: nothing is written in a preview, nor what no plan holds.

        Args:
            key: The row.
            fingerprints: Of what is about to be written, by column; empty for null.
        """

        def raise_if_not_permitted(verb: str, columns: tuple[str, ...]) -> None:
            raise_if_read_only(verb.upper(), key.label)
            permit = find_permit()
            if permit is not None:
                written = {each: fingerprints.get(each, "") for each in columns}
                permit.raise_if_unplanned_record(key.label, verb, written)

        return raise_if_not_permitted


_sessions: dict[bytes, RecordSession] = {}
_sessions_lock = threading.Lock()


def open_record_session(config: Settings) -> RecordSession:
    """
    Answer this process's session for the stack's fingerprint key.

    Raises:
        SettingsError: The stack has none.
    """
    key = read_fingerprint_key(config.get)
    with _sessions_lock:
        return _sessions.setdefault(key, RecordSession(key))


def close_record_sessions() -> None:
    """Forget every session and close the databases, as the end of the process would."""
    with _sessions_lock:
        _sessions.clear()
    close_databases()
