"""Answers that break off or fail: after each the app is as declared, exactly once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, OTHER_DSN, inputs, variable
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox
from watchpost.errors import ApiUnavailable, Forbidden, UnexpectedResponse

CHANGED = inputs(variables={"SENTRY_DSN": variable(OTHER_DSN), "NEW": variable("new")})
FAULTS: dict[str, dict[str, Any]] = {
    "dropped before": {"drop": "before"},
    "dropped after": {"drop": "after"},
    "500": {"status": 500, "body": {"message": "Server Error"}},
    "500, applied": {"status": 500, "applied": True, "body": {"message": "Server Error"}},
    "503": {"status": 503, "body": {}},
    "429": {"status": 429, "body": {"message": "Too Many Attempts."}},
}


def assert_as_declared(app: App) -> None:
    """CHANGED, each row once, nothing left of what is not declared."""
    ours = sorted(
        (row["key"], bool(row["is_preview"]), row["value"])
        for row in app.rows()
        if str(row["comment"]).startswith("watchpost:")
    )
    assert ours == [
        ("NEW", False, "new"),
        ("NEW", True, None),
        ("SENTRY_DSN", False, OTHER_DSN),
        ("SENTRY_DSN", True, None),
    ]


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "GET"])
@pytest.mark.parametrize("fault", FAULTS)
def test_each_call_survives_each_fault(
    method: str, fault: str, stack: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """A create, an update, a delete and a read that fail twice leave nothing twice or undone."""
    stack.up(inputs())
    app.finish_deployments()
    sandbox.add_fault(service="coolify", method=method, path="/envs", first=2, **FAULTS[fault])
    stack.up(CHANGED)
    assert_as_declared(app)
    app.finish_deployments()
    assert app.running_environment()["runtime"]["SENTRY_DSN"] == OTHER_DSN
    sandbox.clear_faults()
    assert stack.up(CHANGED) == "same"


@pytest.mark.parametrize("fault", ["dropped before", "dropped after", "500", "500, applied", "503"])
def test_a_redeploy_survives_each_fault(
    fault: str, stack: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """An unclear answer to a restart is looked up before it is sent again."""
    stack.up(inputs())
    app.finish_deployments()
    before = len(app.deployments())
    sandbox.add_fault(service="coolify", method="POST", path="/restart$", first=1, **FAULTS[fault])
    stack.up(CHANGED)
    assert len(app.deployments()) == before + 1
    app.finish_deployments()
    assert app.running_environment()["runtime"]["SENTRY_DSN"] == OTHER_DSN


def test_somebody_who_was_faster_is_not_doubled(
    stack: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """A row made between our look and our create is found by its 409, and then judged."""
    stack.new_process()
    sandbox.add_fault(
        service="coolify",
        method="POST",
        path="/envs$",
        first=1,
        status=409,
        applied=True,
        body={"message": "Environment variable already exists. Use PATCH request to update it."},
    )
    stack.apply(CHANGED)
    assert_as_declared(app)


def test_a_row_that_vanished_is_made_anew(stack: Stack, app: App) -> None:
    """A row deleted between our look and our update is found by its 404."""
    stack.up(inputs(variables={"SENTRY_DSN": variable(DSN), "NEW": variable("old")}))
    stack.new_process()
    stack.refresh()
    app.remove("SENTRY_DSN")
    stack.apply(CHANGED)
    assert_as_declared(app)


def test_one_app_that_cannot_be_read_does_not_stop_the_run(
    stack: Stack, sandbox: RunningSandbox
) -> None:
    """Its read answers what was recorded and why; only its own update fails."""
    stack.up(inputs())
    sandbox.add_fault(service="coolify", method="GET", path="/envs", status=403, body={})
    recorded = stack.outs
    stack.new_process()
    stack.refresh()
    assert stack.outs["state"] == "unchecked"
    assert "403" in stack.outs["reason"]
    assert stack.outs["variables"] == recorded["variables"]
    assert stack.step(inputs()) == "update"
    with pytest.raises(Forbidden, match="acme/shop: application shop-web"):
        stack.apply(inputs())
    sandbox.clear_faults()
    assert stack.up(inputs()) == "same"


def test_a_write_that_fails_for_good_is_named(stack: Stack, sandbox: RunningSandbox) -> None:
    """The message names the entry, the app and the variable."""
    sandbox.add_fault(
        service="coolify", method="POST", path="/envs", status=422, body={"message": "No."}
    )
    with pytest.raises(Exception, match=r"acme/shop: application shop-web: SENTRY_DSN: .*422"):
        stack.up(inputs(variables={"SENTRY_DSN": variable()}))


def test_a_create_that_is_never_clear_ends(stack: Stack, sandbox: RunningSandbox) -> None:
    """Coolify's fault is reported after a handful of tries, not repeated for ever."""
    sandbox.add_fault(service="coolify", method="POST", path="/envs", status=503, body={})
    sandbox.clear_log()
    with pytest.raises(ApiUnavailable):
        stack.up(inputs())
    assert 1 < len(sandbox.writes("coolify")) <= 5


def test_the_rate_limit_is_kept(stack: Stack, app: App, sandbox: RunningSandbox) -> None:
    """With few calls per window the run waits and completes."""
    sandbox.set_limits(coolify={"limit": 8, "window_seconds": 1})
    stack.up(CHANGED)
    assert_as_declared(app)


def test_a_fleet_gets_through_one_failure_in_twenty(sandbox: RunningSandbox) -> None:
    """Four at a time, every kind of fault at random: all is written once and redeployed."""
    uuids = ("shop-web", "shop-api", "studio-web", "studio-api")
    stacks = [Stack(sandbox.coolify_url) for _ in uuids]
    for stack in stacks:
        stack.provider = stacks[-1].provider
    for seed, fault in enumerate(("dropped before", "dropped after", "500", "500, applied", "503")):
        sandbox.add_fault(
            service="coolify", method="*", path="/api", share=0.01, seed=seed, **FAULTS[fault]
        )
    with ThreadPoolExecutor(4) as threads:
        done = threads.map(
            lambda each: each[0].apply({**CHANGED, "uuid": each[1]}),
            zip(stacks, uuids, strict=True),
        )
        assert list(done) == ["create"] * 4
    sandbox.clear_faults()
    for stack, uuid in zip(stacks, uuids, strict=True):
        app = App(sandbox, uuid)
        assert_as_declared(app)
        app.finish_deployments()
        assert app.running_environment()["runtime"]["SENTRY_DSN"] == OTHER_DSN
        assert stack.outs["state"] == "checked"


def test_a_delete_that_cannot_be_done_is_named(stack: Stack, sandbox: RunningSandbox) -> None:
    """The resource stays recorded, and the message says whose it is."""
    stack.up(inputs())
    sandbox.add_fault(service="coolify", method="GET", path="/envs", status=403, body={})
    with pytest.raises(Forbidden, match="acme/shop: application shop-web"):
        stack.destroy()
    sandbox.clear_faults()
    sandbox.add_fault(service="coolify", method="DELETE", path="/envs", status=403, body={})
    with pytest.raises(Forbidden, match="acme/shop: application shop-web: SENTRY_DSN"):
        stack.destroy()
    assert stack.id


def test_writes_that_do_not_stick_are_reported(stack: Stack, sandbox: RunningSandbox) -> None:
    """A Coolify that says yes and keeps something else is not written to for ever."""
    stack.up(inputs())
    sandbox.add_fault(service="coolify", method="PATCH", path="/envs", status=201, body={})
    with pytest.raises(UnexpectedResponse, match="something else than was written: SENTRY_DSN"):
        stack.up(inputs(variables={"SENTRY_DSN": variable(OTHER_DSN)}))


def test_a_redeploy_that_is_never_clear_is_owed(
    stack: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """Coolify's fault does not undo the writes; the next run asks again."""
    sandbox.add_fault(service="coolify", method="POST", path="/restart$", status=503, body={})
    stack.up(inputs())
    assert (stack.outs["state"], stack.outs["owedRedeploy"]) == ("unsettled", True)
    sandbox.clear_faults()
    assert stack.up(inputs()) == "update"
    app.finish_deployments()
    assert app.running_environment()["runtime"]["SENTRY_DSN"] == DSN
    assert stack.up(inputs()) == "same"


def test_a_queue_with_room_again_is_waited_for(app: App, sandbox: RunningSandbox) -> None:
    """Within its patience a run asks again instead of leaving the redeploy owed."""
    patient = Stack(sandbox.coolify_url, **{"coolify:queuePatienceSeconds": "20"})
    sandbox.add_fault(
        service="coolify",
        method="POST",
        path="/deploy$",
        first=2,
        status=429,
        body={"message": "Deployment queue is full. Please wait."},
    )
    patient.up(inputs(variables={"SENTRY_DSN": variable(DSN, build=True)}))
    assert patient.outs["state"] == "checked"
    assert patient.outs["deployment"]["uuid"] == app.deployments()[0]["deployment_uuid"]
