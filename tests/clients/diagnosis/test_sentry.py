"""Sentry with faults put into it: what the doctor says of each."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.transport.servers import Reply, serving
from tests.unit.diagnosis.examples import write_stack
from tests.whole.manifests import FLEET, write_manifest
from watchpost.diagnosis import Case, Check, Finding, examine
from watchpost.diagnosis.sentry_checks import check_clock, check_scopes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.diagnosis.conftest import Examine
    from tests.sandboxes import RunningSandbox

NAMES = ("answers", "token accepted", "organization", "scopes", "key list", "clock")


def make_token(sandbox: RunningSandbox, *scopes: str, **fields: Any) -> str:
    """Make a token of an internal integration with these scopes."""
    body = {"name": "made", "kind": "internal", "scopes": list(scopes), **fields}
    token: str = sandbox.control("POST", "/sentry/tokens", body)["token"]
    return token


def test_all_well(look: Examine, demo_sandbox: RunningSandbox) -> None:
    """With the token of the README every check of Sentry is ok, and only reads are sent."""
    found = look()
    assert [found[f"sentry {name}"].state for name in NAMES] == ["ok"] * len(NAMES)
    assert demo_sandbox.writes() == []


def test_token_missing(look: Examine, demo_sandbox: RunningSandbox) -> None:
    """Without a token nothing is asked."""
    found = look(SENTRY_AUTH_TOKEN=" ")
    assert found["sentry token"].seen == "SENTRY_AUTH_TOKEN is not set"
    assert found["sentry answers"].seen == "not checked: see 'sentry token'"
    assert demo_sandbox.log("sentry") == []


def test_token_wrong(look: Examine) -> None:
    """A 401 means that Sentry answers and the token is no good; the token is not shown."""
    found = look(SENTRY_AUTH_TOKEN="sntryu_wrong")
    assert found["sentry answers"].state == "ok"
    token = found["sentry token accepted"]
    assert token.state == "failure"
    assert "401: Invalid token" in token.seen
    assert "SENTRY_AUTH_TOKEN" in token.cure
    assert found["sentry scopes"].seen == "not checked: see 'sentry token accepted'"
    assert "sntryu_wrong" not in str(found)


def test_service_down(look: Examine) -> None:
    """A server that is not there is a failure with its address; the other one is looked at."""
    with serving(Reply()) as server:
        gone = server.url
    found = look(SENTRY_BASE_URL=gone)
    assert found["sentry answers"].state == "failure"
    assert gone in found["sentry answers"].seen
    assert found["sentry organization"].seen == "not checked: see 'sentry answers'"
    assert found["coolify version"].state == "ok"


def test_something_else_answers(look: Examine) -> None:
    """A 503 of whatever stands before Sentry is a failure, not a crash."""
    with serving(Reply(503, text="<html>")) as server:
        found = look(SENTRY_BASE_URL=server.url)
    assert found["sentry answers"].seen == "Sentry answered 503: an HTML page"
    with serving(Reply(200, text="<html>")) as server:
        found = look(SENTRY_BASE_URL=server.url)
    assert "something other than an object" in found["sentry token accepted"].seen


@pytest.mark.parametrize(
    ("scopes", "state", "words"),
    [
        (
            ["org:read", "project:read"],
            "failure",
            "missing: project:admin (or project:write), team",
        ),
        (["project:admin", "team:admin", "org:read"], "ok", "org:read, project:admin"),
        (["project:write", "team:write", "org:read"], "ok", "org:read, project:read"),
        (
            ["org:admin", "member:admin", "project:admin", "team:admin"],
            "warning",
            "more than needed: member:admin, member:write, org:admin",
        ),
    ],
)
def test_scopes(
    look: Examine, demo_sandbox: RunningSandbox, scopes: list[str], state: str, words: str
) -> None:
    """Missing scopes are a failure, more than needed a warning, each by name."""
    found = look(SENTRY_AUTH_TOKEN=make_token(demo_sandbox, *scopes))["sentry scopes"]
    assert found.state == state
    assert found.seen.startswith(words)
    assert bool(found.cure) == (state != "ok")


def test_a_scope_that_the_role_takes_away_is_missing(
    look: Examine, demo_sandbox: RunningSandbox
) -> None:
    """A person's token has what both the token and the person's role allow."""
    person = demo_sandbox.control("POST", "/sentry/users", {"email": "m@example.com"})
    body = {"user": "m@example.com", "role": "member"}
    demo_sandbox.control("POST", "/sentry/members", body)
    token = make_token(
        demo_sandbox, "org:read", "project:admin", "team:admin", kind="user", user=person["email"]
    )
    found = look(SENTRY_AUTH_TOKEN=token)["sentry scopes"]
    assert found.state == "failure"
    assert "project:admin (or project:write)" in found.seen


def test_organization_token(look: Examine, demo_sandbox: RunningSandbox) -> None:
    """A token of the kind for source maps does not see the organization, and that is said."""
    token = make_token(demo_sandbox, "org:ci", kind="organization")
    found = look(SENTRY_AUTH_TOKEN=token)["sentry organization"]
    assert found.state == "failure"
    assert "does not see the organization acme (403)" in found.seen


def test_scopes_that_are_not_told(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither answer tells scopes, nobody is blamed for it."""
    with serving(Reply(200, {"auth": None})) as server:
        monkeypatch.setenv("SENTRY_BASE_URL", server.url)
        (found,) = examine(Case(checkout, "tests"), [Check("sentry scopes", check_scopes)])
    assert (found.state, found.is_provable) == ("unknown", False)


def test_other_teams_only_need_no_team_scope(
    look: Examine, checkout: Path, demo_sandbox: RunningSandbox
) -> None:
    """Where all teams are looked after by others, no team scope is missing."""
    teams = {"platform": {"existing": True}, "web": {"existing": True}}
    (checkout / "projects.yaml").write_text(write_manifest(FLEET, teams=teams), encoding="utf-8")
    token = make_token(demo_sandbox, "org:read", "project:write")
    assert look(SENTRY_AUTH_TOKEN=token)["sentry scopes"].state == "ok"


def test_deleting_takes_more(look: Examine, checkout: Path, demo_sandbox: RunningSandbox) -> None:
    """An entry that may delete its project needs project:admin."""
    fleet = {"shop": {**FLEET["shop"], "on_remove": "delete"}}
    (checkout / "projects.yaml").write_text(write_manifest(fleet), encoding="utf-8")
    token = make_token(demo_sandbox, "org:read", "project:write", "team:write")
    found = look(SENTRY_AUTH_TOKEN=token)["sentry scopes"]
    assert (found.state, "on_remove: delete" in found.seen) == ("warning", True)


@pytest.mark.parametrize("holder", ["foreign", "internal"])
def test_organization_that_is_not_visible(
    look: Examine, checkout: Path, demo_sandbox: RunningSandbox, holder: str
) -> None:
    """A token of another organization, or a misspelt one, is told by the organization's name."""
    if holder == "internal":
        text = write_manifest(FLEET, organization="acne")
        (checkout / "projects.yaml").write_text(text, encoding="utf-8")
    found = look(SENTRY_AUTH_TOKEN=demo_sandbox.tokens["sentry"][holder])["sentry organization"]
    assert found.state == "failure"
    assert "does not see the organization ac" in found.seen


def test_old_server(look: Examine, demo_sandbox: RunningSandbox) -> None:
    """A server without the list of all keys works, more slowly: a warning."""
    demo_sandbox.set_options(project_keys_endpoint=False)
    found = look()["sentry key list"]
    assert (found.state, "December 2025" in found.seen) == ("warning", True)


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0, "ok"), (-20, "ok"), (60, "warning"), (-60, "warning"), (400, "failure")],
)
def test_clock(checkout: Path, monkeypatch: pytest.MonkeyPatch, seconds: int, state: str) -> None:
    """A server's clock may differ a little; over 30 s is a warning, over 5 minutes a failure."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    with serving(Reply(200, {"auth": {"scopes": []}}, {"Date": date})) as server:
        monkeypatch.setenv("SENTRY_BASE_URL", server.url)
        (found,) = examine(Case(checkout, "tests"), [Check("sentry clock", check_clock)])
    assert found.state == state
    if state != "ok":
        assert ("ahead of" if seconds > 0 else "behind") in found.seen
        assert "NTP" in found.cure


def test_clock_that_is_not_told(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer without a usable `Date` proves nothing, and is nobody's fault."""
    for headers in ({}, {"Date": "yesterday"}):
        with serving(Reply(200, {}, headers)) as server:
            monkeypatch.setenv("SENTRY_BASE_URL", server.url)
            (found,) = examine(Case(checkout, "tests"), [Check("sentry clock", check_clock)])
        assert (found.state, found.is_provable) == ("unknown", False)


def test_addresses_that_contradict(
    look: Examine, checkout: Path, demo_sandbox: RunningSandbox
) -> None:
    """Stack and environment that name different servers are refused before any call to them."""
    write_stack(
        checkout,
        sentry__baseUrl="https://sentry.example.com",
        coolify__url="https://coolify.example.com",
    )
    found = look()
    for service, variable in (("sentry", "SENTRY_BASE_URL"), ("coolify", "COOLIFY_URL")):
        address = found[f"{service} address"]
        assert address.state == "failure"
        assert f"and {variable} name different servers" in address.seen
        assert f"{service}.example.com" in address.seen
        assert found[f"{service} answers"].seen == f"not checked: see '{service} address'"
    assert demo_sandbox.log() == []


def test_no_token_goes_to_a_server_by_default(
    look: Examine, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the stack's settings cannot be read, sentry.io is not taken for what is meant."""
    monkeypatch.delenv("SENTRY_BASE_URL")
    assert look()["sentry address"].seen == "no URL given"
    write_stack(checkout, sentry__baseUrl={"secure": "v1:abc"})
    assert "stored as a secret" in look()["sentry address"].seen


def test_files_serve_where_the_engine_cannot(
    look: Examine, checkout: Path, demo_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an engine the stack's file tells the address, and so does Pulumi.yaml."""
    monkeypatch.delenv("SENTRY_BASE_URL")
    write_stack(checkout, sentry__baseUrl=f"{demo_sandbox.sentry_url}/api/")
    found: dict[str, Finding] = dict(look())
    assert found["sentry address"].seen == demo_sandbox.sentry_url
    assert found["sentry key list"].state == "ok"
    assert demo_sandbox.tokens["sentry"]["internal"] not in json.dumps(
        [vars(each) for each in found.values()]
    )
