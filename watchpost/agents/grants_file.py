"""
The grants file, read again whenever it is another one than before.

    the file                                        who is let in
    as it was                                       as before
    changed, and without a fault                    as it says now
    gone, faulty, or open to others on the machine  nobody, until it is mended; the log says why

A token that was taken out is worth nothing from the next request on.

Does not: watch, or keep what an older file said. Source: docs/agents.md (grants).
"""

from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING

from watchpost.agents.changes import FileMark, mark_of, read_mark
from watchpost.agents.grants import MOST_BYTES, Grants, parse_grants
from watchpost.errors import SettingsError, WatchpostError

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
        self._mark, self._grants = _read(path)

    def find(self, token: str, now: datetime) -> Caller | None:
        """Whoever bears *token* now; None for one that is unknown or expired."""
        return self.current().find(token, now)

    def current(self) -> Grants:
        """The grants of the file as it is now; none where it cannot be used."""
        with self._lock:
            mark = read_mark(self._path)
            if mark != self._mark:
                self._mark, self._grants = self._read_again(mark)
            return self._grants

    def _read_again(self, mark: FileMark) -> tuple[FileMark, Grants]:
        try:
            read, grants = _read(self._path)
        except WatchpostError as error:
            self._log(f"nobody is let in: {error}")
            return mark, Grants()
        self._log(f"{self._path}: read again, {len(grants.grants)} tokens")
        return read, grants


def read_grants(path: Path) -> Grants:
    """
    Read a grants file once.

    Raises:
        SettingsError: It cannot be read, is faulty, or others on the machine could read or change
            it.
    """
    return _read(path)[1]


def _read(path: Path) -> tuple[FileMark, Grants]:
    """The grants, and the mark that the file had before it was read."""
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
    return mark_of(state), parse_grants(_decode(raw, path), str(path))


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
