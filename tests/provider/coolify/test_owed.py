"""Redeploys that could be forgotten: apps between two statuses, moves and twins after a kill."""

import time

import pytest

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import (
    DSN,
    OTHER_DSN,
    inputs,
    service_inputs,
    value,
    variable,
)
from tests.provider.coolify.stack import Stack
from tests.provider.coolify.test_redeploys import asked
from tests.sandboxes import RunningSandbox
from watchpost.errors import Forbidden

CHANGED = inputs(variables={**inputs()["variables"], "SENTRY_DSN": variable(OTHER_DSN)})
RESTART = "/applications/shop-web/restart"


@pytest.fixture
def settled(stack: Stack, app: App, sandbox: RunningSandbox) -> Stack:
    """A stack whose app runs with what is declared."""
    stack.up(inputs())
    app.finish_deployments()
    sandbox.clear_log()
    return stack


def lists(sandbox: RunningSandbox) -> int:
    """How often deployments of an app were listed."""
    return sum("/deployments/applications/" in each["path"] for each in sandbox.log("coolify"))


def up_without_redeploy(stack: Stack, news: dict[str, object], sandbox: RunningSandbox) -> None:
    """
    A run that ends between its writes and its redeploy.

    It begins in another second than the last deployment: Coolify's clock shows no less.
    """
    time.sleep(1.1)
    fault = sandbox.add_fault(
        service="coolify", method="POST", path="/(deploy|restart)$", status=403, body={}
    )
    with pytest.raises(Forbidden):
        stack.up(news)
    sandbox.control("DELETE", f"/faults/{fault}")
    sandbox.clear_log()


@pytest.mark.parametrize("status", ["degraded:unhealthy", "restarting:unknown", "starting"])
def test_an_app_that_is_no_longer_degraded_gets_its_redeploy(
    status: str, settled: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """Its containers still hold the old values, and may come back with them at any time."""
    app.change(status=status)
    settled.up(CHANGED)
    assert asked(sandbox) == []
    assert any(status in note for note in settled.outs["notes"])
    assert settled.up(CHANGED) == "same"
    app.change(status="running:healthy")
    assert settled.drift(CHANGED) == ["owedRedeploy"]
    sandbox.clear_log()
    settled.up(CHANGED)
    assert asked(sandbox) == [RESTART]
    assert settled.up(CHANGED) == "same"


def test_an_app_that_was_deployed_meanwhile_owes_nothing(
    settled: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """Whoever deploys a degraded app brings it the variables."""
    app.change(status="degraded:unhealthy")
    settled.up(CHANGED)
    sandbox.coolify("POST", "/deploy?uuid=shop-web")
    app.finish_deployments()
    app.change(status="running:healthy")
    sandbox.clear_log()
    assert settled.up(CHANGED) == "same"
    assert asked(sandbox) == []
    sandbox.clear_log()
    assert settled.up(CHANGED) == "same"
    assert lists(sandbox) == 0


def test_a_service_that_is_no_longer_degraded_gets_its_restart(
    stack: Stack, sandbox: RunningSandbox
) -> None:
    """One of its containers may be down while the others run on with old values."""
    service = App(sandbox, "shop-queue", "service")
    stack.up(service_inputs())
    service.change(status="degraded:unhealthy")
    changed = service_inputs(variables={"SENTRY_DSN": value(OTHER_DSN)})
    stack.up(changed)
    assert service.row("SENTRY_DSN")["comment"] == "watchpost:acme/shop [restart owed]"
    assert stack.up(changed) == "same"
    service.change(status="running:healthy")
    sandbox.clear_log()
    assert stack.up(changed) == "update"
    assert asked(sandbox) == ["/services/shop-queue/restart"]
    assert service.row("SENTRY_DSN")["comment"] == "watchpost:acme/shop"


def test_a_move_after_a_kill_brings_the_redeploy(settled: Stack, sandbox: RunningSandbox) -> None:
    """The new entry finds rows of the old one that were never deployed."""
    up_without_redeploy(settled, CHANGED, sandbox)
    other = Stack(sandbox.coolify_url)
    moved = inputs(owner="acme/studio")
    moved["variables"]["SENTRY_DSN"] = variable(OTHER_DSN, owner="acme/studio")
    other.up(moved)
    assert asked(sandbox) == [RESTART]
    assert other.up(moved) == "same"


def test_a_twin_that_was_removed_before_a_kill_is_made_up_for(
    settled: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """The last of two rows runs: the one that differs is mended, which leaves a trace."""
    time.sleep(1.1)
    app.add("SENTRY_DSN", OTHER_DSN, comment="watchpost:acme/shop", is_buildtime=False)
    sandbox.coolify("POST", "/deploy?uuid=shop-web")
    app.finish_deployments()
    assert app.running_environment()["runtime"]["SENTRY_DSN"] == OTHER_DSN
    up_without_redeploy(settled, inputs(), sandbox)
    assert app.row("SENTRY_DSN")["value"] == DSN
    settled.up(inputs())
    app.finish_deployments()
    assert app.running_environment()["runtime"]["SENTRY_DSN"] == DSN


def test_a_drifted_value_lists_no_deployments(
    settled: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """It is written and deployed anyway; the one look confirms that deployment."""
    app.edit("SENTRY_DSN", value=OTHER_DSN)
    settled.up(inputs())
    looks = [each["path"] for each in sandbox.log("coolify") if "deployments" in each["path"]]
    assert looks == [f"/api/v1/deployments/{settled.outs['deployment']['uuid']}"]


def test_a_killed_run_that_is_not_recorded_lists_once(
    settled: Stack, sandbox: RunningSandbox
) -> None:
    """The read leaves the question to the update, which asks once and then for the redeploy."""
    up_without_redeploy(settled, CHANGED, sandbox)
    assert settled.up(CHANGED) == "update"
    assert (lists(sandbox), asked(sandbox)) == (1, [RESTART])


def test_an_edit_that_becomes_the_manifest_redeploys_nothing(
    settled: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """Somebody changed and deployed a value, then declared it: it is recorded, and that is all."""
    app.edit("SENTRY_DSN", value=OTHER_DSN)
    sandbox.coolify("POST", "/deploy?uuid=shop-web")
    app.finish_deployments()
    sandbox.clear_log()
    assert settled.up(CHANGED) == "update"
    assert (sandbox.writes("coolify"), lists(sandbox)) == ([], 1)
    sandbox.clear_log()
    assert settled.up(CHANGED) == "same"
    assert lists(sandbox) == 0


def test_a_greater_redeploy_that_is_owed_is_not_lost_in_a_smaller_one(
    settled: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """Owed is a build; the value that drifted since takes a restart: it is built."""
    built = {**inputs()["variables"], "BAKED": variable("one", build=True)}
    up_without_redeploy(settled, inputs(variables=built), sandbox)
    app.edit("SENTRY_DSN", value=OTHER_DSN)
    settled.up(inputs(variables=built))
    assert asked(sandbox) == ["/deploy"]


def test_a_deployment_of_a_pull_request_settles_nothing(
    settled: Stack, sandbox: RunningSandbox
) -> None:
    """It reads preview rows and leaves the app as it was."""
    up_without_redeploy(settled, CHANGED, sandbox)
    sandbox.coolify("POST", "/deploy?uuid=shop-web&pr=7")
    sandbox.clear_log()
    settled.up(CHANGED)
    assert asked(sandbox) == [RESTART]
