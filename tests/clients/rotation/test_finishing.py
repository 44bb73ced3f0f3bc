"""Disabling and deleting retired keys: each write once, and an interrupted run goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.clients.rotation.rotated import (
    Rotated,
    deploy,
    rotate,
    wait_for_the_next_second,
    write_dsn,
)
from watchpost.rotation import Action, carry_out, judge_permission
from watchpost.rotation.places import list_retired

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox

LATER = timedelta(days=40)


@pytest.fixture
def rotated(demo_sandbox: RunningSandbox, tmp_path: Path) -> Rotated:
    """A rotation that was applied and deployed."""
    return rotate(demo_sandbox, tmp_path)


def today() -> str:
    """The day as the manifest writes it."""
    return datetime.now(UTC).date().isoformat()


def test_disable_then_delete(rotated: Rotated) -> None:
    """The key is disabled and recorded; after the grace days deleted and taken off the list."""
    before = rotated.key()
    (outcome,) = rotated.finish()
    assert (outcome.step.action, outcome.trouble) == (Action.DISABLE, "")
    after = rotated.key()
    assert after == {**before, "isActive": False}
    assert f"disabled_on: {today()}" in rotated.path.read_text()
    assert rotated.finish() == []
    (outcome,) = rotated.finish(now=datetime.now(UTC) + LATER)
    assert outcome.step.action == Action.DELETE
    assert rotated.key() is None
    text = rotated.path.read_text()
    assert text.startswith("# kept\n")
    assert "retired" not in text
    assert rotated.manifest.notes == ()
    assert list_retired(rotated.manifest) == []


def test_each_write_happens_once(rotated: Rotated) -> None:
    """A second run of each step sends no write and leaves the file as it is."""
    rotated.finish()
    text = rotated.path.read_text()
    rotated.sandbox.clear_log()
    rotated.finish()
    assert rotated.sandbox.writes() == []
    assert rotated.path.read_text() == text


def test_killed_between_sentry_and_manifest_when_disabling(rotated: Rotated) -> None:
    """Disabled in Sentry, not yet in the manifest: the next run only records it."""
    text = rotated.path.read_text()
    rotated.finish()
    rotated.path.write_text(text)
    rotated.sandbox.clear_log()
    (outcome,) = rotated.finish()
    assert (outcome.step.action, outcome.trouble) == (Action.RECORD, "")
    assert rotated.sandbox.writes() == []
    assert f"disabled_on: {today()}" in rotated.path.read_text()


def test_killed_between_sentry_and_manifest_when_deleting(rotated: Rotated) -> None:
    """Deleted in Sentry, still in the manifest: the next run only takes it off the list."""
    rotated.finish()
    text = rotated.path.read_text()
    rotated.finish(now=datetime.now(UTC) + LATER)
    rotated.path.write_text(text)
    rotated.sandbox.clear_log()
    (outcome,) = rotated.finish(now=datetime.now(UTC) + LATER)
    assert (outcome.step.action, outcome.trouble) == (Action.DROP, "")
    assert rotated.sandbox.writes() == []
    assert list_retired(rotated.manifest) == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_write_that_fails_for_good(rotated: Rotated, status: int) -> None:
    """A write that fails leaves the manifest alone and is told; the next run does it."""
    text = rotated.path.read_text()
    fault = {"service": "sentry", "method": "PUT", "path": "/keys/", "status": status}
    rotated.sandbox.add_fault(**fault, headers={"Retry-After": "0"})
    (outcome,) = rotated.finish()
    assert outcome.trouble
    assert rotated.old_id in outcome.trouble
    assert rotated.path.read_text() == text
    assert rotated.key()["isActive"]
    rotated.sandbox.clear_faults()
    (outcome,) = rotated.finish()
    assert outcome.trouble == ""
    assert not rotated.key()["isActive"]


@pytest.mark.parametrize("status", [429, 502, 503])
def test_write_that_fails_once_is_repeated(rotated: Rotated, status: int) -> None:
    """One 429 or gateway error is repeated, and the run succeeds."""
    fault = {"service": "sentry", "method": "PUT", "path": "/keys/", "status": status}
    rotated.sandbox.add_fault(**fault, headers={"Retry-After": "0"}, first=1)
    (outcome,) = rotated.finish()
    assert outcome.trouble == ""
    assert not rotated.key()["isActive"]


def test_answer_that_is_lost(rotated: Rotated) -> None:
    """A write that was applied but never answered is told, and the next run records it."""
    rotated.sandbox.add_fault(service="sentry", method="PUT", path="/keys/", drop="after")
    text = rotated.path.read_text()
    (outcome,) = rotated.finish()
    assert outcome.trouble
    assert not rotated.key()["isActive"]
    assert rotated.path.read_text() == text
    rotated.sandbox.clear_faults()
    (outcome,) = rotated.finish()
    assert outcome.step.action == Action.RECORD


def test_manifest_that_cannot_be_edited(rotated: Rotated) -> None:
    """A manifest with a fault is told by key; Sentry's write stands and the next run records it."""
    step = rotated.decide()
    text = rotated.path.read_text()
    rotated.path.write_text(text.replace("platform: python-fastapi", "platform: snake"))
    (outcome,) = carry_out([step], rotated.sentry, "acme", rotated.path, datetime.now(UTC).date())
    assert "not a platform" in outcome.trouble
    rotated.path.write_text(text)
    (outcome,) = rotated.finish()
    assert (outcome.step.action, outcome.trouble) == (Action.RECORD, "")


def test_key_off_the_list_meanwhile(rotated: Rotated) -> None:
    """A key that somebody took off the list meanwhile is written to Sentry alone."""
    step = rotated.decide()
    text = rotated.path.read_text().partition("    keys:")[0]
    rotated.path.write_text(text)
    (outcome,) = carry_out([step], rotated.sentry, "acme", rotated.path, datetime.now(UTC).date())
    assert outcome.trouble == ""
    assert rotated.path.read_text() == text


def test_permission(rotated: Rotated) -> None:
    """Both writes count as key-delete: default none, an allowance or an option allows them."""
    step, day = rotated.decide(), datetime.now(UTC).date()
    refused = judge_permission([step], rotated.manifest, day, {})
    assert refused.is_refused
    until = day + timedelta(days=7)
    assert refused.line == f"allow: {{key-delete: 1, until: {until}, reason: ...}}"
    assert not judge_permission([step], rotated.manifest, day, {"key-delete": 1}).is_refused
    allow = refused.line.replace("...", "the old key is quiet")
    rotated.path.write_text(rotated.path.read_text() + allow + "\n")
    assert not judge_permission([step], rotated.manifest, day, {}).is_refused
    expired = until + timedelta(days=1)
    assert judge_permission([step], rotated.manifest, expired, {}).is_refused
    rotated.finish()
    record_only = rotated.decide()
    assert not judge_permission([record_only], rotated.manifest, day, {}).is_refused


def test_shipped_key_needs_force(rotated: Rotated) -> None:
    """`shipped: true` keeps the key active until --force-shipped is said."""
    text = rotated.path.read_text()
    rotated.path.write_text(
        text.replace("        retired:", "        shipped: true\n        retired:")
    )
    assert rotated.finish() == []
    (outcome,) = rotated.finish(is_shipped_forced=True)
    assert outcome.step.action == Action.DISABLE


@pytest.mark.parametrize("whose", ["the successor's", "another key's", "another project's"])
def test_a_key_that_is_not_retired_is_never_touched(rotated: Rotated, whose: str) -> None:
    """An id that was listed by mistake: of a key that is declared, or of another project."""
    successor = rotated.manifest.entries[0].keys["production"].label
    keys = {key.label: key.id for key in rotated.sentry.list_project_keys("acme", "acme-billing")}
    spare = rotated.sentry.create_key("acme", "acme-billing", label="spare", rate_limit=None).id
    body = {"name": "Other", "slug": "acme-other", "platform": "python"}
    rotated.sandbox.sentry("POST", "/api/0/teams/acme/web/projects/", body)
    (other,) = rotated.sentry.list_project_keys("acme", "acme-other")
    wrong = {"the successor's": keys[successor], "another key's": spare}.get(whose, other.id)
    text = rotated.path.read_text().replace(rotated.old_id, wrong)
    text = text.replace("    keys:\n", "    keys:\n      spare: {}\n")
    app = "framework: fastapi"
    rotated.path.write_text(text.replace(app, f"{app}\n      key: production"))
    write_dsn(rotated, "")
    wait_for_the_next_second()
    deploy(rotated, "finished")
    rotated.sandbox.clear_log()
    step = rotated.decide()
    assert step.action == Action.WAIT, step
    assert rotated.finish() == []
    assert rotated.sandbox.writes() == []
