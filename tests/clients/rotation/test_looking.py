"""What `rotate status` sees of a retired key, in both services over HTTP."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.clients.rotation.rotated import (
    MANIFEST,
    QUICK,
    Rotated,
    deploy,
    end,
    rotate,
    start,
    wait_for_the_next_second,
    write_dsn,
)
from watchpost.coolify import CoolifyClient
from watchpost.rotation import Acceptance, Action, Holder, observe_retired
from watchpost.rotation.judging import NO_STATISTICS
from watchpost.transport import Transport

if TYPE_CHECKING:
    from tests.sandboxes import RunningSandbox


@pytest.fixture
def rotated(demo_sandbox: RunningSandbox, tmp_path: Path) -> Rotated:
    """A rotation that was applied and deployed."""
    return rotate(demo_sandbox, tmp_path)


def test_nothing_holds_it_after_apply_and_deployment(rotated: Rotated) -> None:
    """A replaced key without events may be disabled; the look writes nothing."""
    status = rotated.look()
    assert (status.state, status.has_successor) == ("active", True)
    assert status.acceptance == Acceptance(is_known=True)
    assert (status.rows, status.runners, status.troubles) == ((), (), ())
    assert rotated.decide().action == Action.DISABLE
    assert rotated.sandbox.writes() == []


def test_before_the_apply(demo_sandbox: RunningSandbox, tmp_path: Path) -> None:
    """A rotation that only the manifest knows: no successor, the row and the app hold the key."""
    rotated = start(demo_sandbox, tmp_path)
    status = rotated.look()
    assert status.has_successor is False
    assert [each.is_preview for each in status.rows] == [False, True]
    assert {(each.app, each.variable) for each in status.rows} == {("billing-api", "SENTRY_DSN")}
    assert [(each.app, each.verdict) for each in status.runners] == [("billing-api", "yes")]
    assert rotated.decide().action == Action.WAIT


def test_last_event_is_known_by_the_hour(rotated: Rotated) -> None:
    """An event by the old key is seen in its hour, and keeps it from being disabled."""
    assert rotated.send_event() == 200
    status = rotated.look()
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    assert status.acceptance.is_known
    assert status.acceptance.hour in (hour, hour - timedelta(hours=1))
    assert rotated.decide(now=datetime.now(UTC)).action == Action.WAIT
    assert rotated.decide().action == Action.DISABLE


def test_server_without_statistics(rotated: Rotated) -> None:
    """A server that answers 400 never counts as quiet, and the way on is told."""
    rotated.sandbox.add_fault(service="sentry", path="/stats/", status=400, body={"detail": "no"})
    step = rotated.decide()
    assert step.status.acceptance == Acceptance(is_known=False)
    assert step.status.troubles == ()
    assert (step.action, step.is_unchecked) == (Action.WAIT, True)
    assert NO_STATISTICS in step.reasons[0]


def test_dsn_pasted_into_another_app(rotated: Rotated) -> None:
    """An app that the manifest does not know holds the key too, within a longer text."""
    old = f"https://{rotated.old_id}@sentry.example.com/7"
    row = {"application": "shop-web", "key": "MONITORING", "value": f'{{"dsn":"{old}"}}'}
    rotated.sandbox.control("POST", "/coolify/rows", {**row, "is_preview": 1})
    status = rotated.look()
    assert status.rows == (Holder("shop-web", "MONITORING", is_preview=True),)
    assert rotated.decide().action == Action.WAIT


def test_rows_that_nobody_can_read(rotated: Rotated) -> None:
    """A locked row named like a DSN, and one that refers to a shared variable, may hold it."""
    for key, value, locked in (
        ("MY_SENTRY_DSN", "x", 1),
        ("PASSWORD", "x", 1),
        ("DSN", "{{team.DSN}}", 0),
        ("URL", "{{team.URL}}", 0),
    ):
        row = {"application": "shop-web", "key": key, "value": value, "is_shown_once": locked}
        rotated.sandbox.control("POST", "/coolify/rows", row)
    assert [str(each) for each in rotated.look().rows] == [
        "shop-web MY_SENTRY_DSN, locked, so nobody can read it",
        "shop-web DSN, refers to a shared variable",
    ]
    assert rotated.decide().action == Action.WAIT


def test_failed_slow_and_later_deployments(demo_sandbox: RunningSandbox, tmp_path: Path) -> None:
    """A failed deployment, or one under way, leaves the old environment; a finished one ends it."""
    rotated = start(demo_sandbox, tmp_path)
    label = rotated.manifest.entries[0].keys["production"].label
    key = rotated.sentry.create_key("acme", "acme-billing", label=label, rate_limit=None)
    wait_for_the_next_second()
    write_dsn(rotated, key.dsn_public)
    runner = rotated.look().runners[0]
    assert "is older than its rows" in runner.why
    deploy(rotated, "failed")
    assert [each.verdict for each in rotated.look().runners] == ["yes"]
    slow = deploy(rotated, "in_progress")
    assert [each.verdict for each in rotated.look().runners] == ["yes"]
    end(rotated, slow, "finished")
    assert rotated.look().runners == ()


def test_stopped_app_runs_nothing(demo_sandbox: RunningSandbox, tmp_path: Path) -> None:
    """A stopped app has no environment: its next start reads the rows."""
    rotated = rotate(demo_sandbox, tmp_path)
    wait_for_the_next_second()
    write_dsn(rotated, f"https://{'0' * 32}@s.example.com/1")
    assert [each.verdict for each in rotated.look().runners] == ["yes"]
    demo_sandbox.control("PATCH", "/coolify/applications/billing-api", {"status": "exited"})
    assert rotated.look().runners == ()


def test_preview_deployments_are_told_as_unknown(
    demo_sandbox: RunningSandbox, tmp_path: Path
) -> None:
    """Coolify does not tell which previews still run; that is said, and does not block."""
    document = copy.deepcopy(MANIFEST)
    document["projects"]["billing"]["apps"][0]["preview_key"] = "production"
    rotated = rotate(demo_sandbox, tmp_path, document=document)
    (runner,) = rotated.look().runners
    assert (runner.verdict, runner.blocks) == ("unknown", False)


@pytest.mark.parametrize(
    ("service", "path", "state"),
    [
        ("sentry", "/organizations/acme/projects", "unknown"),
        ("sentry", "/stats/", "active"),
        ("coolify", "/applications$", "active"),
        ("coolify", "/applications/shop-web/envs", "active"),
        ("coolify", "/deployments/applications", "active"),
    ],
)
def test_service_that_fails_is_told_and_blocks(
    rotated: Rotated, service: str, path: str, state: str
) -> None:
    """A 503 anywhere makes the key wait, whatever else is known, and says where."""
    rotated.sandbox.add_fault(service=service, path=path, status=503)
    step = rotated.decide()
    assert step.status.state == state
    assert step.action == Action.WAIT
    assert any("503" in reason or "statistics" in reason for reason in step.reasons), step.reasons


def test_token_that_may_not_read_values(rotated: Rotated) -> None:
    """Without `read:sensitive` nothing is known about rows, and that is said."""
    tokens = rotated.sandbox.tokens["coolify"]
    client = CoolifyClient(
        Transport("Coolify", rotated.sandbox.coolify_url, tokens["read"], retry=QUICK)
    )
    manifest = rotated.manifest
    places = [rotated.look().place]
    (status,) = observe_retired(
        lambda: rotated.sentry, lambda: client, manifest, places, datetime.now(UTC), Path()
    )
    assert any("`read:sensitive`" in each for each in status.troubles)


def test_key_that_is_gone(rotated: Rotated) -> None:
    """Gone is what Sentry's list lacks and a look at the key does not find."""
    rotated.sentry.delete_key("acme", "acme-billing", rotated.old_id)
    assert rotated.look().state == "gone"
    assert rotated.decide().action == Action.DROP


def test_nothing_retired_asks_nobody(rotated: Rotated) -> None:
    """Without a retired key no request is sent."""
    rotated.path.write_text(rotated.path.read_text().partition("    keys:")[0])
    assert rotated.look_at_all() == []
    assert rotated.sandbox.log() == []


def test_coolify_that_shows_nothing(rotated: Rotated) -> None:
    """A token of another team sees no app at all: that is no proof that nobody holds the key."""
    for kind in ("applications", "services"):
        rotated.sandbox.add_fault(service="coolify", path=f"/{kind}$", status=200, body=[])
    step = rotated.decide()
    assert step.action == Action.WAIT
    assert any("no app at all" in reason for reason in step.reasons)


def test_project_that_sentry_does_not_show(rotated: Rotated) -> None:
    """A key that is missing because its project is not shown is unknown, never gone."""
    for path in ("/organizations/acme/projects", "/project-keys"):
        rotated.sandbox.add_fault(service="sentry", path=path, status=200, body=[])
    step = rotated.decide()
    assert (step.status.state, step.action) == ("unknown", Action.WAIT)


def test_list_of_keys_that_lacks_one(rotated: Rotated) -> None:
    """A key that the list lacks and one GET finds is unknown; so is one that no GET answers."""
    rotated.sandbox.add_fault(service="sentry", path="/project-keys", status=200, body=[])
    assert rotated.look().state == "unknown"
    rotated.sandbox.add_fault(service="sentry", path=f"/keys/{rotated.old_id}", status=503)
    assert rotated.look().state == "unknown"


def test_app_that_goes_while_it_is_looked_at(rotated: Rotated) -> None:
    """An app that was listed and is gone holds nothing."""
    body = {"message": "Application not found."}
    path = "/applications/billing-api/envs"
    rotated.sandbox.add_fault(service="coolify", path=path, status=404, body=body)
    status = rotated.look()
    assert (status.rows, status.runners, status.troubles) == ((), (), ())


@pytest.mark.parametrize(("status", "verdicts"), [(503, ["unknown"]), (200, [])])
def test_app_by_name(
    demo_sandbox: RunningSandbox, tmp_path: Path, status: int, verdicts: list[str]
) -> None:
    """An app selected by name that cannot be looked up is unknown; one that is not there is not."""
    document = copy.deepcopy(MANIFEST)
    named = {"project": "Billing", "environment": "production", "name": "billing-api"}
    document["projects"]["billing"]["apps"][0]["app"] = named
    rotated = rotate(demo_sandbox, tmp_path, document=document)
    assert rotated.look().runners == ()
    nothing: dict[str, list[str]] = {"applications": [], "services": []}
    fault = {"service": "coolify", "path": "/projects/.+/production", "status": status}
    demo_sandbox.add_fault(**fault, body=nothing)
    assert [each.verdict for each in rotated.look().runners] == verdicts
