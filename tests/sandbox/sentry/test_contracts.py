"""The recorded scenario of a real server, replayed against the sandbox."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandboxes import RunningSandbox

ROOT = Path(__file__).parents[3]
CONTRACTS = ROOT.parent / "shared" / "contracts"
FIRST_ERROR = 400


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """
    The scenario as it can be played today.

    Where the current release refuses to make an object, there is no slug to keep for the clean-up;
    the tool would otherwise build a path from the error's text and stop.
    """
    if not CONTRACTS.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the contracts are missing: {CONTRACTS}")
        pytest.skip(f"the contracts are missing: {CONTRACTS}")
    steps = json.loads((CONTRACTS / "sentry-scenario.json").read_text("utf-8"))
    for step in steps:
        if step.get("today", {}).get("status", 0) >= FIRST_ERROR:
            step.pop("save", None)
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(steps), "utf-8")
    return path


def replay(sandbox: RunningSandbox, scenario: Path) -> str:
    """The last line that the tool prints."""
    command = [sys.executable, str(CONTRACTS / "replay.py"), str(scenario), sandbox.sentry_url]
    command += ["--token", sandbox.tokens["sentry"]["root"], "--var", "org=acme"]
    command += ["--against", str(CONTRACTS / "sentry-recording.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_fresh_sandbox_answers_as_recorded(
    contracts_sandbox: RunningSandbox, scenario: Path
) -> None:
    """A fresh sandbox differs from the recorded server in nothing."""
    assert replay(contracts_sandbox, scenario).endswith(" 0 differences")


def test_used_sandbox_answers_as_recorded(
    contracts_sandbox: RunningSandbox, scenario: Path
) -> None:
    """A sandbox that has served the scenario before still differs in nothing."""
    replay(contracts_sandbox, scenario)
    assert replay(contracts_sandbox, scenario).endswith(" 0 differences")
