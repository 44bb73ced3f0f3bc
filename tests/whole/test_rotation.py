"""A key is rotated under traffic on the real engine: no event is refused, at no time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.whole.observed import finish_deployments, observe_projects, row_of
from tests.whole.program import ROOT, Program, make_apps
from tests.whole.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = pytest.mark.whole
APPS = ("fine", "failing", "slow")
MANIFEST = """\
# the fleet
version: 1
organization: acme
teams: {platform: {}}
projects:
  # rotated under traffic
  fleet:
    platform: python-fastapi   # all of them
    teams: [platform]
    on_remove: delete
    apps:
      - {app: fine, framework: fastapi}
      - {app: failing, framework: fastapi}
      - {app: slow, framework: fastapi}   # the last
"""


def command(program: Program, *arguments: str) -> list[str]:
    """The command line of `watchpost rotate` for the stack of *program*."""
    place = ("-s", "tests", "-C", str(program.folder))
    return [sys.executable, "-m", "watchpost", "rotate", *arguments, *place]


def environment(program: Program) -> dict[str, str]:
    """What the command gets: the engine's environment and this checkout."""
    return {**program.engine.full_environment(), "PYTHONPATH": str(ROOT)}


def rotate(program: Program, *arguments: str, code: int = 0) -> str:
    """Run `watchpost rotate`, which must end with *code*; return what it printed."""
    done = subprocess.run(
        command(program, *arguments),
        env=environment(program),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def status_of(program: Program) -> Any:
    """The one retired key as `rotate status` tells it."""
    (retired,) = json.loads(rotate(program, "status", "--format", "json"))["retired"]
    return retired


def newest_deployment(program: Program, app: str) -> str:
    """The uuid of the app's newest deployment."""
    listed = program.sandbox.control("GET", f"/coolify/applications/{app}/deployments")
    return str(listed["deployments"][0]["deployment_uuid"])


def end(program: Program, app: str, status: str) -> None:
    """Let the app's newest deployment begin or end."""
    path = f"/coolify/deployments/{newest_deployment(program, app)}"
    program.sandbox.control("POST", path, {"status": status})


def keys_of(program: Program) -> dict[str, bool]:
    """Whether each key of the fleet's project is active, by label."""
    keys = observe_projects(program.sandbox)["fleet"]["keys"]
    return {label: is_active for label, is_active, _ in keys}


@pytest.fixture
def running(program: Program) -> Iterator[tuple[Program, Traffic]]:
    """A fleet of three running apps, applied and deployed, that send events all the time."""
    make_apps(program.sandbox, APPS)
    program.declare(MANIFEST)
    program.up()
    for app in APPS:
        finish_deployments(program.sandbox, app)
    with Traffic(program.sandbox, APPS) as traffic:
        traffic.wait_for_rounds()
        yield program, traffic
    assert traffic.statuses() == {200}


def test_rotation_under_traffic(running: tuple[Program, Traffic]) -> None:
    """
    Start, apply, status, finish: one deployment fails, one is slow, a run is killed, and every
    event of every app is accepted all the while.
    """
    program, traffic = running
    label = f"Default-{datetime.now(UTC):%Y%m%d}"
    (old,) = traffic.keys_of("fine")
    started = start(program, old)
    time.sleep(1.05)  # Coolify's clock shows whole seconds
    program.up()
    assert keys_of(program) == {"Default": True, label: True}
    deploy_one_of_three(program, traffic)
    deploy_the_others(program, traffic)
    disable(program, started, old)
    assert keys_of(program) == {"Default": False, label: True}
    traffic.wait_for_rounds()
    delete(program)
    assert keys_of(program) == {label: True}
    assert program.engine.preview().is_clean
    (new,) = traffic.keys_of("slow") - {old}
    assert new in row_of(program.sandbox, "slow", "SENTRY_DSN")["value"]
    assert all(traffic.keys_of(app) == {old, new} for app in APPS)


def start(program: Program, old: str) -> str:
    """Start the rotation, twice; nothing can be finished before an apply. Return the manifest."""
    manifest = program.folder / "projects.yaml"
    shown = rotate(program, "start", "fleet", "production", "--dry-run")
    assert "+      production:" in shown
    assert manifest.read_text() == MANIFEST
    assert (
        shown.splitlines()[:-1]
        == rotate(program, "start", "fleet", "production").splitlines()[
            : len(shown.splitlines()) - 1
        ]
    )
    started = manifest.read_text()
    assert [line for line in MANIFEST.splitlines() if line not in started.splitlines()] == []
    assert f"key_id: {old}" in started
    assert "nothing was changed" in rotate(program, "start", "fleet", "production")
    assert manifest.read_text() == started
    assert status_of(program)["is_replaced"] is False
    rotate(program, "finish", "--quiet-hours", "0", "--allow", "key-delete=9")
    assert keys_of(program) == {"Default": True}
    return started


def deploy_one_of_three(program: Program, traffic: Traffic) -> None:
    """One deployment finishes, one fails, one is under way: two apps run with the old key."""
    end(program, "fine", "finished")
    end(program, "failing", "failed")
    end(program, "slow", "in_progress")
    traffic.wait_for_rounds()
    seen = status_of(program)
    assert seen["rows"] == []
    verdicts = {each["app"]: each["verdict"] for each in seen["running"]}
    assert verdicts == {"failing": "yes", "slow": "yes"}
    waits = rotate(program, "finish", "--quiet-hours", "0", "--allow", "key-delete=9")
    assert "running in slow" in waits
    assert keys_of(program)["Default"]


def deploy_the_others(program: Program, traffic: Traffic) -> None:
    """The failed one is asked for again, the slow one ends: then only the quiet is missing."""
    program.sandbox.coolify("POST", "/applications/failing/restart")
    end(program, "failing", "finished")
    end(program, "slow", "finished")
    traffic.wait_for_rounds()
    seen = status_of(program)
    assert seen["running"] == []
    assert seen["last_event"]["hour"]
    assert "not quiet" in rotate(program, "finish", "--allow", "key-delete=9")
    assert keys_of(program)["Default"]


def disable(program: Program, started: str, old: str) -> None:
    """Without permission nothing happens; with it a killed run is completed by the next."""
    manifest = program.folder / "projects.yaml"
    refused = rotate(program, "finish", "--quiet-hours", "0", code=4)
    (line,) = (each for each in refused.splitlines() if each.startswith("  allow: "))
    assert keys_of(program)["Default"]
    assert manifest.read_text() == started
    allowed = f"{started}{line.strip().replace('...', 'all apps are deployed')}\n"
    manifest.write_text(allowed)
    kill_after_the_write(program, old)
    assert manifest.read_text() == allowed
    program.sandbox.clear_log()
    assert "recorded" in rotate(program, "finish", "--quiet-hours", "0")
    assert writes_to_keys(program) == []
    assert f"disabled_on: {datetime.now(UTC).date()}" in manifest.read_text()


def delete(program: Program) -> None:
    """Within the grace days nothing is written; after them the key and its line go."""
    program.sandbox.clear_log()
    assert "kept until" in rotate(program, "finish")
    assert writes_to_keys(program) == []
    assert "deleted" in rotate(program, "finish", "--grace-days", "0")
    assert writes_to_keys(program) == ["DELETE"]
    assert "retired" not in (program.folder / "projects.yaml").read_text()
    assert rotate(program, "status") == "No key is retired.\n"


def writes_to_keys(program: Program) -> list[str]:
    """The methods of the writes to client keys since the log was cleared."""
    writes = program.sandbox.writes("sentry")
    return [each["method"] for each in writes if "/keys/" in each["path"]]


def kill_after_the_write(program: Program, key_id: str) -> None:
    """Run `finish` and kill it once Sentry has disabled the key and before it hears of that."""
    program.sandbox.add_fault(service="sentry", method="PUT", path="/keys/", drop="after")
    process = subprocess.Popen(
        command(program, "finish", "--quiet-hours", "0"),
        env=environment(program),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while keys_of(program)["Default"]:
        assert process.poll() is None, f"it ended before {key_id} was disabled"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    program.sandbox.clear_faults()
