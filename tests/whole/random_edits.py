"""
What happens to a random fleet after it was applied: edits of its manifest, and of both services.

Each edit is a function of its own, chosen by the fleet's `random.Random`. One that finds nothing to
do does nothing; one that makes a manifest that would be refused is taken back.

Does not: assert.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tests.whole.random_fleets import PLATFORMS, STANDING_TEAMS, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.whole.random_fleets import RandomFleet, World

Block = dict[str, Any]


def edit_manifest(fleet: RandomFleet) -> None:
    """Change the manifest in two to five ways."""
    for _ in range(fleet.random.randint(2, 5)):
        before = copy.deepcopy((fleet.projects, fleet.teams))
        edit = fleet.random.choice(MANIFEST_EDITS)
        edit(fleet)
        if read([fleet]) is None:
            fleet.projects, fleet.teams = before
        else:
            fleet.story.append(f"manifest: {edit.__name__}")


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


def _leaf(fleet: RandomFleet) -> Block:
    leaves = [block for _, block in fleet.leaves()]
    return fleet.random.choice(leaves) if leaves else {"keys": {"production": {}}, "apps": []}


def _app(fleet: RandomFleet) -> Block:
    apps = [app for _, block in fleet.leaves() for app in block.get("apps", ())]
    return fleet.random.choice(apps) if apps else {}


def _remove_entry(fleet: RandomFleet) -> None:
    if fleet.projects:
        del fleet.projects[fleet.random.choice(list(fleet.projects))]


def _add_entry(fleet: RandomFleet) -> None:
    fleet.add_entry(f"{fleet.prefix}-e{len(fleet.projects) + 5}")


def _rename_entry(fleet: RandomFleet) -> None:
    _leaf(fleet)["name"] = f"New name {fleet.random.randint(1, 99)}"


def _change_slug(fleet: RandomFleet) -> None:
    _leaf(fleet)["slug"] = f"{fleet.prefix}-slug{fleet.random.randint(1, 99)}"


def _change_platform(fleet: RandomFleet) -> None:
    _leaf(fleet)["platform"] = fleet.random.choice(PLATFORMS)


def _change_teams(fleet: RandomFleet) -> None:
    every = [*STANDING_TEAMS, *fleet.teams]
    _leaf(fleet)["teams"] = fleet.random.sample(every, fleet.random.randint(1, 3))


def _rename_team(fleet: RandomFleet) -> None:
    fleet.teams[f"{fleet.prefix}-team"] |= {"name": "Renamed team"}


def _move_team(fleet: RandomFleet) -> None:
    fleet.teams[f"{fleet.prefix}-team"] |= {"slug": f"{fleet.prefix}-moved"}


def _change_settings(fleet: RandomFleet) -> None:
    block = _leaf(fleet)
    block["resolve_age_hours"] = fleet.random.choice([0, 48, 96])
    block.pop("digests_min_delay_seconds", None)


def _add_key(fleet: RandomFleet) -> None:
    block = _leaf(fleet)
    label = fleet.random.choice(["Default", f"key{len(block['keys'])}"])
    block["keys"][f"key{len(block['keys'])}"] = {"label": label} | fleet.key()


def _remove_key(fleet: RandomFleet) -> None:
    keys = _leaf(fleet)["keys"]
    keys.pop(fleet.random.choice(list(keys)))


def _limit_key(fleet: RandomFleet) -> None:
    key = fleet.random.choice(list(_leaf(fleet)["keys"].values()))
    if "rate_limit" in key and fleet.chance(0.5):
        del key["rate_limit"]
    else:
        key["rate_limit"] = {"count": fleet.random.randint(1, 99), "window_seconds": 3600}


def _relabel_key(fleet: RandomFleet) -> None:
    key = fleet.random.choice(list(_leaf(fleet)["keys"].values()))
    key["label"] = fleet.random.choice(["Default", "renamed", "other"])


def _add_app(fleet: RandomFleet) -> None:
    fleet.add_app(_leaf(fleet))


def _remove_app(fleet: RandomFleet) -> None:
    block = _leaf(fleet)
    if block.get("apps"):
        block["apps"].remove(fleet.random.choice(block["apps"]))


def _move_app(fleet: RandomFleet) -> None:
    source, target = _leaf(fleet), _leaf(fleet)
    if source.get("apps"):
        app = fleet.random.choice(source["apps"])
        source["apps"].remove(app)
        moved = {**app, "key": fleet.random.choice(list(target["keys"]))}
        if "preview_key" in moved:
            moved["preview_key"] = moved["key"]
        target.setdefault("apps", []).append(moved)


def _select_otherwise(fleet: RandomFleet) -> None:
    """The same app by its name, or by its uuid."""
    declared = _app(fleet)
    found = [each for each in fleet.apps if each.uuid in str(declared)]
    if found:
        is_named = isinstance(declared.get("app", declared.get("service")), dict)
        declared |= found[0].selector(by_name=not is_named)


def _select_nothing(fleet: RandomFleet) -> None:
    """A name that no app has."""
    declared = _app(fleet)
    if "app" in declared:
        declared["app"] = {"project": "Fleet", "name": f"{fleet.prefix}-nowhere"}


def _rewire_app(fleet: RandomFleet) -> None:
    block = _leaf(fleet)
    if block.get("apps"):
        declared = fleet.random.choice(block["apps"])
        kind = "application" if "app" in declared else "service"
        app = next((each for each in fleet.apps if each.kind == kind), None)
        if app is not None:
            kept = {name: declared[name] for name in ("app", "service") if name in declared}
            declared.clear()
            declared |= kept | fleet.wiring(app, block)


def _change_variables(fleet: RandomFleet) -> None:
    declared = _app(fleet)
    if declared:
        declared["variables"] = {"PLAIN_TWO": fleet.text(), "PLAIN_THREE": fleet.text()}
        declared["environment"] = fleet.random.choice(["production", "staging"])


def _toggle_options(fleet: RandomFleet) -> None:
    declared = _app(fleet)
    for name, value in {"redeploy": "never", "take_over": True, "mark": False}.items():
        if declared and fleet.chance(0.5):
            if name in declared:
                del declared[name]
            else:
                declared[name] = value


def _toggle_removal(fleet: RandomFleet) -> None:
    block = _leaf(fleet)
    block["on_remove"] = "keep" if block.get("on_remove") == "delete" else "delete"


MANIFEST_EDITS: tuple[Callable[[RandomFleet], None], ...] = (
    _remove_entry,
    _add_entry,
    _rename_entry,
    _change_slug,
    _change_platform,
    _change_teams,
    _rename_team,
    _move_team,
    _change_settings,
    _add_key,
    _remove_key,
    _limit_key,
    _relabel_key,
    _add_app,
    _remove_app,
    _move_app,
    _select_otherwise,
    _select_nothing,
    _rewire_app,
    _change_variables,
    _toggle_options,
    _toggle_removal,
)


def _some_project(world: World, fleet: RandomFleet) -> Block | None:
    found = [
        each
        for each in world.sandbox.state()["sentry"]["sentry_projects"]
        if each["slug"].startswith(fleet.prefix) and each["status"] == "active"
    ]
    return fleet.random.choice(found) if found else None


def _some_key(world: World, fleet: RandomFleet) -> tuple[str, Block] | None:
    project = _some_project(world, fleet)
    if project is None:
        return None
    path = f"projects/acme/{project['id']}/keys/"
    return path, fleet.random.choice(world.ask_sentry("GET", path) or [None])


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
    if found is None or found[1] is None:
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
    if found is None or found[1] is None:
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
)
