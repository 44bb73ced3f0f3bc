"""
The proof that what is told, or changed, is of the project that is asked about.

Sentry's issue endpoints answer for every project that the token sees. So an issue counts only if
Sentry's answer names exactly our project's slug; whatever else is answered is one denial.

Does not: tell apart what is missing and what is somebody else's. Source: ADR 0016.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.errors import Forbidden, Moved, NotFound
from watchpost.health.model import ASK_ONCE, no_such_issue, no_such_project
from watchpost.health.questions import IMPOSSIBLE_ISSUE, askable_issue
from watchpost.sentry.issues import get_issue, get_issue_project

if TYPE_CHECKING:
    from watchpost.health.model import HealthProject
    from watchpost.sentry import SentryClient
    from watchpost.sentry.issues import Issue, IssueProject


def prove_project(client: SentryClient, project: HealthProject) -> IssueProject:
    """
    The project's number and latest release, by one request.

    Raises:
        NotFound: `no_such_project`: none of that slug, or not for this token.
        Forbidden: The token lacks a scope, whatever it asks for.
    """
    try:
        found = get_issue_project(client, project.organization, project.slug, retry=ASK_ONCE)
    except (NotFound, Moved, Forbidden) as error:
        raise_if_scope_is_missing(error)
        raise no_such_project() from None
    if found.slug != project.slug:
        raise no_such_project()
    return found


def prove_issue(client: SentryClient, project: HealthProject, issue: str) -> Issue:
    """
    The issue of that number or short id, by one request, whatever *issue* is.

    Raises:
        NotFound: `no_such_issue`: none, or one of another project.
        Forbidden: The token lacks a scope, whatever it asks for.
    """
    asked = askable_issue(issue)
    try:
        found = get_issue(client, project.organization, project.slug, asked, retry=ASK_ONCE)
    except (NotFound, Moved, Forbidden) as error:
        raise_if_scope_is_missing(error)
        raise no_such_issue() from None
    if asked == IMPOSSIBLE_ISSUE:
        raise no_such_issue()
    return found


def raise_if_scope_is_missing(error: NotFound | Moved | Forbidden) -> None:
    """
    Raise *error* again where Sentry refuses the token before it looks for anything.

    It then names the scopes that would do, for every id alike, so that nothing can be told from it.
    """
    if isinstance(error, Forbidden) and error.detail:
        raise error
