"""
What may be asked: a period, a number of issues, an environment, and an issue's id.

An id goes into the path of a request, so only what can be one does. Anything else becomes the id
of an issue that cannot exist: the answer, and the request it costs, are those of an unknown issue.

Does not: ask. Source: sentry-api.md 11 (statsPeriod, limit, short ids); ADR 0016.
"""

from __future__ import annotations

import re
from datetime import timedelta

from watchpost.errors import SettingsError

IMPOSSIBLE_ISSUE = "0"
"""A well-formed id that no issue has: Sentry counts from 1."""
MOST_ISSUES = 100
"""The most that Sentry puts on one page."""

_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
_LARGEST_NUMBER = 2**63 - 1
# Project's slug, then the issue's number in base 32. A UUID's last part is longer.
_SHORT_ID = re.compile(r"[A-Za-z0-9_-]+-[A-Za-z0-9]{1,8}")
_LONGEST_SHORT_ID = 80
_PERIOD = re.compile(r"([1-9][0-9]{0,4})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST_PERIOD = timedelta(days=90)


def askable_issue(issue: str) -> str:
    """*issue* if it can be an issue's number or short id, else the id of none."""
    if _NUMBER.fullmatch(issue):
        return issue if int(issue) <= _LARGEST_NUMBER else IMPOSSIBLE_ISSUE
    is_short_id = len(issue) <= _LONGEST_SHORT_ID and _SHORT_ID.fullmatch(issue)
    return issue if is_short_id else IMPOSSIBLE_ISSUE


def period_of(since: str) -> timedelta:
    """
    The period that *since* names: `30m`, `6h`, `14d` or `2w`.

    Raises:
        SettingsError: It names none, or one above 90 days, for which Sentry keeps events.
    """
    found = _PERIOD.fullmatch(since)
    period = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None
    if period is None or period > _LONGEST_PERIOD:
        raise SettingsError(
            "since",
            "this is no period that can be asked for",
            detail="A number and one of m, h, d, w; at most 90 days.",
            fix="write it like 30m, 6h, 14d or 2w",
        )
    return period


def raise_if_no_limit(limit: int) -> None:
    """Refuse a number of issues that Sentry would not answer. Raises SettingsError."""
    if not 1 <= limit <= MOST_ISSUES:
        raise SettingsError(
            "limit",
            "this many issues cannot be asked for",
            fix=f"ask for 1 to {MOST_ISSUES}",
        )


def raise_if_no_environment(name: str | None) -> None:
    """Refuse an empty name, which would ask about all of them. Raises SettingsError."""
    if name is not None and not name.strip():
        raise SettingsError(
            "environment", "no environment is called so", fix="name one, or leave it out"
        )
