"""The audit log: only ever added to, chained, whole after killed writers and parallel ones."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from watchpost.errors import SettingsError
from watchpost.health.audit_history import parse_history, render_history
from watchpost.health.audit_log import AuditLog, open_audit_log

ROOT = Path(__file__).resolve().parents[3]
NAMES_OF_USERS = ("LOGNAME", "USER", "LNAME", "USERNAME")
WRITER = """
import sys
from pathlib import Path
from watchpost.health.audit_log import AuditLog

log = AuditLog(Path(sys.argv[1]), sys.argv[2])
for number in range(int(sys.argv[3])):
    log.append({"act": f"{sys.argv[2]}-{number}", "reason": "x" * number})
"""


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    """A log that is not there yet."""
    return AuditLog(tmp_path / "state" / "audit.jsonl", "ann@desk")


def line(**changes: Any) -> dict[str, Any]:
    """The fields of one line."""
    fields = {
        "act": "5f2c9a1be07d4433",
        "action": "resolve",
        "entry": "shop",
        "organization": "acme",
        "project": "acme-shop",
        "issue": "4217",
        "short_id": "SHOP-1A",
        "reason": "totals are optional since 1.4.2",
        "in_release": None,
        "before": {"status": "unresolved", "substatus": "ongoing", "statusDetails": {}},
        "outcome": "done",
    }
    return fields | changes


def written(log: AuditLog) -> list[dict[str, Any]]:
    """The lines of a whole log."""
    history = parse_history(log.read())
    assert history.faults == ()
    return [dict(each) for each in history.lines]


def test_a_line_is_on_the_disk_before_anything_goes_on(
    log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is written out when all of the line is in it."""
    sizes: list[int] = []
    sync = os.fsync

    def look(handle: int) -> None:
        sizes.append(os.fstat(handle).st_size)
        sync(handle)

    monkeypatch.setattr(os, "fsync", look)
    log.append(line())
    assert sizes == [log.path.stat().st_size]


def test_a_line_holds_who_when_and_what(log: AuditLog) -> None:
    """Version, moment, actor, the fields, and the first has no line before it."""
    log.append(line())
    (only,) = written(log)
    assert (only["version"], only["actor"], only["previous"]) == (1, "ann@desk", "")
    assert only["at"].endswith("+00:00")
    assert line().items() <= only.items()


def test_the_file_is_for_its_user_alone(log: AuditLog) -> None:
    """Mode 0600, in a folder of mode 0700, whatever the mask."""
    before = os.umask(0)
    try:
        log.append(line())
    finally:
        os.umask(before)
    assert log.path.stat().st_mode & 0o777 == 0o600
    assert log.path.parent.stat().st_mode & 0o777 == 0o700


def test_what_is_there_stays(log: AuditLog) -> None:
    """Each line is added behind the others, which do not change by a byte."""
    log.append(line())
    first = log.read()
    log.append(line(reason="x" * 20_000))
    second = log.read()
    log.append(line())
    assert second.startswith(first)
    assert log.read().startswith(second)
    assert len(written(log)) == 3


@pytest.mark.parametrize("taken", [0, 1])
def test_a_line_that_was_taken_out_shows(log: AuditLog, taken: int) -> None:
    """The one behind it does not follow the one before it."""
    for number in range(3):
        log.append(line(act=str(number)))
    lines = log.path.read_bytes().splitlines(keepends=True)
    del lines[taken]
    log.path.write_bytes(b"".join(lines))
    (fault,) = parse_history(log.read()).faults
    assert fault.startswith(f"line {taken + 1} does not follow the one before it")


def test_a_line_that_was_changed_shows(log: AuditLog) -> None:
    """The next one holds the sum of what it was; both are still told."""
    log.append(line())
    log.append(line())
    log.path.write_bytes(log.read().replace(b"optional", b"required", 1))
    history = parse_history(log.read())
    assert (len(history.lines), len(history.faults)) == (2, 1)
    assert "line 2 does not follow" in render_history(history)[-1]


@pytest.mark.parametrize("torn", [b'{"version": 1, "act', b"\x00\xff", b"[]"])
def test_a_torn_line_is_told_and_does_not_stop_the_next(log: AuditLog, torn: bytes) -> None:
    """A writer was killed: its half line stays, and the next stands on a line of its own."""
    log.append(line(act="1"))
    with log.path.open("ab") as stream:
        stream.write(torn)
    log.append(line(act="2"))
    log.append(line(act="3"))
    history = parse_history(log.read())
    assert [each["act"] for each in history.lines] == ["1", "2", "3"]
    (fault,) = history.faults
    assert fault.startswith("line 2 is not whole")


def test_parallel_writers_of_several_processes(log: AuditLog) -> None:
    """Four processes add sixty lines each: all are there, whole, in one chain."""
    command = [sys.executable, "-c", WRITER, str(log.path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [
        subprocess.Popen([*command, name, "60"], env=environment) for name in ("a", "b", "c", "d")
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    acts = {each["act"] for each in written(log)}
    assert acts == {f"{name}-{number}" for name in "abcd" for number in range(60)}


def test_a_killed_writer_leaves_a_log_that_goes_on(log: AuditLog) -> None:
    """Whenever it is killed; its lock goes with it."""
    command = [sys.executable, "-c", WRITER, str(log.path), "a", "100000"]
    writer = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
    while not log.path.exists() or log.path.stat().st_size < 10_000:
        assert writer.poll() is None
    writer.kill()
    writer.wait()
    log.append(line(act="after"))
    history = parse_history(log.read())
    assert history.lines[-1]["act"] == "after"
    assert len(history.faults) <= 1


def test_a_log_that_another_holds_is_not_waited_for_for_ever(log: AuditLog) -> None:
    """After its patience the writer gives up, and nothing is written."""
    log.append(line())
    with log.path.open("rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(SettingsError, match="cannot be used"):
            AuditLog(log.path, "ann@desk", patience_seconds=0.05).append(line())
    assert len(written(log)) == 1


def test_a_log_that_is_put_away_meanwhile_is_begun_anew(log: AuditLog) -> None:
    """A writer that waited for it writes into the file that bears the name now, not the old one."""
    log.append(line(act="1"))
    old = log.path.with_name("audit.jsonl.1")
    with log.path.open("rb") as holder, ThreadPoolExecutor() as writers:
        fcntl.flock(holder, fcntl.LOCK_EX)
        waiting = writers.submit(log.append, line(act="2"))
        while not waiting.running():
            pass
        time.sleep(0.05)  # until it waits; were it later, nothing would be tried
        log.path.rename(old)
        fcntl.flock(holder, fcntl.LOCK_UN)
        waiting.result()
    assert [each["act"] for each in written(log)] == ["2"]
    assert [each["act"] for each in parse_history(old.read_bytes()).lines] == ["1"]


def test_a_pipe_is_no_log(tmp_path: Path) -> None:
    """Neither reading nor writing waits for somebody at its other end."""
    os.mkfifo(tmp_path / "pipe")
    log = AuditLog(tmp_path / "pipe", "ann@desk")
    for use in (log.read, partial(log.append, line())):
        with pytest.raises(SettingsError, match="it is no regular file"):
            use()


def test_a_last_line_of_any_length_is_found(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a megabyte without a line break no part is looked at again and again."""
    log.append(line(act="1"))
    with log.path.open("ab") as stream:
        stream.write(b"\0" * 2**20)
    looked_at: list[int] = []
    read = os.pread

    def count(handle: int, length: int, start: int) -> bytes:
        looked_at.append(length)
        return read(handle, length, start)

    monkeypatch.setattr(os, "pread", count)
    log.append(line(act="2"))
    assert sum(looked_at) < 4 * 2**20
    history = parse_history(log.read())
    assert ([each["act"] for each in history.lines], len(history.faults)) == (["1", "2"], 1)


@pytest.mark.parametrize("place", ["/dev/full", "/proc/version", ".", "a-file/audit.jsonl"])
def test_a_place_that_takes_no_line_is_refused(tmp_path: Path, place: str) -> None:
    """A device, a file that nobody may write, a folder, a path through a file."""
    (tmp_path / "a-file").write_text("")
    with pytest.raises(SettingsError, match="the audit log cannot be used"):
        AuditLog(tmp_path / place, "ann@desk").append(line())


def test_a_log_that_cannot_be_read_is_not_empty(tmp_path: Path) -> None:
    """A folder, or a path through a file, is told; only a file that is not there is no log yet."""
    (tmp_path / "a-file").write_text("")
    for place in (tmp_path, tmp_path / "a-file" / "audit.jsonl"):
        with pytest.raises(SettingsError, match="the audit log cannot be used"):
            AuditLog(place, "ann@desk").read()


def test_a_full_disk_leaves_nothing_of_the_line(log: AuditLog) -> None:
    """What was written of it is taken back, so that no half line is left."""
    log.append(line())
    before = log.read()
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))\n"
    limited += "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    done = subprocess.run(
        [sys.executable, "-c", limited + WRITER, str(log.path), "a", "100"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "the audit log cannot be used: File too large" in done.stderr
    assert log.read().startswith(before)
    assert log.read().endswith(b"}\n")
    assert parse_history(log.read()).faults == ()


def test_a_log_that_is_not_there_is_empty(log: AuditLog) -> None:
    """Reading makes nothing."""
    assert log.read() == b""
    assert not log.path.parent.exists()
    assert render_history(parse_history(b"")) == ["nothing was resolved or reopened"]


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours, else the folder for state, else the one in the home; the actor is the user here."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", "not/absolute")
    monkeypatch.delenv("WATCHPOST_AUDIT_LOG", raising=False)
    log = open_audit_log()
    assert log.path == tmp_path / ".local" / "state" / "watchpost" / "audit.jsonl"
    assert log.actor.startswith(f"{getpass.getuser()}@")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert open_audit_log().path == tmp_path / "state" / "watchpost" / "audit.jsonl"
    monkeypatch.setenv("WATCHPOST_AUDIT_LOG", str(tmp_path / "log"))
    assert open_audit_log("agent shop-bot") == AuditLog(tmp_path / "log", "agent shop-bot")


def test_a_user_without_a_home_must_name_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's user may have none, nor a name; the actor is then a number."""
    for name in ("WATCHPOST_AUDIT_LOG", "XDG_STATE_HOME", "HOME", *NAMES_OF_USERS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54_321)
    with pytest.raises(SettingsError, match="name a file by WATCHPOST_AUDIT_LOG"):
        open_audit_log()
    monkeypatch.setenv("WATCHPOST_AUDIT_LOG", "audit.jsonl")
    assert open_audit_log().actor.startswith("user 54321@")


def test_each_act_is_told_once_with_its_outcome(log: AuditLog) -> None:
    """An intention is replaced by its outcome; without one, that is said."""
    log.append(line(act="1", outcome="intended", in_release="next"))
    log.append(line(act="1", outcome="done", in_release="next"))
    log.append(line(act="2", action="reopen", outcome="intended", short_id="SHOP-2"))
    first, second = render_history(parse_history(log.read()))
    assert "ann@desk: resolve SHOP-1A in release next, done; was unresolved; totals are" in first
    assert "ann@desk: reopen SHOP-2, no outcome is known; was unresolved" in second


def test_a_line_without_an_act_hides_no_other() -> None:
    """Whatever its place in the log is: it is told for itself."""
    lines = [{"act": "1", "reason": "first"}, {"reason": "second"}, {"act": 2, "reason": "third"}]
    raw = "".join(f"{json.dumps(each)}\n" for each in lines)
    told = "\n".join(render_history(parse_history(raw.encode())))
    assert [word for word in ("first", "second", "third") if word not in told] == []


def test_only_the_entrys_lines_are_told(log: AuditLog) -> None:
    """Of one organization and one entry; what is wrong with the log is told all the same."""
    log.append(line(entry="other"))
    log.append(line(organization="globex"))
    log.append(line())
    log.path.write_bytes(b"torn\n" + log.read())
    history = parse_history(log.read()).of_entry("acme", "shop")
    assert [(each["organization"], each["entry"]) for each in history.lines] == [("acme", "shop")]
    assert len(history.faults) == 2


def test_a_log_that_somebody_wrote_cannot_move_a_cursor() -> None:
    """Whatever stands in a line, of whatever type, is shown clean."""
    odd = {"actor": "\x1b[2Jx", "before": 7, "reason": ["\x1b[31m"], "act": {}, "outcome": None}
    told = render_history(parse_history(json.dumps(odd | {"previous": ""}).encode() + b"\n"))
    assert "\x1b" not in "".join(told)
