"""What a stack's files tell without the engine is what the engine itself reads in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from watchpost.stack_files import read_stack_files

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole
ODD = """\
  sentry:config:baseUrl: https://sentry.example.com
  reason: without a namespace
"""


def test_files_tell_what_the_engine_tells(program: Program) -> None:
    """Old and short names, defaults of Pulumi.yaml; of what is encrypted, that there is one."""
    file = program.folder / "stacks" / "Pulumi.tests.yaml"
    written = file.read_text(encoding="utf-8")
    file.write_text(written.replace("config:\n", f"config:\n{ODD}"), encoding="utf-8")
    found = read_stack_files(program.folder, program.engine.stack)
    told = program.engine.config()
    assert found.texts == {name: each["value"] for name, each in told.items() if not each["secret"]}
    assert found.hidden == {name for name, each in told.items() if each["secret"]}
    assert {"sentry:baseUrl", "watchpost:reason", "watchpost:manifest"} <= found.texts.keys()
    assert found.is_all
