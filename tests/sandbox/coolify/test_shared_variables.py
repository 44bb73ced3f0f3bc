"""Variables shared by a team, a project, an environment or a server, and references to them."""

from typing import Any

import pytest

from tests.sandbox.coolify.app import App
from tests.sandboxes import Answer, RunningSandbox

PATHS = {
    "team": "/team/envs",
    "project": "/projects/railpack-examples/envs",
    "environment": "/projects/railpack-examples/environments/production/envs",
    "server": "/servers/localhost/envs",
}
TAKEN = "Environment variable already exists. Use PATCH request to update it."


def share(sandbox: RunningSandbox, type_: str, key: str, value: str | None, **more: Any) -> Answer:
    """POST a shared variable."""
    return sandbox.coolify("POST", PATHS[type_], {"key": key, "value": value, **more})


@pytest.mark.parametrize("type_", PATHS)
def test_a_shared_variable_has_a_number(contracts_sandbox: RunningSandbox, type_: str) -> None:
    """Creating answers its id, a second one of the key is a 409, listing shows it."""
    made = share(contracts_sandbox, type_, "A", " v ", comment="c")
    assert (made.status, list(made.body), type(made.body["id"])) == (201, ["id"], int)
    again = share(contracts_sandbox, type_, "A", "w")
    assert (again.status, again.body) == (409, {"message": TAKEN})
    (row,) = contracts_sandbox.coolify("GET", PATHS[type_]).body
    assert row.pop("created_at") == row.pop("updated_at")
    flags = dict.fromkeys(("is_literal", "is_multiline", "is_shown_once"), False)
    shown = {"id": made.body["id"], "key": "A", "value": "v", "comment": "c", "type": type_}
    assert row == shown | flags


def test_an_update_is_partial(contracts_sandbox: RunningSandbox) -> None:
    """PATCH by number keeps what is not sent, answers 200, and may rename."""
    number = share(contracts_sandbox, "team", "A", "v", is_multiline=True, comment="c").body["id"]
    path = f"/team/envs/{number}"
    renamed = contracts_sandbox.coolify("PATCH", path, {"key": "B"})
    assert renamed.status == 200
    kept = {"key": "B", "value": "v", "is_multiline": True, "comment": "c"}
    assert kept.items() <= renamed.body.items()
    wiped = contracts_sandbox.coolify("PATCH", path, {"value": ""}).body
    assert (wiped["value"], wiped["comment"]) == (None, "c")
    share(contracts_sandbox, "team", "C", "v")
    assert contracts_sandbox.coolify("PATCH", path, {"key": "C"}).status == 409


def test_a_shared_variable_is_deleted_once(contracts_sandbox: RunningSandbox) -> None:
    """The second DELETE is a 404, and so is that of another scope's variable."""
    path = f"/team/envs/{share(contracts_sandbox, 'team', 'A', 'v').body['id']}"
    elsewhere = path.replace("/team", "/projects/project")
    assert contracts_sandbox.coolify("DELETE", elsewhere).status == 404
    deleted = contracts_sandbox.coolify("DELETE", path)
    assert (deleted.status, deleted.body) == (200, {"message": "Environment variable deleted."})
    again = contracts_sandbox.coolify("DELETE", path)
    assert (again.status, again.body) == (404, {"message": "Environment variable not found."})


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/projects/unknown/envs", "Project not found."),
        ("/projects/project/environments/unknown/envs", "Environment not found."),
        ("/servers/unknown/envs", "Server not found."),
    ],
)
def test_an_unknown_owner(contracts_sandbox: RunningSandbox, path: str, message: str) -> None:
    """Owners are found within the caller's team."""
    answer = contracts_sandbox.coolify("GET", path)
    assert (answer.status, answer.body) == (404, {"message": message})


def test_the_fields_are_checked(contracts_sandbox: RunningSandbox) -> None:
    """Wrong fields are a 422, no JSON a 400, a missing ability a 403."""
    wrong = {"key": "A-B", "value": 1, "is_runtime": True}
    assert set(contracts_sandbox.coolify("POST", "/team/envs", wrong).body["errors"]) == set(wrong)
    empty = contracts_sandbox.coolify("POST", "/team/envs", {})
    assert (empty.status, empty.body["error"]) == (400, "Empty JSON.")
    assert contracts_sandbox.coolify("POST", "/team/envs", {"key": "A"}, "read").status == 403


def test_values_are_for_who_may_read_them(contracts_sandbox: RunningSandbox) -> None:
    """Without read:sensitive, and for everybody when locked, the value is absent."""
    share(contracts_sandbox, "team", "A", "v")
    share(contracts_sandbox, "team", "L", "v", is_shown_once=True)
    for token, shown in (("root", [True, False]), ("read", [False] * 2)):
        rows = contracts_sandbox.coolify("GET", "/team/envs", token=token).body
        assert ["value" in row for row in rows] == shown
    assert contracts_sandbox.coolify("GET", "/team/envs", token="foreign").body == []


@pytest.mark.parametrize("type_", PATHS)
def test_a_reference_is_resolved(app: App, type_: str) -> None:
    """The value stays, the real value has what is shared; an unknown name stays as it is."""
    share(app.sandbox, type_, "NAME", "it's")
    reference = "{{" + type_ + ".NAME}}"
    app.create("A", reference)
    app.create("B", f"<{{{{ {type_}.NAME }}}} {{{{{type_}.OTHER}}}}>", is_literal=True)
    assert (app.row("A")["value"], app.row("A")["real_value"]) == (reference, "it\\'s")
    assert app.row("B")["real_value"] == f"'<it's {{{{{type_}.OTHER}}}}>'"


def test_what_runs_has_the_shared_value(service: App) -> None:
    """A reference reaches the containers resolved; another project's is not meant."""
    share(service.sandbox, "team", "NAME", "shared")
    share(service.sandbox, "project", "NAME", "of another project")
    service.create("A", "{{team.NAME}}")
    service.create("B", "{{project.NAME}}")
    service.sandbox.coolify("POST", f"{service.path}/restart")
    running = service.sandbox.control("GET", f"/coolify{service.path}/running-environment")
    assert running["runtime"] == {"A": "shared", "B": "{{project.NAME}}"}
