"""
Projects, environments, applications and services: finding them and showing them.

Does not: change them; the API creates none here (501), the seed and the control API do.

Source: coolify-api.md section 3.1; the shapes in shapes.json are those of the recorded answers.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sandbox.coolify.call import arranged
from sandbox.world import World

Kind = Literal["application", "service"]
SHAPES: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("shapes.json").read_text(encoding="utf-8")
)
IN_TEAM = """
SELECT resource.* FROM coolify_{kind}s AS resource
JOIN coolify_environments AS environment ON environment.id = resource.environment_id
JOIN coolify_projects AS project ON project.id = environment.project_id
WHERE project.team_id = ?
"""


@dataclass(frozen=True)
class Resource:
    """An application or a service: its table's *columns*, and which of the two it is."""

    kind: Kind
    columns: dict[str, Any]

    @property
    def id(self) -> int:
        """The number that other tables refer to."""
        return int(self.columns["id"])

    @property
    def uuid(self) -> str:
        """The id the API uses."""
        return str(self.columns["uuid"])

    @property
    def name(self) -> str:
        """The name a human gave; not unique."""
        return str(self.columns["name"])


def find_application(world: World, team_id: int | None, uuid: str) -> Resource | None:
    """The team's application of that uuid."""
    return _find(world, "application", team_id, uuid)


def find_application_by_id(
    world: World, team_id: int | None, application_id: int
) -> Resource | None:
    """The team's application of that number."""
    sql = f"{IN_TEAM.format(kind='application')} AND resource.id = ?"
    row = world.store.row(sql, team_id, application_id)
    return Resource("application", row) if row else None


def find_service(world: World, team_id: int | None, uuid: str) -> Resource | None:
    """The team's service of that uuid."""
    return _find(world, "service", team_id, uuid)


def find_any(world: World, team_id: int | None, uuid: str) -> Resource | None:
    """The team's application or service of that uuid."""
    return find_application(world, team_id, uuid) or find_service(world, team_id, uuid)


def list_resources(world: World, kind: Kind, team_id: int | None) -> list[Resource]:
    """All of a team's applications or services: applications by name, services by id."""
    order = "resource.name, resource.id" if kind == "application" else "resource.id"
    rows = world.store.rows(f"{IN_TEAM.format(kind=kind)} ORDER BY {order}", team_id)
    return [Resource(kind, row) for row in rows]


def list_in_environment(world: World, kind: Kind, environment_id: int) -> list[Resource]:
    """The applications or services of one environment by id."""
    sql = f"SELECT * FROM coolify_{kind}s WHERE environment_id = ? ORDER BY id"  # noqa: S608  ours
    return [Resource(kind, row) for row in world.store.rows(sql, environment_id)]


def list_by_tag(world: World, kind: Kind, team_id: int | None, tag: str) -> list[Resource]:
    """The team's applications or services that bear the tag."""
    sql = "SELECT resource_id FROM coolify_tags WHERE kind = ? AND team_id = ? AND name = ?"
    tagged = {row["resource_id"] for row in world.store.rows(sql, kind, team_id, tag)}
    return [each for each in list_resources(world, kind, team_id) if each.id in tagged]


def has_tag(world: World, team_id: int | None, tag: str) -> bool:
    """Whether anything of the team bears the tag."""
    sql = "SELECT 1 FROM coolify_tags WHERE team_id = ? AND name = ?"
    return world.store.row(sql, team_id, tag) is not None


def _find(world: World, kind: Kind, team_id: int | None, uuid: str) -> Resource | None:
    row = world.store.row(f"{IN_TEAM.format(kind=kind)} AND resource.uuid = ?", team_id, uuid)
    return Resource(kind, row) if row else None


def shown_application(application: Resource, *, is_sensitive: bool) -> dict[str, Any]:
    """The application as every listing shows it, without ``id``."""
    columns = {name: item for name, item in application.columns.items() if name != "id"}
    result = {**SHAPES["application"], **columns, "destination": _destination(full=is_sensitive)}
    if is_sensitive:
        result |= SHAPES["application_sensitive"]
    return arranged(result)


def shown_service(service: Resource, *, is_sensitive: bool) -> dict[str, Any]:
    """The service as every listing shows it, without ``id``."""
    columns = {name: item for name, item in service.columns.items() if name != "id"}
    result = {**SHAPES["service"], **columns, "docker_compose": None, "server": _server(full=False)}
    if not is_sensitive:
        del result["docker_compose"], result["docker_compose_raw"]
    return arranged(result)


def application_detail(
    world: World, application: Resource, *, is_sensitive: bool
) -> dict[str, Any]:
    """The application as its own page shows it: with settings, environment, project and team."""
    shown = shown_application(application, is_sensitive=is_sensitive)
    surroundings = _environment(world, application)
    return arranged(shown | {"settings": SHAPES["application_settings"]} | surroundings)


def deployed_application(world: World, application: Resource) -> dict[str, Any]:
    """The application as a deployment shows it: nothing sensitive, with ``id``, no settings."""
    shown = shown_application(application, is_sensitive=False)
    return arranged(shown | {"id": application.id} | _environment(world, application))


def service_detail(world: World, service: Resource, *, is_sensitive: bool) -> dict[str, Any]:
    """The service as its own page shows it."""
    shown = shown_service(service, is_sensitive=is_sensitive)
    surroundings = {"destination": _destination(full=is_sensitive)} | _environment(world, service)
    return arranged(shown | surroundings)


def environment_detail(
    world: World, environment: dict[str, Any], *, is_sensitive: bool
) -> dict[str, Any]:
    """The environment with all that lives in it."""
    applications = [
        shown_application(each, is_sensitive=is_sensitive)
        | {"id": each.id, "domain_dns_statuses": None, "destination": _destination(full=False)}
        for each in list_in_environment(world, "application", environment["id"])
    ]
    services = [
        shown_service(each, is_sensitive=is_sensitive)
        | {"id": each.id, "destination_id": 0, "destination_type": "App\\Models\\StandaloneDocker"}
        for each in list_in_environment(world, "service", environment["id"])
    ]
    databases = ("mariadbs", "mongodbs", "mysqls", "postgresqls", "redis")
    content = {"applications": applications, "services": services}
    return arranged(environment | content | {name: [] for name in databases})


def _environment(world: World, resource: Resource) -> dict[str, Any]:
    environment_id = resource.columns["environment_id"]
    environment = _row(world, "coolify_environments", environment_id)
    project = _row(world, "coolify_projects", environment["project_id"])
    team = SHAPES["team"] | _row(world, "coolify_teams", project["team_id"])
    return {"environment": environment | {"project": _project(project) | {"team": team}}}


def _row(world: World, table: str, row_id: int) -> dict[str, Any]:
    return world.store.rows(f"SELECT * FROM {table} WHERE id = ?", row_id)[0]  # noqa: S608  ours


def _project(columns: dict[str, Any]) -> dict[str, Any]:
    icons = {"icon_path": None, "icon_s3_storage_id": None, "icon_storage_type": None}
    return icons | columns


def _destination(*, full: bool) -> dict[str, Any]:
    return {**SHAPES["destination"], "server": _server(full=full)}


def _server(*, full: bool) -> dict[str, Any]:
    settings = SHAPES["server_settings"]
    if full:
        settings = settings | SHAPES["server_settings_sensitive"]
    return {**SHAPES["server"], "settings": settings}
