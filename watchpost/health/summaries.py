"""
An issue as Sentry answers it, as lists of health tell it.

Words that a sender can choose where Sentry has a short list of its own become `unknown`.

Does not: ask. Source: sentry-api.md 11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.health.model import ErrorSummary, Untrusted

if TYPE_CHECKING:
    from watchpost.sentry.issues import Issue

UNKNOWN = "unknown"
_LEVELS = frozenset({"fatal", "error", "warning", "info", "debug", "sample"})
_STATUSES = frozenset({"unresolved", "resolved", "ignored"})
_SUBSTATUSES = frozenset(
    {
        "new",
        "ongoing",
        "escalating",
        "regressed",
        "archived_forever",
        "archived_until_condition_met",
        "archived_until_escalating",
    }
)


def summarise(issue: Issue) -> ErrorSummary:
    """What lists tell of *issue*."""
    return ErrorSummary(
        issue_id=issue.id,
        short_id=issue.short_id,
        title=Untrusted(issue.title),
        culprit=Untrusted(issue.culprit),
        level=issue.level if issue.level in _LEVELS else UNKNOWN,
        status=issue.status if issue.status in _STATUSES else UNKNOWN,
        substatus=issue.substatus if issue.substatus in _SUBSTATUSES else "",
        count=issue.counted.count,
        total=issue.lifetime.count,
        users=issue.counted.user_count,
        first_seen=issue.first_seen,
        last_seen=issue.last_seen,
        link=issue.link,
    )
