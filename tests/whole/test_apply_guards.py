"""
Ways around a review, tried one by one: an empty hash, a read-only session, a manifest that is
edited while somebody reads the plan, an object that changes hands meanwhile.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

from tests.whole.command import run
from tests.whole.manifests import API, QUEUE, SHOP, write_manifest
from tests.whole.observed import observe_projects, row_of
from tests.whole.recorded import Recorded, announced, prepare_recorded
from watchpost import exits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.sandboxes import RunningSandbox
    from tests.whole.program import Program

pytestmark = pytest.mark.whole
MANIFEST = write_manifest({"api": API})


@pytest.fixture
def recorded(
    tmp_path: Path, demo_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Recorded]:
    """A program through a recorder; nothing is applied yet."""
    with prepare_recorded(tmp_path, demo_sandbox, monkeypatch) as found:
        yield found


@pytest.mark.parametrize("given", ["", " "])
def test_an_empty_hash_is_no_hash(program: Program, given: str) -> None:
    """`--plan-hash "$HASH"` with HASH unset must not mean that any plan will do."""
    program.declare(MANIFEST)
    run(program, "apply", "--yes", "--plan-hash", given, code=exits.REFUSED)
    assert program.sandbox.writes() == []


def test_a_read_only_session_stays_read_only(program: Program) -> None:
    """Who sets WATCHPOST_READ_ONLY means it, whatever the verb."""
    program.declare(MANIFEST)
    printed = run(program, "apply", "--yes", code=exits.REFUSED, WATCHPOST_READ_ONLY="1")
    assert "WATCHPOST_READ_ONLY" in printed
    assert program.sandbox.writes() == []
    run(program, "apply", "--yes")
    row = row_of(program.sandbox, "shop-api", "SENTRY_DSN")
    program.sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": "by hand"})
    program.sandbox.clear_log()
    run(program, "drift", "--repair", code=exits.REFUSED, WATCHPOST_READ_ONLY="1")
    assert program.sandbox.writes() == []


def test_a_manifest_edited_under_the_review_is_not_applied(recorded: Recorded) -> None:
    """What the engine reads must be what was planned: values of Sentry objects, too."""
    recorded.program.declare(write_manifest({"shop": SHOP, "api": API}))
    recorded.program.up()
    recorded.program.declare(write_manifest({"shop": SHOP, "api": {**API, "name": "Reviewed"}}))
    planned = recorded.plan()
    recorded.program.declare(write_manifest({"shop": SHOP, "api": {**API, "name": "Slipped in"}}))
    outcome, sent = recorded.apply(planned)
    assert observe_projects(recorded.sandbox)["acme-api"]["name"] == "Shop API", sent
    assert outcome.results["api"] == "unplanned"
    assert exits.worst_of(outcome.exit_codes()) == exits.UNSAFE


def test_a_refused_takeover_is_not_made_later(recorded: Recorded) -> None:
    """What the plan skips stays skipped, although the reason is gone by then."""
    api = {**API, "teams": ["web", "platform"]}
    body = {"name": "Somebody's", "slug": "acme-api", "platform": "python-fastapi"}
    made = recorded.sandbox.sentry("POST", "/api/0/teams/acme/web/projects/", body)
    assert made.status == 201, made.text
    recorded.program.declare(write_manifest({"api": api}))
    planned = recorded.plan()
    assert [each.action.word for each in planned.plan.changes if each.name == "api"] == ["skip"]
    recorded.sandbox.sentry("PUT", "/api/0/projects/acme/acme-api/", {"name": "Shop API"})
    outcome, sent = recorded.apply(planned)
    assert sent - announced(planned.plan) == {}, (sent, outcome)


def test_a_takeover_that_was_not_announced_is_not_made(recorded: Recorded) -> None:
    """A project that somebody makes between plan and apply is not taken over unseen."""
    recorded.program.declare(write_manifest({"api": {**API, "teams": ["web", "platform"]}}))
    planned = recorded.plan()
    body = {"name": "Shop API", "slug": "acme-api", "platform": "python-fastapi"}
    made = recorded.sandbox.sentry("POST", "/api/0/teams/acme/web/projects/", body)
    assert made.status == 201, made.text
    outcome, sent = recorded.apply(planned)
    assert sent["sentry: bind team platform to project acme-api"] == 0, (sent, outcome)
    assert outcome.results["api"] == "unplanned"


def test_what_a_lost_answer_made_is_ours(recorded: Recorded) -> None:
    """An apply goes on with what it made itself, though the answer got lost."""
    recorded.program.declare(write_manifest({"api": {**API, "teams": ["web", "platform"]}}))
    planned = recorded.plan()
    lost = {"service": "sentry", "method": "POST", "drop": "after", "first": 1}
    for path in ("/teams/$", "/teams/acme/web/projects/$"):
        recorded.sandbox.add_fault(path=path, **lost)
    outcome, _ = recorded.apply(planned)
    assert exits.worst_of(outcome.exit_codes()) == exits.DONE, outcome
    assert observe_projects(recorded.sandbox)["acme-api"]["teams"] == ["platform", "web"]


def test_a_redeploy_that_was_not_planned_is_not_asked_for(recorded: Recorded) -> None:
    """An app that was stopped at the review and runs at the apply is not rebuilt unseen."""
    recorded.sandbox.control("PATCH", "/coolify/applications/shop-api", {"status": "exited"})
    recorded.program.declare(write_manifest({"api": API}))
    planned = recorded.plan()
    recorded.sandbox.control(
        "PATCH", "/coolify/applications/shop-api", {"status": "running:healthy"}
    )
    outcome, sent = recorded.apply(planned)
    assert sent == announced(planned.plan), (sent, outcome)
    assert outcome.results["api/shop-api"] == "unplanned"
    assert "does not restart it" in outcome.reasons["api/shop-api"]
    assert announced(recorded.plan().plan)["coolify: restart application shop-api"] == 1


def test_an_app_that_was_made_anew_is_planned_as_such(recorded: Recorded) -> None:
    """An app by name whose uuid is another one by now: plan and apply agree."""
    by_name = {"project": "Shop", "environment": "production", "name": "again"}
    sandbox = recorded.sandbox
    place = sandbox.control("POST", "/coolify/projects", {"uuid": "again-project", "name": "Again"})
    by_name["project"] = "Again"

    def make(uuid: str) -> None:
        body = {"uuid": uuid, "name": "again", "project": place["uuid"], "is_deployed": True}
        sandbox.control("POST", "/coolify/applications", {**body, "status": "running:healthy"})

    make("again-one")
    api = copy.deepcopy(API)
    api["apps"] = [{"app": by_name, "framework": "fastapi"}]
    recorded.program.declare(write_manifest({"api": api}))
    recorded.program.up()
    sandbox.control("DELETE", "/coolify/applications/again-one")
    make("again-two")
    planned = recorded.plan()
    outcome, sent = recorded.apply(planned)
    assert sent == announced(planned.plan), (sent, outcome, planned.plan.changes)
    assert exits.worst_of(outcome.exit_codes()) == exits.DONE, outcome
    assert row_of(sandbox, "again-two", "SENTRY_DSN")["value"]


def test_keys_of_a_deleted_project_are_not_called_kept(recorded: Recorded) -> None:
    """Sentry deletes a project's keys with it; the plan must not promise that they stay."""
    recorded.program.declare(
        write_manifest({"api": {**API, "on_remove": "delete"}, "queue": QUEUE})
    )
    recorded.program.up()
    recorded.program.declare(write_manifest({"queue": QUEUE}))
    planned = recorded.plan()
    said = {each.name: (each.action.word, each.reason) for each in planned.plan.changes}
    assert said["api"][0] == "delete"
    assert "stays in Sentry" not in said["api/production"][1], said
