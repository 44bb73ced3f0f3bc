"""Runs that are killed between any two writes: one more run, and all is as if nothing happened."""

import multiprocessing
import time

import pytest

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, OTHER_DSN, inputs, variable
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox

BEFORE = inputs(variables={"SENTRY_DSN": variable(DSN), "OLD": variable("old")})
AFTER = inputs(
    variables={"SENTRY_DSN": variable(OTHER_DSN, DSN, build=True), "NEW": variable("new")}
)
WRITES = 7
"""Two POST for NEW, two PATCH for SENTRY_DSN, two DELETE for OLD, one deploy."""


def run(url: str, recorded: tuple[str, dict[str, object], dict[str, object]]) -> None:
    """One run of the engine, in a process of its own."""
    stack = Stack(url)
    stack.id, stack.inputs, stack.outs = recorded
    stack.up(AFTER)


@pytest.mark.parametrize("count", range(WRITES))
@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_run_killed_after_so_many_writes_is_made_up_for(
    count: int, *, is_recorded: bool, stack: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """With the old state or none at all: every row once, none left over, and all of it running."""
    stack.up(BEFORE)
    app.finish_deployments()
    # Coolify tells whole seconds; two runs of the engine never begin within one.
    time.sleep(1 - time.time() % 1)
    if not is_recorded:
        stack.forget()
    kill_after(count, sandbox, stack)
    there = {row["key"] for row in app.rows() if not row["is_preview"] and row["value"]}
    assert "SENTRY_DSN" in there
    stack.up(AFTER)
    app.finish_deployments()
    ours = sorted(
        (row["key"], row["is_preview"], row["value"])
        for row in app.rows()
        if str(row["comment"]).startswith("watchpost:")
    )
    assert ours == [
        ("NEW", False, "new"),
        ("NEW", True, None),
        ("SENTRY_DSN", False, OTHER_DSN),
        ("SENTRY_DSN", True, DSN),
    ]
    running = app.running_environment()
    assert running["runtime"]["NEW"] == "new"
    assert running["buildtime"]["SENTRY_DSN"] == OTHER_DSN
    assert stack.up(AFTER) == "same"


def kill_after(count: int, sandbox: RunningSandbox, stack: Stack) -> None:
    """Start a run and kill it as soon as Coolify has answered *count* writes."""
    sandbox.clear_log()
    fault = sandbox.add_fault(
        service="coolify", method="*", path="/(envs|deploy)", latency_seconds=0.05
    )
    context = multiprocessing.get_context("spawn")
    process = context.Process(
        target=run, args=(sandbox.coolify_url, (stack.id, stack.inputs, stack.outs))
    )
    process.start()
    while process.is_alive() and len(sandbox.writes("coolify")) < max(count, 1):
        if count == 0 and sandbox.log("coolify"):
            break
        time.sleep(0.002)
    process.kill()
    process.join()
    process.close()
    sandbox.control("DELETE", f"/faults/{fault}")
