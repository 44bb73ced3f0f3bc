"""
The Coolify part of the control API: make and edit what no API client could, and run deployments.

Objects are named by their uuid; users, teams, members, tokens, tags, previews and shared variables
by their id (a token's is the number before its bar, all are in ``GET /state`` but tokens).

Does not: apply rules of the API. Rows may be doubled, locked and renamed, as in the web interface
or the database.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.control_errors import BadControl
from sandbox.coolify import deployment_queue, making
from sandbox.coolify.call import new_uuid
from sandbox.coolify.resources import Kind, Resource
from sandbox.coolify.rows import insert_row, rows_of, update_row
from sandbox.world import World

Endpoint = Callable[[Request], Awaitable[Response]]
ROLES = ("owner", "admin", "member")
EDITABLE = {
    "users": "coolify_users",
    "teams": "coolify_teams",
    "members": "coolify_members",
    "tokens": "coolify_tokens",
    "tags": "coolify_tags",
    "previews": "coolify_previews",
    "shared": "coolify_shared_rows",
    "projects": "coolify_projects",
    "environments": "coolify_environments",
    "applications": "coolify_applications",
    "services": "coolify_services",
    "rows": "coolify_rows",
    "deployments": "coolify_deployments",
}
NAMED_BY = {
    "deployments": "deployment_uuid",
    **dict.fromkeys(("users", "teams", "members", "tokens", "tags", "previews", "shared"), "id"),
}
# What lives in what: the kinds within a kind, and their column that says where they live.
CONTENT = {
    "teams": {"projects": "team_id", "members": "team_id"},
    "projects": {"environments": "project_id"},
    "environments": {"applications": "environment_id", "services": "environment_id"},
}
ENDINGS = ("finished", "failed")


def routes(world: World) -> list[Route]:
    """The routes, to be mounted under ``/coolify``."""
    control = CoolifyControl(world)
    made: dict[str, Endpoint] = {
        "/users": control.add_user,
        "/teams": control.add_team,
        "/members": control.add_member,
        "/tokens": control.add_token,
        "/projects": control.add_project,
        "/environments": control.add_environment,
        "/applications": control.add_application,
        "/services": control.add_service,
        "/rows": control.add_row,
        "/tags": control.add_tag,
        "/previews": control.add_preview,
        "/deployments/{uuid}": control.end_deployment,
    }
    read: dict[str, Endpoint] = {
        "/{kind}/{uuid}/rows": control.list_rows,
        "/{kind}/{uuid}/running-environment": control.read_running_environment,
        "/{kind}/{uuid}/deployments": control.list_deployments,
    }
    return [
        *(Route(path, endpoint, methods=["POST"]) for path, endpoint in made.items()),
        *(Route(path, endpoint, methods=["GET"]) for path, endpoint in read.items()),
        Route("/{kind}/{uuid}", control.edit, methods=["PATCH"]),
        Route("/{kind}/{uuid}", control.delete, methods=["DELETE"]),
    ]


class CoolifyControl:
    """The handlers."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def add_user(self, request: Request) -> Response:
        """``{"name"}``; answers ``{"id"}``."""
        fields = await self._columns(request, "users")
        return _made(id=making.make_user(self.world, _taken(fields, "name"), **fields))

    async def add_team(self, request: Request) -> Response:
        """``{"name", "description"?}``; answers ``{"id"}``."""
        fields = await self._columns(request, "teams")
        return _made(id=making.make_team(self.world, _taken(fields, "name"), **fields))

    async def add_member(self, request: Request) -> Response:
        """``{"team_id", "user_id", "role"}``, the role owner, admin or member."""
        fields = await _fields(request)
        team_id, user_id, role = (_taken(fields, name) for name in ("team_id", "user_id", "role"))
        if role not in ROLES:
            raise BadControl(f"role: {role!r} is none of {ROLES}")
        return _made(id=making.make_member(self.world, team_id, user_id, role))

    async def add_token(self, request: Request) -> Response:
        """``{"name", "user_id", "team_id", "abilities", "expires_at"?}``; answers ``{"token"}``."""
        fields = await self._columns(request, "tokens")
        names = ("name", "user_id", "team_id", "abilities")
        name, user_id, team_id, abilities = (_taken(fields, each) for each in names)
        _raise_if_no_abilities(abilities)
        expires_at = fields.get("expires_at")
        token = making.make_token(self.world, name, user_id, team_id, abilities, expires_at)
        return _made(token=token)

    async def add_project(self, request: Request) -> Response:
        """``{"name", "team_id"?, "uuid"?}``; the project gets an environment ``production``."""
        fields = await self._columns(request, "projects")
        team_id, name = fields.pop("team_id", 0), _taken(fields, "name")
        uuid = fields.setdefault("uuid", new_uuid())
        project_id = making.make_project(self.world, team_id, name, **fields)
        environment_id = making.make_environment(self.world, project_id, "production")
        return _made(uuid=uuid, id=project_id, environment_id=environment_id)

    async def add_environment(self, request: Request) -> Response:
        """``{"project", "name", "uuid"?}``, the project by its uuid."""
        fields = await self._columns(request, "environments", "project")
        project = self._row("projects", _taken(fields, "project"))
        uuid = fields.setdefault("uuid", new_uuid())
        name = _taken(fields, "name")
        environment_id = making.make_environment(self.world, project["id"], name, **fields)
        return _made(uuid=uuid, id=environment_id)

    async def add_application(self, request: Request) -> Response:
        """
        ``{"name", "project", "environment"?, "is_deployed"?, ...columns}``.

        *environment* is a name, default production; *is_deployed* leaves it running with one
        finished deployment.
        """
        more = ("project", "environment", "is_deployed")
        fields = await self._columns(request, "applications", *more)
        is_deployed = fields.pop("is_deployed", False)
        place = self._environment_id(fields)
        name = _taken(fields, "name")
        application = making.make_application(self.world, place, name, **fields)
        if is_deployed:
            moment = making.timestamp(self.world)
            making.make_finished_deployment(self.world, application, moment)
        return _made(uuid=application.uuid, id=application.id)

    async def add_service(self, request: Request) -> Response:
        """``{"name", "project", "environment"?, ...columns}``."""
        fields = await self._columns(request, "services", "project", "environment")
        place = self._environment_id(fields)
        service = making.make_service(self.world, place, _taken(fields, "name"), **fields)
        return _made(uuid=service.uuid, id=service.id)

    async def add_row(self, request: Request) -> Response:
        """
        ``{"application" or "service": uuid, "key", "value"?, "copies"?, ...columns}``.

        Exactly this row, twin or not; ``"copies": true`` makes the preview copy, as the web
        interface does.
        """
        fields = await self._columns(request, "rows", "application", "service", "copies")
        resource = self._resource(fields)
        if not fields.pop("copies", False):
            resource_without_copy = Resource("service", resource.columns)
            row = insert_row(self.world, resource_without_copy, self._now(), **fields)
            self.world.store.update("coolify_rows", row["id"], kind=resource.kind)
        else:
            row = insert_row(self.world, resource, self._now(), **fields)
        return _made(uuid=row["uuid"])

    async def add_tag(self, request: Request) -> Response:
        """``{"application" or "service": uuid, "name", "team_id"?}``."""
        fields = await _fields(request)
        resource = self._resource(fields)
        tag = {"team_id": fields.pop("team_id", 0), "name": _taken(fields, "name")}
        place = {"kind": resource.kind, "resource_id": resource.id}
        return _made(id=self.world.store.insert("coolify_tags", **tag, **place))

    async def add_preview(self, request: Request) -> Response:
        """``{"application": uuid, "pull_request_id"}``: a pull request the application knows."""
        fields = await _fields(request)
        row = self._row("applications", _taken(fields, "application"))
        number = _taken(fields, "pull_request_id")
        columns = {"application_id": row["id"], "pull_request_id": number}
        return _made(id=self.world.store.insert("coolify_previews", **columns))

    async def end_deployment(self, request: Request) -> Response:
        """``{"status": "in_progress" | "finished" | "failed"}``; the build begins or ends."""
        uuid, status = request.path_params["uuid"], (await _fields(request)).get("status")
        deployment = deployment_queue.find_deployment(self.world, uuid)
        if deployment is None:
            return _missing(f"deployment {uuid}")
        if status == "in_progress":
            deployment_queue.begin(self.world, deployment)
        elif status in ENDINGS:
            deployment_queue.end(self.world, deployment, status)
        else:
            raise BadControl("status: in_progress, finished or failed")
        return JSONResponse({"deployment_uuid": uuid, "status": deployment["status"]})

    async def list_rows(self, request: Request) -> Response:
        """``{"rows": [...]}``: every column, values of locked rows included."""
        return JSONResponse({"rows": rows_of(self.world, self._named(request))})

    async def read_running_environment(self, request: Request) -> Response:
        """The variables as they were when the last finished deployment began."""
        found = deployment_queue.running_environment(self.world, self._named(request))
        return JSONResponse(found)

    async def list_deployments(self, request: Request) -> Response:
        """``{"deployments": [...]}`` of an application, newest first, every column."""
        found = deployment_queue.list_deployments(self.world, self._named(request))
        return JSONResponse({"deployments": found})

    async def edit(self, request: Request) -> Response:
        """Set columns; a row's ``updated_at`` moves as it does for a real edit."""
        kind, row = self._kind_and_row(request)
        fields = await self._columns(request, kind)
        if "abilities" in fields:
            _raise_if_no_abilities(fields["abilities"])
            fields["abilities"] = json.dumps(fields["abilities"])
        if kind == "rows":
            update_row(self.world, row, self._now(), **fields)
        else:
            self.world.store.update(EDITABLE[kind], row["id"], **fields)
        shown = {**row, **fields}
        return JSONResponse({name: value for name, value in shown.items() if name != "secret"})

    async def delete(self, request: Request) -> Response:
        """Delete one object and all that lives in it."""
        self._delete(*self._kind_and_row(request))
        return Response(status_code=204)

    def _delete(self, kind: str, row: dict[str, Any]) -> None:
        store = self.world.store
        for inner, column in CONTENT.get(kind, {}).items():
            sql = f"SELECT * FROM {EDITABLE[inner]} WHERE {column} = ?"  # noqa: S608  names are ours
            for each in store.rows(sql, row["id"]):
                self._delete(inner, each)
        if kind in ("applications", "services"):
            for each in rows_of(self.world, Resource(_singular(kind), row)):
                store.delete("coolify_rows", each["id"])
        store.delete(EDITABLE[kind], row["id"])

    async def _columns(self, request: Request, kind: str, *more: str) -> dict[str, Any]:
        """The request's fields, all of them columns of that kind or among *more*."""
        fields = await _fields(request)
        known = [*self.world.store.columns(EDITABLE[kind]), *more]
        unknown = sorted(set(fields) - set(known))
        if unknown:
            raise BadControl(f"unknown fields {unknown} of {kind}; known are {known}")
        return fields

    def _now(self) -> str:
        return making.timestamp(self.world)

    def _kind_and_row(self, request: Request) -> tuple[str, dict[str, Any]]:
        kind = request.path_params["kind"]
        if kind not in EDITABLE:
            raise BadControl(f"{kind}: known are {sorted(EDITABLE)}")
        return kind, self._row(kind, request.path_params["uuid"])

    def _named(self, request: Request) -> Resource:
        kind, row = self._kind_and_row(request)
        return Resource(_singular(kind), row)

    def _row(self, kind: str, uuid: str) -> dict[str, Any]:
        column = NAMED_BY.get(kind, "uuid")
        sql = f"SELECT * FROM {EDITABLE[kind]} WHERE {column} = ?"  # noqa: S608  names are ours
        row = self.world.store.row(sql, uuid)
        if row is None:
            raise BadControl(f"no {kind} of {column} {uuid}")
        return row

    def _resource(self, fields: dict[str, Any]) -> Resource:
        kind: Kind = "application" if "application" in fields else "service"
        return Resource(kind, self._row(f"{kind}s", _taken(fields, kind)))

    def _environment_id(self, fields: dict[str, Any]) -> int:
        project = self._row("projects", _taken(fields, "project"))
        name = fields.pop("environment", "production")
        sql = "SELECT id FROM coolify_environments WHERE project_id = ? AND name = ?"
        found = self.world.store.row(sql, project["id"], name)
        if found is None:
            raise BadControl(f"project {project['uuid']} has no environment {name}")
        return int(found["id"])


def _singular(kind: str) -> Kind:
    if kind == "applications":
        return "application"
    if kind == "services":
        return "service"
    raise BadControl(f"{kind}: only applications and services have that")


async def _fields(request: Request) -> dict[str, Any]:
    fields = await request.json()
    if not isinstance(fields, dict):
        raise BadControl("a JSON object is expected")
    return fields


def _taken(fields: dict[str, Any], name: str) -> Any:
    if name not in fields:
        raise BadControl(f"{name} is missing")
    return fields.pop(name)


def _raise_if_no_abilities(abilities: Any) -> None:
    if not isinstance(abilities, list) or not all(isinstance(each, str) for each in abilities):
        raise BadControl("abilities: a list of texts is expected")


def _made(**ids: Any) -> Response:
    return JSONResponse(ids, status_code=201)


def _missing(what: str) -> Response:
    return JSONResponse({"error": f"no {what}"}, status_code=404)
