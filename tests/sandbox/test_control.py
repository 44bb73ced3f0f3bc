"""The control API: limits, options, snapshots, state, and edits by hand in Coolify."""

from typing import Any

import pytest

from tests.sandboxes import ControlRefused, RunningSandbox

APP = "/applications/railpack-hono"


def rows(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """The app's rows with every column."""
    found: list[dict[str, Any]] = sandbox.control("GET", f"/coolify{APP}/rows")["rows"]
    return found


def test_limits_are_read_and_set(contracts_sandbox: RunningSandbox) -> None:
    """A service or limit that is not named stays; null switches off."""
    contracts_sandbox.set_limits(sentry={"per_second": 40}, coolify={"limit": None})
    assert contracts_sandbox.control("GET", "/limits") == {
        "sentry": {"per_second": 40, "concurrent": None},
        "coolify": {"limit": None, "window_seconds": 60.0},
        "github": {"limit": 1000, "window_seconds": 3600.0},
    }


def test_windows_are_reset(contracts_sandbox: RunningSandbox) -> None:
    """After DELETE /limits/windows the count begins anew."""
    contracts_sandbox.set_limits(coolify={"limit": 1})
    contracts_sandbox.coolify("GET", "/version")
    assert contracts_sandbox.coolify("GET", "/version").status == 429
    contracts_sandbox.reset_windows()
    assert contracts_sandbox.coolify("GET", "/version").status == 200


@pytest.mark.parametrize("limits", [{"gitea": {}}, {"coolify": {"per_second": 1}}])
def test_unknown_limits_are_refused(contracts_sandbox: RunningSandbox, limits: object) -> None:
    """The answer names what exists."""
    with pytest.raises(ControlRefused, match="400"):
        contracts_sandbox.control("PUT", "/limits", limits)


def test_options_are_changed(contracts_sandbox: RunningSandbox) -> None:
    """An option of the command line can be changed while it runs."""
    contracts_sandbox.set_options(queue_limit=0)
    assert contracts_sandbox.coolify("POST", "/deploy?uuid=railpack-hono").status == 429


@pytest.mark.parametrize("options", [{"seed": "demo"}, {"queue_limit": "2"}, {"api_disabled": 1}])
def test_options_that_cannot_change(contracts_sandbox: RunningSandbox, options: object) -> None:
    """Unknown options and values of another kind are refused."""
    with pytest.raises(ControlRefused, match="400"):
        contracts_sandbox.control("PATCH", "/options", options)


def test_a_snapshot_brings_back_both_services(contracts_sandbox: RunningSandbox) -> None:
    """Restoring undoes writes and clears log, faults and counted requests."""
    before = contracts_sandbox.state()
    snapshot = contracts_sandbox.take_snapshot()
    contracts_sandbox.coolify("POST", f"{APP}/envs", {"key": "A"})
    contracts_sandbox.sentry("POST", "/api/0/organizations/acme/teams/", {"slug": "x"})
    contracts_sandbox.add_fault(status=500)
    assert contracts_sandbox.state() != before
    contracts_sandbox.restore(snapshot)
    assert contracts_sandbox.state() == before
    assert contracts_sandbox.log() == []
    assert contracts_sandbox.control("GET", "/faults") == {"faults": []}
    assert contracts_sandbox.coolify("GET", "/version").headers["x-ratelimit-remaining"] == "199"


def test_an_unknown_snapshot(contracts_sandbox: RunningSandbox) -> None:
    """There is nothing to restore."""
    with pytest.raises(ControlRefused, match="404"):
        contracts_sandbox.restore("nonsense")


def test_the_state_has_no_tokens(contracts_sandbox: RunningSandbox) -> None:
    """Every table of both services is there but those of tokens."""
    state = contracts_sandbox.state()
    assert state["coolify"]["coolify_applications"]
    assert not [t for tables in state.values() for t in tables if "token" in t]
    for tokens in contracts_sandbox.tokens.values():
        for token in tokens.values():
            assert token.rpartition("|")[2] not in str(state)


def test_a_row_is_made_as_a_person_could(contracts_sandbox: RunningSandbox) -> None:
    """Rows can be doubled, locked and without a twin; with copies they get one."""
    add = {"application": "railpack-hono", "key": "A"}
    contracts_sandbox.control("POST", "/coolify/rows", {**add, "value": "1"})
    contracts_sandbox.control("POST", "/coolify/rows", {**add, "value": "2", "is_shown_once": True})
    contracts_sandbox.control("POST", "/coolify/rows", {**add, "key": "B", "copies": True})
    found = [(row["key"], row["value"], row["is_preview"]) for row in rows(contracts_sandbox)]
    assert found == [("A", "1", 0), ("A", "2", 0), ("B", None, 0), ("B", None, 1)]
    shown = contracts_sandbox.coolify("GET", f"{APP}/envs").body
    assert [("value" in row) for row in shown[:2]] == [True, False]


def test_a_row_is_edited_and_deleted_by_hand(contracts_sandbox: RunningSandbox) -> None:
    """Any column can be changed, the key too, and the row removed."""
    uuid = contracts_sandbox.coolify("POST", f"{APP}/envs", {"key": "A", "value": "1"}).body["uuid"]
    edit = {"key": "B", "value": "2", "comment": "by hand", "is_shown_once": True}
    contracts_sandbox.control("PATCH", f"/coolify/rows/{uuid}", edit)
    row = rows(contracts_sandbox)[0]
    assert {name: row[name] for name in edit} == {**edit, "is_shown_once": 1}
    contracts_sandbox.control("DELETE", f"/coolify/rows/{uuid}")
    assert [row["is_preview"] for row in rows(contracts_sandbox)] == [1]


def test_an_application_is_made_renamed_and_deleted(contracts_sandbox: RunningSandbox) -> None:
    """A new one may be deployed already; with an old one go its rows."""
    control = contracts_sandbox.control
    made = control(
        "POST",
        "/coolify/applications",
        {"name": "new", "project": "project", "uuid": "new", "is_deployed": True},
    )
    assert made["uuid"] == "new"
    assert contracts_sandbox.coolify("GET", "/applications/new").body["status"] == "running:healthy"
    assert control("GET", "/coolify/applications/new/running-environment")["deployment_uuid"]
    control("PATCH", "/coolify/applications/new", {"name": "newer", "status": "exited"})
    assert contracts_sandbox.coolify("GET", "/applications/new").body["name"] == "newer"
    contracts_sandbox.coolify("POST", "/applications/new/envs", {"key": "A"})
    control("DELETE", "/coolify/applications/new")
    assert contracts_sandbox.coolify("GET", "/applications/new").status == 404
    assert not contracts_sandbox.state()["coolify"]["coolify_rows"]


def test_a_whole_other_team_is_made(contracts_sandbox: RunningSandbox) -> None:
    """Users, teams, roles, tokens, projects and services can be made."""
    control = contracts_sandbox.control
    team = control("POST", "/coolify/teams", {"name": "T"})["id"]
    user = control("POST", "/coolify/users", {"name": "U"})["id"]
    control("POST", "/coolify/members", {"team_id": team, "user_id": user, "role": "admin"})
    token = {"name": "t", "user_id": user, "team_id": team, "abilities": ["read"]}
    contracts_sandbox.tokens["coolify"]["t"] = control("POST", "/coolify/tokens", token)["token"]
    control("POST", "/coolify/projects", {"name": "P", "team_id": team, "uuid": "p"})
    control("POST", "/coolify/services", {"name": "S", "project": "p"})
    assert [p["name"] for p in contracts_sandbox.coolify("GET", "/projects", token="t").body] == [
        "P"
    ]
    assert [s["name"] for s in contracts_sandbox.coolify("GET", "/services", token="t").body] == [
        "S"
    ]


def test_people_and_tokens_are_edited_by_hand(contracts_sandbox: RunningSandbox) -> None:
    """A role is changed, abilities are changed, a token is revoked; no secret is shown."""
    control, members = contracts_sandbox.control, contracts_sandbox.state()["coolify"]
    number = next(m["id"] for m in members["coolify_members"] if m["role"] == "member")
    assert contracts_sandbox.coolify("GET", "/version", token="member").status == 403
    control("PATCH", f"/coolify/members/{number}", {"role": "admin"})
    assert contracts_sandbox.coolify("GET", "/version", token="member").status == 200
    token = contracts_sandbox.tokens["coolify"]["read"].partition("|")[0]
    shown = control("PATCH", f"/coolify/tokens/{token}", {"abilities": ["write"]})
    assert "secret" not in shown
    assert contracts_sandbox.coolify("GET", "/version", token="read").status == 403
    control("DELETE", f"/coolify/tokens/{token}")
    assert contracts_sandbox.coolify("GET", "/version", token="read").status == 401


def test_with_a_project_goes_what_is_in_it(contracts_sandbox: RunningSandbox) -> None:
    """Environments, applications, services and rows are deleted with it, others stay."""
    contracts_sandbox.coolify("POST", f"{APP}/envs", {"key": "A"})
    contracts_sandbox.control("DELETE", "/coolify/projects/railpack-examples")
    state = contracts_sandbox.state()["coolify"]
    assert not state["coolify_applications"]
    assert not state["coolify_rows"]
    assert [each["name"] for each in state["coolify_services"]] == ["replay-service"]


def test_a_snapshot_knows_the_switch_of_the_api(contracts_sandbox: RunningSandbox) -> None:
    """What POST /disable did is undone by restoring, as any other write."""
    snapshot = contracts_sandbox.take_snapshot()
    contracts_sandbox.coolify("POST", "/disable")
    assert contracts_sandbox.coolify("GET", "/version").status == 403
    contracts_sandbox.restore(snapshot)
    assert contracts_sandbox.coolify("GET", "/version").status == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/coolify/rows", {"key": "A"}),
        ("POST", "/coolify/applications", {"name": "A", "project": "nowhere"}),
        ("PATCH", "/coolify/applications/railpack-hono", {"colour": "red"}),
        ("PATCH", "/coolify/rows/nowhere", {"value": "x"}),
        ("DELETE", "/coolify/tokens/999", None),
        ("POST", "/coolify/members", {"team_id": 0, "user_id": 0, "role": "king"}),
        ("POST", "/coolify/rows", {"application": "railpack-hono", "key": "A", "colour": 1}),
        ("POST", "/coolify/rows", {"application": "railpack-hono", "key": "A", "value": {}}),
        ("POST", "/coolify/users", {"name": "A", "world": 1}),
        ("PATCH", "/coolify/tokens/1", {"abilities": "root"}),
        ("PUT", "/limits", []),
        ("PATCH", "/options", [1]),
        ("POST", "/coolify/users", ["name"]),
    ],
)
def test_a_request_that_cannot_be_meant(
    contracts_sandbox: RunningSandbox, method: str, path: str, body: object
) -> None:
    """It is refused with 400 and the reason."""
    with pytest.raises(ControlRefused, match="400"):
        contracts_sandbox.control(method, path, body)
