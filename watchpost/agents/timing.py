"""
When answers are given that must not tell by their time what they keep to themselves.

Such an answer waits for the next step of a grid, counted from when the call began. What differs
between two of them, as long as it is less than a step, is rounded away. A step is long enough for
a Sentry that takes some hundred milliseconds to read an issue and a few to miss one; what is denied
need not be fast.

Does not: delay an answer that tells something.

Source: docs/adr/0016-one-denial.md.
"""

from __future__ import annotations

import math

import anyio

STEP_SECONDS = 1.0


async def wait_for_grid(started: float, step_seconds: float) -> None:
    """
    Wait until a whole number of steps, one at least, has passed.

    Args:
        started: When the call began, by `anyio.current_time()`.
        step_seconds: Length of a step; 0 waits for nothing.
    """
    if step_seconds > 0:
        passed = anyio.current_time() - started
        steps = max(1, math.ceil(passed / step_seconds))
        await anyio.sleep_until(started + steps * step_seconds)
