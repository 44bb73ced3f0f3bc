"""Fixtures of the tests of health over the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.health.shop import Shop, make_shop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox


@pytest.fixture
def shop(empty_sandbox: RunningSandbox, tmp_path: Path) -> Shop:
    """Two projects of one organization, without errors yet."""
    return make_shop(empty_sandbox, tmp_path)
