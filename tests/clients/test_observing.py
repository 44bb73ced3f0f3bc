"""Reading both services in one pass: how many requests, and what becomes of failures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from watchpost.adoption.dsns import Standing, list_holdings
from watchpost.adoption.observing import observe_fleet
from watchpost.coolify import AppRef, CoolifyClient
from watchpost.orphans.activity import Pace, observe_activity
from watchpost.sentry import SentryClient
from watchpost.transport import RetryPolicy, Transport

if TYPE_CHECKING:
    from tests.sandboxes import RunningSandbox
    from watchpost.adoption.inventory import Inventory

ONCE = RetryPolicy(attempts=1)


def clients(sandbox: RunningSandbox) -> tuple[SentryClient, CoolifyClient]:
    """Impatient clients of both services."""
    sentry = Transport(
        "Sentry", sandbox.sentry_url, sandbox.tokens["sentry"]["internal"], retry=ONCE
    )
    coolify = Transport(
        "Coolify", sandbox.coolify_url, sandbox.tokens["coolify"]["root"], retry=ONCE
    )
    return SentryClient(sentry), CoolifyClient(coolify)


def observe(sandbox: RunningSandbox) -> Inventory:
    """One pass over the organization acme."""
    return observe_fleet(*clients(sandbox), "acme")


def test_one_pass_costs_five_lists_and_one_per_app(demo_sandbox: RunningSandbox) -> None:
    """Projects, keys, teams, applications, services, and the rows of each of seven apps."""
    demo_sandbox.clear_log()
    inventory = observe(demo_sandbox)
    assert len(demo_sandbox.log("sentry")) == 3
    assert len(demo_sandbox.log("coolify")) == 2 + 7
    assert demo_sandbox.writes() == []
    assert [project.slug for project in inventory.projects] == ["acme-billing"]
    assert {app.ref for app in inventory.apps} >= {AppRef("service", "shop-queue")}
    assert inventory.unchecked == ()
    assert {each.standing for each in list_holdings(inventory)} == {Standing.ACTIVE}


def test_apps_carry_what_matching_needs(demo_sandbox: RunningSandbox) -> None:
    """Repository, branch, build pack, address and environment of an application."""
    (app,) = (each.app for each in observe(demo_sandbox).apps if each.ref.uuid == "shop-web")
    assert (app.git_repository, app.git_branch, app.build_pack) == (
        "example/apps",
        "main",
        "nixpacks",
    )
    assert app.fqdn == "https://shop-web.sandbox.example"
    assert isinstance(app.environment_id, int)


def test_an_older_server_costs_one_list_of_keys_per_project(demo_sandbox: RunningSandbox) -> None:
    """Without the organization's list of keys each project is asked; the result is the same."""
    expected = observe(demo_sandbox).keys
    demo_sandbox.set_options(project_keys_endpoint=False)
    demo_sandbox.clear_log()
    inventory = observe(demo_sandbox)
    assert inventory.keys == expected
    assert len(demo_sandbox.log("sentry")) == 3 + 1


def test_a_dead_service_leaves_the_other(demo_sandbox: RunningSandbox) -> None:
    """Sentry is down: its lists are named as unchecked, and every app is read."""
    demo_sandbox.add_fault(service="sentry", method="GET", status=503)
    inventory = observe(demo_sandbox)
    assert (inventory.knows_sentry, inventory.knows_teams) == (False, False)
    assert not inventory.is_complete
    assert [each.what for each in inventory.unchecked] == [
        "Sentry's projects",
        "Sentry's client keys",
        "Sentry's teams",
    ]
    assert all(app.rows is not None for app in inventory.apps)
    assert len(inventory.apps) == 7


def test_one_app_that_cannot_be_read(demo_sandbox: RunningSandbox) -> None:
    """Only its rows are missing, and it is named."""
    path = "/api/v1/applications/shop-api/envs"
    demo_sandbox.add_fault(service="coolify", path=path, status=500)
    inventory = observe(demo_sandbox)
    assert [each.what for each in inventory.unchecked] == ["variables of application shop-api"]
    assert [app.ref.uuid for app in inventory.apps if app.rows is None] == ["shop-api"]
    assert inventory.knows_apps


def send_event(sandbox: RunningSandbox, dsn: str) -> None:
    """One event, as an SDK sends it."""
    public, _, rest = dsn.removeprefix("http://").partition("@")
    number = rest.rsplit("/", 1)[1]
    body = {"event_id": "a" * 32, "message": "hello"}
    path = f"/api/{number}/store/?sentry_key={public}&sentry_version=7"
    assert sandbox.sentry("POST", path, body).status == 200


def test_statistics_are_asked_of_active_keys_with_events(demo_sandbox: RunningSandbox) -> None:
    """A key that accepted an event is not quiet; its sister is; nothing is asked before."""
    sentry, coolify = clients(demo_sandbox)
    inventory = observe_fleet(sentry, coolify, "acme")
    demo_sandbox.clear_log()
    assert observe_activity(sentry, inventory, 30).quiet == frozenset()
    assert demo_sandbox.log("sentry") == []
    made = demo_sandbox.sentry("POST", "/api/0/projects/acme/acme-billing/keys/", {"name": "idle"})
    send_event(demo_sandbox, inventory.keys[0].dsn_public)
    inventory = observe_fleet(sentry, coolify, "acme")
    demo_sandbox.clear_log()
    activity = observe_activity(sentry, inventory, 30)
    assert activity.quiet == {made.body["id"]}
    assert len(demo_sandbox.log("sentry")) == 2


@pytest.mark.parametrize(("status", "is_unknown"), [(400, True), (503, False)])
def test_statistics_that_are_not_there(
    demo_sandbox: RunningSandbox, *, status: int, is_unknown: bool
) -> None:
    """400 means that the server keeps none: unknown. Anything else was not checked."""
    sentry, coolify = clients(demo_sandbox)
    send_event(demo_sandbox, observe(demo_sandbox).keys[0].dsn_public)
    inventory = observe_fleet(sentry, coolify, "acme")
    demo_sandbox.add_fault(service="sentry", path=".*/stats/", status=status)
    activity = observe_activity(sentry, inventory, 30)
    assert len(activity.unknown) == is_unknown
    assert len(activity.unchecked) == (not is_unknown)
    assert activity.quiet == frozenset()


def test_a_pace_is_kept() -> None:
    """Five callers at fifty in a second take eighty milliseconds at least."""
    pace, began = Pace(50), time.monotonic()
    for _ in range(5):
        pace.wait()
    assert time.monotonic() - began >= 0.079
