"""
The Coolify apps that the token sees, as a manifest would name them.

One call for the applications, one for the services, and one per project for its environments.

Does not: read variables. Source: coolify-api.md 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from watchpost.manifest import ByUuid
from watchpost.render.table import render_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from watchpost.diagnosis.case import Case
    from watchpost.manifest import AppEnvironment, Selector

Kind = Literal["application", "service"]


@dataclass(frozen=True, order=True)
class ListedApp:
    """
    One application or service.

    Attributes:
        project: Name of its project; empty where no project holds its environment.
        environment: Name of its environment.
        name: Its own.
        kind: `application` or `service`.
        uuid: Coolify's id.
        status: As Coolify says it, `running:healthy`.
    """

    project: str
    environment: str
    name: str
    kind: Kind
    uuid: str
    status: str

    @property
    def path(self) -> str:
        """How a manifest that names it by names would call it."""
        return f"{self.project}/{self.environment}/{self.name}"


def list_apps(case: Case) -> tuple[ListedApp, ...]:
    """
    List every application and service of the token's team, by project, environment and name.

    Raises:
        ApiError: Coolify could not be asked.
    """
    places = _places(case)
    found = [_listed("application", each, places) for each in case.applications]
    found += [_listed("service", each, places) for each in case.services]
    return tuple(sorted(found))


def find_missing_apps(
    wanted: Iterable[AppEnvironment], listed: Sequence[ListedApp]
) -> tuple[str, ...]:
    """Return the labels of those of *wanted* that are not in *listed*."""
    uuids = {(each.kind, each.uuid) for each in listed}
    paths = {(each.kind, each.path) for each in listed}

    def is_there(selector: Selector) -> bool:
        if isinstance(selector, ByUuid):
            return (selector.kind, selector.uuid) in uuids
        return (selector.kind, selector.label) in paths

    return tuple(each.selector.label for each in wanted if not is_there(each.selector))


def render_apps(apps: Iterable[ListedApp]) -> str:
    """Write the list as a table."""
    rows = [(each.path, each.kind, each.uuid, each.status) for each in apps]
    table = render_table(("project/environment/name", "kind", "uuid", "status"), rows)
    return f"{table}\n\n{len(rows)} apps. A manifest names one by its uuid or by its three names.\n"


def apps_as_json(apps: Iterable[ListedApp]) -> list[dict[str, Any]]:
    """Return the list as JSON: `project`, `environment`, `name`, `kind`, `uuid`, `status`."""
    return [
        {
            "project": each.project,
            "environment": each.environment,
            "name": each.name,
            "kind": each.kind,
            "uuid": each.uuid,
            "status": each.status,
        }
        for each in apps
    ]


def _places(case: Case) -> dict[int, tuple[str, str]]:
    """Names of project and environment by the environment's number."""
    places: dict[int, tuple[str, str]] = {}
    for project in case.coolify.request("GET", "/api/v1/projects").as_list():
        path = f"/api/v1/projects/{quote(str(project.get('uuid')), safe='')}"
        detail = case.coolify.request("GET", path).as_object()
        for environment in detail.get("environments") or ():
            place = str(project.get("name")), str(environment.get("name"))
            places[int(environment.get("id") or 0)] = place
    return places


def _listed(kind: Kind, app: Mapping[str, Any], places: Mapping[int, tuple[str, str]]) -> ListedApp:
    project, environment = places.get(int(app.get("environment_id") or 0), ("", ""))
    name, uuid = str(app.get("name") or ""), str(app.get("uuid") or "")
    return ListedApp(project, environment, name, kind, uuid, str(app.get("status") or "unknown"))
