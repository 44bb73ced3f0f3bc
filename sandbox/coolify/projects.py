"""
The endpoints that find things: projects, environments, applications, services.

Source: coolify-api.md section 3.1.
"""

from typing import Any

from sandbox.coolify import resources
from sandbox.coolify.call import Call, Refused, Reply, arranged, refusal

LISTED_PROJECT = "SELECT id, uuid, name, description FROM coolify_projects WHERE team_id = ?"
ENVIRONMENTS = "SELECT * FROM coolify_environments WHERE project_id = ? ORDER BY id"


def list_projects(call: Call) -> Reply:
    """The team's projects by id."""
    rows = call.world.store.rows(f"{LISTED_PROJECT} ORDER BY id", call.caller.team_id)
    return Reply(200, [arranged(row) for row in rows])


def get_project(call: Call) -> Reply:
    """One project with its environments."""
    project = find_project(call)
    environments = [arranged(row) for row in _environments(call, project)]
    icons = {"icon_path": None, "icon_s3_storage_id": None, "icon_storage_type": None}
    return Reply(200, arranged(project | icons | {"environments": environments}))


def list_environments(call: Call) -> Reply:
    """The environments of one project, briefly."""
    shown = ("id", "uuid", "name")
    rows = _environments(call, find_project(call))
    return Reply(200, [{name: row[name] for name in shown} for row in rows])


def get_environment(call: Call) -> Reply:
    """One environment, by name or else by uuid, with all that lives in it."""
    found = find_environment(call, find_project(call))
    return Reply(200, _detail(call, found)) if found else refusal(404, "Environment not found.")


def find_environment(call: Call, project: dict[str, Any]) -> dict[str, Any] | None:
    """The environment of the path, by name or else by uuid."""
    wanted = call.path["environment"]
    rows = _environments(call, project)
    found = (row for column in ("name", "uuid") for row in rows if row[column] == wanted)
    return next(found, None)


def list_applications(call: Call) -> Reply:
    """The team's applications by name; ``tag`` narrows them."""
    found = _listed(call, "application")
    sensitive = call.is_sensitive
    return Reply(200, [resources.shown_application(each, is_sensitive=sensitive) for each in found])


def get_application(call: Call) -> Reply:
    """One application with its surroundings."""
    found = resources.find_application(call.world, call.caller.team_id, call.path["uuid"])
    if found is None:
        return refusal(404, "Application not found.")
    detail = resources.application_detail(call.world, found, is_sensitive=call.is_sensitive)
    return Reply(200, detail)


def list_services(call: Call) -> Reply:
    """The team's services; ``tag`` narrows them."""
    found = _listed(call, "service")
    sensitive = call.is_sensitive
    return Reply(200, [resources.shown_service(each, is_sensitive=sensitive) for each in found])


def get_service(call: Call) -> Reply:
    """One service with its surroundings."""
    found = resources.find_service(call.world, call.caller.team_id, call.path["uuid"])
    if found is None:
        return refusal(404, "Service not found.")
    return Reply(200, resources.service_detail(call.world, found, is_sensitive=call.is_sensitive))


def _listed(call: Call, kind: resources.Kind) -> list[resources.Resource]:
    team_id, tag = call.caller.team_id, call.query.get("tag")
    if tag:
        return resources.list_by_tag(call.world, kind, team_id, tag)
    return resources.list_resources(call.world, kind, team_id)


def find_project(call: Call) -> dict[str, Any]:
    """The project of the path, of the caller's team; raises the 404 for any other."""
    sql = "SELECT * FROM coolify_projects WHERE team_id = ? AND uuid = ?"
    project = call.world.store.row(sql, call.caller.team_id, call.path["uuid"])
    if project is None:
        raise Refused(refusal(404, "Project not found."))
    return project


def _environments(call: Call, project: dict[str, Any]) -> list[dict[str, Any]]:
    return call.world.store.rows(ENVIRONMENTS, project["id"])


def _detail(call: Call, environment: dict[str, Any]) -> dict[str, Any]:
    return resources.environment_detail(call.world, environment, is_sensitive=call.is_sensitive)
