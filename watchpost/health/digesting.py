"""
The digest: what a project's issues did in a period.

| trend         | which issues                                                             |
|---------------|--------------------------------------------------------------------------|
| regressed     | Sentry says so: an event came after the issue was resolved               |
| new           | first seen in the period                                                 |
| still growing | the others, among them those that Sentry calls escalating                |

An issue has one trend, the first of the table that fits, and at least the asked number of events
in the period.

Does not: read a text to decide anything. The same figures give the same digest.

Source: issue 6, parts 2 and 4; sentry-api.md 11.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from watchpost.canary.event import RELEASE
from watchpost.errors import SettingsError
from watchpost.health.listing import list_unresolved
from watchpost.health.model import Digest, DigestLine, ReleaseMark, Trend, Untrusted
from watchpost.health.proving import prove_project
from watchpost.health.questions import MOST_ISSUES, period_of, raise_if_no_environment
from watchpost.health.summaries import summarise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchpost.health.model import ErrorSummary, HealthProject
    from watchpost.sentry import SentryClient
    from watchpost.sentry.issues import IssuePage, IssueProject

_ORDER = {Trend.NEW: 0, Trend.REGRESSED: 1, Trend.GROWING: 2}


def digest(
    client: SentryClient,
    project: HealthProject,
    since: str = "6h",
    minimum_count: int = 2,
    environment: str | None = None,
) -> Digest:
    """
    What the project's unresolved issues did in the period; two requests.

    Args:
        client: The server.
        project: Whose.
        since: Length of the period: `30m`, `6h`, `14d` or `2w`, at most 90 days.
        minimum_count: Issues with fewer events in it are left out; 1 leaves none out.
        environment: Only what happened in it.

    Raises:
        SettingsError: The period, the count or the environment cannot be asked for; nothing was
            sent.
        NotFound: There is no such project, or no such environment in the organization.
        ApiError: Sentry did not answer, or refused the token.
    """
    period = period_of(since)
    if minimum_count < 1:
        raise SettingsError("minimum count", "an issue has one event at least", fix="say 1 or more")
    raise_if_no_environment(environment)
    head = prove_project(client, project)
    page = list_unresolved(client, project, head, since, MOST_ISSUES, environment, sort="freq")
    begin = (page.answered_at or datetime.now(UTC)) - period
    release = release_of(head)
    return Digest(
        project=project,
        since=since,
        minimum_count=minimum_count,
        release=release,
        lines=compute_lines(map(summarise, page.issues), release, minimum_count, begin),
        is_complete=_is_complete(page, minimum_count),
    )


def compute_lines(
    errors: Iterable[ErrorSummary],
    release: ReleaseMark | None,
    minimum_count: int,
    begin: datetime,
) -> tuple[DigestLine, ...]:
    """
    Judge *errors* against the period since *begin* and against *release*; pure.

    Order: new, regressed, still growing; in each the most events first, then by short id.
    """
    lines = (
        DigestLine(_trend(error, begin), error, _is_since(error, release))
        for error in errors
        if error.count >= minimum_count
    )
    return tuple(
        sorted(lines, key=lambda each: (_ORDER[each.trend], -each.error.count, each.error.short_id))
    )


def release_of(head: IssueProject) -> ReleaseMark | None:
    """The project's latest release; None without one, or where a canary made it."""
    if head.release in ("", RELEASE):
        return None
    return ReleaseMark(Untrusted(head.release), head.released_at)


def _trend(error: ErrorSummary, begin: datetime) -> Trend:
    if error.substatus == "regressed":
        return Trend.REGRESSED
    return Trend.NEW if error.first_seen >= begin else Trend.GROWING


def _is_since(error: ErrorSummary, release: ReleaseMark | None) -> bool | None:
    if release is None or release.released_at is None:
        return None
    return error.first_seen >= release.released_at


def _is_complete(page: IssuePage, minimum_count: int) -> bool:
    """Whether no further page can hold an issue with that many events; the most come first."""
    fewest = page.issues[-1].counted.count if page.issues else 0
    return page.is_last or fewest < minimum_count
