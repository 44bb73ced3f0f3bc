"""
The grants file, read at each request and parsed whenever it says something else than before.

    the file                                        who is let in
    as it was                                       as before
    changed, and without a fault                    as it says now
    gone, faulty, or open to others on the machine  nobody, until it is mended; the log says why

A token that was taken out is worth nothing from the next request on. Times and sizes are not gone
by: two edits within one tick of the disk's clock leave both as they were.

Does not: watch, or keep what an older file said. Source: docs/agents.md (grants).
"""

from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING

from watchpost.agents.grants import MOST_BYTES, Grants, parse_grants
from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from watchpost.agents.callers import Caller

_TOO_OPEN = stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH


class GrantsFile:
    """
    The grants of one file, as they are now. Safe for threads.

    Args:
        path: The file.
        log: Takes a line for each reload, and for what keeps a file from being used.

    Raises:
        SettingsError: It cannot be used to begin with.
    """

    def __init__(self, path: Path, log: Callable[[str], None]) -> None:
        self._path = path
        self._log = log
        self._lock = threading.Lock()
        self._seen: bytes | str = _read(path)
        self._grants = parse_grants(_decode(self._seen, path), str(path))

    def find(self, token: str, now: datetime) -> Caller | None:
        """Whoever bears *token* now; None for one that is unknown or expired."""
        return self.current().find(token, now)

    def current(self) -> Grants:
        """The grants of the file as it is now; none where it cannot be used."""
        with self._lock:
            seen = self._look()
            if seen != self._seen:
                self._seen, self._grants = seen, self._take_over(seen)
            return self._grants

    def _look(self) -> bytes | str:
        """What the file holds, or why it cannot be used."""
        try:
            return _read(self._path)
        except SettingsError as error:
            return str(error)

    def _take_over(self, seen: bytes | str) -> Grants:
        if isinstance(seen, str):
            return self._refuse(seen)
        try:
            grants = parse_grants(_decode(seen, self._path), str(self._path))
        except SettingsError as error:
            return self._refuse(str(error))
        self._log(f"{self._path}: read again, {len(grants.grants)} tokens")
        return grants

    def _refuse(self, why: str) -> Grants:
        self._log(f"nobody is let in: {why}")
        return Grants()


def read_grants(path: Path) -> Grants:
    """
    Read a grants file once.

    Raises:
        SettingsError: It cannot be read, is faulty, or others on the machine could read or change
            it.
    """
    return parse_grants(_decode(_read(path), path), str(path))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            state = os.fstat(stream.fileno())
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(
            str(path), f"cannot be read: {error.strerror}", fix="make one: `watchpost mcp --help`"
        ) from None
    _raise_if_open_to_others(path, state)
    if len(raw) > MOST_BYTES:
        raise SettingsError(str(path), "is larger than 1 MiB, which no grants file needs")
    return raw


def _decode(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(str(path), "is not UTF-8", fix="save it with that encoding") from None


def _raise_if_open_to_others(path: Path, state: os.stat_result) -> None:
    """Refuse a file into which others could write a token of theirs, or see whose there are."""
    if state.st_mode & _TOO_OPEN:
        raise SettingsError(
            str(path),
            "others on this machine can read or change it",
            detail=f"its mode is {stat.S_IMODE(state.st_mode):04o}; allowed is 0640 at most",
            fix=f"chmod 600 {path}",
        )
