"""What goes wrong around plan, apply and drift: told in words, nothing half done, nothing shown."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.whole.command import (
    environment_of,
    finish,
    run,
    start,
    wait_for_first_write,
    wait_until,
)
from tests.whole.manifests import API, QUEUE, write_manifest
from tests.whole.observed import observe_projects, observe_rows
from tests.whole.program import ROOT

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole
MANIFEST = write_manifest({"api": API, "queue": QUEUE})
VERBS = (("plan",), ("apply", "--yes"), ("drift",))
SLUGS = ("acme-api", "acme-queue")
SLOW = {"service": "*", "method": "POST", "latency_seconds": 1}


@pytest.fixture
def stack(program: Program) -> Program:
    """A stack with a manifest of two entries, of which nothing is applied."""
    program.declare(MANIFEST)
    return program


def assert_complete(program: Program) -> None:
    """The next apply completes it: every object once, and nothing is left to do."""
    program.sandbox.clear_faults()
    run(program, "apply", "--yes")
    assert_whole(program)


def assert_whole(program: Program) -> None:
    """Every object is there once, and the row names its key."""
    projects = observe_projects(program.sandbox)
    labels = {slug: [key[0] for key in projects[slug]["keys"]] for slug in SLUGS}
    assert labels == {slug: ["Default"] for slug in SLUGS}
    rows = observe_rows(program.sandbox, ["shop-api"])["shop-api"]
    found = [row[2] for row in rows if row[0] == "SENTRY_DSN" and not row[1]]
    assert found == ["acme-api/Default"]


@pytest.mark.parametrize("verb", VERBS, ids=lambda words: words[0])
def test_engine_missing(stack: Program, verb: tuple[str, ...]) -> None:
    """Without Pulumi each verb says so and what to run."""
    (stack.folder / ".venv").unlink()
    printed = run(stack, *verb, code=1, PATH="/usr/bin:/bin")
    assert "pulumi: is not installed\n  fix: run `script/bootstrap`" in printed
    assert stack.sandbox.log() == []


@pytest.mark.parametrize("verb", VERBS, ids=lambda words: words[0])
def test_wrong_version(stack: Program, verb: tuple[str, ...]) -> None:
    """An engine that Pulumi.yaml does not accept is named as the cause."""
    text = (ROOT / "Pulumi.yaml").read_text(encoding="utf-8")
    (stack.folder / "Pulumi.yaml").unlink()
    wanted = text.replace(">=3.252.0", ">=99.0.0")
    assert wanted != text
    (stack.folder / "Pulumi.yaml").write_text(wanted, encoding="utf-8")
    printed = run(stack, *verb, code=1)
    assert "this engine's version is not the one that Pulumi.yaml asks for" in printed
    assert "script/bootstrap" in printed
    assert stack.sandbox.writes() == []


@pytest.mark.parametrize("verb", VERBS, ids=lambda words: words[0])
def test_wrong_passphrase(stack: Program, verb: tuple[str, ...]) -> None:
    """A passphrase that is not the stack's is told, with the variable that holds it."""
    printed = run(stack, *verb, code=1, PULUMI_CONFIG_PASSPHRASE="not-the-one")
    assert "the passphrase is not the one that this stack was made with" in printed
    assert "PULUMI_CONFIG_PASSPHRASE" in printed
    assert "not-the-one" not in printed
    assert stack.sandbox.writes() == []


def test_corrupt_state(stack: Program) -> None:
    """A state file that is cut: each verb names the copy; with that the next apply completes."""
    stack.up()
    file = stack.folder / "state/.pulumi/stacks/watchpost/tests.json"
    shutil.copy(file, f"{file}.good")
    file.write_text(file.read_text(encoding="utf-8")[:200], encoding="utf-8")
    stack.sandbox.clear_log()
    for verb in VERBS:
        printed = run(stack, *verb, code=1)
        assert "the recorded state cannot be read" in printed
        assert ".json.bak" in printed
    assert stack.sandbox.writes() == []
    Path(f"{file}.good").replace(file)
    assert_complete(stack)


def write_lock(program: Program, pid: int) -> None:
    """Lock the stack as the engine does."""
    folder = program.folder / "state/.pulumi/locks/organization/watchpost/tests"
    folder.mkdir(parents=True, exist_ok=True)
    lock = {"pid": pid, "username": "ann", "hostname": socket.gethostname()}
    lock["timestamp"] = "2026-11-28T12:56:31Z"
    (folder / "one.json").write_text(json.dumps(lock), encoding="utf-8")


def test_locked_state(stack: Program) -> None:
    """
    A lock left behind is explained and cleared on request; one whose process runs never is.

    Plan and drift take no lock and go on.
    """
    write_lock(stack, os.getpid())
    printed = run(stack, "apply", "--yes", "--clear-lock", code=1)
    assert f"held by ann@{socket.gethostname()} (pid {os.getpid()})" in printed
    assert "that process runs" in printed
    gone = subprocess.Popen(["true"])
    gone.wait()
    write_lock(stack, gone.pid)
    assert "created" in run(stack, "plan")
    printed = run(stack, "apply", "--yes", code=1)
    assert "that process is gone, so the lock is stale" in printed
    assert "`watchpost apply --clear-lock`" in printed
    assert stack.sandbox.writes() == []
    assert "the lock of stack tests is taken away" in run(stack, "apply", "--yes", "--clear-lock")
    assert_whole(stack)


def test_service_down_before(stack: Program) -> None:
    """A service that is down before the run: plan and drift say what was not checked; no write."""
    stack.up()
    stack.sandbox.clear_log()
    places = {"sentry": "api.keys.production", "coolify": "api.apps.shop-api"}
    for service, place in places.items():
        stack.sandbox.add_fault(service=service, status=503)
        said = f"{service.capitalize()} answered 503"
        assert said in run(stack, "plan", code=3)
        printed = run(stack, "drift", code=3)
        assert "0 drifted, 0 pending, 0 unreadable" in printed
        assert said in printed
        assert [each for each in places.values() if each in printed] == [place]
        stack.sandbox.clear_faults()
    assert stack.sandbox.writes() == []


def test_service_down_before_an_apply(stack: Program) -> None:
    """An apply that would fail for a service that is down ends before the first write."""
    stack.sandbox.add_fault(service="coolify", status=503)
    printed = run(stack, "apply", "--yes", code=1)
    assert "nothing was written: a run would fail" in printed
    assert "`watchpost doctor`" in printed
    assert stack.sandbox.writes() == []


def test_service_down_in_the_middle(stack: Program) -> None:
    """Coolify goes down in the middle: what it concerns fails, by project; then all completes."""
    stack.sandbox.add_fault(**SLOW)
    process = start(stack, "apply", "--yes", "--out", "applied.json")
    wait_for_first_write(stack.sandbox, process)
    stack.sandbox.add_fault(service="coolify", status=503)
    printed = finish(stack, process, code=1)
    assert "Coolify answered 503" in printed
    outcome = json.loads((stack.folder / "applied.json").read_text(encoding="utf-8"))
    assert outcome["results"]["api"] == "done"
    assert outcome["results"]["api/shop-api"] == "failed"
    assert outcome["exit_codes"] == [1]
    assert_complete(stack)


def test_token_expired_in_the_middle(stack: Program) -> None:
    """Sentry's token expires in the middle: its variable is named; with a new one all completes."""
    stack.sandbox.add_fault(**SLOW)
    process = start(stack, "apply", "--yes")
    wait_for_first_write(stack.sandbox, process)
    body = {"detail": "Token expired"}
    stack.sandbox.add_fault(service="sentry", status=401, body=body)
    printed = finish(stack, process, code=1)
    assert "SENTRY_AUTH_TOKEN" in printed
    assert_complete(stack)


def test_disk_full_while_writing_the_plan(stack: Program) -> None:
    """A plan that does not fit on the disk: told, nothing half written, the old file kept."""
    (stack.folder / "plan.html").write_text("the old plan", encoding="utf-8")
    environment = environment_of(stack)
    measuring = [name for name in environment if name.startswith("COVERAGE_")]
    done = subprocess.run(
        [sys.executable, "-m", "watchpost", "plan", "--out", "plan.html"],
        cwd=stack.folder,
        env={name: value for name, value in environment.items() if name not in measuring},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    assert done.returncode == 1, done.stderr
    assert "plan.html: cannot be written: File too large" in done.stderr
    assert (stack.folder / "plan.html").read_text(encoding="utf-8") == "the old plan"
    assert not list(stack.folder.glob(".plan.html*"))
    assert stack.sandbox.writes() == []


def test_output_to_a_closed_pipe(stack: Program) -> None:
    """Nobody reads: a plan ends quietly, an apply before its first write and never after it."""
    for verb in (("plan",), ("apply", "--yes")):
        reading, writing = os.pipe()
        os.close(reading)
        process = start(stack, *verb, stdout=writing, stderr=subprocess.PIPE)
        os.close(writing)
        said = process.communicate(timeout=60)[1]
        assert process.returncode == 1, said
        assert "Traceback" not in said
        assert ("nothing was written" in said) == (verb[0] == "apply")
    assert stack.sandbox.writes() == []
    stack.sandbox.add_fault(**SLOW)
    process = start(stack, "apply", "--yes", stderr=subprocess.DEVNULL)
    wait_for_first_write(stack.sandbox, process)
    assert process.stdout is not None
    process.stdout.close()
    process.wait(timeout=60)
    assert process.returncode == 0
    stack.sandbox.clear_faults()
    assert_whole(stack)


def test_two_applies_at_once(stack: Program) -> None:
    """The second of two applies writes nothing and says to wait; the first is not disturbed."""
    stack.sandbox.add_fault(**SLOW)
    first = start(stack, "apply", "--yes")
    wait_for_first_write(stack.sandbox, first)
    lock = next((stack.folder / "state/.pulumi/locks").rglob("*.json"))
    engine = int(json.loads(lock.read_text(encoding="utf-8"))["pid"])
    os.kill(engine, signal.SIGSTOP)  # so that it holds the lock however slow this machine is
    try:
        printed = run(stack, "apply", "--yes", code=1)
    finally:
        os.kill(engine, signal.SIGCONT)
    assert "another run holds the stack's lock" in printed
    assert "wait for it" in printed
    finish(stack, first, code=0)
    stack.sandbox.clear_faults()
    assert_whole(stack)


def test_interrupted_apply_says_where_it_stands(stack: Program) -> None:
    """One interrupt: what runs is finished, the rest is told, and the next apply completes it."""
    stack.sandbox.add_fault(**SLOW)
    process = start(stack, "apply", "--yes", "--out", "applied.json")
    wait_for_first_write(stack.sandbox, process)
    process.send_signal(signal.SIGINT)
    printed = finish(stack, process, code=130)
    assert "interrupted: finishing what runs" in printed
    assert "the next apply completes the rest" in printed
    outcome = json.loads((stack.folder / "applied.json").read_text(encoding="utf-8"))
    assert outcome["was_interrupted"]
    assert outcome["results"]["api/shop-api"] == "untouched"
    assert "done" in outcome["results"].values()
    assert not list((stack.folder / "state/.pulumi/locks").rglob("*.json"))
    assert_complete(stack)
    assert "no changes" in run(stack, "plan", "--detailed-exitcode")


def test_interrupted_twice_gives_the_lock_back(stack: Program) -> None:
    """A second interrupt ends the run at once and leaves no lock; the next apply completes."""
    stack.sandbox.add_fault(**{**SLOW, "latency_seconds": 8})
    process = start(stack, "apply", "--yes")
    folder = stack.folder / "state/.pulumi/locks"
    wait_until(lambda: list(folder.rglob("*.json")), process)
    wait_until(lambda: any(each["method"] == "POST" for each in stack.sandbox.log()), process)
    process.send_signal(signal.SIGINT)
    wait_until(lambda: True, process)
    process.send_signal(signal.SIGTERM)
    printed = finish(stack, process, code=130)
    assert "interrupted again: ending at once" in printed
    assert not list(folder.rglob("*.json"))
    assert_complete(stack)
