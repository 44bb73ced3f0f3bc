"""`watchpost doctor` on a stack of the real engine, healthy and with faults put into it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.commands.command_line import run
from tests.whole.manifests import FLEET, write_manifest
from tests.whole.program import FINGERPRINT_KEY, ROOT

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole


@pytest.fixture
def stack(program: Program) -> Program:
    """A stack with a manifest and the lock file; nothing is applied."""
    program.declare(write_manifest(FLEET))
    (program.folder / "requirements.lock").symlink_to(ROOT / "requirements.lock")
    return program


def doctor(program: Program, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `watchpost doctor` on the stack."""
    environment = {**program.engine.environment, "WATCHPOST_STACK": "tests", **variables}
    return run("doctor", *arguments, folder=program.folder, variables=environment)


def examined(program: Program, code: int, **variables: str) -> dict[str, dict[str, Any]]:
    """The findings by name; the exit code must be *code*, and no secret may be shown."""
    done = doctor(program, "--format", "json", **variables)
    assert done.returncode == code, done.stdout + done.stderr
    for secret in (
        program.engine.environment["SENTRY_AUTH_TOKEN"],
        program.engine.environment["COOLIFY_TOKEN"],
        FINGERPRINT_KEY,
    ):
        assert secret not in done.stdout + done.stderr
    return {each["name"]: each for each in json.loads(done.stdout)["findings"]}


def write_lock(program: Program, **content: object) -> None:
    """Lock the stack as the engine does."""
    folder = program.folder / "state/.pulumi/locks/organization/watchpost/tests"
    folder.mkdir(parents=True, exist_ok=True)
    host = socket.gethostname()
    usual = {"username": "ann", "hostname": host, "timestamp": "2026-11-28T12:56:31Z"}
    (folder / "one.json").write_text(json.dumps({**usual, **content}), encoding="utf-8")


def dead_pid() -> int:
    """The id of a process that has ended."""
    with subprocess.Popen(["true"]) as process:
        pass
    return process.pid


def test_healthy(stack: Program) -> None:
    """First example: `watchpost doctor` finds nothing wrong, ends with 0 and writes nothing."""
    done = doctor(stack)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 warning, 0 failure, 1 unknown" in done.stdout
    assert "not proven" in done.stdout
    assert "--list-apps" in done.stdout
    assert stack.sandbox.writes() == []


def test_list_apps(stack: Program) -> None:
    """Second example: `watchpost doctor --list-apps --format json` lists what a manifest names."""
    done = doctor(stack, "--list-apps", "--format", "json")
    assert done.returncode == 0, done.stderr
    listed = json.loads(done.stdout)["apps"]
    assert listed[1] == {
        "project": "Shop",
        "environment": "production",
        "name": "shop-api",
        "kind": "application",
        "uuid": "shop-api",
        "status": "running:healthy",
    }
    selected = doctor(stack, "--list-apps", WATCHPOST_STACK="")
    assert "shop-web" in selected.stdout, selected.stderr
    stack.sandbox.add_fault(service="coolify", status=503, body={})
    assert doctor(stack, "--list-apps").returncode == 3


def test_wrong_passphrase(stack: Program) -> None:
    """A wrong passphrase is told; state, manifest and both services are looked at all the same."""
    found = examined(stack, 1, PULUMI_CONFIG_PASSPHRASE="wrong")
    assert found["passphrase"]["state"] == "failure"
    assert "not the one that this stack was made with" in found["passphrase"]["seen"]
    assert found["fingerprint key"]["seen"] == "not checked: see 'passphrase'"
    for name in ("recorded state", "stack lock", "sentry scopes", "coolify values"):
        assert found[name]["state"] == "ok"


def test_stale_lock(stack: Program) -> None:
    """A lock whose process is gone is told with its holder, and the engine takes the cure."""
    pid = dead_pid()
    write_lock(stack, pid=pid)
    locked = stack.engine.up("--skip-preview")
    assert "the stack is currently locked" in locked.stderr
    lock = examined(stack, 1)["stack lock"]
    assert f"(pid {pid}) since 2026-11-28 12:56:31Z" in lock["seen"]
    assert "stale" in lock["seen"]
    assert "pulumi cancel --yes --stack tests" in lock["cure"]
    assert stack.engine.run("cancel", "--yes").exit_code == 0
    assert examined(stack, 0)["stack lock"]["seen"] == "free"


def test_held_lock(stack: Program) -> None:
    """A lock of a process that runs, or of another machine, is a warning and never called stale."""
    write_lock(stack, pid=os.getpid())
    assert "that process runs" in examined(stack, 0)["stack lock"]["seen"]
    write_lock(stack, pid=dead_pid(), hostname="elsewhere")
    assert "another machine" in examined(stack, 0)["stack lock"]["seen"]


@pytest.mark.parametrize("keep", [0, 200])
def test_corrupt_state(stack: Program, keep: int) -> None:
    """A state file that is empty or cut is told, with the copy that lies beside it."""
    file = stack.folder / "state/.pulumi/stacks/watchpost/tests.json"
    file.write_text(file.read_text(encoding="utf-8")[:keep], encoding="utf-8")
    state = examined(stack, 1)["recorded state"]
    assert state["seen"].startswith("the recorded state cannot be read")
    assert ".json.bak" in state["cure"]
    assert Path(f"{file}.bak").exists()


def test_stack_or_backend_missing(stack: Program) -> None:
    """A stack that is not there, and a backend that is not, are told apart."""
    found = examined(stack, 1, WATCHPOST_STACK="other")
    assert found["stack in backend"]["seen"].startswith("there is no such stack")
    found = examined(stack, 1, PULUMI_BACKEND_URL=f"file://{stack.folder}/none")
    assert found["state backend"]["seen"].startswith("the folder of the state backend")
    assert found["stack lock"]["seen"] == "not checked: see 'state backend'"


def test_contradicting_addresses(stack: Program) -> None:
    """Stack and environment that name different servers are refused before any call."""
    stack.engine.run("config", "set", "coolify:url", "https://coolify.example.com")
    stack.sandbox.clear_log()
    found = examined(stack, 1)
    assert "name different servers" in found["coolify address"]["seen"]
    assert found["coolify answers"]["seen"] == "not checked: see 'coolify address'"
    assert found["sentry scopes"]["state"] == "ok"
    assert stack.sandbox.log("coolify") == []


def test_fingerprint_key(stack: Program) -> None:
    """A fingerprint key in clear, and none at all, are failures with the command that mends it."""
    name = "watchpost:fingerprintKey"
    stack.engine.run("config", "set", "--plaintext", name, "in-clear")
    assert "in clear" in examined(stack, 1)["fingerprint key"]["seen"]
    stack.engine.run("config", "rm", name)
    found = examined(stack, 1)["fingerprint key"]
    assert found["seen"] == f"{name} is not set"
    assert "pulumi config set --secret" in found["cure"]
