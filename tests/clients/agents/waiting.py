"""
Waiting for what neither files nor the sandbox tell events of.

Does not: import anything of ours.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_SECONDS = 20


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait until *is_so*."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to it"
        time.sleep(0.01)
