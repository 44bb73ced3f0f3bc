"""Coolify with faults put into it: what the doctor says of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.transport.servers import Reply, serving
from tests.whole.manifests import API, FLEET, write_manifest
from watchpost.diagnosis import Case, list_apps, render_apps

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.diagnosis.conftest import Examine
    from tests.sandboxes import RunningSandbox

NAMES = ("answers", "token accepted", "api", "read", "version", "values", "apps", "clock")


def test_all_well(look: Examine, demo_sandbox: RunningSandbox) -> None:
    """With a good token every check is ok, but for what no read can prove; only reads are sent."""
    found = look()
    assert [found[f"coolify {name}"].state for name in NAMES] == ["ok"] * len(NAMES)
    write = found["coolify write"]
    assert (write.state, write.is_provable) == ("unknown", False)
    assert write.seen.startswith("not proven")
    assert demo_sandbox.writes() == []


def test_api_switched_off(look: Examine, demo_sandbox: RunningSandbox) -> None:
    """A Coolify whose API is off is told so, with where to switch it on."""
    demo_sandbox.set_options(api_disabled=True)
    found = look()
    assert (found["coolify answers"].state, found["coolify token accepted"].state) == ("ok", "ok")
    assert found["coolify api"].seen == "Coolify's API is switched off"
    assert "API Access" in found["coolify api"].cure
    assert found["coolify read"].seen == "not checked: see 'coolify api'"


def test_address_not_allowed(look: Examine, demo_sandbox: RunningSandbox) -> None:
    """A list of allowed IPs without ours is told apart from a bad token."""
    demo_sandbox.set_options(allowlist="10.1.2.3")
    api = look()["coolify api"]
    assert (api.state, "allowed IPs" in api.seen) == ("failure", True)
    assert "Allowed IPs" in api.cure


@pytest.mark.parametrize("token", ["wrong", "expired"])
def test_token_wrong(look: Examine, demo_sandbox: RunningSandbox, token: str) -> None:
    """An unknown and an expired token are refused with 401, and told so."""
    value = demo_sandbox.tokens["coolify"].get(token, "1|wrong")
    found = look(COOLIFY_TOKEN=value)
    assert found["coolify answers"].state == "ok"
    accepted = found["coolify token accepted"]
    assert (accepted.state, "401: Unauthenticated." in accepted.seen) == ("failure", True)
    assert value not in str(found)


@pytest.mark.parametrize("holder", ["write", "deploy"])
def test_token_that_may_not_read(look: Examine, demo_sandbox: RunningSandbox, holder: str) -> None:
    """A token without read is a failure that names the ability."""
    found = look(COOLIFY_TOKEN=demo_sandbox.tokens["coolify"][holder])
    read = found["coolify read"]
    assert read.seen == "refused: Missing required permissions: read"
    assert "read" in read.cure
    assert found["coolify values"].seen == "not checked: see 'coolify read'"


@pytest.mark.parametrize("holder", ["read", "memberread"])
def test_token_that_may_not_read_values(
    look: Examine, demo_sandbox: RunningSandbox, holder: str
) -> None:
    """A token without read:sensitive, or of a mere member, cannot see drift in values."""
    values = look(COOLIFY_TOKEN=demo_sandbox.tokens["coolify"][holder])["coolify values"]
    assert (values.state, "read:sensitive" in values.cure) == ("failure", True)
    sensitive = demo_sandbox.tokens["coolify"]["sensitive"]
    assert look(COOLIFY_TOKEN=sensitive)["coolify values"].state == "ok"


def test_member(look: Examine, demo_sandbox: RunningSandbox) -> None:
    """A powerful token of somebody who is only a member of the team is told by the role."""
    read = look(COOLIFY_TOKEN=demo_sandbox.tokens["coolify"]["member"])["coolify read"]
    assert (read.state, "only a member" in read.seen) == ("failure", True)
    assert "admin or owner" in read.cure


def test_token_of_another_team(look: Examine, demo_sandbox: RunningSandbox) -> None:
    """A token that sees no app at all is most likely of another team."""
    found = look(COOLIFY_TOKEN=demo_sandbox.tokens["coolify"]["foreign"])
    assert (found["coolify values"].state, "team" in found["coolify values"].cure) == (
        "warning",
        True,
    )
    assert found["coolify apps"].seen == "not found in Coolify: shop-web, shop-api, shop-queue"


@pytest.mark.parametrize(
    ("version", "state", "words"),
    [
        ("4.0.0-beta.468", "failure", "older than v4.0.0-beta.469"),
        ("4.0.0-beta.469", "warning", "v4.2.0 or later is recommended"),
        ("4.1.2", "warning", "v4.2.0 or later is recommended"),
        ("v4.2.0", "ok", "Coolify v4.2.0"),
        ("5.0.0", "ok", "Coolify 5.0.0"),
        ("nightly", "warning", "does not tell a version"),
    ],
)
def test_version(
    look: Examine, demo_sandbox: RunningSandbox, version: str, state: str, words: str
) -> None:
    """Below the floor is a failure, below what is recommended a warning."""
    demo_sandbox.add_fault(service="coolify", path="/version", status=200, body=version)
    found = look()["coolify version"]
    assert (found.state, words in found.seen) == (state, True)


def test_service_down(look: Examine) -> None:
    """A Coolify that is not there is a failure; Sentry is looked at all the same."""
    with serving(Reply()) as server:
        gone = server.url
    found = look(COOLIFY_URL=gone)
    assert found["coolify answers"].state == "failure"
    assert gone in found["coolify answers"].seen
    assert found["coolify clock"].seen == "not checked: see 'coolify answers'"
    assert found["sentry scopes"].state == "ok"


def test_service_breaks_in_the_middle(look: Examine, demo_sandbox: RunningSandbox) -> None:
    """A list that fails fails its own checks, and no other."""
    body = {"message": "Server Error"}
    demo_sandbox.add_fault(service="coolify", path="/applications$", status=500, body=body)
    found = look()
    assert found["coolify values"].seen == "Coolify answered 500: Server Error"
    assert found["coolify version"].state == "ok"


def test_apps_of_the_manifest(look: Examine, checkout: Path) -> None:
    """Apps that are not there are named; one is found by uuid or by its three names."""
    named = {"app": {"project": "Shop", "name": "shop-api"}, "framework": "python"}
    gone = {"app": {"project": "Shop", "name": "shop-apy"}, "framework": "node"}
    fleet = {**FLEET, "api": {**API, "apps": [named, gone]}}
    (checkout / "projects.yaml").write_text(write_manifest(fleet), encoding="utf-8")
    apps = look()["coolify apps"]
    assert apps.seen == "not found in Coolify: Shop/production/shop-apy"
    assert "--list-apps" in apps.cure


def test_listing(checkout: Path, demo_sandbox: RunningSandbox) -> None:
    """The list has project, environment, name, kind, uuid and status of each app, in order."""
    apps = list_apps(Case(checkout, "tests"))
    assert [each.path for each in apps] == sorted(each.path for each in apps)
    assert len(apps) == 7
    lines = render_apps(apps).splitlines()
    assert lines[4].split() == [
        "Shop/production/shop-queue",
        "service",
        "shop-queue",
        "running:healthy",
    ]
    assert lines[-1].startswith("7 apps.")
    assert demo_sandbox.writes() == []
