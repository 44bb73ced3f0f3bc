"""
The endpoints of the variables that a team, project, environment or server shares.

Does not: follow references to them; shared_rows.py does.

Source: coolify-api.md section 3.4 (integer ids, 201 with an id, partial updates answering 200, 409
on a duplicate key); from Coolify's published source: the order of the checks, the fields that are
allowed and shown, and the texts.
"""

from collections.abc import Callable
from typing import Any

from sandbox.coolify.call import Call, Refused, Reply, arranged, invalid, refusal
from sandbox.coolify.projects import find_environment, find_project
from sandbox.coolify.resources import SHAPES
from sandbox.coolify.shared_rows import SERVER_ID, SharedRow, SharedScope, find_shared, list_shared
from sandbox.coolify.validation import SERVICE_FLAGS, faults_of, is_true
from sandbox.coolify.variables import TAKEN, UNKNOWN_ROW, raise_if_not_json

ROOT_TEAM = 0
FIELDS = ("key", "value", *SERVICE_FLAGS, "comment")
RENAMED_TO_TAKEN = "Environment variable already exists with this key."
SHOWN = ("id", "key", "value", "comment", "type", *SERVICE_FLAGS, "created_at", "updated_at")

FindScope = Callable[[Call], SharedScope]


def team_scope(call: Call) -> SharedScope:
    """What the caller's team shares."""
    team_id = _team_id(call)
    return SharedScope(team_id, "team", team_id)


def project_scope(call: Call) -> SharedScope:
    """What the project of the path shares; 404 for another team's."""
    return SharedScope(_team_id(call), "project", find_project(call)["id"])


def environment_scope(call: Call) -> SharedScope:
    """What the environment of the path, by name or else by uuid, shares."""
    environment = find_environment(call, find_project(call))
    if environment is None:
        raise Refused(refusal(404, "Environment not found."))
    return SharedScope(_team_id(call), "environment", environment["id"])


def server_scope(call: Call) -> SharedScope:
    """What the only server, which is the root team's, shares."""
    if call.path["uuid"] != SHAPES["server"]["uuid"] or _team_id(call) != ROOT_TEAM:
        raise Refused(refusal(404, "Server not found."))
    return SharedScope(ROOT_TEAM, "server", SERVER_ID)


class SharedVariables:
    """The four endpoints for what *find_scope* finds."""

    def __init__(self, find_scope: FindScope) -> None:
        self._find_scope = find_scope

    def list_variables(self, call: Call) -> Reply:
        """All variables by id."""
        rows = list_shared(call.world, self._find_scope(call))
        return Reply(200, [_shown(call, row) for row in rows])

    def create_variable(self, call: Call) -> Reply:
        """Create one; answers its number."""
        scope = self._find_scope(call)
        _raise_if_invalid(call, needs_key=True)
        if find_shared(call.world, scope, call.fields["key"]):
            return refusal(409, TAKEN)
        now = call.now()
        row_id = call.world.store.insert(
            "coolify_shared_rows",
            team_id=scope.team_id,
            type=scope.type,
            owner_id=scope.owner_id,
            **{name: call.fields.get(name) for name in ("key", "value", "comment")},
            **{flag: is_true(call.fields.get(flag)) for flag in SERVICE_FLAGS},
            created_at=now,
            updated_at=now,
        )
        return Reply(201, {"id": row_id})

    def update_variable(self, call: Call) -> Reply:
        """Update the fields that are sent, the key too, and keep all others."""
        scope = self._find_scope(call)
        row = _row(call, scope)
        _raise_if_invalid(call, needs_key=False)
        key = call.fields.get("key") or row["key"]
        if key != row["key"] and find_shared(call.world, scope, key):
            return refusal(409, RENAMED_TO_TAKEN)
        sent: dict[str, Any] = {"key": key}
        for name in ("value", "comment", *SERVICE_FLAGS):
            if name in call.fields:
                given = call.fields[name]
                sent[name] = is_true(given) if name in SERVICE_FLAGS else given
        changed = {name: value for name, value in sent.items() if row[name] != value}
        if changed:
            changed["updated_at"] = call.now()
            call.world.store.update("coolify_shared_rows", row["id"], **changed)
        return Reply(200, _shown(call, row | changed))

    def delete_variable(self, call: Call) -> Reply:
        """Delete one by its number."""
        row = _row(call, self._find_scope(call))
        call.world.store.delete("coolify_shared_rows", row["id"])
        return Reply(200, {"message": "Environment variable deleted."})


def _team_id(call: Call) -> int:
    team_id = call.caller.team_id
    if team_id is None:
        raise Refused(refusal(401, "Invalid token."))
    return team_id


def _row(call: Call, scope: SharedScope) -> SharedRow:
    rows = list_shared(call.world, scope)
    row = next((row for row in rows if str(row["id"]) == call.path["env_id"]), None)
    if row is None:
        raise Refused(refusal(404, UNKNOWN_ROW))
    return row


def _raise_if_invalid(call: Call, *, needs_key: bool) -> None:
    raise_if_not_json(call)
    checked = call.fields if needs_key or call.fields.get("key") else {**call.fields, "key": "KEPT"}
    faults = faults_of(checked, SERVICE_FLAGS)
    for name in call.fields:
        if name not in FIELDS:
            faults.setdefault(name, []).append("This field is not allowed.")
    if faults:
        raise Refused(invalid(faults))


def _shown(call: Call, row: SharedRow) -> dict[str, Any]:
    shown = {name: row[name] for name in SHOWN}
    shown |= {flag: bool(row[flag]) for flag in SERVICE_FLAGS}
    if row["is_shown_once"] or not call.is_sensitive:
        del shown["value"]
    return arranged(shown)
