"""
The Sentry part of the control API: make and edit what no client of the real server could.

Rows are named by their id; a person's edit knows no rules of the API.
Does not: check tokens, or keep the values of tokens readable.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.control_errors import BadControl
from sandbox.sentry import scopes
from sandbox.sentry.call import render_time
from sandbox.sentry.event_serialize import render_event
from sandbox.sentry.seed import insert_token
from sandbox.store import Store
from sandbox.world import World

# What may be edited, keyed by the route's name: the table.
EDITABLE = {
    "organizations": "sentry_organizations",
    "users": "sentry_users",
    "teams": "sentry_teams",
    "projects": "sentry_projects",
    "keys": "sentry_keys",
    "members": "sentry_members",
    "team-members": "sentry_team_members",
    "issues": "sentry_issues",
    "events": "sentry_events",
    "releases": "sentry_releases",
    "activity": "sentry_activity",
}
# By what else than its id a row may be named, keyed by table; a slug where nothing is said.
NAMED_BY = {
    "sentry_keys": "public",
    "sentry_users": "email",
    "sentry_events": "event_id",
    "sentry_releases": "version",
}
TOKEN_KINDS = ("user", "internal", "organization")

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(world: World) -> list[Route]:
    """The routes, to be mounted under ``/sentry``."""
    control = SentryControl(world)
    made: dict[str, Endpoint] = {
        "/organizations": control.add_organization,
        "/users": control.add_user,
        "/tokens": control.add_token,
        "/teams": control.add_team,
        "/members": control.add_member,
        "/team-members": control.add_team_member,
    }
    return [
        *(Route(path, endpoint, methods=["POST"]) for path, endpoint in made.items()),
        Route("/projects/{id:int}/events", control.list_events, methods=["GET"]),
        Route("/{kind}", control.list_rows, methods=["GET"]),
        Route("/{kind}/{id}", control.edit_row, methods=["PATCH"]),
        Route("/{kind}/{id}", control.delete_row, methods=["DELETE"]),
    ]


class SentryControl:
    """The handlers."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def store(self) -> Store:
        """The sandbox's storage."""
        return self.world.store

    async def add_organization(self, request: Request) -> Response:
        """``{"slug", "name"}`` and any column; answers the row."""
        body = await request.json()
        return self._added(
            "organizations", {"name": body.get("slug"), **body}, dated="date_created"
        )

    async def add_user(self, request: Request) -> Response:
        """``{"email"}`` and any column; answers the row."""
        body = await request.json()
        return self._added("users", {"name": body.get("email"), **body}, dated="date_joined")

    async def add_member(self, request: Request) -> Response:
        """``{"organization": slug or id, "user": e-mail or id, "role"}``; answers the row."""
        body = await request.json()
        role = body.get("role", "member")
        if role not in scopes.ROLES:
            raise BadControl(f"role: {role!r} is none of {sorted(scopes.ROLES)}")
        row = {
            "organization_id": self._organization(body)["id"],
            "user_id": self._user(body)["id"],
            "role": role,
        }
        return self._added("members", row)

    async def add_team(self, request: Request) -> Response:
        """``{"organization", "slug", "name"}`` and any column; answers the row."""
        body = await request.json()
        row = {
            "organization_id": self._organization(body)["id"],
            "name": body.get("slug"),
            **{name: value for name, value in body.items() if name != "organization"},
        }
        return self._added("teams", row, dated="date_created")

    async def add_team_member(self, request: Request) -> Response:
        """``{"team": id, "member": id, "role": admin|contributor|null}``; answers the row."""
        body = await request.json()
        row = {"team_id": body["team"], "member_id": body["member"], "role": body.get("role")}
        return self._added("team-members", row)

    async def add_token(self, request: Request) -> Response:
        """
        ``{"name", "scopes": [...], "kind", "user" or "organization", "expires_at"}``.

        Without scopes a token has all of them, an organization's token exactly ``org:ci``; a scope
        brings the lower ones of its family.
        Answers ``{"name", "token"}``.
        """
        body = await request.json()
        kind = body.get("kind", "user")
        if kind not in TOKEN_KINDS:
            raise BadControl(f"kind: {kind!r} is none of {TOKEN_KINDS}")
        every = scopes.ORGANIZATION_TOKEN if kind == "organization" else scopes.ALL
        value = insert_token(
            self.world,
            body["name"],
            kind=kind,
            held=body.get("scopes", every),
            user_id=self._user(body)["id"] if kind == "user" else None,
            organization_id=None if kind == "user" else self._organization(body)["id"],
            expires_at=body.get("expires_at"),
            application_active=int(body.get("application_active", True)),
        )
        return JSONResponse({"name": body["name"], "token": value}, status_code=201)

    async def list_rows(self, request: Request) -> Response:
        """All rows of one kind."""
        table = _table(request)
        return JSONResponse(self.store.rows(f'SELECT * FROM "{table}" ORDER BY id'))  # noqa: S608

    async def edit_row(self, request: Request) -> Response:
        """Set columns of a row; answers the row."""
        table, row_id = _table(request), self._row_id(request)
        changes = _columns(self.store, table, await request.json())
        self.store.update(table, row_id, **changes)
        return JSONResponse(self._row(table, row_id))

    async def delete_row(self, request: Request) -> Response:
        """Delete a row, as if it had never been there."""
        self.store.delete(_table(request), self._row_id(request))
        return Response(status_code=204)

    async def list_events(self, request: Request) -> Response:
        """The events a project has received, newest first, each with the client's payload."""
        rows = self.store.rows(
            "SELECT * FROM sentry_events WHERE project_id = ? ORDER BY id DESC",
            request.path_params["id"],
        )
        events = [{**render_event(row), "payload": json.loads(row["payload"])} for row in rows]
        return JSONResponse({"events": events})

    def _added(self, kind: str, row: dict[str, Any], dated: str | None = None) -> Response:
        table = EDITABLE[kind]
        columns = _columns(self.store, table, row)
        if dated:
            columns.setdefault(dated, render_time(self.world.now()))
        row_id = self.store.insert(table, **columns)
        return JSONResponse(self._row(table, row_id), status_code=201)

    def _row(self, table: str, row_id: int) -> dict[str, Any]:
        return self.store.rows(f'SELECT * FROM "{table}" WHERE id = ?', row_id)[0]  # noqa: S608

    def _row_id(self, request: Request) -> int:
        """The id a path names: the id itself, or a slug or other name that only one row has."""
        table, named = _table(request), request.path_params["id"]
        column = "id" if named.isdecimal() else NAMED_BY.get(table, "slug")
        if column not in self.store.columns(table):
            raise BadControl(f"{named!r} is no id")
        sql = f'SELECT id FROM "{table}" WHERE {column} = ?'  # noqa: S608  names are ours
        found = self.store.rows(sql, named)
        if len(found) != 1:
            raise BadControl(f"{len(found)} rows of {table} have the {column} {named!r}")
        return int(found[0]["id"])

    def _organization(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._find("sentry_organizations", "slug", body.get("organization", "acme"))

    def _user(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._find("sentry_users", "email", body.get("user", "admin@example.com"))

    def _find(self, table: str, column: str, named: object) -> dict[str, Any]:
        sql = f'SELECT * FROM "{table}" WHERE id = ? OR {column} = ?'  # noqa: S608  names are ours
        row = self.store.row(sql, named, named)
        if row is None:
            raise BadControl(f"{named!r} is no {column} or id in {table}")
        return row


def _table(request: Request) -> str:
    kind = request.path_params["kind"]
    if kind not in EDITABLE:
        raise BadControl(f"{kind!r} is none of {sorted(EDITABLE)}")
    return EDITABLE[kind]


def _columns(store: Store, table: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values as the table's columns hold them: lists and objects as JSON."""
    known = store.columns(table)
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise BadControl(f"{table} has no columns {unknown}; it has {known}")
    return {
        name: json.dumps(value) if isinstance(value, list | dict) else value
        for name, value in values.items()
    }
