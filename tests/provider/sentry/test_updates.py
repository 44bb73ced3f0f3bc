"""Updating: in place, by number, adding before removing, judged by the answer."""

import grpc  # type: ignore[import-untyped]  # ships no types
import pytest

from tests.provider.sentry.conftest import key_inputs, project_inputs, team_inputs
from tests.provider.sentry.plugin import Plugin, State, environment, start_plugin
from tests.provider.sentry.test_creates import requests, rows
from tests.sandboxes import RunningSandbox


def test_rename_is_in_place(plugin: Plugin, sandbox: RunningSandbox, shop: State) -> None:
    """Name, slug and platform change; the number stays; nothing asks for a replacement."""
    wanted = project_inputs(name="New", slug="new", platform="go")
    assert not plugin.diff("project", "shop", shop, wanted).replaces
    updated = plugin.update("project", "shop", shop, wanted)
    assert updated.outputs["projectId"] == shop.outputs["projectId"]
    assert [row["slug"] for row in rows(sandbox, "projects")] == ["new"]
    assert plugin.read("project", "shop", updated).id == "new"


def test_rename_outside_is_repaired_by_number(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """The project that now has the old slug is left alone, and the update says what is wrong."""
    sandbox.sentry("PUT", "/api/0/projects/acme/shop/", {"slug": "renamed"})
    seen = plugin.read("project", "shop", shop)
    plugin.update("project", "shop", seen, shop.inputs)
    assert [row["slug"] for row in rows(sandbox, "projects")] == ["shop"]
    sandbox.sentry("PUT", "/api/0/projects/acme/shop/", {"slug": "renamed"})
    sandbox.sentry("POST", "/api/0/teams/acme/web/projects/", {"name": "Other", "slug": "shop"})
    with pytest.raises(grpc.RpcError, match="already using that slug"):
        plugin.update("project", "shop", seen, shop.inputs)
    names = {row["slug"]: row["name"] for row in rows(sandbox, "projects")}
    assert names == {"renamed": "Shop", "shop": "Other"}


def test_teams_are_added_before_removed(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """A project is never without a team in between."""
    plugin.create("team", "platform", team_inputs())
    made = plugin.create("project", "shop", project_inputs())
    sandbox.clear_log()
    plugin.update("project", "shop", made, project_inputs(teams=["platform"]))
    project = f"/projects/acme/{made.outputs['projectId']}"
    assert requests(sandbox) == [
        f"GET {project}/",
        f"POST {project}/teams/platform/",
        f"DELETE {project}/teams/web/",
    ]


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"status": 500}, {"status": 503}])
def test_update_survives_a_lost_answer(
    plugin: Plugin, sandbox: RunningSandbox, shop: State, fault: dict[str, object]
) -> None:
    """Updates are idempotent, so that they are simply sent again."""
    plugin.create("team", "platform", team_inputs())
    key = plugin.create("key", "k", key_inputs())
    for method in ("PUT", "POST", "DELETE"):
        sandbox.add_fault(service="sentry", method=method, path="/", first=1, **fault)
    wanted = project_inputs(name="New", teams=["platform"])
    assert plugin.update("project", "shop", shop, wanted).outputs["name"] == "New"
    sandbox.add_fault(service="sentry", method="PUT", path="/", first=1, **fault)
    assert plugin.update("key", "k", key, key_inputs(name="new")).outputs["name"] == "new"
    assert len(rows(sandbox, "project_teams")) == 1


def test_update_twice_writes_once(plugin: Plugin, sandbox: RunningSandbox, shop: State) -> None:
    """A second update finds nothing to send."""
    key = plugin.create("key", "k", key_inputs())
    team = plugin.create("team", "platform", team_inputs())
    wanted = {
        "team": (team, team_inputs(name="New", slug="new")),
        "project": (shop, project_inputs(name="New", teams=["web", "platform"])),
        "key": (key, key_inputs(name="new")),
    }
    for _ in range(2):
        sandbox.clear_log()
        for kind in ("project", "team", "key"):
            state, inputs = wanted[kind]
            plugin.update(kind, kind, state, inputs)
        wanted["project"] = (shop, project_inputs(name="New", teams=["web", "new"]))
    assert sandbox.writes("sentry") == []


def test_new_slug_of_the_project_costs_a_key_nothing(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A key is addressed by the project's number."""
    key = plugin.create("key", "k", key_inputs())
    plugin.update("project", "shop", shop, project_inputs(slug="new"))
    sandbox.clear_log()
    updated = plugin.update("key", "k", key, key_inputs(project="new"))
    assert updated.outputs["project"] == "new"
    assert requests(sandbox) == []


def test_disabled_key_is_enabled_and_else_kept(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """Enabling keeps the limit that somebody set and the browser SDK's version."""
    del shop
    key = plugin.create("key", "k", key_inputs())
    path = f"/api/0/projects/acme/shop/keys/{key.id}/"
    limit = {"count": 7, "window": 60}
    body = {"isActive": False, "browserSdkVersion": "7.x", "rateLimit": limit}
    sandbox.sentry("PUT", path, body)
    before = sandbox.sentry("GET", path).body
    seen = plugin.read("key", "k", key)
    updated = plugin.update("key", "k", seen, key_inputs())
    assert updated.outputs["isActive"] is True
    assert sandbox.sentry("GET", path).body == {**before, "isActive": True}


def test_rate_limit_is_set_and_cleared(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A limit that is declared no longer is cleared; without one, none is touched."""
    del shop
    limits = {"rateLimitCount": 5, "rateLimitWindow": 60}
    key = plugin.create("key", "k", key_inputs())
    limited = plugin.update("key", "k", key, key_inputs(**limits))
    assert limited.outputs["rateLimitCount"] == 5
    assert plugin.is_changed("key", "k", limited, key_inputs())
    plugin.update("key", "k", limited, key_inputs())
    assert [row["rate_limit_count"] for row in rows(sandbox, "keys")] == [None, None]


def test_ignored_write_is_an_error(sandbox: RunningSandbox, plugin: Plugin, shop: State) -> None:
    """A 200 that changed nothing is told apart from one that did."""
    del plugin
    body = sandbox.sentry("GET", "/api/0/projects/acme/shop/").body
    sandbox.add_fault(service="sentry", method="PUT", path="/projects/", status=200, body=body)
    with start_plugin(environment(sandbox)) as running:
        running.configure()
        with pytest.raises(grpc.RpcError, match="did not change name"):
            running.update("project", "shop", shop, project_inputs(name="New"))


def test_organization_cannot_change(plugin: Plugin, sandbox: RunningSandbox, shop: State) -> None:
    """A project is neither moved nor replaced."""
    sandbox.clear_log()
    wanted = project_inputs(organization="globex")
    assert not plugin.diff("project", "shop", shop, wanted).replaces
    with pytest.raises(grpc.RpcError, match="cannot move to globex"):
        plugin.update("project", "shop", shop, wanted)
    assert requests(sandbox) == []


def test_missing_scope_is_named(sandbox: RunningSandbox, plugin: Plugin, shop: State) -> None:
    """A token that may only read changes nothing, and the message says what it lacks."""
    del plugin
    with start_plugin(environment(sandbox, "readonly")) as running:
        running.configure()
        with pytest.raises(grpc.RpcError, match="SENTRY_AUTH_TOKEN"):
            running.update("project", "shop", shop, project_inputs(name="New"))
    assert rows(sandbox, "projects")[0]["name"] == "Shop"
