"""Deploying, the queue and its traps, and what runs afterwards."""

import time
from typing import Any

import pytest

from tests.sandbox.coolify.app import App
from tests.sandboxes import RunningSandbox, start_sandbox

APP, OTHER, THIRD = "railpack-expressjs", "railpack-fastify", "railpack-hono"
SKIPPED = "Deployment already queued for this commit."


def deploy(sandbox: RunningSandbox, query: str) -> dict[str, Any]:
    """POST /deploy and return the first deployment of the answer."""
    answer = sandbox.coolify("POST", f"/deploy?{query}")
    assert answer.status == 200, answer.text
    first: dict[str, Any] = answer.body["deployments"][0]
    return first


def status(sandbox: RunningSandbox, uuid: str) -> str:
    """The status of a deployment."""
    answer = sandbox.coolify("GET", f"/deployments/{uuid}")
    return str(answer.body["status"]) if answer.status == 200 else str(answer.status)


def end(sandbox: RunningSandbox, uuid: str, how: str = "finished") -> None:
    """Let a deployment go on."""
    sandbox.control("POST", f"/coolify/deployments/{uuid}", {"status": how})


def add_preview(sandbox: RunningSandbox, number: int) -> None:
    """Let the application know a pull request."""
    fields = {"application": APP, "pull_request_id": number}
    sandbox.control("POST", "/coolify/previews", fields)


def running(sandbox: RunningSandbox, uuid: str = APP) -> dict[str, Any]:
    """What an application runs with."""
    found: dict[str, Any] = sandbox.control(
        "GET", f"/coolify/applications/{uuid}/running-environment"
    )
    return found


def test_two_build_at_a_time(contracts_sandbox: RunningSandbox) -> None:
    """A server builds two, one per application; the next starts when one ends."""
    first, second, third = (
        deploy(contracts_sandbox, f"uuid={uuid}")["deployment_uuid"] for uuid in (APP, OTHER, THIRD)
    )
    found = [status(contracts_sandbox, uuid) for uuid in (first, second, third)]
    assert found == ["in_progress", "in_progress", "queued"]
    end(contracts_sandbox, first)
    assert status(contracts_sandbox, first) == "finished"
    assert status(contracts_sandbox, third) == "in_progress"


def test_a_second_deployment_is_skipped_with_a_phantom(contracts_sandbox: RunningSandbox) -> None:
    """While one is unfinished, the next has a uuid that does not exist."""
    deploy(contracts_sandbox, f"uuid={APP}")
    skipped = deploy(contracts_sandbox, f"uuid={APP}")
    assert skipped["message"] == SKIPPED
    assert status(contracts_sandbox, skipped["deployment_uuid"]) == "404"


@pytest.mark.parametrize("verb", ["start", "restart"])
def test_start_and_restart_skip_without_a_uuid(
    contracts_sandbox: RunningSandbox, verb: str
) -> None:
    """They name no deployment when they skip."""
    deploy(contracts_sandbox, f"uuid={APP}")
    answer = contracts_sandbox.coolify("POST", f"/applications/{APP}/{verb}")
    assert (answer.status, answer.body) == (200, {"message": SKIPPED})


@pytest.mark.parametrize("query", ["force=true", "force=1", "force=TRUE"])
def test_force_is_not_skipped(contracts_sandbox: RunningSandbox, query: str) -> None:
    """A forced start is queued behind the running one."""
    deploy(contracts_sandbox, f"uuid={APP}")
    body = contracts_sandbox.coolify("POST", f"/applications/{APP}/start?{query}").body
    assert body["message"] == "Deployment request queued."
    assert status(contracts_sandbox, body["deployment_uuid"]) == "queued"


@pytest.mark.parametrize(
    ("force", "is_skipped"),
    [(True, False), (False, True), (1, False), ("0", True), ("", True), ("false", False)],
)
def test_force_is_what_php_makes_of_it(
    contracts_sandbox: RunningSandbox, force: object, is_skipped: object
) -> None:
    """On /deploy any text but 0 forces, "false" too; start reads the words as they are meant."""
    deploy(contracts_sandbox, f"uuid={APP}")
    body = {"uuid": APP, "force": force}
    answer = contracts_sandbox.coolify("POST", "/deploy", body).body["deployments"][0]
    assert (answer["message"] == SKIPPED) == is_skipped
    started = contracts_sandbox.coolify("POST", f"/applications/{APP}/start?force=false")
    assert started.body == {"message": SKIPPED}


def test_an_instant_start_waits_for_nothing(contracts_sandbox: RunningSandbox) -> None:
    """It is in progress at once beside the running one, and it is no forced build."""
    deploy(contracts_sandbox, f"uuid={APP}")
    answer = contracts_sandbox.coolify("POST", f"/applications/{APP}/start?instant_deploy=1")
    path = f"/deployments/{answer.body['deployment_uuid']}"
    found = contracts_sandbox.coolify("GET", path).body
    assert (found["status"], found["force_rebuild"]) == ("in_progress", False)


def test_an_unknown_pull_request_is_not_deployed(contracts_sandbox: RunningSandbox) -> None:
    """The answer is a 200 that says so and names no deployment."""
    answer = contracts_sandbox.coolify("POST", f"/deploy?uuid={APP}&pr=7")
    unknown = "Pull request 7 not found for this resource."
    assert answer.body == {"deployments": [{"message": unknown, "resource_uuid": APP}]}


def test_another_pull_request_is_not_skipped(contracts_sandbox: RunningSandbox) -> None:
    """De-duplication is per application, commit and pull request."""
    add_preview(contracts_sandbox, 7)
    deploy(contracts_sandbox, f"uuid={APP}")
    other = deploy(contracts_sandbox, f"uuid={APP}&pr=7")
    assert status(contracts_sandbox, other["deployment_uuid"]) == "in_progress"


def test_after_the_end_nothing_is_skipped(contracts_sandbox: RunningSandbox) -> None:
    """A finished or failed deployment does not stand in the way."""
    for how in ("finished", "failed"):
        deployment = deploy(contracts_sandbox, f"uuid={APP}")
        assert deployment["message"].endswith("deployment queued.")
        end(contracts_sandbox, deployment["deployment_uuid"], how)


def test_deploy_reads_its_body_too(contracts_sandbox: RunningSandbox) -> None:
    """The fields uuid and force may stand in a JSON body."""
    body = {"uuid": f"{APP},{OTHER}", "force": True}
    answer = contracts_sandbox.coolify("POST", "/deploy", body)
    assert [each["resource_uuid"] for each in answer.body["deployments"]] == [APP, OTHER]
    detail = contracts_sandbox.coolify(
        "GET", f"/deployments/{answer.body['deployments'][0]['deployment_uuid']}"
    )
    assert detail.body["force_rebuild"] is True


def test_deploy_by_tag(contracts_sandbox: RunningSandbox) -> None:
    """A tag answers messages and details in its own form."""
    contracts_sandbox.control("POST", "/coolify/tags", {"application": APP, "name": "blue"})
    body = contracts_sandbox.coolify("POST", "/deploy?tag=blue").body
    assert body["message"] == ["Application Railpack Express.js Example deployment queued."]
    assert [each["resource_uuid"] for each in body["details"]] == [APP]
    listed = contracts_sandbox.coolify("GET", "/applications?tag=blue").body
    assert [each["uuid"] for each in listed] == [APP]


def test_deploying_a_service_names_no_deployment(contracts_sandbox: RunningSandbox) -> None:
    """A service is started at once."""
    deployed = deploy(contracts_sandbox, f"uuid={contracts_sandbox.variables['service']}")
    assert "deployment_uuid" not in deployed


def test_a_full_queue(contracts_sandbox: RunningSandbox) -> None:
    """/deploy refuses with 429 and a minute to wait; restart answers with a phantom."""
    contracts_sandbox.set_options(queue_limit=1)
    deploy(contracts_sandbox, f"uuid={APP}")
    refused = contracts_sandbox.coolify("POST", f"/deploy?uuid={OTHER}")
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")
    assert int(refused.headers["x-ratelimit-remaining"]) > 0
    phantom = contracts_sandbox.coolify("POST", f"/applications/{OTHER}/restart").body
    assert phantom["message"] == "Restart request queued."
    assert status(contracts_sandbox, phantom["deployment_uuid"]) == "404"


def test_the_list_of_an_application_is_paged(contracts_sandbox: RunningSandbox) -> None:
    """Newest first, ten unless asked, with the number of all."""
    made = []
    for _ in range(12):
        made.append(deploy(contracts_sandbox, f"uuid={APP}")["deployment_uuid"])
        end(contracts_sandbox, made[-1])
    path = f"/deployments/applications/{APP}"

    def page(query: str) -> list[str]:
        body = contracts_sandbox.coolify("GET", path + query).body
        assert body["count"] == 12
        return [each["deployment_uuid"] for each in body["deployments"]]

    made.reverse()
    assert page("") == made[:10]
    assert page("?skip=10") == made[10:]
    assert page("?skip=1&take=2") == made[1:3]
    for query in ("?take=0", "?skip=-1", "?take=x"):
        assert contracts_sandbox.coolify("GET", path + query).status == 422


def test_the_list_of_unfinished_ones(contracts_sandbox: RunningSandbox) -> None:
    """GET /deployments has what waits or runs, oldest first."""
    first = deploy(contracts_sandbox, f"uuid={APP}")["deployment_uuid"]
    second = deploy(contracts_sandbox, f"uuid={OTHER}")["deployment_uuid"]
    assert [
        d["deployment_uuid"] for d in contracts_sandbox.coolify("GET", "/deployments").body
    ] == [
        first,
        second,
    ]
    end(contracts_sandbox, first, "failed")
    left = contracts_sandbox.coolify("GET", "/deployments").body
    assert [each["deployment_uuid"] for each in left] == [second]


def test_logs_are_sensitive(contracts_sandbox: RunningSandbox) -> None:
    """The key logs is there only for who may read what is sensitive."""
    uuid = deploy(contracts_sandbox, f"uuid={APP}")["deployment_uuid"]
    assert "logs" in contracts_sandbox.coolify("GET", f"/deployments/{uuid}").body
    assert "logs" not in contracts_sandbox.coolify("GET", f"/deployments/{uuid}", token="read").body


def test_cancelling(contracts_sandbox: RunningSandbox) -> None:
    """An unfinished deployment can be cancelled once."""
    uuid = deploy(contracts_sandbox, f"uuid={APP}")["deployment_uuid"]
    assert contracts_sandbox.coolify("POST", f"/deployments/{uuid}/cancel").status == 200
    assert status(contracts_sandbox, uuid) == "cancelled-by-user"
    assert contracts_sandbox.coolify("POST", f"/deployments/{uuid}/cancel").status == 400


def test_what_runs_is_what_the_build_began_with(app: App) -> None:
    """Variables changed during a build are not in what runs; those changed before it are."""
    app.create("A", "1", is_buildtime=False)
    app.create("B", "2", is_runtime=False)
    uuid = deploy(app.sandbox, f"uuid={APP}")["deployment_uuid"]
    assert running(app.sandbox) == {"deployment_uuid": None, "runtime": {}, "buildtime": {}}
    end(app.sandbox, uuid, "in_progress")
    app.update(key="A", value="later")
    end(app.sandbox, uuid)
    assert running(app.sandbox) == {
        "deployment_uuid": uuid,
        "runtime": {"A": "1"},
        "buildtime": {"B": "2"},
    }
    assert app.sandbox.coolify("GET", app.path).body["status"] == "running:healthy"


def test_failed_and_preview_deployments_leave_what_runs(app: App) -> None:
    """Only a finished deployment of production changes what runs."""
    app.create("A", "1")
    first = deploy(app.sandbox, f"uuid={APP}")["deployment_uuid"]
    end(app.sandbox, first)
    app.update(key="A", value="2")
    end(app.sandbox, deploy(app.sandbox, f"uuid={APP}")["deployment_uuid"], "failed")
    add_preview(app.sandbox, 3)
    end(app.sandbox, deploy(app.sandbox, f"uuid={APP}&pr=3")["deployment_uuid"])
    assert running(app.sandbox)["deployment_uuid"] == first


def test_of_doubled_rows_the_last_runs(app: App) -> None:
    """The .env file is written by id, so the later row wins."""
    for value in ("1", "2"):
        row = {"application": APP, "key": "A", "value": value}
        app.sandbox.control("POST", "/coolify/rows", row)
    end(app.sandbox, deploy(app.sandbox, f"uuid={APP}")["deployment_uuid"])
    assert running(app.sandbox)["runtime"] == {"A": "2"}


@pytest.mark.parametrize("path", ["/deploy", f"/applications/{APP}/restart", "/services/x/start"])
def test_retired_gets(contracts_sandbox: RunningSandbox, path: str) -> None:
    """GET on what changes something is a 405 that names POST."""
    answer = contracts_sandbox.coolify("GET", path)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert answer.body == {"message": "This endpoint has changed to a POST request."}


def test_the_worker_finishes_by_itself() -> None:
    """With --worker a queued deployment is built with the variables of its beginning."""
    with start_sandbox("demo", "--worker") as sandbox:
        uuid = deploy(sandbox, "uuid=shop-web")["deployment_uuid"]
        deadline = time.monotonic() + 5
        while status(sandbox, uuid) != "finished":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert running(sandbox, "shop-web")["deployment_uuid"] == uuid


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "You must provide uuid or tag."),
        ("uuid=", "You must provide uuid or tag."),
        ("uuid=,", "No UUIDs provided."),
        ("tag=,", "No TAGs provided."),
        ("uuid=a&tag=b", "You can only use uuid or tag, not both."),
        ("tag=b&pr=3", "You can only use tag or pr, not both."),
    ],
)
def test_a_deployment_needs_names_of_one_kind(
    contracts_sandbox: RunningSandbox, query: str, message: str
) -> None:
    """Nothing, nothing but commas, and two kinds at once are refused."""
    answer = contracts_sandbox.coolify("POST", f"/deploy?{query}")
    assert (answer.status, answer.body) == (400, {"message": message})


def test_a_tag_of_nothing_is_told(contracts_sandbox: RunningSandbox) -> None:
    """A tag whose last bearer is gone is a message, not a 404."""
    contracts_sandbox.control("POST", "/coolify/tags", {"application": APP, "name": "old"})
    contracts_sandbox.control("DELETE", f"/coolify/applications/{APP}")
    answer = contracts_sandbox.coolify("POST", "/deploy?tag=old,unknown")
    assert (answer.status, answer.body) == (200, {"message": ["No resources found for tag old."]})


def test_faults_of_a_page_are_told_at_once(contracts_sandbox: RunningSandbox) -> None:
    """Even for an unknown application, with the first in the message and all in errors."""
    answer = contracts_sandbox.coolify("GET", "/deployments/applications/no?skip=-1&take=1_0")
    skip, take = "The skip field must be at least 0.", "The take field must be an integer."
    assert answer.status == 422
    assert answer.body == {
        "message": f"{skip} (and 1 more error)",
        "errors": {"skip": [skip], "take": [take]},
    }


def test_another_teams_deployment_is_not_cancelled(contracts_sandbox: RunningSandbox) -> None:
    """That is a 403, though reading it is a 404; an unknown one is a 404 for both."""
    path = f"/deployments/{deploy(contracts_sandbox, f'uuid={APP}')['deployment_uuid']}"
    cancelled = contracts_sandbox.coolify("POST", f"{path}/cancel", token="foreign")
    refusal = {"message": "You do not have permission to cancel this deployment."}
    assert (cancelled.status, cancelled.body) == (403, refusal)
    assert contracts_sandbox.coolify("GET", path, token="foreign").status == 404
    assert contracts_sandbox.coolify("POST", "/deployments/unknown/cancel").status == 404
