"""Each step for Sentry, as the writes that the plugin sends for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.plan.previews import (
    CLIENT_KEY,
    PROJECT,
    TEAM,
    created,
    deleted,
    preview,
    updated,
    urn,
)
from watchpost.engine import Preview, Refreshed, State, Step
from watchpost.plan import Action, Change, Difference
from watchpost.plan.announcements import Takeover
from watchpost.plan.sentry_changes import list_removal_changes, read_context, sentry_change

LIMIT = {"rateLimitCount": 10, "rateLimitWindow": 60}
NEW_PROJECT = created("project", "shop", PROJECT)


def change_of(step: Step, *others: Step, takeover: Takeover | None = None) -> Change:
    """The change of *step* in a preview of it and *others*."""
    takeovers = {step.urn: takeover} if takeover else {}
    return sentry_change(step, read_context(preview(step, *others), takeovers))


def calls_of(step: Step, *others: Step, takeover: Takeover | None = None) -> list[str]:
    """What it sends."""
    return [call.what for call in change_of(step, *others, takeover=takeover).calls]


@pytest.mark.parametrize(
    ("inputs", "calls"),
    [
        ({}, ["create project shop"]),
        ({"teams": ["web", "web"]}, ["create project shop"]),
        (
            {"teams": ["web", "ops"]},
            ["create project shop", "bind team ops to project shop"],
        ),
        ({"resolveAge": 0}, ["create project shop", "update project shop"]),
        ({"digestsMinDelay": None}, ["create project shop"]),
        ({"name": "n" * 50}, ["create project shop"]),
        ({"name": "n" * 51}, ["create project shop", "update project shop"]),
    ],
)
def test_a_new_project(inputs: dict[str, Any], calls: list[str]) -> None:
    """Its settings, a long name and all teams but the first need a write of their own."""
    step = created("project", "shop", PROJECT | inputs)
    assert calls_of(step) == calls
    assert change_of(step).action == Action.CREATE


@pytest.mark.parametrize(
    ("inputs", "others", "calls"),
    [
        ({}, [NEW_PROJECT], []),
        (LIMIT, [NEW_PROJECT], ["update key Default of shop"]),
        ({}, [], ["create key Default of shop"]),
        ({"name": "preview"}, [NEW_PROJECT], ["create key preview of shop"]),
        ({"name": "preview"} | LIMIT, [], ["create key preview of shop"]),
    ],
)
def test_a_new_key(inputs: dict[str, Any], others: list[Step], calls: list[str]) -> None:
    """Sentry itself makes the key Default of a new project."""
    assert calls_of(created("key", "shop/k", CLIENT_KEY | inputs), *others) == calls


def test_the_key_of_a_project_that_is_taken_over_is_not_made_by_sentry() -> None:
    """Only a project that is really new comes with a key."""
    key = created("key", "shop/k", CLIENT_KEY)
    context = read_context(preview(NEW_PROJECT, key), {NEW_PROJECT.urn: Takeover("project shop")})
    assert [call.what for call in sentry_change(key, context).calls] == [
        "create key Default of shop"
    ]


def test_a_takeover_sends_one_update_and_each_team() -> None:
    """Fields go in one write, whether they are added or changed."""
    takeover = Takeover(
        "project shop (id 7)",
        ("team web", "platform node"),
        ("name: 'Old' to 'Shop'", "team ops: unbound"),
    )
    change = change_of(NEW_PROJECT, takeover=takeover)
    assert change.action == Action.TAKE_OVER
    assert [call.what for call in change.calls] == [
        "update project shop",
        "bind team web to project shop",
        "unbind team ops from project shop",
    ]
    assert ("name", "'Old'", "'Shop'") in {
        (each.path, each.before, each.after) for each in change.differences
    }


def test_a_takeover_that_changes_nothing_sends_nothing() -> None:
    """It is announced all the same."""
    change = change_of(created("team", "web", TEAM), takeover=Takeover("team web (id 3)"))
    assert (change.action, change.calls) == (Action.TAKE_OVER, ())


@pytest.mark.parametrize(
    ("kind", "old", "new", "paths", "calls"),
    [
        ("project", PROJECT, {"name": "New"}, [], ["update project shop"]),
        ("project", PROJECT, {"slug": "new"}, [], ["update project new"]),
        ("project", PROJECT, {"teams": ["ops", "web"]}, [], ["bind team ops to project shop"]),
        (
            "project",
            PROJECT,
            {"teams": ["ops"]},
            ["teams[0]"],
            ["bind team ops to project shop", "unbind team web from project shop"],
        ),
        ("project", PROJECT | {"teams": ["web", "ops"]}, {"teams": ["ops", "web"]}, [], []),
        ("project", PROJECT, {}, ["unchecked"], []),
        ("key", CLIENT_KEY, {"project": "new"}, [], []),
        ("key", CLIENT_KEY, {"name": "new", "project": "new"}, [], ["update key new of new"]),
        ("key", CLIENT_KEY, {}, ["isActive"], ["update key Default of shop"]),
        ("key", CLIENT_KEY, LIMIT, [], ["update key Default of shop"]),
        ("team", TEAM, {"name": "New"}, [], ["update team web"]),
    ],
)
def test_an_update(
    kind: str, old: dict[str, Any], new: dict[str, Any], paths: list[str], calls: list[str]
) -> None:
    """One write for all fields, one for each team; a project's new slug costs its keys none."""
    assert calls_of(updated(kind, "shop", old, {**old, **new}, *paths)) == calls


def test_a_team_that_moves_keeps_its_projects() -> None:
    """A new slug of a team changes the project's list of teams, and nothing is sent for it."""
    team = updated("team", "web", TEAM, TEAM | {"slug": "front"})
    project = updated("project", "shop", PROJECT, PROJECT | {"teams": ["front"]})
    assert calls_of(project, team) == []
    assert calls_of(project) == [
        "bind team front to project shop",
        "unbind team web from project shop",
    ]


def test_what_leaves_the_manifest_is_kept_or_deleted() -> None:
    """A retained resource is only forgotten."""
    kept = change_of(deleted("project", "shop", PROJECT, is_retained=True))
    gone = change_of(deleted("project", "shop", PROJECT))
    assert (kept.action, kept.calls) == (Action.KEEP, ())
    assert (gone.action, [call.what for call in gone.calls]) == (
        Action.DELETE,
        ["delete project shop"],
    )


def test_changes_belong_to_entries_and_teams_to_none() -> None:
    """The entry is the first part of the resource's name."""
    assert change_of(created("key", "shop/k", CLIENT_KEY)).entry == "shop"
    assert change_of(created("team", "web", TEAM)).entry == ""
    assert urn("key", "shop/k").endswith("::shop/k")


def test_a_key_goes_with_its_project() -> None:
    """Nothing is sent for it, but it is deleted."""
    project = deleted("project", "shop", PROJECT)
    key = deleted("key", "shop/k", CLIENT_KEY, is_retained=True)
    assert key.old is not None
    with_parent = replace(key, old=replace(key.old, parents=(project.urn,)))
    change = change_of(with_parent, project)
    assert (change.action, change.calls) == (Action.DELETE, ())
    assert change.reason.endswith("deletes it with its project")
    assert change_of(with_parent).reason.startswith("it stays in Sentry")


def test_what_is_kept_outlives_the_component_it_was_in() -> None:
    """The engine deletes its own grouping of an entry; nothing in Sentry goes with that."""
    component = Step("delete", "urn:pulumi:t::w::watchpost:index:MonitoredProject::shop", ())
    component = replace(component, old=State())
    project = deleted("project", "shop", PROJECT, is_retained=True)
    assert project.old is not None
    project = replace(project, old=replace(project.old, parents=(component.urn,)))
    assert change_of(project, component).reason.startswith("it stays in Sentry")


@pytest.mark.parametrize(("before", "after"), [("keep", "delete"), ("delete", "keep")])
def test_what_a_removal_would_do_is_a_change(before: str, after: str) -> None:
    """The engine has no step for it, yet only a run records it."""
    old = State("shop", PROJECT, PROJECT, is_retained=before == "keep")
    new = State("shop", PROJECT, is_retained=after == "keep")
    found = Preview(0, (), (), {NEW_PROJECT.urn: Refreshed(old, old)}, {NEW_PROJECT.urn: new})
    ((named, change),) = list_removal_changes(found)
    assert named == NEW_PROJECT.urn
    assert (change.action, change.title, change.calls) == (Action.CHANGE, "project shop", ())
    assert change.differences == (Difference("on_remove", before, after),)
