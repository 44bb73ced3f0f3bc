"""The Sentry part of the control API, and the seeds."""

import pytest

from tests.sandbox.sentry.acme import Acme
from tests.sandboxes import ControlRefused, RunningSandbox


def test_new_organization_with_its_own_people(acme: Acme) -> None:
    """An organization, a user, a membership and a token made by control work in the API."""
    control = acme.sandbox.control
    control("POST", "/sentry/organizations", {"slug": "initech", "name": "Initech"})
    control("POST", "/sentry/users", {"email": "bill@initech.example"})
    person = {"organization": "initech", "user": "bill@initech.example"}
    control("POST", "/sentry/members", {**person, "role": "manager"})
    token = acme.token("bill", user="bill@initech.example", scopes=["org:read"])
    assert acme.get("/organizations/initech/", token).body["role"] == "manager"
    assert acme.get("/organizations/acme/", token).status == 403


def test_hand_edits_show_in_the_api(web: Acme) -> None:
    """Rows are edited and deleted by id, slug or public key, with none of the API's rules."""
    control = web.sandbox.control
    key = web.get("/projects/acme/shop/keys/").body[0]["id"]
    control("PATCH", f"/sentry/keys/{key}", {"label": "Renamed", "is_active": 0})
    shown = web.get("/projects/acme/shop/keys/").body[0]
    assert (shown["name"], shown["isActive"]) == ("Renamed", False)
    control("PATCH", "/sentry/projects/shop", {"name": "By hand"})
    assert web.detail("shop")["name"] == "By hand"
    control("PATCH", f"/sentry/teams/{web.detail('shop')['team']['id']}", {"name": "T"})
    assert web.get("/teams/acme/web/").body["name"] == "T"
    control("DELETE", f"/sentry/keys/{key}")
    assert web.get("/projects/acme/shop/keys/").body == []


def test_team_by_control(acme: Acme) -> None:
    """A team made by control has no members."""
    acme.sandbox.control("POST", "/sentry/teams", {"organization": "acme", "slug": "ops"})
    assert acme.get("/teams/acme/ops/").body["memberCount"] == 0


def test_events_by_control(web: Acme) -> None:
    """Control lists a project's events with what the client sent."""
    key = web.get("/projects/acme/shop/keys/").body[0]
    web.send_event(key, {"message": "x", "extra": {"a": 1}})
    events = web.sandbox.control("GET", f"/sentry/projects/{key['projectId']}/events")["events"]
    assert events[0]["payload"]["extra"] == {"a": 1}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/sentry/tokens", {"name": "x", "kind": "odd"}),
        ("POST", "/sentry/members", {"user": "nobody@acme.example"}),
        ("POST", "/sentry/members", {"role": "king"}),
        ("PATCH", "/sentry/projects/nothing", {"name": "x"}),
        ("PATCH", "/sentry/organizations/acme", {"colour": "red"}),
        ("DELETE", "/sentry/secrets/1", None),
    ],
)
def test_nonsense_is_refused(acme: Acme, method: str, path: str, body: object) -> None:
    """A control request that cannot be meant is 400 and says why."""
    with pytest.raises(ControlRefused, match="400"):
        acme.sandbox.control(method, path, body)


def test_snapshot_brings_everything_back(web: Acme) -> None:
    """After a restore the API shows what it showed before."""
    snapshot = web.sandbox.take_snapshot()
    web.change("shop", name="Other")
    web.key("shop")
    web.sandbox.restore(snapshot)
    assert web.detail("shop")["name"] == "shop"
    assert len(web.get("/projects/acme/shop/keys/").body) == 1


def test_state_shows_no_tokens(acme: Acme) -> None:
    """The state for comparing two worlds leaves out the tokens."""
    state = acme.sandbox.state()["sentry"]
    assert "sentry_tokens" not in state
    assert "sentry_projects" in state


def test_empty_profile(empty_sandbox: RunningSandbox) -> None:
    """The profile empty holds the organization and the tokens, nothing else."""
    body = empty_sandbox.sentry("GET", "/api/0/organizations/acme/").body
    assert (body["projects"], body["teams"]) == ([], [])
    assert set(empty_sandbox.tokens["sentry"]) == {
        *("root", "readonly", "writer", "foreign", "internal"),
    }


def test_demo_profile(demo_sandbox: RunningSandbox) -> None:
    """The profile demo holds one project made by hand, and hands out its DSN."""
    project = demo_sandbox.sentry("GET", "/api/0/projects/acme/acme-billing/").body
    assert (project["name"], project["platform"]) == ("Billing", "python-fastapi")
    assert project["team"]["slug"] == "web"
    keys = demo_sandbox.sentry("GET", "/api/0/projects/acme/acme-billing/keys/").body
    assert [key["label"] for key in keys] == ["Default"]
    assert demo_sandbox.variables["billing_dsn"] == keys[0]["dsn"]["public"]


def test_contracts_profile_keeps_the_servers_own_project(
    contracts_sandbox: RunningSandbox,
) -> None:
    """What the recorded organization held is there, its internal project safe from deletion."""
    answer = contracts_sandbox.sentry("DELETE", "/api/0/projects/acme/internal/")
    assert answer.status == 403
    listed = contracts_sandbox.sentry("GET", "/api/0/organizations/acme/projects/").body
    assert [project["slug"] for project in listed] == ["internal", "vibn-acme-web"]


def test_contracts_profile_begins_without_keys(contracts_sandbox: RunningSandbox) -> None:
    """The recorded projects have no keys, so that lists of keys hold what a scenario makes."""
    path = "/api/0/organizations/acme/project-keys/?project=-1"
    assert contracts_sandbox.sentry("GET", path).body == []
