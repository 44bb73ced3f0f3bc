"""
The audit log: who resolved or reopened which issue, when and why, and how to undo it.

One JSON object per line, only ever added. Each line holds the SHA-256 of the line before it, so
that a line that was changed, taken out or put in shows; lines missing at the end do not. The
intention is written before the write leaves, its outcome after. A line that its writer did not
finish stays as it is, and the next one follows it.

Does not: leave this machine, hold a token, or decide anything.

Source: issue 6, part 2; docs/health.md.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import hashlib
import json
import os
import socket
import stat
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchpost.errors import SettingsError
from watchpost.health.fence import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOG_VARIABLE = "WATCHPOST_AUDIT_LOG"
STATE_VARIABLE = "XDG_STATE_HOME"
VERSION = 1
LONGEST_ACTOR = 100
_PAUSE_SECONDS = 0.02
_BLOCK = 4096


@dataclass(frozen=True)
class AuditLog:
    """
    One file, and who writes to it now. Safe for threads and for processes of one machine.

    Attributes:
        path: The file; made with its folders when something is first written.
        actor: `user@host`, or the agent's name.
        patience_seconds: How long to wait for another writer.
    """

    path: Path
    actor: str
    patience_seconds: float = 10.0

    def append(self, fields: Mapping[str, Any]) -> None:
        """
        Add one line of *fields*; it is on the disk when this returns.

        Raises:
            SettingsError: It cannot be written; nothing of it is left.
        """
        with self._open(os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX) as handle:
            end = os.fstat(handle).st_size
            last, is_whole = _last_line(handle, end)
            line = self._line(fields, _digest_of(last) if end else "")
            try:
                _write(handle, (b"" if is_whole else b"\n") + line + b"\n")
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(handle, end)
                raise

    def read(self) -> bytes:
        """
        All of it; empty where there is none yet.

        Raises:
            SettingsError: It cannot be read.
        """
        try:
            with self._open(os.O_RDONLY, fcntl.LOCK_SH) as handle:
                return _whole(handle)
        except FileNotFoundError:
            return b""

    def _line(self, fields: Mapping[str, Any], previous: str) -> bytes:
        line = {
            "version": VERSION,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "actor": clean(self.actor, LONGEST_ACTOR),
            **fields,
            "previous": previous,
        }
        return json.dumps(line, ensure_ascii=True, allow_nan=False).encode()

    @contextlib.contextmanager
    def _open(self, flags: int, lock: int) -> Iterator[int]:
        try:
            if flags & os.O_CREAT:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = self._open_locked(flags, lock)
            try:
                yield handle
            finally:
                os.close(handle)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not flags & os.O_CREAT:
                raise
            raise SettingsError(
                str(self.path),
                f"the audit log cannot be used: {error.strerror}",
                detail="No issue is resolved or reopened without a line in it.",
                fix=f"mend it, or name another file by {LOG_VARIABLE}",
            ) from None

    def _open_locked(self, flags: int, lock: int) -> int:
        """The file of that name, which may be put away while another writer is waited for."""
        while True:
            # Without O_NONBLOCK, a pipe would be waited for until somebody is at its other end.
            own = os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK
            with contextlib.ExitStack() as unless_taken:
                handle = os.open(self.path, flags | own, 0o600)
                unless_taken.callback(os.close, handle)
                _raise_if_no_file(handle)
                self._wait_for(handle, lock)
                if _is_at(self.path, handle):
                    unless_taken.pop_all()
                    return handle

    def _wait_for(self, handle: int, lock: int) -> None:
        latest = time.monotonic() + self.patience_seconds
        while True:
            try:
                fcntl.flock(handle, lock | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > latest:
                    raise
                time.sleep(_PAUSE_SECONDS)
            else:
                return


def open_audit_log(actor: str = "") -> AuditLog:
    """
    The log that the environment names, for *actor*, by default this user on this machine.

    Raises:
        SettingsError: It names none, and this user has no home.
    """
    return AuditLog(_path(), actor or _who())


def _path() -> Path:
    named = os.environ.get(LOG_VARIABLE, "")
    if named:
        return Path(named)
    state = Path(os.environ.get(STATE_VARIABLE, ""))
    with contextlib.suppress(RuntimeError):
        folder = state if state.is_absolute() else Path.home() / ".local" / "state"
        return folder / "watchpost" / "audit.jsonl"
    raise SettingsError(
        LOG_VARIABLE,
        "there is no place for the audit log: this user has no home",
        fix=f"name a file by {LOG_VARIABLE}",
    )


def _who() -> str:
    user = f"user {os.getuid()}"
    with contextlib.suppress(KeyError, OSError):
        user = getpass.getuser()
    return f"{user}@{socket.gethostname()}"


def _raise_if_no_file(handle: int) -> None:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise OSError(0, "it is no regular file")


def _is_at(path: Path, handle: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(handle))
    return False


def _last_line(handle: int, end: int) -> tuple[bytes, bool]:
    """The last line without its end, and whether it has one; an empty file counts as whole."""
    tail = b""
    start, size = end, _BLOCK
    while start > 0 and b"\n" not in tail[:-1]:
        start, size = max(0, end - size), 2 * size
        tail = os.pread(handle, end - start, start)
    is_whole = not tail or tail.endswith(b"\n")
    return tail.removesuffix(b"\n").rpartition(b"\n")[2], is_whole


def _whole(handle: int) -> bytes:
    with os.fdopen(os.dup(handle), "rb") as stream:
        return stream.read()


def _write(handle: int, line: bytes) -> None:
    while line:
        line = line[os.write(handle, line) :]
    os.fsync(handle)


def _digest_of(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
