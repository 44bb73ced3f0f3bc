"""Fixtures of the tests that run the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.whole.program import Program, prepare

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox


@pytest.fixture
def program(tmp_path: Path, demo_sandbox: RunningSandbox) -> Program:
    """A stack of the program in a folder of its own, against a sandbox with the demo's apps."""
    return prepare(tmp_path, demo_sandbox)
