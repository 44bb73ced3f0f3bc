"""The command line: starting, announcing, stopping, continuing."""

import contextlib
import json
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.sandboxes import REPOSITORY, RunningSandbox, send, start_sandbox, stop

PYTHON = sys.executable


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the sandbox's command to its end."""
    command = [PYTHON, "-m", "sandbox", *arguments]
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=False
    )


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_help_teaches() -> None:
    """It says what the profiles are, what the ready file holds, and how to look around."""
    done = run("--help")
    assert done.returncode == 0
    for word in ("contracts", "demo", "empty", "coolify_url", "control_url", "/log", "curl"):
        assert word in done.stdout


def test_wrong_usage_is_told() -> None:
    """An unknown profile is refused with those that exist."""
    done = run("--seed", "nothing")
    assert done.returncode != 0
    assert "contracts" in done.stderr


def test_the_ready_file_is_whole_and_true() -> None:
    """Once it is there all three addresses answer, and it has tokens and variables."""
    port = free_port()
    with start_sandbox("contracts", "--coolify-port", str(port)) as sandbox:
        assert sandbox.coolify_url == f"http://127.0.0.1:{port}"
        assert sandbox.coolify("GET", "/version").status == 200
        assert sandbox.sentry("GET", "/api/0/organizations/acme/").status == 200
        assert sandbox.control("GET", "/log")["requests"]
        assert set(sandbox.variables) == {
            *("app", "app2", "app3", "service", "project", "environment"),
        }


def test_sigterm_stops_cleanly() -> None:
    """It ends with 0 within two seconds, though a client keeps its connection open."""
    with start_sandbox("empty") as sandbox:
        host, port = sandbox.coolify_url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as idle:
            idle.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            idle.recv(1024)
            started = time.monotonic()
            assert stop(sandbox.process) == 0
            assert time.monotonic() - started < 2


def test_a_slow_answer_does_not_hold_up_the_end() -> None:
    """A request that takes long is given up."""
    with start_sandbox("empty") as sandbox:
        sandbox.add_fault(service="coolify", latency_seconds=30)
        host, port = sandbox.coolify_url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as slow:
            slow.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.1)
            started = time.monotonic()
            assert stop(sandbox.process) == 0
            assert time.monotonic() - started < 2


def test_requests_in_flight_are_answered_first() -> None:
    """What was asked before SIGTERM gets its answer, and the write is kept."""
    with start_sandbox("contracts") as sandbox, ThreadPoolExecutor(5) as pool:
        sandbox.add_fault(service="coolify", latency_seconds=0.4)
        app = "/applications/railpack-hono/envs"
        asked = [
            pool.submit(sandbox.coolify, "POST", app, {"key": f"A{number}"}) for number in range(5)
        ]
        time.sleep(0.2)
        assert stop(sandbox.process) == 0
        assert [answer.result().status for answer in asked] == [201] * 5


def test_two_sandboxes_know_nothing_of_each_other() -> None:
    """Two processes have their own addresses, tokens and content."""
    with start_sandbox("contracts") as one, start_sandbox("contracts") as other:
        assert one.coolify_url != other.coolify_url
        one.coolify("POST", "/applications/railpack-hono/envs", {"key": "A"})
        assert other.coolify("GET", "/applications/railpack-hono/envs").body == []
        token = one.tokens["coolify"]["root"]
        assert send("GET", f"{other.coolify_url}/api/v1/version", token=token).status == 401


def test_an_old_ready_file_is_removed_first(tmp_path: Path) -> None:
    """Who waits for the file never reads that of an earlier run, nor half of one."""
    ready_file = tmp_path / "ready.json"
    ready_file.write_text("{}")
    command = [PYTHON, "-m", "sandbox", "--ready-file", str(ready_file)]
    with subprocess.Popen(command, cwd=REPOSITORY) as process:
        try:
            text = _text_once_rewritten(ready_file)
            assert json.loads(text)["control_url"].startswith("http://127.0.0.1:")
        finally:
            assert stop(process) == 0


def _text_once_rewritten(file: Path) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            text = file.read_text()
            if text != "{}":
                return text
    raise AssertionError("it was never rewritten")


@pytest.mark.parametrize("option", ["--ready-file", "--database"])
def test_a_file_that_cannot_be_is_told(tmp_path: Path, option: str) -> None:
    """It ends with 1 and the reason, not without a file and not with a traceback."""
    done = run(option, str(tmp_path / "nowhere" / "file"))
    assert (done.returncode, done.stderr[:9]) == (1, "sandbox: ")
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """It is left as it is."""
    other = tmp_path / "notes.txt"
    other.write_text("not a database, but somebody's notes\n" * 50)
    done = run("--database", str(other))
    assert (done.returncode, done.stderr[:9]) == (1, "sandbox: ")
    assert other.read_text().startswith("not a database")


def test_a_database_of_an_older_version_is_told(tmp_path: Path) -> None:
    """A file whose tables lack what this version needs is named, with what to do."""
    database = tmp_path / "old.sqlite"
    with contextlib.closing(sqlite3.connect(database)) as old:
        old.execute("CREATE TABLE sentry_events (id INTEGER PRIMARY KEY)")
    done = run("--database", str(database))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"sandbox: {database}: no such column: issue_id",
        "  fix: name a new file, or one that this version of the sandbox has made",
    ]


def test_a_taken_port_is_told() -> None:
    """It ends with 1 and the reason, not with a traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("--coolify-port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert done.stderr.startswith("sandbox: ")
    assert "Traceback" not in done.stderr


def test_a_database_is_continued(tmp_path: Path) -> None:
    """A second run of one file has the same tokens and what the first one wrote."""
    database = str(tmp_path / "sandbox.sqlite")
    with start_sandbox("contracts", "--database", database) as first:
        first.coolify("POST", "/applications/railpack-hono/envs", {"key": "KEPT"})
        tokens = first.tokens
    with start_sandbox("contracts", "--database", database) as second:
        assert second.tokens == tokens
        rows = second.coolify("GET", "/applications/railpack-hono/envs").body
        assert [row["key"] for row in rows] == ["KEPT", "KEPT"]
    done = run("--seed", "demo", "--database", database)
    assert done.returncode == 1
    assert "contracts" in done.stderr


def test_the_rate_limits_of_the_profiles() -> None:
    """Cloud has Sentry's limits, none has none at all."""
    with start_sandbox("empty", "--rate-limits", "cloud") as sandbox:
        limits = sandbox.control("GET", "/limits")
        assert limits["sentry"] == {"per_second": 40, "concurrent": 25}
        assert limits["coolify"] == {"limit": 200, "window_seconds": 60.0}
    with start_sandbox("empty", "--rate-limits", "none") as sandbox:
        limits = sandbox.control("GET", "/limits")
        assert limits["sentry"] == {"per_second": None, "concurrent": None}
        assert limits["coolify"]["limit"] is None


def test_it_listens_on_loopback_only() -> None:
    """All three addresses are 127.0.0.1."""
    with start_sandbox("empty") as sandbox:
        for url in (sandbox.sentry_url, sandbox.coolify_url, sandbox.control_url):
            assert url.startswith("http://127.0.0.1:")


def test_the_sandbox_is_quick(contracts_sandbox: RunningSandbox) -> None:
    """A listing of variables is served in under two milliseconds on average."""
    for number in range(6):
        contracts_sandbox.coolify("POST", "/applications/railpack-hono/envs", {"key": f"A{number}"})
    contracts_sandbox.clear_log()
    url = f"{contracts_sandbox.coolify_url}/api/v1/applications/railpack-hono/envs"
    for _ in range(100):
        send("GET", url, token=contracts_sandbox.tokens["coolify"]["root"])
    log = contracts_sandbox.log()
    seconds = sorted(each["ended"] - each["started"] for each in log)
    assert seconds[len(seconds) // 2] < 0.002, json.dumps(seconds)
