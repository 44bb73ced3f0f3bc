"""The recorded scenarios of a real Coolify 4.3.11, replayed against the sandbox."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox.contracts import CONTRACTS, find_contracts
from tests.sandboxes import RunningSandbox, start_sandbox

SMALL = {
    "coolify-full-queue": ("--queue-limit", "2"),
    "coolify-disabled": ("--api-disabled",),
    "coolify-allowlist": ("--allowlist", "1.2.3.4"),
}


@pytest.fixture(scope="module", autouse=True)
def contracts() -> Path:
    """The folder of the recordings; without it these tests are skipped, but never in CI."""
    return find_contracts()


def replay(sandbox: RunningSandbox, name: str, **variables: str) -> str:
    """Replay one scenario and return the last line of the report."""
    tokens = sandbox.tokens["coolify"]
    command = [
        sys.executable,
        str(CONTRACTS / "replay.py"),
        str(CONTRACTS / f"{name}-scenario.json"),
    ]
    command += [sandbox.coolify_url, "--token", tokens["root"]]
    command += ["--against", str(CONTRACTS / f"{name}-recording.json")]
    given = {f"token_{holder}": token for holder, token in tokens.items() if holder != "root"}
    for variable, value in (given | sandbox.variables | variables).items():
        command += ["--var", f"{variable}={value}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    print(done.stdout)  # noqa: T201  shown by pytest when the test fails
    return (done.stdout + done.stderr).strip().splitlines()[-1]


def test_every_step_is_answered_as_recorded(contracts_sandbox: RunningSandbox) -> None:
    """A fresh sandbox shows no difference in any of the 119 steps."""
    assert replay(contracts_sandbox, "coolify") == "119 steps, 0 differences"


def test_a_used_sandbox_answers_the_same(contracts_sandbox: RunningSandbox) -> None:
    """What another app, another service and other users did before makes no difference."""
    other = contracts_sandbox.control(
        "POST", "/coolify/services", {"name": "other", "project": "project"}
    )
    replay(contracts_sandbox, "coolify", app="railpack-hono", service=other["uuid"])
    contracts_sandbox.reset_windows()
    assert replay(contracts_sandbox, "coolify") == "119 steps, 0 differences"


def test_a_cleaned_sandbox_answers_the_same(contracts_sandbox: RunningSandbox) -> None:
    """After its rows and deployments are deleted, an app can be played again."""
    for _ in range(2):
        assert replay(contracts_sandbox, "coolify") == "119 steps, 0 differences"
        clean(contracts_sandbox)


def clean(sandbox: RunningSandbox) -> None:
    """Take back what the scenario leaves behind, as a person would."""
    sandbox.reset_windows()
    for kind, uuid in (("applications", "app"), ("services", "service")):
        for row in sandbox.coolify("GET", f"/{kind}/{sandbox.variables[uuid]}/envs").body:
            sandbox.control("DELETE", f"/coolify/rows/{row['uuid']}")
    for deployment in sandbox.coolify("GET", "/deployments").body:
        uuid = deployment["deployment_uuid"]
        sandbox.control("DELETE", f"/coolify/deployments/{uuid}")


@pytest.mark.parametrize("name", SMALL)
def test_the_other_ways_to_run_a_server_are_answered_as_recorded(name: str) -> None:
    """A full queue, a disabled API and an allowlist show no difference, fresh and restored."""
    with start_sandbox("contracts", *SMALL[name]) as sandbox:
        snapshot = sandbox.take_snapshot()
        assert replay(sandbox, name).endswith(" steps, 0 differences")
        sandbox.restore(snapshot)
        assert replay(sandbox, name).endswith(" steps, 0 differences")
