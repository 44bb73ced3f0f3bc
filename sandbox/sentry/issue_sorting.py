"""
The orders in which issues are listed: each gives an issue a score, and the greatest comes first.

Does not: page. ``trends`` and ``recommended`` are plain forms of the server's formulas: the same
things count, with weights of our own.

Source: getsentry/sentry, src/sentry/search/snuba/executors.py.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from sandbox.sentry.issue_matching import Found
from sandbox.sentry.issue_periods import LATER_MS
from sandbox.sentry.issue_search import BadSearch, Term
from sandbox.sentry.scored_paging import Scored

DEFAULT_SORT = "date"
INBOX = "inbox"
INBOX_KEYS = ("date", "status", "for_review", "assigned_or_suggested")
INBOX_LONGEST_MS = 7 * LATER_MS["d"]
SEVERITIES = {"fatal": 1.0, "error": 0.75, "warning": 0.5, "info": 0.25}
TREND_HALVES_HOURS = 12
RECENCY_HALVES_HOURS = 24
# Scores are whole numbers; those of the two formulas are counted in millionths.
FINENESS = 10**6


def score_issues(found: Sequence[Found], sort: str, now_ms: int) -> list[Scored]:
    """
    The issues with their scores in an order.

    Raises:
        BadSearch: There is no such order.
    """
    if sort not in SCORES:
        raise BadSearch(f"Sort key '{sort}' not supported.")
    return [(SCORES[sort](each, now_ms), each.issue) for each in found]


def check_inbox(terms: Sequence[Term]) -> None:
    """
    Refuse a search that cannot be sorted by when issues came up for review.

    Raises:
        BadSearch: It asks for something else too, or not for unresolved issues up for review.
    """
    others = [f"{t.key}{t.operator}{t.values[0]}" for t in terms if t.key not in INBOX_KEYS]
    if others:
        raise BadSearch(f"Invalid search terms for 'inbox' search: {others}")
    wanted = {(term.key, term.values[0]) for term in terms if term.operator == "="}
    if ("for_review", True) not in wanted:
        raise BadSearch("Sort key 'inbox' only supported for inbox search")
    if ("status", "unresolved") not in wanted:
        raise BadSearch("Inbox search only works for 'unresolved' status")


def _second(at_ms: int | None) -> int:
    """A moment in milliseconds, as exact as the server's event store keeps it."""
    return (at_ms or 0) // 1000 * 1000


def _halved(since_ms: int | None, now_ms: int, hours: int) -> float:
    """What is left of 1 after a time, when it halves every so many *hours*."""
    return float(0.5 ** ((now_ms - (since_ms or 0)) / (hours * LATER_MS["h"])))


def _trend(found: Found, now_ms: int) -> int:
    age = _halved(found.issue["first_seen_ms"], now_ms, TREND_HALVES_HOURS)
    return int(FINENESS * age * math.log1p(found.figures.count))


def _recommendation(found: Found, now_ms: int) -> int:
    recency = _halved(found.figures.last_seen_ms, now_ms, RECENCY_HALVES_HOURS)
    severity = SEVERITIES.get(found.issue["level"], 0.0)
    reach = math.log1p(found.figures.users) / math.log(1001)
    volume = math.log1p(found.figures.count) / math.log(10001)
    return int(FINENESS * (recency + severity + reach + volume))


SCORES: Mapping[str, Callable[[Found, int], int]] = {
    DEFAULT_SORT: lambda found, _now: _second(found.figures.last_seen_ms),
    "new": lambda found, _now: _second(found.issue["first_seen_ms"]),
    "freq": lambda found, _now: found.figures.count,
    "user": lambda found, _now: found.figures.users,
    "trends": _trend,
    "recommended": _recommendation,
    INBOX: lambda found, _now: int(found.issue["substatus_ms"]),
}
