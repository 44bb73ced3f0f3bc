"""A run that is killed at any moment is completed by the next one: same objects, nothing twice."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.whole.manifests import API, BILLING, QUEUE, SHOP, write_manifest
from tests.whole.observed import finish_deployments, observe_projects, observe_rows, row_of
from tests.whole.program import Program, prepare

if TYPE_CHECKING:
    from tests.conftest import Restorable
    from tests.sandboxes import RunningSandbox

pytestmark = pytest.mark.whole
APPS = ("shop-web", "shop-api", "billing-api")
MOMENTS = 25
FLEET = write_manifest(
    {
        "shop": {**SHOP, "digests_min_delay_seconds": 120},
        "api": {**API, "keys": {"production": {"rate_limit": {"count": 9, "window_seconds": 60}}}},
        "queue": QUEUE,
        "billing": BILLING,
    }
)


@dataclass(frozen=True)
class Undisturbed:
    """What a run that nobody killed leaves, and how long it took."""

    objects: tuple[Any, Any]
    seconds: float


def observe(sandbox: RunningSandbox) -> tuple[Any, Any]:
    """Projects with their keys, and rows of all apps."""
    return observe_projects(sandbox), observe_rows(sandbox, APPS)


@pytest.fixture(scope="session")
def undisturbed(demo_process: Restorable, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """One whole run, as the measure of all others."""
    sandbox = demo_process.restored()
    program = prepare(tmp_path_factory.mktemp("undisturbed"), sandbox)
    program.declare(FLEET)
    started = time.time()
    program.up()
    last = max(each["ended"] for each in sandbox.log())
    return Undisturbed(observe(sandbox), last - started)


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_killed_run_is_completed_by_the_next(
    undisturbed: Undisturbed, tmp_path: Path, demo_sandbox: RunningSandbox, moment: int
) -> None:
    """
    SIGKILL at a random moment with checkpoints skipped, `pulumi cancel`, one up: the same
    objects as an undisturbed run, and every running app redeployed after its last change.
    """
    program = prepare(tmp_path, demo_sandbox, {"PULUMI_SKIP_CHECKPOINTS": "true"})
    program.declare(FLEET)
    kill_after(program, random.Random(moment).uniform(0.3, 1) * undisturbed.seconds)  # noqa: S311  a moment, no secret
    program.engine.run("cancel", "--yes")
    program.up()
    assert observe(demo_sandbox) == undisturbed.objects
    assert_nothing_is_owed(demo_sandbox, "shop-web")
    assert_nothing_is_owed(demo_sandbox, "shop-api")
    preview = program.engine.preview()
    assert preview.is_clean, preview


def kill_after(program: Program, seconds: float) -> None:
    """Start an up in a session of its own and kill all its processes after *seconds*."""
    process = subprocess.Popen(
        program.engine.command("up", "--yes", "--skip-preview"),
        env=program.engine.full_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    for pid in members_of(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def members_of(session: int) -> list[int]:
    """
    Ids of all processes of a session, its leader first.

    The engine gives each plugin a process group of its own, so the group alone is not all of it.
    """
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(entry.name))
    return sorted(found, key=lambda pid: pid != session)


def assert_nothing_is_owed(sandbox: RunningSandbox, app: str) -> None:
    """Once its deployments are through, the app runs with the DSN that its row holds."""
    finish_deployments(sandbox, app)
    running = sandbox.control("GET", f"/coolify/applications/{app}/running-environment")
    assert running["runtime"]["SENTRY_DSN"] == row_of(sandbox, app, "SENTRY_DSN")["value"]
