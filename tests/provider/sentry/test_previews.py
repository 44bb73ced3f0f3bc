"""Previews: nothing is written, what exists is shown, and one fault does not stop the run."""

import grpc  # type: ignore[import-untyped]  # ships no types
import pytest

from tests.provider.sentry.conftest import key_inputs, project_inputs, team_inputs
from tests.provider.sentry.plugin import UNKNOWN, Plugin, State
from tests.sandboxes import RunningSandbox


def test_preview_of_creates_writes_nothing(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """Create is called in previews; it answers what is declared, and unknowns."""
    team = plugin.create("team", "platform", team_inputs(), preview=True)
    project = plugin.create("project", "shop", project_inputs(), preview=True)
    key = plugin.create("key", "shop/production", key_inputs(), preview=True)
    assert sandbox.writes("sentry") == []
    assert (team.id, project.id, key.id) == ("", "", "")
    assert team.outputs["internalId"] == UNKNOWN
    assert project.outputs["projectId"] == UNKNOWN
    assert key.outputs["dsnPublic"] == UNKNOWN
    assert project.outputs["name"] == "Shop"


def test_preview_shows_what_exists(plugin: Plugin, sandbox: RunningSandbox, shop: State) -> None:
    """An existing object's outputs are known in a preview: its id and its DSN."""
    made = plugin.create("key", "shop/production", key_inputs(name="Default"))
    sandbox.clear_log()
    project = plugin.create("project", "shop", project_inputs(), preview=True)
    key = plugin.create("key", "shop/production", key_inputs(name="Default"), preview=True)
    team = plugin.create("team", "web", team_inputs(slug="web", name="Web"), preview=True)
    assert project.outputs["projectId"] == shop.outputs["projectId"]
    assert key.outputs["dsnPublic"] == made.outputs["dsnPublic"]
    assert team.id == "web"
    assert sandbox.writes("sentry") == []


def test_previews_share_their_lists(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """Any number of previewed creates asks for each list once."""
    for number in range(10):
        name = f"shop-{number}"
        plugin.create("project", name, project_inputs(slug=name), preview=True)
        plugin.create("key", f"{name}/k", key_inputs(project=name), preview=True)
    assert len(sandbox.log("sentry")) == 1


def test_preview_of_an_update_asks_nothing(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """It answers the recorded outputs overlaid with the inputs."""
    key = plugin.create("key", "shop/production", key_inputs())
    sandbox.clear_log()
    project = plugin.update("project", "shop", shop, project_inputs(name="New"), preview=True)
    key = plugin.update("key", "shop/production", key, key_inputs(name="new"), preview=True)
    assert (project.outputs["name"], project.outputs["projectId"]) == (
        "New",
        shop.outputs["projectId"],
    )
    assert (key.outputs["name"], key.outputs["isActive"]) == ("new", True)
    assert sandbox.log("sentry") == []


def test_preview_announces_a_takeover(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """A takeover is a create to the engine; the preview says what it is."""
    sandbox.sentry("POST", "/api/0/teams/acme/web/projects/", {"name": "Shop", "slug": "shop"})
    plugin.create("project", "shop", project_inputs(teams=["web", "x"]), preview=True)
    text = plugin.messages[-1].text
    assert "takes over the existing project shop" in text
    assert "adds platform node\n  adds team x" in text


def test_refusal_is_a_warning_in_a_preview(plugin: Plugin, shop: State) -> None:
    """A preview error would stop the whole run, so the differences are told as a warning."""
    del shop
    made = plugin.create("project", "shop", project_inputs(name="Other"), preview=True)
    assert (made.id, made.outputs["projectId"]) == ("", UNKNOWN)
    message = plugin.messages[-1]
    assert (message.severity, message.name) == ("warning", "shop")
    assert "name: 'Shop' to 'Other'" in message.text


def test_two_keys_of_one_label_are_a_warning_in_a_preview(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """What the update will refuse, the preview tells."""
    del shop
    for _ in range(2):
        sandbox.sentry("POST", "/api/0/projects/acme/shop/keys/", {"name": "production"})
    made = plugin.create("key", "shop/production", key_inputs(), preview=True)
    assert made.outputs["dsnPublic"] == UNKNOWN
    assert "2 client keys are labelled production" in plugin.messages[-1].text


@pytest.mark.parametrize("status", [403, 410])
def test_fault_is_a_warning_in_a_preview(
    plugin: Plugin, sandbox: RunningSandbox, status: int
) -> None:
    """What fails for one resource leaves it unknown, and says why."""
    sandbox.add_fault(service="sentry", method="GET", path="/projects/$", status=status)
    made = plugin.create("project", "shop", project_inputs(), preview=True)
    assert made.outputs["projectId"] == UNKNOWN
    assert str(status) in plugin.messages[-1].text


def test_refused_token_stops_a_preview(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """A token that Sentry refuses concerns every resource."""
    sandbox.add_fault(service="sentry", method="GET", path="/projects/$", status=401)
    with pytest.raises(grpc.RpcError, match="SENTRY_AUTH_TOKEN"):
        plugin.create("project", "shop", project_inputs(), preview=True)


def test_unknown_inputs_are_not_looked_up(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """What waits for another resource is unknown, and no request is made for it."""
    made = plugin.create("key", "k", key_inputs(project=UNKNOWN), preview=True)
    assert (made.id, made.outputs["dsnPublic"]) == ("", UNKNOWN)
    assert sandbox.log("sentry") == []


def test_unknown_parts_are_not_compared(plugin: Plugin, shop: State) -> None:
    """A takeover is not judged by values that wait for another resource."""
    inputs = project_inputs(platform=UNKNOWN, resolveAge=UNKNOWN, teams=["web", UNKNOWN])
    made = plugin.create("project", "shop", inputs, preview=True)
    assert made.outputs["projectId"] == shop.outputs["projectId"]
    text = f"takes over the existing project shop (id {shop.outputs['projectId']})"
    assert [(each.severity, each.text) for each in plugin.messages] == [("info", text)]
    assert plugin.create("project", "s", inputs | {"teams": UNKNOWN}, preview=True).id == "shop"
    assert all("04da6b54" not in each.text for each in plugin.messages)


def test_team_without_name_and_slug_is_a_warning_in_a_preview(plugin: Plugin) -> None:
    """What the update will refuse, the preview tells, without an end of the run."""
    plugin.create("team", "t", {"organization": "acme"}, preview=True)
    assert "no slug and no name" in plugin.messages[-1].text
