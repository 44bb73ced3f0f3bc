"""
The deployment queue: what is accepted, what runs, what a finished deployment leaves running.

Does not: build anything. A deployment ends when the control API or the worker says so.

Source: coolify-api.md section 4, "Queue traps". A full queue is counted over waiting and running
deployments, because the recording with a limit of 2 refuses the third of a server without a worker.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.coolify.call import new_uuid
from sandbox.coolify.resources import Resource
from sandbox.coolify.rows import environment_of
from sandbox.world import World

CONCURRENT_BUILDS = 2
UNFINISHED = ("queued", "in_progress")
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.000000Z"

Deployment = dict[str, Any]


@dataclass(frozen=True)
class Wish:
    """What a caller wants deployed and how; *at_once* waits for nothing and nobody."""

    force: bool = False
    at_once: bool = False
    restart_only: bool = False
    pull_request_id: int = 0


@dataclass(frozen=True)
class Verdict:
    """What became of a wish; *deployment_uuid* exists only if it was queued."""

    outcome: Literal["queued", "skipped", "full"]
    deployment_uuid: str


def enqueue(world: World, application: Resource, wish: Wish) -> Verdict:
    """
    Queue a deployment, and start it if nothing of that application runs and a place is free.

    Skipped, and its uuid never stored, if one of the same commit and pull request is unfinished
    and the wish is neither forced nor to be granted at once.
    """
    uuid = new_uuid()
    if _count(world, UNFINISHED) >= world.options.queue_limit:
        return Verdict("full", uuid)
    if not (wish.force or wish.at_once) and _has_twin(world, application, wish):
        return Verdict("skipped", uuid)
    now = _now(world)
    world.store.insert(
        "coolify_deployments",
        deployment_uuid=uuid,
        application_id=application.id,
        status="in_progress" if wish.at_once else "queued",
        commit_sha=application.columns["git_commit_sha"] or "HEAD",
        pull_request_id=wish.pull_request_id,
        force_rebuild=wish.force,
        restart_only=wish.restart_only,
        created_at=now,
        updated_at=now,
    )
    start_waiting(world)
    return Verdict("queued", uuid)


def start_waiting(world: World) -> None:
    """Set waiting deployments in progress, oldest first, as far as places are free."""
    sql = "SELECT * FROM coolify_deployments WHERE status = 'queued' ORDER BY id"
    for deployment in world.store.rows(sql):
        if _count(world, ("in_progress",)) >= CONCURRENT_BUILDS:
            return
        if not _is_running(world, deployment):
            _set(world, deployment, status="in_progress")


def begin(world: World, deployment: Deployment) -> None:
    """The build begins: the deployment takes the application's variables as they are now."""
    if deployment["runtime"] is None:
        runtime, buildtime = environment_of(world, _application(world, deployment))
        _set(
            world,
            deployment,
            status="in_progress",
            runtime=json.dumps(runtime),
            buildtime=json.dumps(buildtime),
        )


def end(world: World, deployment: Deployment, status: str) -> None:
    """The build ends with *status*; a finished one is what runs from now on."""
    if status == "finished":
        begin(world, deployment)
        world.store.update(
            "coolify_applications", deployment["application_id"], status="running:healthy"
        )
    _set(world, deployment, status=status, finished_at=_now(world))
    start_waiting(world)


def find_deployment(world: World, uuid: str) -> Deployment | None:
    """The deployment of that uuid."""
    return world.store.row("SELECT * FROM coolify_deployments WHERE deployment_uuid = ?", uuid)


def list_unfinished(world: World) -> list[Deployment]:
    """All deployments that wait or run, oldest first."""
    sql = "SELECT * FROM coolify_deployments WHERE status IN ('queued', 'in_progress') ORDER BY id"
    return world.store.rows(sql)


def list_deployments(world: World, application: Resource) -> list[Deployment]:
    """All deployments of an application, newest first."""
    sql = "SELECT * FROM coolify_deployments WHERE application_id = ? ORDER BY id DESC"
    return world.store.rows(sql, application.id)


def running_environment(world: World, resource: Resource) -> dict[str, Any]:
    """The variables the last finished deployment, or the last start of a service, began with."""
    run = _last_run(world, resource)
    if run is None:
        return {"deployment_uuid": None, "runtime": {}, "buildtime": {}}
    return {
        "deployment_uuid": run.get("deployment_uuid"),
        "runtime": json.loads(run["runtime"]),
        "buildtime": json.loads(run["buildtime"]),
    }


def has_preview(world: World, resource: Resource, pull_request_id: int) -> bool:
    """Whether the application has a preview of that pull request; services have none."""
    sql = "SELECT 1 FROM coolify_previews WHERE application_id = ? AND pull_request_id = ?"
    is_application = resource.kind == "application"
    return is_application and world.store.row(sql, resource.id, pull_request_id) is not None


def queue_service_start(world: World, service: Resource) -> None:
    """
    Start or restart a service as a job of the queue.

    Its containers have its variables as they are now. What it says of itself changes only where a
    worker runs: without one the real server answers every start with 200, too.
    """
    status = service.columns["status"]
    start_service(world, service)
    if not world.options.worker:
        world.store.update("coolify_services", service.id, status=status)


def start_service(world: World, service: Resource) -> None:
    """Start or restart a service's containers at once with its variables as they are now."""
    runtime, buildtime = environment_of(world, service)
    world.store.insert(
        "coolify_service_runs",
        service_id=service.id,
        runtime=json.dumps(runtime),
        buildtime=json.dumps(buildtime),
        created_at=_now(world),
    )
    world.store.update("coolify_services", service.id, status="running:healthy")


def _last_run(world: World, resource: Resource) -> dict[str, Any] | None:
    if resource.kind == "service":
        sql = "SELECT * FROM coolify_service_runs WHERE service_id = ? ORDER BY id DESC"
        return world.store.row(sql, resource.id)
    sql = (
        "SELECT * FROM coolify_deployments WHERE application_id = ? AND status = 'finished'"
        " AND pull_request_id = 0 ORDER BY finished_at DESC, id DESC"
    )
    return world.store.row(sql, resource.id)


def _count(world: World, statuses: tuple[str, ...]) -> int:
    marks = ", ".join("?" * len(statuses))
    sql = f"SELECT count(*) AS n FROM coolify_deployments WHERE status IN ({marks})"  # noqa: S608  marks
    return int(world.store.rows(sql, *statuses)[0]["n"])


def _has_twin(world: World, application: Resource, wish: Wish) -> bool:
    sql = (
        "SELECT 1 FROM coolify_deployments WHERE application_id = ? AND commit_sha = ?"
        " AND pull_request_id = ? AND status IN ('queued', 'in_progress')"
    )
    commit = application.columns["git_commit_sha"] or "HEAD"
    return world.store.row(sql, application.id, commit, wish.pull_request_id) is not None


def _is_running(world: World, deployment: Deployment) -> bool:
    sql = (
        "SELECT 1 FROM coolify_deployments WHERE application_id = ? AND pull_request_id = ?"
        " AND status = 'in_progress'"
    )
    parameters = deployment["application_id"], deployment["pull_request_id"]
    return world.store.row(sql, *parameters) is not None


def _application(world: World, deployment: Deployment) -> Resource:
    sql = "SELECT * FROM coolify_applications WHERE id = ?"
    columns = world.store.row(sql, deployment["application_id"])
    return Resource("application", columns or {"id": deployment["application_id"]})


def _set(world: World, deployment: Deployment, **columns: Any) -> None:
    columns["updated_at"] = _now(world)
    world.store.update("coolify_deployments", deployment["id"], **columns)
    deployment.update(columns)


def _now(world: World) -> str:
    return world.now().strftime(TIME_FORMAT)
