"""Taking over what somebody made by hand: adding is fine, changing needs `take_over: true`."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import grpc  # type: ignore[import-untyped]  # ships no types
import pytest

from tests.provider.sentry.conftest import key_inputs, project_inputs, team_inputs
from tests.provider.sentry.plugin import Plugin, State, Values
from tests.provider.sentry.test_creates import rows
from tests.sandboxes import RunningSandbox

LIMIT = {"rateLimitCount": 100, "rateLimitWindow": 60}
KEYS = "/api/0/projects/acme/shop/keys/"


@pytest.fixture
def by_hand(sandbox: RunningSandbox) -> RunningSandbox:
    """A project `shop` that a human made, with its key Default."""
    body = {"name": "Shop", "slug": "shop", "platform": "node"}
    sandbox.sentry("POST", "/api/0/teams/acme/web/projects/", body)
    sandbox.clear_log()
    return sandbox


def refusal(plugin: Plugin, kind: str, name: str, inputs: Values) -> str:
    """The message with which a create is refused."""
    with pytest.raises(grpc.RpcError) as caught:
        plugin.create(kind, name, inputs)
    message: str = caught.value.details()
    return message


def test_equal_project_is_taken_over_without_a_write(
    plugin: Plugin, by_hand: RunningSandbox
) -> None:
    """Nothing is sent but the create that found the slug taken."""
    made = plugin.create("project", "shop", project_inputs())
    assert made.id == "shop"
    assert [each["status"] for each in by_hand.writes("sentry")] == [409]


def test_default_key_is_taken_over_without_a_write(plugin: Plugin, by_hand: RunningSandbox) -> None:
    """An app that has the DSN of that key already keeps it."""
    by_hand_key = by_hand.sentry("GET", KEYS).body[0]
    made = plugin.create("key", "shop/production", key_inputs(name="Default"))
    assert made.outputs["dsnPublic"] == by_hand_key["dsn"]["public"]
    assert by_hand.writes("sentry") == []


def test_takeover_adds_teams(plugin: Plugin, by_hand: RunningSandbox) -> None:
    """A missing team is bound and announced."""
    plugin.create("team", "platform", team_inputs())
    plugin.create("project", "shop", project_inputs(teams=["web", "platform"]))
    assert len(rows(by_hand, "project_teams")) == 2
    assert "adds team platform" in plugin.messages[-1].text


def test_factory_settings_are_nobodys_choice(plugin: Plugin, by_hand: RunningSandbox) -> None:
    """Digests and resolveAge that still have Sentry's own values may be set."""
    del by_hand
    wanted = {"digestsMinDelay": 120, "digestsMaxDelay": 600, "resolveAge": 24}
    made = plugin.create("project", "shop", project_inputs(**wanted))
    assert wanted.items() <= made.outputs.items()


def test_refusal_lists_every_difference(plugin: Plugin, by_hand: RunningSandbox) -> None:
    """Name, platform, a team to unbind and chosen digests are all listed; nothing is changed."""
    plugin.create("team", "platform", team_inputs())
    by_hand.sentry("PUT", "/api/0/projects/acme/shop/", {"digestsMinDelay": 90})
    before = by_hand.state()
    inputs = project_inputs(
        name="Our shop", platform="python", teams=["platform"], digestsMinDelay=120
    )
    message = refusal(plugin, "project", "shop", inputs)
    for difference in (
        "name: 'Shop' to 'Our shop'",
        "platform: 'node' to 'python'",
        "digestsMinDelay: 90 to 120",
        "team web: unbound",
        "take_over: true",
    ):
        assert difference in message
    assert by_hand.state() == before


def test_allowed_takeover_changes(plugin: Plugin, by_hand: RunningSandbox) -> None:
    """An entry that says so takes over and changes; the name covers its keys."""
    key = by_hand.sentry("GET", KEYS).body[0]
    by_hand.sentry("PUT", f"{KEYS}{key['id']}/", {"isActive": False})
    plugin.allow_takeover("shop")
    plugin.create("project", "shop", project_inputs(name="Our shop"))
    made = plugin.create("key", "shop/production", key_inputs(name="Default", **LIMIT))
    assert rows(by_hand, "projects")[0]["name"] == "Our shop"
    assert (made.outputs["isActive"], made.outputs["rateLimitCount"]) == (True, 100)


def test_permission_is_for_that_entry_only(plugin: Plugin, by_hand: RunningSandbox) -> None:
    """Another entry's permission does not count."""
    del by_hand
    plugin.allow_takeover("shopping")
    assert "was set up otherwise" in refusal(
        plugin, "project", "shop", project_inputs(name="Our shop")
    )


def test_other_functions_are_refused(plugin: Plugin) -> None:
    """The plugin has one function; any other is an error."""
    with pytest.raises(grpc.RpcError, match="no such function"):
        plugin.invoke("sentry:index/getSentryKey:getSentryKey", {})


def test_disabled_key_is_not_enabled(plugin: Plugin, by_hand: RunningSandbox) -> None:
    """A key that somebody disabled is not enabled by a takeover."""
    key = by_hand.sentry("GET", KEYS).body[0]
    by_hand.sentry("PUT", f"{KEYS}{key['id']}/", {"isActive": False})
    message = refusal(plugin, "key", "shop/production", key_inputs(name="Default"))
    assert "disabled to enabled" in message


@pytest.mark.parametrize("has_events", [False, True])
def test_limit_of_a_factory_key(
    plugin: Plugin, by_hand: RunningSandbox, *, has_events: bool
) -> None:
    """An untouched Default key may get a limit until its project has received an event."""
    project = rows(by_hand, "projects")[0]["id"]
    if has_events:
        by_hand.control(
            "PATCH", f"/sentry/projects/{project}", {"first_event": "2026-01-01T00:00:00Z"}
        )
    inputs = key_inputs(name="Default", **LIMIT)
    if has_events:
        assert "rate limit: none to 100" in refusal(plugin, "key", "shop/production", inputs)
    else:
        made = plugin.create("key", "shop/production", inputs)
        assert made.outputs["rateLimitCount"] == 100


def test_limit_of_another_key_is_somebodys_choice(plugin: Plugin, by_hand: RunningSandbox) -> None:
    """A key that a human made without a limit does not get one."""
    by_hand.sentry("POST", KEYS, {"name": "production"})
    message = refusal(plugin, "key", "shop/production", key_inputs(**LIMIT))
    assert "rate limit: none to 100 events per 60 seconds" in message


def test_two_keys_of_one_label_are_refused(plugin: Plugin, by_hand: RunningSandbox) -> None:
    """Neither is chosen; the message names both ids."""
    ids = [by_hand.sentry("POST", KEYS, {"name": "production"}).body["id"] for _ in range(2)]
    message = refusal(plugin, "key", "shop/production", key_inputs())
    assert all(each in message for each in ids)


def test_team_of_another_name_is_refused(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """A team is not renamed by a takeover."""
    del sandbox
    message = refusal(plugin, "team", "web", team_inputs(slug="web", name="Our web"))
    assert "name: 'Web' to 'Our web'" in message


def test_killed_run_is_completed(
    plugin: Plugin,
    sandbox: RunningSandbox,
    other_plugin: Callable[[], AbstractContextManager[Plugin]],
) -> None:
    """What a run left half-way, the next run takes over and completes without being asked."""
    plugin.create("project", "shop", project_inputs(platform="node"))
    wanted = project_inputs(resolveAge=24, teams=["web"])
    with other_plugin() as following:
        following.configure()
        made = following.create("project", "shop", wanted)
        key = following.create("key", "shop/production", key_inputs(name="Default", **LIMIT))
    assert (made.outputs["resolveAge"], key.outputs["rateLimitWindow"]) == (24, 60)
    assert len(rows(sandbox, "keys")) == 1


def test_takeover_is_announced_on_its_resource(plugin: Plugin, by_hand: RunningSandbox) -> None:
    """The announcement is about the resource, and names slug and id."""
    project = rows(by_hand, "projects")[0]["id"]
    plugin.create("project", "shop", project_inputs())
    message = plugin.messages[-1]
    assert (message.severity, message.name) == ("info", "shop")
    assert message.text == f"takes over the existing project shop (id {project})"


def test_what_was_just_made_is_no_takeover(plugin: Plugin, shop: State) -> None:
    """The key Default of a project made in this run is expected, not announced."""
    del shop
    plugin.create("key", "shop/production", key_inputs(name="Default"))
    assert plugin.messages == []


def test_permission_of_an_entry_is_none_for_a_team(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """A team that has the name of an entry is not renamed by that entry's `take_over`."""
    del sandbox
    plugin.allow_takeover("web")
    message = refusal(plugin, "team", "web", team_inputs(slug="web", name="Our web"))
    assert "name: 'Web' to 'Our web'" in message
    assert "take_over" not in message
