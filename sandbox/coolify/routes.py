"""
Which path leads where, and what the caller needs for it.

Does not: run anything; app.py does. Paths of the vendor's contract that are not simulated are in
unsimulated.txt, one per line.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.coolify import (
    deployments,
    instance,
    projects,
    service_variables,
    shared_variables,
    variables,
)
from sandbox.coolify.call import Call, Reply, refusal
from sandbox.coolify.shared_variables import FindScope, SharedVariables

PREFIX = "/api/v1"
Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Endpoint:
    """One verb on one path; a *switch* works even when the API is disabled."""

    handler: Handler
    ability: str | None = None
    is_public: bool = False
    is_switch: bool = False


def moved(_call: Call) -> Reply:
    """The answer to verbs that were retired in favour of POST."""
    text = "This endpoint has changed to a POST request."
    return Reply(405, {"message": text}, {"Allow": "POST"})


READ: dict[str, Handler] = {
    "/version": instance.get_version,
    "/projects": projects.list_projects,
    "/projects/{uuid}": projects.get_project,
    "/projects/{uuid}/environments": projects.list_environments,
    "/projects/{uuid}/{environment}": projects.get_environment,
    "/applications": projects.list_applications,
    "/applications/{uuid}": projects.get_application,
    "/applications/{uuid}/envs": variables.list_variables,
    "/services": projects.list_services,
    "/services/{uuid}": projects.get_service,
    "/services/{uuid}/envs": service_variables.list_variables,
    "/deployments": deployments.list_unfinished,
    "/deployments/{uuid}": deployments.get_deployment,
    "/deployments/applications/{uuid}": deployments.list_of_application,
}
WRITE: dict[tuple[str, str], Handler] = {
    ("POST", "/applications/{uuid}/envs"): variables.create_variable,
    ("PATCH", "/applications/{uuid}/envs"): variables.update_variable,
    ("PATCH", "/applications/{uuid}/envs/bulk"): variables.write_variables,
    ("DELETE", "/applications/{uuid}/envs/{env_uuid}"): variables.delete_variable,
    ("POST", "/services/{uuid}/envs"): service_variables.create_variable,
    ("PATCH", "/services/{uuid}/envs"): service_variables.update_variable,
    ("PATCH", "/services/{uuid}/envs/bulk"): service_variables.write_variables,
    ("DELETE", "/services/{uuid}/envs/{env_uuid}"): service_variables.delete_variable,
}
DEPLOY: dict[str, Handler] = {
    "/deploy": deployments.deploy,
    "/applications/{uuid}/start": deployments.start_application,
    "/applications/{uuid}/restart": deployments.restart_application,
    "/applications/{uuid}/stop": deployments.stop_application,
    "/services/{uuid}/start": deployments.start_service,
    "/services/{uuid}/restart": deployments.restart_service,
    "/services/{uuid}/stop": deployments.stop_service,
}


SHARED: dict[str, FindScope] = {
    "/team/envs": shared_variables.team_scope,
    "/projects/{uuid}/envs": shared_variables.project_scope,
    "/projects/{uuid}/environments/{environment}/envs": shared_variables.environment_scope,
    "/servers/{uuid}/envs": shared_variables.server_scope,
}


class Routes:
    """Finds the endpoint of a request: by verb and number of segments, then segment by segment."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], list[tuple[list[str], Endpoint]]] = {}
        for method, path, endpoint in _endpoints():
            segments = path.split("/")
            self._known.setdefault((method, len(segments)), []).append((segments, endpoint))
        for candidates in self._known.values():
            # A fixed segment is meant before a parameter in the same place.
            candidates.sort(key=lambda each: [part.startswith("{") for part in each[0]])

    def find(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]] | None:
        """The endpoint and the values of its path's parameters; None for an unknown one."""
        segments = path.rstrip("/").split("/")
        method = "GET" if method == "HEAD" else method
        for wanted, endpoint in self._known.get((method, len(segments)), ()):
            values = _match(wanted, segments)
            if values is not None:
                return endpoint, values
        return None


def _match(wanted: list[str], segments: list[str]) -> dict[str, str] | None:
    values = {}
    for expected, given in zip(wanted, segments, strict=True):
        if expected.startswith("{"):
            values[expected[1:-1]] = given
        elif expected != given:
            return None
    return values


def _endpoints() -> Iterator[tuple[str, str, Endpoint]]:
    health = Endpoint(instance.get_health, is_public=True)
    yield "GET", "/api/health", health
    yield "GET", f"{PREFIX}/health", health
    for path, handler in READ.items():
        yield "GET", PREFIX + path, Endpoint(handler, "read")
    for (method, path), handler in WRITE.items():
        yield method, PREFIX + path, Endpoint(handler, "write")
    for path, handler in DEPLOY.items():
        yield "POST", PREFIX + path, Endpoint(handler, "deploy")
        yield "GET", PREFIX + path, Endpoint(moved)
    yield "POST", f"{PREFIX}/deployments/{{uuid}}/cancel", _cancel()
    for word, handler in (("enable", instance.enable_api), ("disable", instance.disable_api)):
        yield "POST", f"{PREFIX}/{word}", Endpoint(handler, "write", is_switch=True)
    yield from _shared()
    yield from _unsimulated()


def _cancel() -> Endpoint:
    return Endpoint(deployments.cancel_deployment, "deploy")


def _shared() -> Iterator[tuple[str, str, Endpoint]]:
    for path, find_scope in SHARED.items():
        shared = SharedVariables(find_scope)
        yield "GET", PREFIX + path, Endpoint(shared.list_variables, "read")
        yield "POST", PREFIX + path, Endpoint(shared.create_variable, "write")
        one = f"{PREFIX}{path}/{{env_id}}"
        yield "PATCH", one, Endpoint(shared.update_variable, "write")
        yield "DELETE", one, Endpoint(shared.delete_variable, "write")


def _unsimulated() -> Iterator[tuple[str, str, Endpoint]]:
    listing = Path(__file__).with_name("unsimulated.txt").read_text(encoding="utf-8")
    for line in listing.splitlines():
        method, _, path = line.partition(" ")
        yield method, PREFIX + path, Endpoint(_not_simulated(line))


def _not_simulated(name: str) -> Handler:
    def handle(_call: Call) -> Reply:
        return refusal(501, f"{name} is part of Coolify's API but not of this sandbox.")

    return handle
