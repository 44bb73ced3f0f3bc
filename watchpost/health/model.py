"""
What is told about the errors of one project.

Texts that an event's sender chose are `Untrusted`: whoever holds a DSN can write them, so that they
are shown inside a `Fence` alone. Short ids, counts, times, states and links are the server's own.

Does not: ask or render. Source: sentry-api.md 11 and 11.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from watchpost.errors import NotFound
from watchpost.transport import RetryPolicy

if TYPE_CHECKING:
    from datetime import datetime

Untrusted = NewType("Untrusted", str)
"""A text that an event's sender chose."""

ASK_ONCE = RetryPolicy(attempts=1, deadline_seconds=20.0, read_seconds=15.0)
"""Each request once, so that an answer costs two at most; whoever asked may ask again."""


@dataclass(frozen=True)
class HealthProject:
    """
    The one project that is asked about.

    Attributes:
        entry_id: Its entry in the manifest.
        organization: Slug of the organization.
        slug: Slug of its Sentry project.
    """

    entry_id: str
    organization: str
    slug: str


class Trend(StrEnum):
    """What an issue did in the period."""

    NEW = "new"
    REGRESSED = "regressed"
    GROWING = "still growing"


@dataclass(frozen=True)
class ErrorSummary:
    """
    One issue as lists tell it.

    Attributes:
        issue_id: Sentry's number of it.
        short_id: As people say it: `SHOP-1A`.
        title: `KeyError: 'total'`.
        culprit: Where it happened, in the sender's words.
        level: `error`, `warning`, ...; `unknown` for a word that Sentry does not have.
        status: `unresolved`, `resolved` or `ignored`.
        substatus: `new`, `ongoing`, `escalating`, `regressed`, ...; empty where there is none.
        count: Events in the period.
        total: Events of all time.
        users: Users affected in the period.
        first_seen: Of all time.
        last_seen: Likewise.
        link: Its page.
    """

    issue_id: str
    short_id: str
    title: Untrusted
    culprit: Untrusted
    level: str
    status: str
    substatus: str
    count: int
    total: int
    users: int
    first_seen: datetime
    last_seen: datetime
    link: str


@dataclass(frozen=True)
class RecentErrors:
    """
    The unresolved issues that were active in a period, the latest first.

    Attributes:
        since: Its length, `24h`.
        errors: At most as many as were asked for.
        is_complete: Whether there are no more.
    """

    project: HealthProject
    since: str
    errors: tuple[ErrorSummary, ...]
    is_complete: bool


@dataclass(frozen=True)
class Frame:
    """One frame of a stack, with the source lines around it by their numbers."""

    filename: Untrusted
    function: Untrusted
    line: int | None
    in_app: bool
    context: tuple[tuple[int, Untrusted], ...] = ()


@dataclass(frozen=True)
class Thrown:
    """
    One exception of a chain.

    Attributes:
        frames: Those of the app, or all where none is the app's; the crash is the last.
        left_out: How many frames are not shown.
        is_handled: Whether the app caught it; None where that is not known.
    """

    kind: Untrusted
    value: Untrusted
    frames: tuple[Frame, ...]
    left_out: int
    is_handled: bool | None


@dataclass(frozen=True)
class Breadcrumb:
    """One thing that happened before; `at` as the sender wrote it."""

    at: Untrusted
    category: Untrusted
    level: Untrusted
    message: Untrusted


@dataclass(frozen=True)
class ErrorDetail:
    """
    One issue with the event that tells most of it.

    Attributes:
        summary: The issue; its counts are those of all time.
        event_id: 32 hexadecimal digits; empty without an event.
        event_at: When it happened.
        exceptions: The cause first, what surfaced last.
        exceptions_left_out: How many between those are not told.
        breadcrumbs: The last ones, oldest first.
        breadcrumbs_left_out: How many before those are not told.
        request: Method and URL without its query, headers, cookies or body; empty without one.
        message: Of an event without an exception; else empty.
        release: Of the event; empty without one.
        environment: Likewise.
        first_release: Of the issue; empty where not known.
        last_release: Likewise.
        users: Users affected, of all time.
        note: Why nothing of an event is told; empty where something is.
    """

    project: HealthProject
    summary: ErrorSummary
    event_id: str
    event_at: datetime | None
    exceptions: tuple[Thrown, ...]
    exceptions_left_out: int
    breadcrumbs: tuple[Breadcrumb, ...]
    breadcrumbs_left_out: int
    request: Untrusted
    message: Untrusted
    release: Untrusted
    environment: Untrusted
    first_release: Untrusted
    last_release: Untrusted
    users: int
    note: str


@dataclass(frozen=True)
class Resolution:
    """
    What was done to an issue, and what it was before.

    Attributes:
        status: What it is now.
        status_before: What an undo would make of it.
        was_changed: False where it was so already; then nothing was written.
    """

    project: HealthProject
    issue_id: str
    short_id: str
    status: str
    status_before: str
    was_changed: bool


@dataclass(frozen=True)
class ReleaseMark:
    """The project's latest release and when it came out, as far as Sentry knows."""

    version: Untrusted
    released_at: datetime | None


@dataclass(frozen=True)
class DigestLine:
    """One issue of a digest; `is_since_release` is None where no release is known."""

    trend: Trend
    error: ErrorSummary
    is_since_release: bool | None


@dataclass(frozen=True)
class Digest:
    """
    What happened to a project's issues in a period, told from the server's figures alone.

    Attributes:
        since: The period's length, `6h`.
        minimum_count: Issues with fewer events in it are left out.
        release: The latest release; None without one.
        lines: New ones, then regressed ones, then those still growing; most events first.
        is_complete: False where Sentry has more issues than one page.
    """

    project: HealthProject
    since: str
    minimum_count: int
    release: ReleaseMark | None
    lines: tuple[DigestLine, ...]
    is_complete: bool


def no_such_issue() -> NotFound:
    """Make the one error for an issue of another project and for one that does not exist."""
    return NotFound(
        "issue",
        "this project has no such issue",
        fix="list the project's issues and take an id from there",
        status=404,
    )


def no_such_project() -> NotFound:
    """Make the one error for a project that Sentry does not have, or not for this token."""
    return NotFound(
        "project",
        "there is no such project",
        fix="take the project's id from the manifest",
        status=404,
    )
