"""Running pulumi: which binary, in which environment, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from watchpost.engine import Engine, find_pulumi
from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

SPEAKER = """#!/bin/sh
echo "$@"
echo "continue: $PULUMI_CONTINUE_ON_ERROR" >&2
exit 7
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder whose virtual environment holds a `pulumi` that says what it was asked."""
    program = tmp_path / ".venv" / "bin" / "pulumi"
    program.parent.mkdir(parents=True)
    program.write_text(SPEAKER, encoding="utf-8")
    program.chmod(0o755)
    return tmp_path


def test_the_engine_of_the_checkout_comes_first(checkout: Path) -> None:
    """The engine that bootstrap linked into the virtual environment is taken."""
    assert find_pulumi(checkout) == str(checkout / ".venv" / "bin" / "pulumi")


def test_no_engine_is_an_error_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any pulumi the message names script/bootstrap."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError, match="script/bootstrap"):
        find_pulumi(tmp_path)


def test_a_command_names_stack_and_folder(checkout: Path) -> None:
    """Every command runs on the named stack, in the folder, without questions."""
    done = Engine(checkout, "prod").run("preview", "--json")
    expected = f"preview --json --stack prod --cwd {checkout} --non-interactive\n"
    assert (done.exit_code, done.stdout) == (7, expected)


def test_one_broken_entry_does_not_stop_the_others(checkout: Path) -> None:
    """The engine is told to continue on error, unless the stack's own settings say otherwise."""
    assert Engine(checkout, "prod").run("up").stderr == "continue: true\n"
    settings = {"PULUMI_CONTINUE_ON_ERROR": "false"}
    assert Engine(checkout, "prod", settings).run("up").stderr == "continue: false\n"


def test_lines_are_handed_on_as_they_come(checkout: Path) -> None:
    """A listener gets each line, errors included, and the whole is kept."""
    lines: list[str] = []
    done = Engine(checkout, "prod").up("--diff", on_line=lines.append)
    assert lines == done.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("up --yes --diff ")


def test_a_preview_that_is_no_document_is_an_error(checkout: Path) -> None:
    """Output that is not the engine's document is told with what the engine said."""
    with pytest.raises(SettingsError, match="pulumi ended with exit code"):
        Engine(checkout, "prod").preview()
