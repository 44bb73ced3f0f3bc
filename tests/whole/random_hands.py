"""
What people do to a random fleet by hand, in Sentry and in Coolify, after it was applied.

Each edit is a function of its own, chosen by the fleet's `random.Random`; it answers what it did,
for the story of a failing test. One that finds nothing to do does nothing.

Does not: touch the manifest (see `random_edits`) or assert.
"""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from tests.whole.random_fleets import STANDING_TEAMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.whole.random_fleets import RandomFleet, World

Block = dict[str, Any]


def edit_services(world: World, fleet: RandomFleet) -> None:
    """Let people change things in Sentry and Coolify in one to six ways."""
    for _ in range(fleet.random.randint(1, 6)):
        edit = fleet.random.choice(SERVICE_EDITS)
        fleet.story.append(f"by hand: {edit.__name__}: {edit(world, fleet)}")


def finish_deployments(world: World, fleet: RandomFleet) -> None:
    """Let most deployments of the fleet end, one way or the other."""
    for app in fleet.apps:
        if app.kind == "service":
            continue
        path = f"/coolify/applications/{app.uuid}/deployments"
        found = world.sandbox.control("GET", path)["deployments"]
        for each in reversed(found):
            if each["status"] in {"queued", "in_progress"} and fleet.chance(0.8):
                status = fleet.random.choice(["finished", "finished", "failed"])
                path = f"/coolify/deployments/{each['deployment_uuid']}"
                world.sandbox.control("POST", path, {"status": status})


def _some_project(world: World, fleet: RandomFleet) -> Block | None:
    found = [
        each
        for each in world.sandbox.state()["sentry"]["sentry_projects"]
        if each["slug"].startswith(fleet.prefix) and each["status"] == "active"
    ]
    return fleet.random.choice(sorted(found, key=itemgetter("slug"))) if found else None


def _some_key(world: World, fleet: RandomFleet) -> tuple[str, Block] | None:
    project = _some_project(world, fleet)
    if project is None:
        return None
    path = f"projects/acme/{project['id']}/keys/"
    keys = sorted(world.ask_sentry("GET", path), key=itemgetter("label"))
    return (path, fleet.random.choice(keys)) if keys else None


def _edit_project(world: World, fleet: RandomFleet) -> object:
    project = _some_project(world, fleet)
    if project is None:
        return None
    changes = fleet.random.choice(
        [
            {"name": "Hand made"},
            {"slug": f"{fleet.prefix}-hand{fleet.random.randint(1, 99)}"},
            {"platform": "ruby"},
            {"name": "Hand made", "resolveAge": 12, "digestsMinDelay": 120},
        ]
    )
    world.ask_sentry("PUT", f"projects/acme/{project['id']}/", changes)
    return project["slug"], changes


def _bind_team(world: World, fleet: RandomFleet) -> object:
    project = _some_project(world, fleet)
    if project is None:
        return None
    team = fleet.random.choice(STANDING_TEAMS)
    method = fleet.random.choice(["POST", "DELETE"])
    world.ask_sentry(method, f"projects/acme/{project['id']}/teams/{team}/")
    return method, project["slug"], team


def _edit_team(world: World, fleet: RandomFleet) -> object:
    slug = f"{fleet.prefix}-team"
    every = world.sandbox.state()["sentry"]["sentry_teams"]
    found = [each for each in every if each["slug"] == slug]
    if not found:
        return None
    how = fleet.random.choice(["name", "slug", "delete"])
    if how == "delete":
        world.ask_sentry("DELETE", f"teams/acme/{slug}/")
    else:
        world.ask_sentry("PUT", f"teams/acme/{slug}/", {how: f"{fleet.prefix}-by-hand"})
    return how


def _delete_project(world: World, fleet: RandomFleet) -> object:
    project = _some_project(world, fleet)
    if project is not None:
        world.ask_sentry("DELETE", f"projects/acme/{project['id']}/")
    return project and project["slug"]


def _edit_key(world: World, fleet: RandomFleet) -> object:
    found = _some_key(world, fleet)
    if found is None:
        return None
    path, key = found
    changes = fleet.random.choice(
        [
            {"isActive": False},
            {"name": "By hand"},
            {"rateLimit": {"count": 7, "window": 60}},
            {"isActive": False, "name": "By hand"},
        ]
    )
    world.ask_sentry("PUT", f"{path}{key['id']}/", changes)
    return key["label"], changes


def _delete_key(world: World, fleet: RandomFleet) -> object:
    found = _some_key(world, fleet)
    if found is None:
        return None
    path, key = found
    project = path.split("/")[2]
    # As if the project were old: the plugin waits longer for a new project's own key.
    when = {"date_created": "2026-01-01T00:00:00+00:00"}
    world.sandbox.control("PATCH", f"/sentry/projects/{project}", when)
    world.ask_sentry("DELETE", f"{path}{key['id']}/")
    return key["label"]


def _some_row(world: World, fleet: RandomFleet) -> Block | None:
    rows = [
        {**row, app.kind: app.uuid}
        for app in fleet.apps
        for row in world.sandbox.control("GET", f"/coolify/{app.kind}s/{app.uuid}/rows")["rows"]
    ]
    rows.sort(key=itemgetter("resource_id", "kind", "key", "is_preview"))
    return fleet.random.choice(rows) if rows else None


def _edit_row(world: World, fleet: RandomFleet) -> object:
    row = _some_row(world, fleet)
    if row is None:
        return None
    comments = [None, "watchpost:globex/shop", f"watchpost:acme/{fleet.prefix}-other", "ask Eva"]
    changes = fleet.random.choice(
        [
            {"value": fleet.text()},
            {"value": None},
            {"is_buildtime": not row["is_buildtime"]},
            {"is_runtime": not row["is_runtime"]},
            {"comment": fleet.random.choice(comments)},
            {"comment": f"{row['comment'] or ''} and more"},
            {"is_shown_once": True},
        ]
    )
    world.sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", changes)
    return row["key"], bool(row["is_preview"]), changes


def _delete_row(world: World, fleet: RandomFleet) -> object:
    row = _some_row(world, fleet)
    if row is not None:
        world.sandbox.control("DELETE", f"/coolify/rows/{row['uuid']}")
    return row and (row["key"], row["is_preview"])


def _double_row(world: World, fleet: RandomFleet) -> object:
    row = _some_row(world, fleet)
    if row is None:
        return None
    kept = ("key", "value", "comment", "is_preview", "application", "service")
    twin = {name: row[name] for name in kept if name in row}
    world.sandbox.control("POST", "/coolify/rows", twin)
    return twin


def _change_status(world: World, fleet: RandomFleet) -> object:
    app = fleet.random.choice(fleet.apps)
    status = fleet.random.choice(["running:healthy", "exited:unhealthy", "restarting:unknown"])
    world.sandbox.control("PATCH", f"/coolify/{app.kind}s/{app.uuid}", {"status": status})
    return app.uuid, status


def _deploy(world: World, fleet: RandomFleet) -> object:
    app = fleet.random.choice(fleet.apps)
    world.ask_coolify("POST", f"/deploy?uuid={app.uuid}")
    return app.uuid


def _delete_app(world: World, fleet: RandomFleet) -> object:
    app = fleet.random.choice(fleet.apps)
    if not fleet.chance(0.3) or len(fleet.apps) == 1:
        return None
    world.sandbox.control("DELETE", f"/coolify/{app.kind}s/{app.uuid}")
    fleet.apps.remove(app)
    return app.uuid


def _remake_app(world: World, fleet: RandomFleet) -> object:
    """Another app under the name of one that was deleted."""
    app = fleet.random.choice(fleet.apps)
    world.sandbox.control("DELETE", f"/coolify/{app.kind}s/{app.uuid}")
    fleet.apps[fleet.apps.index(app)] = made = replace(app, uuid=f"{app.uuid}-again")
    world.make_app(fleet, made)
    return made.uuid


def _rename_app(world: World, fleet: RandomFleet) -> object:
    """An app that is selected by its name is not found any more."""
    app = fleet.random.choice(fleet.apps)
    name = f"{app.name}-renamed"
    world.sandbox.control("PATCH", f"/coolify/{app.kind}s/{app.uuid}", {"name": name})
    fleet.apps[fleet.apps.index(app)] = replace(app, name=name)
    return app.uuid, name


SERVICE_EDITS: tuple[Callable[[World, RandomFleet], object], ...] = (
    _edit_project,
    _bind_team,
    _edit_team,
    _delete_project,
    _edit_key,
    _edit_key,
    _delete_key,
    _edit_row,
    _edit_row,
    _edit_row,
    _delete_row,
    _double_row,
    _change_status,
    _deploy,
    _delete_app,
    _remake_app,
    _rename_app,
)
