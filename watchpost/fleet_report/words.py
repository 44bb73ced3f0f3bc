"""
The report's words for states and ages, and the colours they bear.

Does not: carry meaning by colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from watchpost.render.page import Tone
    from watchpost.wiring import LastEvent, LinkState

STATE_WORDS: Mapping[LinkState, str] = {
    "missing": "missing",
    "drifted": "drifted",
    "unreadable": "unreadable",
    "unchecked": "could not check",
    "unused": "unused",
    "wired": "wired",
}
STATE_TONES: Mapping[LinkState, Tone] = {
    "missing": "bad",
    "drifted": "bad",
    "unreadable": "warn",
    "unchecked": "warn",
    "unused": "quiet",
    "wired": "good",
}


def describe_last_event(event: LastEvent | None, looked_at: datetime, days: int) -> str:
    """
    The canary age: how long ago a key last had an event accepted.

    Args:
        event: None where there is no key to ask about.
        looked_at: When it was asked.
        days: How many days were asked for.
    """
    if event is None or not event.is_known:
        return "unknown"
    if event.day is None:
        return f"none in {days} days"
    age = (looked_at.date() - event.day).days
    names = {0: "today", 1: "yesterday"}
    return names.get(max(age, 0), f"{age} days ago")
