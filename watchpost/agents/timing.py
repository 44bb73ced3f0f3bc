"""
When answers are given that must not tell by their time what they keep to themselves.

Such an answer waits for the next beat, counted from when the call began. What differs between two
of them, as long as it is less than a beat, is rounded away.

Does not: delay an answer that tells something.

Source: docs/adr/0016-one-denial.md.
"""

from __future__ import annotations

import math

import anyio

BEAT_SECONDS = 0.25


async def wait_for_beat(started: float, beat_seconds: float) -> None:
    """
    Wait until a whole number of beats, one at least, has passed.

    Args:
        started: When the call began, by `anyio.current_time()`.
        beat_seconds: Length of a beat; 0 waits for nothing.
    """
    if beat_seconds > 0:
        passed = anyio.current_time() - started
        beats = max(1, math.ceil(passed / beat_seconds))
        await anyio.sleep_until(started + beats * beat_seconds)
