"""
The endpoints that deploy, restart and stop, and those that tell how far a deployment is.

Source: coolify-api.md section 4. From Coolify's published source: the refusals that page does not
name (no names given, a tag with a pull request, an unknown pull request, cancelling what another
team deploys), what /deploy takes for force, and that a page is checked before the application is
looked for.
"""

import re
from typing import Any

from sandbox.coolify import deployment_queue, resources
from sandbox.coolify.call import Call, Refused, Reply, ServerError, arranged, refusal, wants_json
from sandbox.coolify.deployment_queue import UNFINISHED, Deployment, Verdict, Wish
from sandbox.coolify.resources import Resource

SKIPPED = "Deployment already queued for this commit."
FULL = "Deployment queue is full. Please wait for existing deployments to complete."
DEFAULT_TAKE = 10
# What PHP takes for a whole number, and what it makes of a text that begins with one.
INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]*)\Z")
LEADING_NUMBER = re.compile(r"[0-9]+")


def deploy(call: Call) -> Reply:
    """Deploy what ``uuid`` or ``tag`` name, each a list with commas."""
    uuids, tags = call.fields.get("uuid"), call.fields.get("tag")
    if uuids and tags:
        return refusal(400, "You can only use uuid or tag, not both.")
    if tags and _pull_request(call):
        return refusal(400, "You can only use tag or pr, not both.")
    if tags:
        return _deploy_tags(call, _names(tags))
    if uuids:
        return _deploy_uuids(call, _names(uuids))
    return refusal(400, "You must provide uuid or tag.")


def start_application(call: Call) -> Reply:
    """Queue a deployment; answers with a uuid even when the queue is full."""
    wish = Wish(force=_is_on(call, "force"), at_once=_is_on(call, "instant_deploy"))
    return _queue(call, wish, "Deployment request queued.")


def restart_application(call: Call) -> Reply:
    """Queue a deployment that only restarts."""
    return _queue(call, Wish(restart_only=True), "Restart request queued.")


def stop_application(call: Call) -> Reply:
    """Stop the containers."""
    application = _application(call)
    call.world.store.update("coolify_applications", application.id, status="exited")
    return Reply(200, {"message": "Application stopping request queued."})


def start_service(call: Call) -> Reply:
    """Start a service that does not run."""
    service = _service(call)
    if "running" in service.columns["status"]:
        return refusal(400, "Service is already running.")
    deployment_queue.queue_service_start(call.world, service)
    return Reply(200, {"message": "Service starting request queued."})


def restart_service(call: Call) -> Reply:
    """Restart a service, running or not."""
    deployment_queue.queue_service_start(call.world, _service(call))
    return Reply(200, {"message": "Service restarting request queued."})


def stop_service(call: Call) -> Reply:
    """Stop a service that runs."""
    service = _service(call)
    if "stopped" in service.columns["status"] or "exited" in service.columns["status"]:
        return refusal(400, "Service is already stopped.")
    call.world.store.update("coolify_services", service.id, status="exited")
    return Reply(200, {"message": "Service stopping request queued."})


def list_unfinished(call: Call) -> Reply:
    """The team's deployments that wait or run."""
    found = (_shown(call, each) for each in deployment_queue.list_unfinished(call.world))
    return Reply(200, [each for each in found if each])


def get_deployment(call: Call) -> Reply:
    """One deployment with its application."""
    deployment, application = _deployment(call)
    shown = _rendered(call, deployment, application)
    detail = resources.deployed_application(call.world, application)
    return Reply(200, arranged(shown | {"application": detail}))


def cancel_deployment(call: Call) -> Reply:
    """Cancel a deployment that waits or runs; another team's is a 403 here, not a 404."""
    deployment = deployment_queue.find_deployment(call.world, call.path["uuid"])
    if deployment is None:
        return refusal(404, "Deployment not found.")
    if _owner(call, deployment) is None:
        return refusal(403, "You do not have permission to cancel this deployment.")
    status = deployment["status"]
    if status not in UNFINISHED:
        return refusal(400, f"Deployment cannot be cancelled. Current status: {status}")
    deployment_queue.end(call.world, deployment, "cancelled-by-user")
    body = {
        "message": "Deployment cancelled successfully.",
        "deployment_uuid": deployment["deployment_uuid"],
        "status": "cancelled-by-user",
    }
    return Reply(200, body)


def list_of_application(call: Call) -> Reply:
    """The deployments of one application, newest first, from ``skip`` on at most ``take``."""
    skip, take = _page_of(call)
    found = resources.find_application(call.world, call.caller.team_id, call.path["uuid"])
    if found is None:
        return refusal(404, "Application not found")
    every = deployment_queue.list_deployments(call.world, found)
    page = [_rendered(call, each, found) for each in every[skip : skip + take]]
    return Reply(200, {"count": len(every), "deployments": page})


def _deploy_uuids(call: Call, uuids: list[str]) -> Reply:
    if not uuids:
        return refusal(400, "No UUIDs provided.")
    team_id = call.caller.team_id
    found = [each for uuid in uuids if (each := resources.find_any(call.world, team_id, uuid))]
    if not found:
        return refusal(404, "No resources found.")
    return Reply(200, {"deployments": [_deploy(call, resource) for resource in found]})


def _deploy_tags(call: Call, tags: list[str]) -> Reply:
    if not tags:
        return refusal(400, "No TAGs provided.")
    messages, details = [], []
    for tag in tags:
        tagged = _tagged(call, tag)
        if not tagged and resources.has_tag(call.world, call.caller.team_id, tag):
            messages.append(f"No resources found for tag {tag}.")
        for done in (_deploy(call, resource) for resource in tagged):
            messages.append(done["message"])
            if "deployment_uuid" in done:
                details.append({name: done[name] for name in ("resource_uuid", "deployment_uuid")})
    if not messages:
        return refusal(404, "No resources found with this tag.")
    body: dict[str, Any] = {"message": messages}
    return Reply(200, body | ({"details": details} if details else {}))


def _tagged(call: Call, tag: str) -> list[Resource]:
    kinds: tuple[resources.Kind, ...] = ("application", "service")
    world, team_id = call.world, call.caller.team_id
    return [each for kind in kinds for each in resources.list_by_tag(world, kind, team_id, tag)]


def _deploy(call: Call, resource: Resource) -> dict[str, Any]:
    number = _pull_request(call)
    if number and resource.kind == "service":
        raise ServerError
    if number and not deployment_queue.has_preview(call.world, resource, number):
        message = f"Pull request {number} not found for this resource."
        return {"message": message, "resource_uuid": resource.uuid}
    if resource.kind == "service":
        deployment_queue.start_service(call.world, resource)
        message = f"Service {resource.name} started. It could take a while, be patient."
        return {"message": message, "resource_uuid": resource.uuid}
    wish = Wish(force=_is_truthy(call.fields.get("force")), pull_request_id=number)
    verdict = deployment_queue.enqueue(call.world, resource, wish)
    if verdict.outcome == "full":
        raise Refused(Reply(429, {"message": FULL}, {"Retry-After": "60"}))
    queued = f"Application {resource.name} deployment queued."
    return {
        "message": SKIPPED if verdict.outcome == "skipped" else queued,
        "resource_uuid": resource.uuid,
        "deployment_uuid": verdict.deployment_uuid,
    }


def _queue(call: Call, wish: Wish, message: str) -> Reply:
    verdict: Verdict = deployment_queue.enqueue(call.world, _application(call), wish)
    if verdict.outcome == "skipped":
        return Reply(200, {"message": SKIPPED})
    return Reply(200, {"message": message, "deployment_uuid": verdict.deployment_uuid})


def _application(call: Call) -> Resource:
    found = resources.find_application(call.world, call.caller.team_id, call.path["uuid"])
    if found is None:
        raise Refused(refusal(404, "Application not found."))
    return found


def _service(call: Call) -> Resource:
    found = resources.find_service(call.world, call.caller.team_id, call.path["uuid"])
    if found is None:
        raise Refused(refusal(404, "Service not found."))
    return found


def _deployment(call: Call) -> tuple[Deployment, Resource]:
    deployment = deployment_queue.find_deployment(call.world, call.path["uuid"])
    application = deployment and _owner(call, deployment)
    if not deployment or not application:
        raise Refused(refusal(404, "Deployment not found."))
    return deployment, application


def _owner(call: Call, deployment: Deployment) -> Resource | None:
    team_id, application_id = call.caller.team_id, deployment["application_id"]
    return resources.find_application_by_id(call.world, team_id, application_id)


def _shown(call: Call, deployment: Deployment) -> dict[str, Any] | None:
    application = _owner(call, deployment)
    return _rendered(call, deployment, application) if application else None


def _rendered(call: Call, deployment: Deployment, application: Resource) -> dict[str, Any]:
    shown = {
        "id": deployment["id"],
        "application_id": str(application.id),
        "application_name": application.name,
        "build_server_id": None,
        "commit": deployment["commit_sha"],
        "commit_message": None,
        "configuration_hash": None,
        "current_process_id": None,
        "deployment_url": _page(call, deployment, application),
        "deployment_uuid": deployment["deployment_uuid"],
        "destination_id": "0",
        "docker_registry_image_tag": None,
        "finished_at": deployment["finished_at"],
        "force_rebuild": bool(deployment["force_rebuild"]),
        "git_type": None,
        "horizon_job_id": None,
        "horizon_job_worker": None,
        "is_api": True,
        "is_webhook": False,
        "logs": None,
        "only_this_server": False,
        "pull_request_id": deployment["pull_request_id"],
        "restart_only": bool(deployment["restart_only"]),
        "rollback": False,
        "server_id": 0,
        "server_name": resources.SHAPES["server"]["name"],
        "status": deployment["status"],
        "created_at": deployment["created_at"],
        "updated_at": deployment["updated_at"],
    }
    if not call.is_sensitive:
        del shown["logs"]
    return arranged(shown)


def _page(call: Call, deployment: Deployment, application: Resource) -> str:
    sql = (
        "SELECT environment.uuid AS environment, project.uuid AS project"
        " FROM coolify_environments AS environment"
        " JOIN coolify_projects AS project ON project.id = environment.project_id"
        " WHERE environment.id = ?"
    )
    place = call.world.store.rows(sql, application.columns["environment_id"])[0]
    return (
        f"/project/{place['project']}/environment/{place['environment']}"
        f"/application/{application.uuid}/deployment/{deployment['deployment_uuid']}"
    )


def _names(text: Any) -> list[str]:
    if isinstance(text, (list, dict)):
        raise ServerError
    return [name for name in str(text).split(",") if name not in ("", "0")]


def _is_on(call: Call, name: str) -> bool:
    return str(call.fields.get(name)).lower() in ("true", "1", "on", "yes")


def _is_truthy(value: Any) -> bool:
    """What PHP makes of a value where it wants a boolean: of the text "false", true."""
    return value not in (None, False, 0, "0")


def _pull_request(call: Call) -> int:
    found = LEADING_NUMBER.match(
        str(call.fields.get("pull_request_id") or call.fields.get("pr") or "")
    )
    return int(found[0]) if found else 0


def _page_of(call: Call) -> tuple[int, int]:
    """``skip`` and ``take``; what is wrong with them is told at once, before anything else."""
    faults: dict[str, list[str]] = {}
    for name, minimum in (("skip", 0), ("take", 1)):
        given = call.fields.get(name)
        if given is not None and not INTEGER.match(str(given)):
            faults[name] = [f"The {name} field must be an integer."]
        elif given is not None and int(given) < minimum:
            faults[name] = [f"The {name} field must be at least {minimum}."]
    if faults:
        raise Refused(_not_valid(call, faults))
    skip, take = call.fields.get("skip"), call.fields.get("take")
    return int(skip or 0), int(take or DEFAULT_TAKE)


def _not_valid(call: Call, faults: dict[str, list[str]]) -> Reply:
    if not wants_json(call.headers):
        return Reply(302, "", {"Location": call.world.coolify_url}, html=True)
    texts = [text for field in faults.values() for text in field]
    more = f" (and {len(texts) - 1} more error)" if len(texts) > 1 else ""
    return Reply(422, {"message": texts[0] + more, "errors": faults})
