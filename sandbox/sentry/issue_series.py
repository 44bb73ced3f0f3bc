"""
How many events issues had over time, as the small graphs beside them show it.

Does not: interpolate or sample; every event counts.

Source: getsentry/sentry, src/sentry/api/serializers/models/group_stream.py, src/sentry/tsdb.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.sentry.call import Row
from sandbox.sentry.issue_figures import Period
from sandbox.sentry.issue_periods import LATER_MS

HOUR, DAY = LATER_MS["h"] // 1000, LATER_MS["d"] // 1000
AUTO = "auto"
# Keyed by the period's name: how many points, and the seconds from one to the next.
POINTS = {"24h": (24, HOUR), "14d": (14, DAY)}
# Of a period that is chosen freely: about so many points, at one of these distances in hours.
AUTO_POINTS = 29
AUTO_POINTS_OF_HALF_DAYS = 35
AUTO_HOURS = (1, 2, 3, 6, 12, 24)

Series = list[list[int]]


@dataclass(frozen=True)
class Grid:
    """The points of a series: whole multiples of *width*, all in seconds, the ends included."""

    name: str
    first: int
    last: int
    width: int


def make_grid(name: str, now_ms: int, period: Period) -> Grid:
    """The grid of a period of that name: ``24h``, ``14d`` or ``auto`` for the one asked about."""
    if name in POINTS:
        points, width = POINTS[name]
        since, until = now_ms // 1000 - (points - 1) * width, now_ms // 1000
    else:
        since, until = (period.since_ms or 0) // 1000, (period.until_ms or now_ms) // 1000
        width = _auto_width(until - since)
    return Grid(name, since // width * width, until // width * width, width)


def _auto_width(seconds: int) -> int:
    if seconds < DAY:
        return max(seconds // AUTO_POINTS, 1)
    for hours in AUTO_HOURS:
        points = AUTO_POINTS_OF_HALF_DAYS if hours == DAY // HOUR // 2 else AUTO_POINTS
        if seconds < points * hours * HOUR:
            return hours * HOUR
    return max(round(seconds / (AUTO_POINTS * DAY)), 1) * DAY


def series_of(events: Sequence[Row], grid: Grid, ids: Sequence[int]) -> dict[int, Series]:
    """The points ``[second, events]`` of issues, keyed by issue id, counted from *events*."""
    counts: dict[int, Counter[int]] = {issue: Counter() for issue in ids}
    for event in events:
        at = event["occurred_ms"] // 1000 // grid.width * grid.width
        if event["issue_id"] in counts:
            counts[event["issue_id"]][at] += 1
    seconds = range(grid.first, grid.last + 1, grid.width)
    return {issue: [[at, found[at]] for at in seconds] for issue, found in counts.items()}
