"""What an update writes is what the plan showed: the declared changes, and nothing besides."""

from typing import Any

import grpc  # type: ignore[import-untyped]  # ships no types
import pytest
from pulumi.runtime.proto import provider_pb2

from tests.provider.sentry.conftest import key_inputs, project_inputs, team_inputs
from tests.provider.sentry.plugin import Plugin, State, urn
from tests.provider.sentry.test_creates import requests, rows
from tests.sandboxes import RunningSandbox


def test_project_edited_after_the_plan_keeps_the_edit(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A name and a team that came after the plan stay; the next plan shows both."""
    sandbox.sentry("PUT", "/api/0/projects/acme/shop/", {"name": "By hand"})
    plugin.create("team", "platform", team_inputs())
    sandbox.sentry("POST", "/api/0/projects/acme/shop/teams/platform/")
    wanted = project_inputs(platform="go")
    updated = plugin.update("project", "shop", shop, wanted)
    assert (updated.outputs["name"], updated.outputs["platform"]) == ("By hand", "go")
    assert len(rows(sandbox, "project_teams")) == 2
    seen = plugin.read("project", "shop", updated)
    assert (seen.inputs["name"], seen.inputs["teams"]) == ("By hand", ["web", "platform"])
    assert plugin.is_changed("project", "shop", seen, wanted)


def test_key_disabled_after_the_plan_stays_disabled(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """Renaming a key that was disabled meanwhile does not enable it; the next plan shows it."""
    del shop
    limits = {"rateLimitCount": 5, "rateLimitWindow": 60}
    key = plugin.create("key", "k", key_inputs(**limits))
    by_hand = {"isActive": False, "rateLimit": {"count": 9, "window": 60}}
    sandbox.sentry("PUT", f"/api/0/projects/acme/shop/keys/{key.id}/", by_hand)
    updated = plugin.update("key", "k", key, key_inputs(name="new", **limits))
    assert updated.outputs["name"] == "new"
    assert (updated.outputs["isActive"], updated.outputs["rateLimitCount"]) == (False, 9)
    difference = plugin.diff("key", "k", updated, key_inputs(name="new", **limits))
    assert set(difference.diffs) == {"isActive", "rateLimitCount"}


def test_team_renamed_after_the_plan_keeps_its_name(
    plugin: Plugin, sandbox: RunningSandbox
) -> None:
    """A new slug does not put a name right that the plan did not show."""
    team = plugin.create("team", "platform", team_inputs())
    sandbox.sentry("PUT", "/api/0/teams/acme/platform/", {"name": "By hand"})
    updated = plugin.update("team", "platform", team, team_inputs(slug="new"))
    assert (updated.outputs["slug"], updated.outputs["name"]) == ("new", "By hand")


def test_key_does_not_move_to_another_project(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A DSN of one project is never recorded as that of another."""
    del shop
    plugin.create("project", "other", project_inputs(slug="other"))
    key = plugin.create("key", "k", key_inputs())
    sandbox.clear_log()
    with pytest.raises(grpc.RpcError, match="cannot move to other"):
        plugin.update("key", "k", key, key_inputs(project="other"))
    assert requests(sandbox) == []


def test_team_besides_the_one_declared_shows(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """With the deprecated `team`, a second team is drift, and is unbound only after it showed."""
    del shop
    plugin.create("team", "platform", team_inputs())
    declared = project_inputs(teams=None, team="web")
    project = plugin.create("project", "shop", declared)
    assert plugin.read("project", "shop", project).inputs["team"] == "web"
    sandbox.sentry("POST", "/api/0/projects/acme/shop/teams/platform/")
    with_edit = State(project.id, project.outputs | {"name": "Old"}, project.inputs)
    plugin.update("project", "shop", with_edit, declared)
    assert len(rows(sandbox, "project_teams")) == 2
    seen = plugin.read("project", "shop", project)
    assert seen.inputs["team"] == "web, platform"
    assert plugin.is_changed("project", "shop", seen, declared)
    assert plugin.update("project", "shop", seen, declared).outputs["team"] == "web"
    assert len(rows(sandbox, "project_teams")) == 1


def test_unchecked_resource_shows_its_changes_too(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """What the program changes is in the plan even where Sentry could not be asked."""
    sandbox.add_fault(service="sentry", method="GET", path="/projects/$", status=403)
    plugin.read("project", "shop", shop)
    difference = plugin.diff("project", "shop", shop, project_inputs(name="New"))
    assert list(difference.diffs) == ["unchecked", "name"]
    assert list(difference.detailedDiff) == ["name"]


def test_read_that_succeeds_ends_unchecked(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A resource that a later Read could check is no change any more."""
    plugin.create("team", "platform", team_inputs())
    declared = project_inputs(resolveAge=5)
    project = plugin.update("project", "shop", shop, declared)
    sandbox.add_fault(service="sentry", method="GET", path="/projects/", status=403, first=1)
    assert plugin.is_changed("project", "s", plugin.read("project", "s", project), declared)
    assert not plugin.is_changed("project", "s", plugin.read("project", "s", project), declared)


@pytest.mark.parametrize("ignored", ["name", "rateLimitCount"])
def test_ignored_changes_are_neither_shown_nor_written(
    plugin: Plugin, sandbox: RunningSandbox, shop: State, ignored: str
) -> None:
    """`ignore_changes` holds in diff and update, and clears no limit."""
    del shop
    inputs = key_inputs(rateLimitCount=5, rateLimitWindow=60)
    key = plugin.create("key", "k", inputs)
    wanted = inputs | {ignored: {"name": "x", "rateLimitCount": 7}[ignored]}
    request: dict[str, Any] = {
        "id": key.id,
        "urn": urn("key", "k"),
        "olds": key.outputs,
        "news": wanted,
        "ignoreChanges": [ignored],
    }
    answer = plugin.stub.Diff(provider_pb2.DiffRequest(**request))
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE
    plugin.stub.Update(provider_pb2.UpdateRequest(**request))
    made = next(row for row in rows(sandbox, "keys") if row["label"] == "production")
    assert made["rate_limit_count"] == 5


def test_a_setting_that_was_never_seen_is_sent_as_the_plan_showed_it(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """The plan cannot know that Sentry has it already; what it announces is what is sent."""
    sandbox.clear_log()
    assert plugin.is_changed("project", "shop", shop, project_inputs(resolveAge=0))
    updated = plugin.update("project", "shop", shop, project_inputs(resolveAge=0))
    assert [each["method"] for each in sandbox.writes("sentry")] == ["PUT"]
    assert updated.outputs["resolveAge"] == 0


def test_a_key_is_found_under_the_slug_that_its_project_will_have(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A run that renames a project and declares one of its keys announces a takeover."""
    sandbox.clear_log()
    plugin.update("project", "shop", shop, project_inputs(slug="store"), preview=True)
    key = plugin.create("key", "k", key_inputs(project="store", name="Default"), preview=True)
    assert key.outputs["projectId"] == int(shop.outputs["projectId"])
    assert any("takes over the existing key Default" in each.text for each in plugin.messages)
    assert sandbox.writes("sentry") == []


def test_a_team_that_moves_is_not_unbound_from_what_is_taken_over(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A project stays with a team that gets another slug in the same run."""
    del shop
    team = plugin.create("team", "platform", team_inputs())
    sandbox.sentry("POST", "/api/0/projects/acme/shop/teams/platform/")
    plugin.update("team", "platform", team, team_inputs(slug="moved"), preview=True)
    wanted = project_inputs(teams=["web", "moved"])
    plugin.create("project", "other", wanted, preview=True)
    (said,) = [each.text for each in plugin.messages if "project shop" in each.text]
    assert "team" not in said
