"""Findings: what differs from what, where, and what is never taken for clean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.drift.previews import APP, KEY, PROJECT, TEAM, World
from watchpost.drift import Finding, find_differences
from watchpost.engine import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable


def found(world: World) -> list[tuple[str, str, str, str]]:
    """Kind, path, expected and observed of each finding."""
    findings = find_differences(world.preview())
    return [(each.kind, each.path, each.expected, each.observed) for each in findings]


def test_nothing_differs() -> None:
    """Where recorded, observed and desired are equal nothing is found."""
    assert found(World()) == []


DRIFTS: dict[str, tuple[Callable[[World], object], tuple[str, str, str]]] = {
    "team renamed": (
        lambda world: world.observed[TEAM]["inputs"].update(name="Plat"),
        ("teams.platform.name", "Platform", "Plat"),
    ),
    "project renamed": (
        lambda world: world.observed[PROJECT]["inputs"].update(name="Shopping"),
        ("shop.name", "Shop", "Shopping"),
    ),
    "slug changed": (
        lambda world: world.observed[PROJECT]["inputs"].update(slug="shopping"),
        ("shop.slug", "acme-shop", "shopping"),
    ),
    "team unbound": (
        lambda world: world.observed[PROJECT]["inputs"].update(teams=[]),
        ("shop.teams", "platform", ""),
    ),
    "key disabled": (
        lambda world: world.observed[KEY]["outputs"].update(isActive=False),
        ("shop.keys.preview.active", "yes", "no"),
    ),
    "key limited otherwise": (
        lambda world: world.observed[KEY]["inputs"].update(rateLimitCount=5.0),
        ("shop.keys.preview.rate_limit", "9 per 60 s", "5 per 60 s"),
    ),
    "key unlimited": (
        lambda world: world.observed[KEY]["inputs"].update(rateLimitCount=None),
        ("shop.keys.preview.rate_limit", "9 per 60 s", ""),
    ),
    "value changed": (
        lambda world: row(world).update(fingerprint="bbbbbbbb"),
        ("shop.apps.shop-web.SENTRY_DSN", "#aaaaaaaa", "#bbbbbbbb"),
    ),
    "value emptied": (
        lambda world: row(world).update(fingerprint=""),
        ("shop.apps.shop-web.SENTRY_DSN", "#aaaaaaaa", "(empty)"),
    ),
    "preview value changed": (
        lambda world: row(world)["preview"].update(fingerprint="dddddddd"),
        ("shop.apps.shop-web.SENTRY_DSN.preview", "#cccccccc", "#dddddddd"),
    ),
    "flags changed": (
        lambda world: row(world).update(isBuildtime=True),
        ("shop.apps.shop-web.SENTRY_DSN.flags", "run", "build and run"),
    ),
    "mark removed": (
        lambda world: row(world).update(mark=""),
        ("shop.apps.shop-web.SENTRY_DSN.mark", "watchpost:a/s", "(none)"),
    ),
    "twin row": (
        lambda world: row(world).update(rows=2),
        ("shop.apps.shop-web.SENTRY_DSN.rows", "1", "2"),
    ),
    "row with our mark that nobody declares": (
        lambda world: world.observed[APP]["inputs"].update(extra=["SENTRY_OLD"]),
        ("shop.apps.shop-web.extra.SENTRY_OLD", "", "there"),
    ),
    "redeploy owed": (
        lambda world: world.observed[APP]["inputs"].update(owedRedeploy="restart"),
        ("shop.apps.shop-web.running", "with its variables", "without its variables"),
    ),
    "row deleted": (
        lambda world: world.observed[APP]["inputs"]["variables"].clear(),
        ("shop.apps.shop-web.SENTRY_DSN", "#aaaaaaaa", ""),
    ),
    "preview row deleted": (
        lambda world: row(world).pop("preview"),
        ("shop.apps.shop-web.SENTRY_DSN.preview", "#cccccccc", ""),
    ),
}


def row(world: World) -> dict[str, Any]:
    """The observed row SENTRY_DSN."""
    found: dict[str, Any] = world.observed[APP]["inputs"]["variables"]["SENTRY_DSN"]
    return found


@pytest.mark.parametrize("change", DRIFTS)
def test_what_somebody_changes_is_drift_at_one_place(change: str) -> None:
    """Observed differs from recorded: one finding, at its path, with both sides."""
    world = World()
    edit, wanted = DRIFTS[change]
    edit(world)
    assert found(world) == [("drift", *wanted)]


@pytest.mark.parametrize("urn", [TEAM, PROJECT, KEY, APP])
def test_what_is_gone_is_drift_of_the_whole(urn: str) -> None:
    """An object that is not there any more is one finding, without a property."""
    world = World()
    world.observed[urn] = None
    paths = {TEAM: "teams.platform", PROJECT: "shop", KEY: "shop.keys.preview"}
    path = paths.get(urn, "shop.apps.shop-web")
    assert found(world) == [("drift", path, "there", "gone")]


def test_what_the_manifest_changes_is_pending() -> None:
    """Desired differs from recorded: pending, with what is desired and what is recorded."""
    world = World()
    world.desired[PROJECT]["inputs"]["name"] = "Shopping"
    assert found(world) == [("pending", "shop.name", "Shopping", "Shop")]


def test_a_property_with_both_is_listed_under_both() -> None:
    """Somebody changed it and the manifest does too: both are told, each with its sides."""
    world = World()
    world.observed[PROJECT]["inputs"]["name"] = "By hand"
    world.desired[PROJECT]["inputs"]["name"] = "By pull request"
    assert found(world) == [
        ("drift", "shop.name", "Shop", "By hand"),
        ("pending", "shop.name", "By pull request", "Shop"),
    ]


def test_what_drifted_to_what_is_declared_by_now_is_listed_under_both() -> None:
    """The manifest adopted it and nothing is left to do, but it is not recorded yet."""
    world = World()
    world.observed[PROJECT]["inputs"]["name"] = "New"
    world.desired[PROJECT]["inputs"]["name"] = "New"
    assert found(world) == [
        ("drift", "shop.name", "Shop", "New"),
        ("pending", "shop.name", "New", "Shop"),
    ]


def test_new_and_removed_entries_are_pending() -> None:
    """What was never made, and what is declared no longer."""
    world = World(PROJECT, KEY)
    del world.recorded[KEY]
    world.observed[KEY] = None
    world.desired[PROJECT] = None
    assert found(world) == [
        ("pending", "shop", "declared no longer", "there"),
        ("pending", "shop.keys.preview", "declared", ""),
    ]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (
            "no application 'web'\n  known: none",
            ("pending", "an app that is not found", "no application 'web'"),
        ),
        (
            "GET /api/v1/projects: Coolify answered 503\n  fix: wait",
            ("unchecked", "", "GET /api/v1/projects: Coolify answered 503"),
        ),
    ],
)
def test_an_app_that_is_not_found_by_name(words: str, wanted: tuple[str, str, str]) -> None:
    """One that Coolify does not list is pending, with the reason; without a list, unchecked."""
    world = World(APP)
    del world.recorded[APP]
    world.observed[APP] = None
    inputs = world.desired[APP]["inputs"]
    del inputs["uuid"]
    inputs["selector"] = words
    findings = [each for each in find_differences(world.preview()) if each.reason]
    assert [(each.kind, each.expected, each.reason) for each in findings] == [wanted]


def test_a_value_of_a_key_to_be_made_has_words() -> None:
    """A value that is known only once its key was made is not shown as an id of the engine's."""
    world = World()
    world.desired[APP]["inputs"]["variables"]["SENTRY_DSN"]["fingerprint"] = UNKNOWN
    assert found(world) == [
        (
            "pending",
            "shop.apps.shop-web.SENTRY_DSN",
            "(known after its key is made)",
            "#aaaaaaaa",
        )
    ]


def test_what_nobody_can_read_is_unreadable() -> None:
    """A hidden value is neither clean nor drift."""
    world = World()
    world.observed[APP]["outputs"]["unreadable"] = ["SENTRY_DSN"]
    findings = find_differences(world.preview())
    assert [(each.kind, each.path, each.reason) for each in findings] == [
        ("unreadable", "shop.apps.shop-web.SENTRY_DSN", "nobody can read its value")
    ]


def test_a_sentry_that_is_down_is_unchecked() -> None:
    """What the plugin could not look at is told with the reason, and is never clean."""
    world = World()
    words = "could not check this resource, its recorded state is kept\nno answer from Sentry\n fix"
    for urn in (PROJECT, KEY):
        world.say(urn, words)
    findings = find_differences(world.preview())
    assert [(each.kind, each.path, each.reason) for each in findings] == [
        ("unchecked", "shop", "no answer from Sentry"),
        ("unchecked", "shop.keys.preview", "no answer from Sentry"),
    ]


def test_a_coolify_that_is_down_is_unchecked() -> None:
    """The provider's recorded state with the reason: unchecked, and no drift of it is made up."""
    world = World()
    world.observed[APP]["outputs"] = {"state": "unchecked", "reason": "503\nmore"}
    world.observed[APP]["inputs"]["state"] = "unchecked"
    findings = find_differences(world.preview())
    assert [(each.kind, each.path, each.reason) for each in findings] == [
        ("unchecked", "shop.apps.shop-web", "503")
    ]


def test_what_is_unchecked_may_be_pending_besides() -> None:
    """A change of the manifest is told although the service cannot be asked."""
    world = World()
    world.say(PROJECT, "could not check this resource, its recorded state is kept\ndown")
    world.desired[PROJECT]["inputs"]["name"] = "New"
    assert [(kind, path) for kind, path, *_ in found(world)] == [
        ("unchecked", "shop"),
        ("pending", "shop.name"),
    ]


def test_other_resources_say_nothing() -> None:
    """The stack itself and the components are no objects of a fleet."""
    assert Finding("drift", KEY).entry == "shop"
    assert Finding("drift", TEAM).entry == ""
    assert World().preview().refreshed.keys() > {PROJECT, KEY, APP, TEAM}


def test_a_rotated_key_goes_by_its_name_in_the_manifest() -> None:
    """The resource of a rotated key bears its label too; its path does not."""
    urn = KEY.replace("shop/preview", "shop/preview/preview-2026-11-28")
    assert Finding("drift", urn, "active").path == "shop.keys.preview.active"


def test_an_app_by_name_has_its_whole_name_in_its_path() -> None:
    """An app is named in a path as in the manifest: project, environment and name."""
    urn = APP.replace("shop/shop-web", "shop/Shop/production/web")
    assert Finding("drift", urn, "SENTRY_DSN").path == "shop.apps.Shop/production/web.SENTRY_DSN"
