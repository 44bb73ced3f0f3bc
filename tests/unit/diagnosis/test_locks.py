"""Reading the lock files of a folder backend."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from watchpost.diagnosis.locks import Lock, find_backend_folder, list_locks

HERE = socket.gethostname()


def write_lock(backend: Path, name: str = "one", **content: object) -> Path:
    """Write a lock as the engine does."""
    folder = backend / ".pulumi" / "locks" / "organization" / "watchpost" / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    usual = {"pid": 1, "username": "ann", "hostname": HERE, "timestamp": "2026-11-28T12:56:31.6Z"}
    path = folder / f"{name}.json"
    path.write_text(json.dumps({**usual, **content}), encoding="utf-8")
    return path


def locks(backend: Path, stack: str = "tests") -> tuple[Lock, ...]:
    """The locks of the stack."""
    return list_locks(backend, "watchpost", stack)


def dead_pid() -> int:
    """The id of a process that has ended."""
    with subprocess.Popen(["true"]) as process:
        pass
    return process.pid


def test_no_lock(tmp_path: Path) -> None:
    """No folder, an empty one, and another stack's lock are no lock."""
    assert locks(tmp_path) == ()
    write_lock(tmp_path)
    assert locks(tmp_path, "other") == ()
    assert len(locks(tmp_path)) == 1


def test_stale_and_held(tmp_path: Path) -> None:
    """A lock is stale if its process is gone here; another machine's is never called so."""
    write_lock(tmp_path, "a", pid=dead_pid(), timestamp="2026-01-01")
    write_lock(tmp_path, "b", pid=os.getpid(), timestamp="2026-01-02")
    write_lock(tmp_path, "c", pid=dead_pid(), hostname="elsewhere", timestamp="2026-01-03")
    assert [(lock.is_stale, lock.is_of_this_host) for lock in locks(tmp_path)] == [
        (True, True),
        (False, True),
        (False, False),
    ]


def test_who_and_when(tmp_path: Path) -> None:
    """A lock reads as who holds it, by which process, since when."""
    write_lock(tmp_path, pid=16811)
    (lock,) = locks(tmp_path)
    assert str(lock) == f"ann@{HERE} (pid 16811) since 2026-11-28 12:56:31Z"


@pytest.mark.parametrize("text", ["", "[]", '{"pid": "x"}'])
def test_a_lock_that_cannot_be_read_is_one_all_the_same(tmp_path: Path, text: str) -> None:
    """A broken lock file is a lock of nobody known, never stale."""
    write_lock(tmp_path).write_text(text, encoding="utf-8")
    (lock,) = locks(tmp_path)
    assert not lock.is_stale
    assert "unknown" in str(lock)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///srv/state", "/srv/state"),
        ("file:///srv/a%20b?no_tmp_dir=true", "/srv/a b"),
        ("file://./state", "/checkout/state"),
        ("file://~", str(Path.home())),
        ("s3://bucket", None),
        ("https://api.pulumi.com", None),
    ],
)
def test_backend_folder(url: str, path: str | None) -> None:
    """A folder backend is found as the engine finds it; others have no folder."""
    found = find_backend_folder(url, Path("/checkout"))
    assert found == (None if path is None else Path(path))
