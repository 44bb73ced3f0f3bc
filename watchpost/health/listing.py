"""
The project's unresolved issues that were active in a period.

Does not: read events, or judge which issue matters; the digest does. Source: sentry-api.md 11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.canary.event import LOGGER
from watchpost.errors import NotFound, UnexpectedResponse
from watchpost.health.model import ASK_ONCE, RecentErrors, no_such_project
from watchpost.health.proving import prove_project
from watchpost.health.questions import period_of, raise_if_no_environment, raise_if_no_limit
from watchpost.health.summaries import summarise
from watchpost.sentry.issues import list_issues

if TYPE_CHECKING:
    from watchpost.health.model import HealthProject
    from watchpost.sentry import SentryClient
    from watchpost.sentry.issues import IssuePage, IssueProject

UNRESOLVED = f"is:unresolved !logger:{LOGGER}"
"""Canaries of `watchpost verify` are no errors."""


def recent_errors(
    client: SentryClient,
    project: HealthProject,
    since: str = "24h",
    limit: int = 10,
    environment: str | None = None,
) -> RecentErrors:
    """
    The unresolved issues with an event in the period, the latest first; two requests.

    Args:
        client: The server.
        project: Whose.
        since: Length of the period: `30m`, `6h`, `14d` or `2w`, at most 90 days.
        limit: 1 to 100 issues.
        environment: Only what happened in it.

    Raises:
        SettingsError: The period, the limit or the environment cannot be asked for; nothing was
            sent.
        NotFound: There is no such project, or no such environment in the organization.
        ApiError: Sentry did not answer, or refused the token.
    """
    period_of(since)
    raise_if_no_limit(limit)
    raise_if_no_environment(environment)
    head = prove_project(client, project)
    page = list_unresolved(client, project, head, since, limit, environment, sort="date")
    return RecentErrors(project, since, tuple(map(summarise, page.issues)), page.is_last)


def list_unresolved(
    client: SentryClient,
    project: HealthProject,
    head: IssueProject,
    since: str,
    limit: int,
    environment: str | None,
    *,
    sort: str,
) -> IssuePage:
    """
    One page of the project's unresolved issues; every one of them is the project's.

    Raises:
        NotFound: No such environment; or no such project, where none was named.
        UnexpectedResponse: Sentry answered issues of another project.
        ApiError: Sentry did not answer, or refused the token.
    """
    try:
        page = list_issues(
            client,
            project.organization,
            head.id,
            query=UNRESOLVED,
            since=since,
            limit=limit,
            sort=sort,
            environment=environment,
            retry=ASK_ONCE,
        )
    except NotFound:
        raise (no_such_project() if environment is None else _no_such_environment()) from None
    if any(issue.project_id != head.id for issue in page.issues):
        raise UnexpectedResponse("issues", "Sentry answered issues of another project")
    return page


def _no_such_environment() -> NotFound:
    return NotFound(
        "environment",
        "the organization has no environment of that name",
        fix="name one that events were sent from, or none",
        status=404,
    )
