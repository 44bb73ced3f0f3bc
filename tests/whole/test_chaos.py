"""Services that fail now and then, and limits that are reached: the run completes all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.whole.manifests import write_manifest
from tests.whole.observed import observe_projects, row_of
from tests.whole.program import Program, make_apps, prepare

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox

pytestmark = pytest.mark.whole
PROJECTS = 30
SHARE = 0.0125
KINDS: tuple[dict[str, Any], ...] = (
    {"status": 500},
    {"status": 503},
    {"drop": "before"},
    {"drop": "after"},
)
LIMITS: dict[str, dict[str, float | None]] = {
    "sentry": {"per_second": 40, "concurrent": 25},
    "coolify": {"limit": 60, "window_seconds": 5},
}


@pytest.fixture
def fleet(tmp_path: Path, empty_sandbox: RunningSandbox) -> Program:
    """A program of thirty projects, two keys and one app each."""
    make_apps(empty_sandbox, [f"app-{number:02}" for number in range(PROJECTS)])
    program = prepare(tmp_path, empty_sandbox)
    keys = {"production": {"label": "Default"}, "preview": {}}
    entries = {
        f"project-{number:02}": {
            "platform": "python",
            "keys": keys,
            "apps": [
                {
                    "app": f"app-{number:02}",
                    "framework": "python",
                    "key": "production",
                    "preview_key": "preview",
                }
            ],
        }
        for number in range(PROJECTS)
    }
    program.declare(write_manifest(entries, teams={"platform": {"name": "Platform"}}))
    return program


def test_five_percent_of_calls_failing_under_limits_completes(fleet: Program) -> None:
    """
    With 5 % of all calls failing in four ways and both services' limits reached, one up makes
    every object once, the next has nothing to do, and at most 1 % of calls are answered 429.
    """
    sandbox = fleet.sandbox
    sandbox.set_options(queue_limit=1000)
    sandbox.set_limits(**LIMITS)
    for seed, kind in enumerate(KINDS):
        sandbox.add_fault(service="*", path=".", share=SHARE, seed=seed, **kind)
    fleet.up()
    log = sandbox.log()
    sandbox.clear_faults()
    failed = [each for each in log if each["status"] in (0, 500, 503)]
    refused = [each for each in log if each["status"] == 429]
    assert len(failed) > len(log) * 0.02
    assert len(log) > (LIMITS["coolify"]["limit"] or 0)
    assert len(refused) <= len(log) / 100, f"{len(refused)} of {len(log)} calls answered 429"
    projects = observe_projects(sandbox)
    made = {
        slug: each["keys"] for slug, each in projects.items() if slug.startswith("acme-project")
    }
    assert len(made) == PROJECTS
    labels = {tuple(label for label, *_ in keys) for keys in made.values()}
    assert labels == {("Default", "preview")}
    for number in range(PROJECTS):
        assert row_of(sandbox, f"app-{number:02}", "SENTRY_DSN")["value"]
    sandbox.set_limits(coolify={"limit": None}, sentry={"per_second": None, "concurrent": None})
    assert fleet.engine.preview().is_clean
