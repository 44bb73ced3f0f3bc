"""
The locks of a stack in a folder backend: who holds one, and whether that process still runs.

The engine writes one JSON file per lock, `.pulumi/locks/organization/<project>/<stack>/<id>.json`,
with `pid`, `username`, `hostname` and `timestamp`, and removes it at the end of the run.

Does not: remove a lock. Backends other than folders are not read.

Source: seen with pulumi 3.259 (pkg/backend/diy/lock.go).
"""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEME = "file://"


@dataclass(frozen=True)
class Lock:
    """
    One lock.

    Attributes:
        file: Where it lies.
        holder: `user@host`.
        host: The holder's machine.
        pid: The holder's process; 0 where the file does not tell.
        since: As the engine writes it.
    """

    file: Path
    holder: str
    host: str
    pid: int
    since: str

    @property
    def is_of_this_host(self) -> bool:
        """Whether it was taken on this machine."""
        return self.host == socket.gethostname()

    @property
    def is_stale(self) -> bool:
        """Whether its process is certainly gone; never so for another machine's."""
        return self.is_of_this_host and self.pid > 0 and not _is_running(self.pid)

    def __str__(self) -> str:
        return f"{self.holder} (pid {self.pid}) since {self.since[:19].replace('T', ' ')}Z"


def find_backend_folder(url: str, folder: Path) -> Path | None:
    """Return the folder of a `file://` backend as *folder* sees it; None for another backend."""
    if not url.startswith(_SCHEME):
        return None
    path = unquote(url.removeprefix(_SCHEME).partition("?")[0])
    return folder / Path(path).expanduser()


def list_locks(backend: Path, project: str, stack: str) -> tuple[Lock, ...]:
    """Return the locks of one stack, oldest first."""
    folders = (backend / ".pulumi" / "locks").glob(f"*/{project}/{stack}")
    locks = (lock for folder in folders for lock in _read_folder(folder))
    return tuple(sorted(locks, key=lambda lock: lock.since))


def _read_folder(folder: Path) -> Iterator[Lock]:
    for file in folder.glob("*.json"):
        try:
            content: Any = json.loads(file.read_text(encoding="utf-8"))
        except (ValueError, OSError):
            content = None
        yield _lock(file, content if isinstance(content, dict) else {})


def _lock(file: Path, content: dict[str, Any]) -> Lock:
    host, pid = str(content.get("hostname") or "unknown host"), content.get("pid")
    holder = f"{content.get('username') or 'unknown'}@{host}"
    since = str(content.get("timestamp") or "unknown time")
    return Lock(file, holder, host, pid if isinstance(pid, int) else 0, since)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
