"""Fixtures of the tests of the agents' server: a fleet, and servers over HTTP for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.agents.served import Fleet, make_fleet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox


@pytest.fixture
def fleet(tmp_path: Path, demo_sandbox: RunningSandbox) -> Fleet:
    """Three projects with errors."""
    made = make_fleet(demo_sandbox, tmp_path)
    demo_sandbox.clear_log()
    return made
