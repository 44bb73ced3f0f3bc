"""
One issue of the project with the event that tells most of it.

Of a stack the app's own frames are told, of a long chain the cause and what surfaced last. What is
left out is counted. An event that is gone or cannot be read leaves the issue's figures and a note.

Does not: tell headers, cookies, bodies, queries, local variables, or who the users are; cut or
clean a text. Source: issue 6, part 2; sentry-api.md 11.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.errors import NotFound, UnexpectedResponse
from watchpost.health.model import (
    ASK_ONCE,
    Breadcrumb,
    ErrorDetail,
    Frame,
    Thrown,
    Untrusted,
)
from watchpost.health.proving import prove_issue
from watchpost.health.summaries import summarise
from watchpost.sentry.issues import get_issue_event

if TYPE_CHECKING:
    from watchpost.health.model import HealthProject
    from watchpost.sentry import SentryClient
    from watchpost.sentry.issues import Issue
    from watchpost.sentry.payloads import Event, EventBreadcrumb, EventException, EventFrame

MOST_EXCEPTIONS = 5
MOST_FRAMES = 12
MOST_BREADCRUMBS = 20
MOST_CONTEXT_LINES = 11


def error_detail(client: SentryClient, project: HealthProject, issue: str) -> ErrorDetail:
    """
    One issue with its recommended event; two requests, or one where there is no such issue.

    Args:
        client: The server.
        project: Whose.
        issue: Its number or short id.

    Raises:
        NotFound: `no_such_issue`: none, or one of another project.
        ApiError: Sentry did not answer, or refused the token.
    """
    found = prove_issue(client, project, issue)
    event, note = _event_of(client, project, found)
    return make_detail(project, found, event, note)


def make_detail(
    project: HealthProject, issue: Issue, event: Event | None, note: str = ""
) -> ErrorDetail:
    """What is told of *issue* with *event*, or why there is none; pure."""
    exceptions = _ends_of(event.exceptions) if event else ()
    breadcrumbs = event.breadcrumbs if event else ()
    return ErrorDetail(
        project=project,
        summary=summarise(issue),
        event_id=event.id if event else "",
        event_at=event.at if event else None,
        exceptions=tuple(map(_thrown, exceptions)),
        exceptions_left_out=len(event.exceptions) - len(exceptions) if event else 0,
        breadcrumbs=tuple(map(_breadcrumb, breadcrumbs[-MOST_BREADCRUMBS:])),
        breadcrumbs_left_out=max(0, len(breadcrumbs) - MOST_BREADCRUMBS),
        request=Untrusted(f"{event.method} {event.url}".strip() if event else ""),
        message=Untrusted(_message_of(event) if event else ""),
        release=Untrusted(event.release if event else ""),
        environment=Untrusted(event.environment if event else ""),
        first_release=Untrusted(issue.first_release),
        last_release=Untrusted(issue.last_release),
        users=issue.lifetime.user_count,
        note=note,
    )


def _event_of(
    client: SentryClient, project: HealthProject, issue: Issue
) -> tuple[Event | None, str]:
    """The issue's recommended event, or why it cannot be told."""
    try:
        event = get_issue_event(
            client, project.organization, issue.id, "recommended", retry=ASK_ONCE
        )
    except NotFound:
        return None, "Sentry keeps no event of this issue any more"
    except UnexpectedResponse:
        return None, "its event cannot be read"
    if event.issue_id not in {"", issue.id}:
        return None, "Sentry answered an event of another issue"
    return event, ""


def _ends_of(chain: tuple[EventException, ...]) -> tuple[EventException, ...]:
    """The cause and what surfaced last, of a chain that is too long."""
    if len(chain) <= MOST_EXCEPTIONS:
        return chain
    return (chain[0], *chain[1 - MOST_EXCEPTIONS :])


def _thrown(exception: EventException) -> Thrown:
    own = tuple(frame for frame in exception.frames if frame.is_in_app) or exception.frames
    shown = own[-MOST_FRAMES:]
    return Thrown(
        kind=Untrusted(exception.kind),
        value=Untrusted(exception.value),
        frames=tuple(map(_frame, shown)),
        left_out=len(exception.frames) - len(shown),
        is_handled=exception.is_handled,
    )


def _frame(frame: EventFrame) -> Frame:
    return Frame(
        filename=Untrusted(frame.filename),
        function=Untrusted(frame.function),
        line=frame.line,
        in_app=frame.is_in_app,
        context=tuple((number, Untrusted(text)) for number, text in _around(frame)),
    )


def _around(frame: EventFrame) -> tuple[tuple[int, str], ...]:
    """The source lines nearest to the frame's own."""
    middle = frame.line or 0
    nearest = sorted(frame.context, key=lambda each: abs(each[0] - middle))
    return tuple(sorted(nearest[:MOST_CONTEXT_LINES], key=lambda each: each[0]))


def _breadcrumb(crumb: EventBreadcrumb) -> Breadcrumb:
    return Breadcrumb(
        at=Untrusted(crumb.at),
        category=Untrusted(crumb.category),
        level=Untrusted(crumb.level),
        message=Untrusted(crumb.message),
    )


def _message_of(event: Event) -> str:
    """The log message of an event that has no exception."""
    return "" if any(each.kind for each in event.exceptions) else event.message or event.title
