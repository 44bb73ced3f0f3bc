"""
Making what the API cannot make: users, teams, tokens, projects, applications, services.

The seed and the control API both use it.

Does not: check anything; a human with database access would not be checked either.
"""

import json
import secrets
import string
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sandbox.coolify.call import new_uuid
from sandbox.coolify.deployment_queue import TIME_FORMAT
from sandbox.coolify.resources import Kind, Resource
from sandbox.coolify.rows import environment_of
from sandbox.world import World

SECRET_LENGTH = 48
APPLICATION = {
    "description": None,
    "build_pack": "nixpacks",
    "status": "exited:unhealthy",
    "git_commit_sha": "HEAD",
    "git_repository": "example/apps",
    "git_branch": "main",
}
SERVICE = {
    "description": None,
    "status": "unknown:unknown:excluded",
    "docker_compose_raw": "services:\n  web:\n    image: nginx\n",
}


def timestamp(world: World, days_ago: float = 0) -> str:
    """A moment as Coolify writes it."""
    return (world.now() - timedelta(days=days_ago)).strftime(TIME_FORMAT)


def make_user(world: World, name: str, **columns: Any) -> int:
    """A user; the first user of an instance has the id 0."""
    return world.store.insert("coolify_users", name=name, **columns)


def make_team(world: World, name: str, **columns: Any) -> int:
    """A team; the root team has the id 0."""
    made = {"description": None, **columns}
    return world.store.insert("coolify_teams", name=name, **made, **_dated(world))


def make_member(world: World, team_id: int, user_id: int, role: str) -> int:
    """A user's role in a team: owner, admin or member."""
    columns = {"team_id": team_id, "user_id": user_id, "role": role}
    return world.store.insert("coolify_members", **columns)


def make_token(
    world: World,
    name: str,
    user_id: int,
    team_id: int | None,
    abilities: Iterable[str],
    expires_at: str | None = None,
) -> str:
    """A token's text, ``<id>|<secret>``; *name* is how the request log calls it."""
    alphabet = string.ascii_letters + string.digits
    secret = "".join(secrets.choice(alphabet) for _ in range(SECRET_LENGTH))
    token_id = world.store.insert(
        "coolify_tokens",
        name=name,
        secret=secret,
        user_id=user_id,
        team_id=team_id,
        abilities=json.dumps(list(abilities)),
        expires_at=expires_at,
    )
    return f"{token_id}|{secret}"


def make_project(world: World, team_id: int, name: str, **columns: Any) -> int:
    """A project without environments."""
    made = {"uuid": new_uuid(), "description": None, **columns}
    return world.store.insert(
        "coolify_projects", team_id=team_id, name=name, **made, **_dated(world)
    )


def make_environment(world: World, project_id: int, name: str, **columns: Any) -> int:
    """An environment of a project."""
    made = {"uuid": new_uuid(), "description": None, **columns}
    return world.store.insert(
        "coolify_environments", project_id=project_id, name=name, **made, **_dated(world)
    )


def make_application(world: World, environment_id: int, name: str, **columns: Any) -> Resource:
    """An application, by default never deployed."""
    return _make_resource(world, "application", environment_id, name, APPLICATION | columns)


def make_service(world: World, environment_id: int, name: str, **columns: Any) -> Resource:
    """A service, by default of unknown state."""
    return _make_resource(world, "service", environment_id, name, SERVICE | columns)


def make_finished_deployment(world: World, application: Resource, created_at: str) -> None:
    """A deployment of the past that left the application running with its present variables."""
    runtime, buildtime = environment_of(world, application)
    world.store.insert(
        "coolify_deployments",
        deployment_uuid=new_uuid(),
        application_id=application.id,
        status="finished",
        commit_sha="HEAD",
        pull_request_id=0,
        force_rebuild=False,
        restart_only=False,
        runtime=json.dumps(runtime),
        buildtime=json.dumps(buildtime),
        finished_at=created_at,
        created_at=created_at,
        updated_at=created_at,
    )
    world.store.update("coolify_applications", application.id, status="running:healthy")


def _make_resource(
    world: World, kind: Kind, environment_id: int, name: str, columns: dict[str, Any]
) -> Resource:
    made = {"uuid": new_uuid(), **columns, "environment_id": environment_id, "name": name}
    made |= _dated(world)
    if kind == "application":
        made.setdefault("fqdn", f"https://{made['uuid']}.sandbox.example")
    made["id"] = world.store.insert(f"coolify_{kind}s", **made)
    return Resource(kind, made)


def _dated(world: World) -> dict[str, str]:
    now = timestamp(world)
    return {"created_at": now, "updated_at": now}
