"""Reading: in bulk, by number, only what is declared, and gone only when surely gone."""

from concurrent.futures import ThreadPoolExecutor

import grpc  # type: ignore[import-untyped]  # ships no types
import pytest

from tests.provider.sentry.conftest import key_inputs, project_inputs, team_inputs
from tests.provider.sentry.plugin import Plugin, State
from tests.provider.sentry.test_creates import requests, rows
from tests.sandboxes import RunningSandbox


def test_unchanged_objects_read_as_recorded(plugin: Plugin) -> None:
    """A Read after a create answers the same id, inputs and outputs."""
    team = plugin.create("team", "platform", team_inputs())
    inputs = project_inputs(teams=["web", "platform"], digestsMinDelay=120, digestsMaxDelay=600)
    project = plugin.create("project", "shop", inputs)
    limits = {"rateLimitCount": 5, "rateLimitWindow": 60}
    key = plugin.create("key", "shop/production", key_inputs(**limits))
    assert plugin.read("team", "platform", team) == team
    assert plugin.read("project", "shop", project) == project
    assert plugin.read("key", "shop/production", key) == key


def test_secrets_are_secret(plugin: Plugin, shop: State) -> None:
    """The secret half and the old DSN are secret outputs; the public DSN is not."""
    del shop
    key = plugin.create("key", "shop/production", key_inputs())
    assert key.secrets == {"secret", "dsnSecret"}
    assert plugin.read("key", "shop/production", key).secrets == {"secret", "dsnSecret"}


def test_hand_edits_are_seen(plugin: Plugin, sandbox: RunningSandbox, shop: State) -> None:
    """Name, platform and teams that somebody changed are read as inputs and outputs."""
    project = shop.outputs["projectId"]
    sandbox.sentry("PUT", f"/api/0/projects/acme/{project}/", {"name": "X", "platform": "go"})
    sandbox.sentry("DELETE", f"/api/0/projects/acme/{project}/teams/web/")
    seen = plugin.read("project", "shop", shop)
    assert (seen.inputs["name"], seen.inputs["platform"], seen.inputs["teams"]) == ("X", "go", [])
    assert plugin.is_changed("project", "shop", seen, project_inputs())


def test_only_declared_fields_are_read(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """What is not declared is somebody else's to set: no input, no drift."""
    declared = project_inputs(platform=None)
    project = plugin.create("project", "shop", declared)
    key = plugin.create("key", "shop/production", key_inputs())
    body = {"platform": "go", "digestsMinDelay": 90, "resolveAge": 5}
    sandbox.sentry("PUT", "/api/0/projects/acme/shop/", body)
    path = f"/api/0/projects/acme/shop/keys/{key.id}/"
    sandbox.sentry("PUT", path, {"rateLimit": {"count": 9, "window": 60}})
    seen, seen_key = plugin.read("project", "shop", project), plugin.read("key", "k", key)
    assert (seen.inputs, seen_key.inputs) == (declared, key_inputs())
    assert not plugin.is_changed("project", "shop", seen, declared)
    assert not plugin.is_changed("key", "k", seen_key, key_inputs())


def test_teams_keep_their_declared_order(plugin: Plugin) -> None:
    """Sentry's order of a project's teams means nothing."""
    plugin.create("team", "platform", team_inputs())
    for teams in (["web", "platform"], ["platform", "web"]):
        made = plugin.create("project", "shop", project_inputs(teams=teams))
        assert plugin.read("project", "shop", made).inputs["teams"] == teams


def test_deleted_team_is_not_seen(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """A deleted team that still hangs on a project under a made-up slug is ignored."""
    plugin.create("team", "platform", team_inputs())
    made = plugin.create("project", "shop", project_inputs(teams=["web", "platform"]))
    sandbox.sentry("DELETE", "/api/0/teams/acme/platform/")
    assert plugin.read("project", "shop", made).inputs["teams"] == ["web"]


def test_rename_outside_is_seen_by_number(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """The present slug is the id, and the old slug's new owner is not taken for ours."""
    sandbox.sentry("PUT", "/api/0/projects/acme/shop/", {"slug": "renamed"})
    sandbox.sentry("POST", "/api/0/teams/acme/web/projects/", {"name": "Shop", "slug": "shop"})
    seen = plugin.read("project", "shop", shop)
    assert (seen.id, seen.inputs["slug"]) == ("renamed", "renamed")
    assert seen.outputs["projectId"] == shop.outputs["projectId"]


def test_disabled_key_is_seen(plugin: Plugin, sandbox: RunningSandbox, shop: State) -> None:
    """A key that somebody disabled is a change, though no input says so."""
    del shop
    key = plugin.create("key", "shop/production", key_inputs())
    sandbox.sentry("PUT", f"/api/0/projects/acme/shop/keys/{key.id}/", {"isActive": False})
    seen = plugin.read("key", "shop/production", key)
    difference = plugin.diff("key", "shop/production", seen, key_inputs())
    assert list(difference.diffs) == ["isActive"]
    assert "isActive" in difference.detailedDiff


def test_gone_is_confirmed_by_one_get(plugin: Plugin, sandbox: RunningSandbox, shop: State) -> None:
    """Absence from the list and one 404 mean gone: the id is empty."""
    team = plugin.create("team", "platform", team_inputs())
    key = plugin.create("key", "shop/production", key_inputs())
    sandbox.sentry("DELETE", f"/api/0/projects/acme/shop/keys/{key.id}/")
    sandbox.sentry("DELETE", "/api/0/teams/acme/platform/")
    sandbox.clear_log()
    assert plugin.read("key", "k", key).id == ""
    assert plugin.read("team", "platform", team).id == ""
    sandbox.sentry("DELETE", "/api/0/projects/acme/shop/")
    project = shop.outputs["projectId"]
    lists = ["project-keys", "teams", "projects"]
    expected = [f"GET /organizations/acme/{each}/" for each in lists]
    expected += [
        f"GET /projects/acme/{project}/keys/{key.id}/",
        f"GET /teams/acme/{team.outputs['internalId']}/",
    ]
    seen = [each for each in requests(sandbox) if each.startswith("GET")]
    assert sorted(seen) == sorted(expected)


def test_absent_from_the_list_is_not_gone(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A list that lacks a project does not decide."""
    sandbox.add_fault(
        service="sentry", method="GET", path="acme/projects/$", status=200, body=[], first=1
    )
    assert plugin.read("project", "shop", shop).id == "shop"


def test_everything_gone_is_a_wrong_token(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A whole organization is never taken for deleted."""
    sandbox.sentry("DELETE", "/api/0/projects/acme/shop/")
    sandbox.sentry("DELETE", "/api/0/teams/acme/web/")
    with pytest.raises(grpc.RpcError, match="everything that is recorded of it seems to be gone"):
        plugin.read("project", "shop", shop)


def test_unknown_organization_is_an_error(plugin: Plugin, shop: State) -> None:
    """An organization that Sentry does not know raises, and names what to check."""
    elsewhere = State("shop", {**shop.outputs, "organization": "nowhere"}, shop.inputs)
    with pytest.raises(grpc.RpcError, match="does not know this organization"):
        plugin.read("project", "shop", elsewhere)


def test_fleet_is_read_in_pages(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """101 projects with a key each cost two pages of both, and one GET per declared setting."""
    projects = []
    for number in range(101):
        slug = f"shop-{number:03}"
        age = {"resolveAge": 24} if number in {3, 4} else {}
        projects.append(plugin.create("project", slug, project_inputs(slug=slug, **age)))
    keys = [
        plugin.create("key", each.id, key_inputs(project=each.id, name="Default"))
        for each in projects
    ]
    with_plugin_requests = len(requests(sandbox))
    assert with_plugin_requests == 101 * 2 + 2
    sandbox.clear_log()
    _read_all(plugin, projects, keys)
    seen = requests(sandbox)
    assert seen.count("GET /organizations/acme/projects/") == 2
    assert seen.count("GET /organizations/acme/project-keys/") == 2
    assert len(seen) == 2 + 2 + 2


def _read_all(plugin: Plugin, projects: list[State], keys: list[State]) -> None:
    with ThreadPoolExecutor(16) as pool:
        states = [("project", each) for each in projects] + [("key", each) for each in keys]
        read = list(pool.map(lambda each: plugin.read(each[0], each[1].id, each[1]), states))
    assert read == projects + keys


def test_old_server_is_read_per_project(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """Without the organization-wide key list, each project's own list is asked once."""
    sandbox.set_options(project_keys_endpoint=False)
    projects = [
        plugin.create("project", slug, project_inputs(slug=slug)) for slug in ("a", "b", "c")
    ]
    keys = [
        plugin.create("key", f"{each.id}/{name}", key_inputs(project=each.id, name=name))
        for each in projects
        for name in ("Default", "preview")
    ]
    sandbox.clear_log()
    _read_all(plugin, projects, keys)
    assert len(requests(sandbox)) <= 1 + 1 + len(projects)


def test_reads_share_one_list(plugin: Plugin, sandbox: RunningSandbox, shop: State) -> None:
    """Reads that come at once wait for one list, however slow it is."""
    sandbox.clear_log()
    sandbox.add_fault(service="sentry", path="/projects/$", latency_seconds=0.5)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: plugin.read("project", "shop", shop), range(20)))
    assert requests(sandbox) == ["GET /organizations/acme/projects/"]


def test_only_the_asked_kind_is_listed(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """Teams are listed only where a team is read."""
    team = plugin.create("team", "platform", team_inputs())
    sandbox.clear_log()
    plugin.read("team", "platform", team)
    assert requests(sandbox) == ["GET /organizations/acme/teams/"]


@pytest.mark.parametrize("status", [302, 401, 403, 408, 410, 429, 500])
def test_failed_read_keeps_what_is_recorded(
    plugin: Plugin, sandbox: RunningSandbox, shop: State, status: int
) -> None:
    """
    No status but 404 means gone.

    The Read answers what is recorded and says so, the diff reports a change, the update looks
    again and raises; once Sentry is well the update succeeds and the change is over.
    """
    fault = sandbox.add_fault(service="sentry", method="GET", path="/projects/", status=status)
    assert plugin.read("project", "shop", shop) == State(shop.id, shop.outputs, shop.inputs)
    assert plugin.messages[-1].severity == "warning"
    assert str(status) in plugin.messages[-1].text
    assert plugin.is_changed("project", "shop", shop, shop.inputs)
    with pytest.raises(grpc.RpcError, match=str(status)):
        plugin.update("project", "shop", shop, shop.inputs)
    sandbox.control("DELETE", f"/faults/{fault}")
    plugin.update("project", "shop", shop, shop.inputs)
    assert not plugin.is_changed("project", "shop", shop, shop.inputs)
    assert [row["slug"] for row in rows(sandbox, "projects")] == ["shop"]


def test_failed_read_of_a_key_is_looked_at_again(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """An update that would need no request looks all the same if the Read failed."""
    del shop
    key = plugin.create("key", "shop/production", key_inputs())
    sandbox.add_fault(service="sentry", method="GET", path="/project-keys/", status=403)
    plugin.read("key", "shop/production", key)
    sandbox.clear_log()
    plugin.update("key", "shop/production", key, key.inputs)
    assert [each.partition(" ")[0] for each in requests(sandbox)] == ["GET"]
