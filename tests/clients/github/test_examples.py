"""The examples in the help of the command and of its actions are run as they stand."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest

from watchpost.__main__ import main
from watchpost.commands import VERBS
from watchpost.commands.github import ACTIONS

if TYPE_CHECKING:
    from tests.clients.github.conftest import Runner

PULL = 12
COMMIT = "1f0c2d3"


def test_every_example_runs(runner: Runner) -> None:
    """Each ends with 0, in their order; the second time it writes nothing."""
    runner.patch.chdir(runner.folder)
    while runner.open_pull() < PULL:
        pass
    runner.write_plan()
    for name in ("plan.md", "apply.md", "drift.md"):
        runner.write(name, "Text.")
    runner.write("drift.json", json.dumps({"exit_codes": [2]}))
    runner.sandbox.control("POST", f"/github/pulls/{PULL}/merge", {"sha": COMMIT})
    actions = [example for action in ACTIONS.values() for example in action.examples]
    for example in (*VERBS["github"].examples, *actions):
        words = shlex.split(example)
        assert words.pop(0) == "watchpost"
        assert main(words) == 0, example
        runner.sandbox.clear_log()
        assert main(words) == 0, example
        assert runner.sandbox.writes("github") == [], example


def test_help_of_an_action_ends_with_its_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """Two for each."""
    for name, action in ACTIONS.items():
        with pytest.raises(SystemExit) as ending:
            main(["github", name, "--help"])
        assert ending.value.code == 0
        shown = capsys.readouterr().out.rstrip().splitlines()[-3:]
        assert shown == ["examples:", *(f"  {example}" for example in action.examples)]
