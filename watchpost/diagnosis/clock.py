"""
This machine's clock against a server's, from the `Date` of one answer.

Rate limits name the end of a window by the clock, and canaries are looked for by time.

Does not: know which clock is right. A `Date` has whole seconds, so that a second is nothing.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from watchpost.diagnosis.finding import Finding, failure, ok, unknown, warning

if TYPE_CHECKING:
    from watchpost.diagnosis.case import Asked

WARNING_SECONDS = 30.0
FAILURE_SECONDS = 300.0
_CURE = "synchronise the clocks (NTP) of this machine and the server"


def judge_clock(name: str, asked: Asked) -> Finding:
    """Compare the clocks as far as *asked* tells."""
    skew = find_skew_seconds(asked)
    if skew is None:
        return unknown(name, "the answer has no `Date`", is_provable=False)
    if abs(skew) < WARNING_SECONDS:
        return ok(name, f"differs from this machine's by about {abs(skew):.0f} s")
    which = "ahead of" if skew > 0 else "behind"
    seen = f"the server is {abs(skew):.0f} s {which} this machine"
    judge = failure if abs(skew) > FAILURE_SECONDS else warning
    return judge(name, seen, _CURE)


def find_skew_seconds(asked: Asked) -> float | None:
    """How many seconds the server's clock is ahead; None where it does not tell."""
    if asked.answer is None:
        return None
    try:
        told = parsedate_to_datetime(asked.answer.headers.get("date", ""))
        seconds = told.timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    # A `Date` is cut to whole seconds: on the average it was half a second later.
    return seconds + 0.5 - asked.middle
