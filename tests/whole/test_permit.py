"""
What somebody changes between a plan and its apply is not written over: the apply ends with 4.

The race is a real one: the plan is made, then the change, then the plan is applied.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.whole.manifests import API, SHOP, write_manifest
from tests.whole.observed import observe_keys, row_of
from tests.whole.program import ROOT, Program
from tests.whole.recorded import Recorded, announced, prepare_recorded
from watchpost import exits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.sandboxes import RunningSandbox

pytestmark = pytest.mark.whole
BEFORE = {"shop": SHOP, "api": API}
AFTER = {"shop": SHOP, "api": {**API, "apps": [{**API["apps"][0], "environment": "staging"}]}}
RENAMED = {"shop": {**SHOP, "platform": "node"}, "api": API}


@pytest.fixture
def recorded(
    tmp_path: Path, demo_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Recorded]:
    """The fleet as it was applied once."""
    with prepare_recorded(tmp_path, demo_sandbox, monkeypatch) as found:
        found.program.declare(write_manifest(BEFORE))
        found.program.up()
        yield found


def edit_row(sandbox: RunningSandbox, app: str, name: str) -> None:
    """Edit a row by hand."""
    row = row_of(sandbox, app, name)
    sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": "by hand"})


def edit_another_app(sandbox: RunningSandbox) -> None:
    """A row of an app that the plan does not touch."""
    edit_row(sandbox, "shop-web", "SENTRY_ENVIRONMENT")


def edit_another_row(sandbox: RunningSandbox) -> None:
    """Another row of the app that the plan changes."""
    edit_row(sandbox, "shop-api", "SENTRY_DSN")


def rename_project(sandbox: RunningSandbox) -> None:
    """A project that the plan does not touch gets another name."""
    sandbox.sentry("PUT", "/api/0/projects/acme/acme-shop/", {"name": "By hand"})


def unbind_team(sandbox: RunningSandbox) -> None:
    """A project that the plan does not touch loses a team."""
    sandbox.sentry("DELETE", "/api/0/projects/acme/acme-shop/teams/web/")


def disable_key(sandbox: RunningSandbox) -> None:
    """A key that the plan does not touch is switched off."""
    keys = {name: public for public, name in observe_keys(sandbox).items()}
    path = f"/api/0/projects/acme/acme-shop/keys/{keys['acme-shop/preview']}/"
    sandbox.sentry("PUT", path, {"isActive": False})


@pytest.mark.parametrize(
    ("manifest", "change", "hit"),
    [
        (AFTER, edit_another_app, "shop/shop-web"),
        (AFTER, edit_another_row, "api/shop-api"),
        (AFTER, unbind_team, "shop"),
        (AFTER, disable_key, "shop/preview"),
        (RENAMED, rename_project, "shop"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_a_change_after_the_plan_is_not_written_over(
    recorded: Recorded,
    manifest: dict[str, Any],
    change: Callable[[RunningSandbox], None],
    hit: str,
) -> None:
    """The apply ends with 4, names what moved, and writes nothing that the plan does not hold."""
    recorded.program.declare(write_manifest(manifest))
    planned = recorded.plan()
    assert announced(planned.plan)
    change(recorded.sandbox)
    outcome, sent = recorded.apply(planned)
    assert exits.worst_of(outcome.exit_codes()) == exits.UNSAFE
    assert outcome.results[hit] == "unplanned", outcome
    assert sent - announced(planned.plan) == {}, sent
    others = {result for name, result in outcome.results.items() if name != hit}
    assert others <= {"done", "untouched", "unclear"}, outcome
    assert outcome.reasons[hit]


def test_another_plan_than_the_reviewed_one_is_not_applied(program: Program) -> None:
    """`--plan-hash` of another plan ends with 4, shows what moved, and nothing is written."""
    program.declare(write_manifest({"api": API}))
    watchpost(program, "plan", "--out", "reviewed.json")
    reviewed = json.loads((program.folder / "reviewed.json").read_text(encoding="utf-8"))
    program.declare(write_manifest({"api": {**API, "platform": "node"}}))
    program.sandbox.clear_log()
    done = watchpost(
        program, "apply", "--plan-hash", reviewed["hash"], "--reviewed", "reviewed.json"
    )
    assert done.returncode == exits.UNSAFE, done.stdout + done.stderr
    assert "- create project api platform python-fastapi" in done.stdout
    assert "+ create project api platform node" in done.stdout
    assert program.sandbox.writes() == []


def watchpost(program: Program, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in the program's folder."""
    return subprocess.run(
        [sys.executable, "-m", "watchpost", *arguments, "--stack", program.engine.stack],
        cwd=program.folder,
        env={**os.environ, **program.engine.environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
