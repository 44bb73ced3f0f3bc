"""
What became of one target, and the exit code of all of them.

Does not: render. Source: design.md 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from watchpost import exits

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from watchpost.canary.resolution import Resolved

State = Literal[
    "seen",  # Sentry shows the canary
    "not seen",  # it does not, within the time
    "refused",  # the ingest endpoint did not take it
    "rate limited",  # likewise, for now
    "filtered",  # it was taken and put aside by an inbound filter
    "no key",  # there is not exactly one key of that label
    "disabled",  # the key is switched off
    "active",  # without sending: the key is there and switched on
    "unused",  # no app holds it, so nothing was sent
    "unchecked",  # a service did not answer
]
_CLEAN = frozenset({"seen", "active", "unused"})


@dataclass(frozen=True)
class Outcome:
    """
    What became of one target.

    Attributes:
        resolved: The target and its key.
        state: In one word.
        is_sent: Whether the ingest endpoint took a canary.
        event_id: Of the canary; empty where none was sent.
        seen_after_seconds: From sending to the poll that showed it; None where it was not seen.
        reason: For people; empty where there is nothing to say.
        last_event: Of the key, or of the project where the server counts nothing by key; None where
            there was none or nobody knows. Only without sending.
    """

    resolved: Resolved
    state: State
    is_sent: bool = False
    event_id: str = ""
    seen_after_seconds: float | None = None
    reason: str = ""
    last_event: datetime | None = None


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """0 where all is well, 1 where something is not, 3 where something could not be checked."""
    return exits.worst_of(
        exits.UNCHECKED if each.state == "unchecked" else exits.REFUSED
        for each in outcomes
        if each.state not in _CLEAN
    )
