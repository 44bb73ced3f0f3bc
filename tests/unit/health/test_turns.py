"""A preamble is due once per so many turns of a conversation, whoever counts them."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from watchpost.errors import SettingsError, WatchpostError
from watchpost.health.turns import DAYS_KEPT, Turns

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400
CALLS_EACH = 50
CALLERS = 4
EVERY = 7
DUE = 29  # of 200 calls: the first, the eighth, ..., the 197th


def count_due(path: Path) -> int:
    """How many of one caller's turns were due."""
    turns = Turns(path, EVERY)
    return sum(turns.is_due("a chat") for _ in range(CALLS_EACH))


def test_first_turn_is_due_and_then_each_nth(tmp_path: Path) -> None:
    """Of ten turns with a preamble every fourth, the first, the fifth and the ninth are due."""
    turns = Turns(tmp_path / "turns.db", every=4)
    assert [n for n in range(1, 11) if turns.is_due("a chat")] == [1, 5, 9]


def test_conversations_are_counted_apart(tmp_path: Path) -> None:
    """A turn of one conversation is none of another, however alike their ids are."""
    turns = Turns(tmp_path / "turns.db", every=2)
    ids = ["a", "A", "a ", "", "ä", "a\u0308", "\ud800", "a\x00b", "'; DROP TABLE turns; --"]
    assert [turns.is_due(each) for each in ids] == [True] * len(ids)
    assert [turns.is_due(each) for each in ids] == [False] * len(ids)


def test_every_turn_can_be_due(tmp_path: Path) -> None:
    """With a preamble every turn, each is due."""
    turns = Turns(tmp_path / "turns.db", every=1)
    assert all(turns.is_due("a chat") for _ in range(3))


@pytest.mark.parametrize("every", [0, -1])
def test_never_is_refused(tmp_path: Path, every: int) -> None:
    """Less than one turn between two preambles is refused before anything is written."""
    with pytest.raises(SettingsError, match="every turn at most"):
        Turns(tmp_path / "turns.db", every)
    assert list(tmp_path.iterdir()) == []


def test_count_outlives_the_counter(tmp_path: Path) -> None:
    """After a restart the count goes on, and a missing folder is made."""
    path = tmp_path / "state" / "chat" / "turns.db"
    assert Turns(path, every=2).is_due("a chat")
    assert not Turns(path, every=2).is_due("a chat")
    assert Turns(path, every=2).is_due("a chat")


@pytest.mark.parametrize("name", ["turns.db", ":memory:"])
def test_count_stays_where_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A server that changes its folder goes on in the same file, whatever that is called."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    turns = Turns(name, every=3)
    assert turns.is_due("a chat")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert not turns.is_due("a chat")
    assert (tmp_path / name).is_file()


def test_processes_share_one_count(tmp_path: Path) -> None:
    """Of 200 turns that four processes take at once, from no file on, exactly 29 are due."""
    path = tmp_path / "missing" / "turns.db"
    anew = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(CALLERS, mp_context=anew) as callers:
        assert sum(callers.map(count_due, [path] * CALLERS)) == DUE


def test_threads_share_one_count(tmp_path: Path) -> None:
    """Of 200 turns that four threads take at once with one object, exactly 29 are due."""
    turns = Turns(tmp_path / "turns.db", EVERY)
    with ThreadPoolExecutor(CALLERS) as callers:
        assert sum(callers.map(turns.is_due, ["a chat"] * (CALLERS * CALLS_EACH))) == DUE


def test_ids_are_not_kept(tmp_path: Path) -> None:
    """No file holds the id of a conversation."""
    Turns(tmp_path / "turns.db", every=2).is_due("ada@example.com/private-chat")
    kept = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert b"private-chat" not in kept
    assert b"ada@" not in kept


def test_old_conversations_are_forgotten(tmp_path: Path) -> None:
    """After 30 days without a turn a conversation begins anew, and its row is gone before."""
    now = 1_800_000_000.0
    path = tmp_path / "turns.db"
    turns = Turns(path, every=100, clock=lambda: now)
    assert turns.is_due("old")
    now += (DAYS_KEPT - 1) * DAY
    assert not turns.is_due("old")
    now += DAYS_KEPT * DAY + 1
    assert turns.is_due("new")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT COUNT(*) FROM turns").fetchone() == (1,)
    assert turns.is_due("old")


def test_clock_that_goes_back_forgets_nothing(tmp_path: Path) -> None:
    """A clock that is set back neither ages a conversation nor makes it new."""
    now = 1_800_000_000.0
    turns = Turns(tmp_path / "turns.db", every=100, clock=lambda: now)
    assert turns.is_due("a chat")
    now -= 20 * DAY
    assert not turns.is_due("a chat")
    now += 40 * DAY
    assert not turns.is_due("a chat")


def expect_refusal(path: Path, *words: str) -> None:
    """One turn fails with an error that names the file and what to do, but no conversation."""
    with pytest.raises(WatchpostError) as caught:
        Turns(path, every=2, patience_seconds=0.05).is_due("private-chat")
    told = str(caught.value)
    assert told.startswith(f"{path}: turns cannot be counted")
    assert "fix: make room" in told
    assert "private-chat" not in told
    assert [word for word in words if word not in told] == []


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file of something else is named and left as it is."""
    path = tmp_path / "turns.db"
    path.write_text("a letter, not a database\n" * 100, encoding="utf-8")
    expect_refusal(path, "file is not a database")
    assert path.read_text(encoding="utf-8").startswith("a letter")


def test_damaged_file_is_refused(tmp_path: Path) -> None:
    """A database whose pages are damaged is named."""
    path = tmp_path / "turns.db"
    Turns(path, every=2).is_due("a chat")
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    expect_refusal(path, "database disk image is malformed")


def test_table_of_another_program_is_refused(tmp_path: Path) -> None:
    """A database with another table of that name is named, and not written to."""
    path = tmp_path / "turns.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE turns (last_at TEXT, who TEXT)")
        database.execute("INSERT INTO turns VALUES (0, 'me')")
    expect_refusal(path, "OperationalError")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT * FROM turns").fetchall() == [("0", "me")]


def test_read_only_file_is_refused(tmp_path: Path) -> None:
    """A file that may be read but not written is named."""
    path = tmp_path / "turns.db"
    Turns(path, every=2).is_due("a chat")
    raw = bytearray(path.read_bytes())
    raw[18] = 3  # a later version for writing: SQLite then opens it for reading alone
    path.write_bytes(raw)
    expect_refusal(path, "readonly database")


def test_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A folder below a file, and a folder in the file's place, are named."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    expect_refusal(tmp_path / "file" / "turns.db", "Error")
    (tmp_path / "folder.db").mkdir()
    expect_refusal(tmp_path / "folder.db", "unable to open database file")


def test_writer_that_never_ends_is_refused(tmp_path: Path) -> None:
    """Where another program holds the file for longer than the patience, that is told."""
    path = tmp_path / "turns.db"
    Turns(path, every=2).is_due("a chat")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        expect_refusal(path, "database is locked")


def test_full_disk_is_refused(tmp_path: Path) -> None:
    """Where the file can grow no more, the turn fails, and counts again when there is room."""
    path = tmp_path / "turns.db"
    code = (
        "import resource, signal, sys; from watchpost.errors import WatchpostError;"
        " from watchpost.health.turns import Turns\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))\n"
        "try: Turns(sys.argv[1], 2).is_due('a chat')\n"
        "except WatchpostError as error: print(error)"
    )
    child = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(child, check=True, capture_output=True, text=True)
    assert done.stdout.startswith(f"{path}: turns cannot be counted")
    assert Turns(path, every=2).is_due("a chat")
