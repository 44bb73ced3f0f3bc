import time

import pytest

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, OTHER_DSN, inputs, variable
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox
from watchpost.errors import Forbidden

CHANGED = inputs(variables={**inputs()["variables"], "SENTRY_DSN": variable(OTHER_DSN)})


@pytest.fixture
def settled(stack: Stack, app: App, sandbox: RunningSandbox) -> Stack:
    """A stack whose app runs with what is declared."""
    stack.up(inputs())
    app.finish_deployments()
    sandbox.clear_log()
    return stack


def asked(sandbox: RunningSandbox) -> list[str]:
    """The redeploys that were asked for."""
    return [
        each["path"].removeprefix("/api/v1")
        for each in sandbox.writes("coolify")
        if "/envs" not in each["path"]
    ]


def test_new_run_time_values_take_a_restart(
    settled: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """Several changes, one restart; afterwards the app runs with them."""
    declared = inputs(
        variables={"SENTRY_DSN": variable(OTHER_DSN), "SENTRY_ENVIRONMENT": variable("staging")}
    )
    settled.up(declared)
    assert asked(sandbox) == ["/applications/shop-web/restart"]
    app.finish_deployments()
    running = app.running_environment()["runtime"]
    assert (running["SENTRY_DSN"], running["SENTRY_ENVIRONMENT"]) == (OTHER_DSN, "staging")


def test_new_build_time_values_take_a_build(
    settled: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """A build-time variable is baked in, so that a restart would not do."""
    settled.up(inputs(variables={"SENTRY_DSN": variable(OTHER_DSN, build=True)}))
    assert asked(sandbox) == ["/deploy"]
    app.finish_deployments()
    assert app.running_environment()["buildtime"]["SENTRY_DSN"] == OTHER_DSN


def test_a_preview_value_redeploys_nothing(settled: Stack, sandbox: RunningSandbox) -> None:
    """It shows in the next preview deployment."""
    settled.up(inputs(variables={**inputs()["variables"], "SENTRY_DSN": variable(DSN, OTHER_DSN)}))
    assert asked(sandbox) == []


def test_a_restored_mark_redeploys_nothing(
    settled: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """A comment has no effect on the running app, neither when it goes nor when it comes back."""
    app.edit("SENTRY_DSN", comment=None)
    settled.up(inputs())
    settled.up(inputs())
    assert asked(sandbox) == []


@pytest.mark.parametrize("status", ["exited", "exited:unhealthy", "degraded:unhealthy"])
def test_an_app_that_does_not_run_is_never_started(
    settled: Stack, app: App, sandbox: RunningSandbox, status: str
) -> None:
    """Its next start reads the rows as they are; the note says so and nothing is owed."""
    app.change(status=status)
    settled.up(CHANGED)
    assert asked(sandbox) == []
    assert any("does not run" in note for note in settled.outs["notes"])
    assert settled.up(CHANGED) == "same"


def test_an_app_that_never_deployed_is_never_started(stack: Stack, sandbox: RunningSandbox) -> None:
    """Wiring a new app is no reason to start it."""
    stack.up(inputs(uuid="studio-desktop", selector="application studio-desktop"))
    assert asked(sandbox) == []
    assert App(sandbox, "studio-desktop").row("SENTRY_DSN")["value"] == DSN


def test_an_entry_can_forbid_redeploys(settled: Stack, sandbox: RunningSandbox) -> None:
    """`redeploy: never` leaves it to the reader and says so."""
    never = {**CHANGED, "redeploy": "never"}
    settled.up(never)
    assert asked(sandbox) == []
    assert any("left to you" in note for note in settled.outs["notes"])
    assert settled.up(never) == "same"


def test_what_was_left_to_the_reader_is_owed_once_it_may_be_done(
    settled: Stack, sandbox: RunningSandbox
) -> None:
    """From `never` to `if-needed`: the variables that were never deployed are."""
    settled.up({**CHANGED, "redeploy": "never"})
    settled.up(CHANGED)
    assert asked(sandbox) == ["/applications/shop-web/restart"]


def test_a_redeploy_is_confirmed(settled: Stack, sandbox: RunningSandbox) -> None:
    """One look at the deployment proves that it is no phantom."""
    settled.up(CHANGED)
    uuid = settled.outs["deployment"]["uuid"]
    looks = [each["path"] for each in sandbox.log("coolify") if "deployments" in each["path"]]
    assert looks == [f"/api/v1/deployments/{uuid}"]


def test_a_waiting_deployment_will_do(settled: Stack, app: App, sandbox: RunningSandbox) -> None:
    """Coolify skips an equal deployment; the waiting one reads the rows as they are now."""
    sandbox.coolify("POST", "/deploy?uuid=shop-web")
    sandbox.coolify("POST", "/deploy?uuid=shop-web&force=true")
    waiting = app.deployments()[0]
    assert waiting["status"] == "queued"
    sandbox.clear_log()
    settled.up(CHANGED)
    assert settled.outs["deployment"]["uuid"] == waiting["deployment_uuid"]
    assert settled.outs["owedRedeploy"] is False
    assert len(asked(sandbox)) == 1


def test_a_deployment_under_way_is_followed_by_another(
    settled: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """It may have read the old rows, so that a new one is queued behind it by force."""
    running = sandbox.coolify("POST", "/deploy?uuid=shop-web").body["deployments"][0]
    path = f"/coolify/deployments/{running['deployment_uuid']}"
    sandbox.control("POST", path, {"status": "in_progress"})
    sandbox.clear_log()
    settled.up(CHANGED)
    assert asked(sandbox)[-1] == "/deploy"
    assert settled.outs["deployment"]["uuid"] != running["deployment_uuid"]
    app.finish_deployments()
    assert app.running_environment()["runtime"]["SENTRY_DSN"] == OTHER_DSN


def test_a_full_queue_leaves_the_redeploy_owed(
    settled: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """It is reported, recorded and done by the next run that finds room."""
    sandbox.set_options(queue_limit=0)
    settled.up(CHANGED)
    assert (settled.outs["state"], settled.outs["owedRedeploy"]) == ("unsettled", True)
    assert any("queue is full" in note for note in settled.outs["notes"])
    assert settled.drift(CHANGED) == ["owedRedeploy"]
    sandbox.set_options(queue_limit=25)
    sandbox.clear_log()
    assert settled.up(CHANGED) == "update"
    lists = [each for each in sandbox.log("coolify") if "/deployments/app" in each["path"]]
    assert len(lists) == 1, "the update goes on from what the read found out"
    app.finish_deployments()
    assert app.running_environment()["runtime"]["SENTRY_DSN"] == OTHER_DSN
    assert settled.up(CHANGED) == "same"


@pytest.mark.parametrize("build", [True, False])
def test_a_redeploy_that_was_not_asked_for_is_owed(
    settled: Stack, app: App, sandbox: RunningSandbox, *, build: bool
) -> None:
    """A run that ends between the writes and the redeploy is made up for by the next one."""
    declared = inputs(variables={"SENTRY_DSN": variable(OTHER_DSN, build=build)})
    fault = sandbox.add_fault(
        service="coolify", method="POST", path="/(deploy|restart)$", status=403, body={}
    )
    with pytest.raises(Forbidden):
        settled.up(declared)
    assert app.row("SENTRY_DSN")["value"] == OTHER_DSN
    sandbox.control("DELETE", f"/faults/{fault}")
    assert settled.drift(declared) == ["variables.SENTRY_DSN.value"]
    sandbox.clear_log()
    settled.up(declared)
    assert asked(sandbox) == (["/deploy"] if build else ["/applications/shop-web/restart"])
    assert settled.up(declared) == "same"


def test_a_first_create_that_was_killed_owes_its_redeploy(
    stack: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """Without any recorded state the server tells: rows newer than the newest deployment."""
    fault = sandbox.add_fault(
        service="coolify", method="POST", path="/(deploy|restart)$", status=403, body={}
    )
    with pytest.raises(Forbidden):
        stack.up(inputs())
    sandbox.control("DELETE", f"/faults/{fault}")
    assert stack.up(inputs()) == "create"
    app.finish_deployments()
    assert app.running_environment()["runtime"]["SENTRY_DSN"] == DSN


def test_a_failed_deployment_is_not_asked_for_again(
    stack: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """A broken build would break in every run; it is Coolify's to show and a human's to mend."""
    stack.up(inputs())
    app.finish_deployments("failed")
    sandbox.clear_log()
    assert stack.up(inputs()) == "same"
    assert asked(sandbox) == []
    stack.forget()
    stack.up(inputs())
    assert asked(sandbox) == []
    assert any("failed" in note for note in stack.outs["notes"])


def test_a_token_without_deploy_is_named(
    stack: Stack, app: App, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variables are written; the message says which ability the redeploy lacks."""
    made = sandbox.control(
        "POST",
        "/coolify/tokens",
        {
            "name": "no-deploy",
            "user_id": 0,
            "team_id": 0,
            "abilities": ["read", "read:sensitive", "write"],
        },
    )
    monkeypatch.setenv("COOLIFY_TOKEN", made["token"])
    with pytest.raises(Forbidden, match="lacks the ability `deploy`"):
        stack.up(inputs())
    assert app.row("SENTRY_DSN")["value"] == DSN


def test_a_kept_refresh_does_not_forget_what_is_owed(
    settled: Stack, sandbox: RunningSandbox
) -> None:
    """`pulumi refresh` after a killed run records that its rows were never deployed."""
    fault = sandbox.add_fault(
        service="coolify", method="POST", path="/restart$", status=403, body={}
    )
    with pytest.raises(Forbidden):
        settled.up(CHANGED)
    sandbox.control("DELETE", f"/faults/{fault}")
    settled.new_process()
    settled.refresh()
    assert settled.outs["undeployed"] == ["SENTRY_DSN"]
    assert settled.drift(CHANGED) == ["variables.SENTRY_DSN.value"]
    sandbox.clear_log()
    settled.up(CHANGED)
    assert asked(sandbox) == ["/applications/shop-web/restart"]


def test_a_repair_that_was_killed_owes_only_what_was_deployed(
    settled: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """A value that somebody changed and deployed is running: its repair must be deployed too."""
    time.sleep(1.1)
    app.edit("SENTRY_DSN", value=OTHER_DSN)
    time.sleep(1.1)
    sandbox.coolify("POST", "/deploy?uuid=shop-web")
    app.finish_deployments()
    fault = sandbox.add_fault(
        service="coolify", method="POST", path="/restart$", status=403, body={}
    )
    time.sleep(1.1)
    with pytest.raises(Forbidden):
        settled.up(inputs())
    sandbox.control("DELETE", f"/faults/{fault}")
    assert settled.drift(inputs()) == ["owedRedeploy"]
    settled.up(inputs())
    app.finish_deployments()
    assert app.running_environment()["runtime"]["SENTRY_DSN"] == DSN
