"""
Sentry's issues: listed, read, and changed.

Titles, culprits and release names are what an event's sender chose. They are kept as they came,
whatever their length; whoever shows them fences them.

Ids and figures are the server's own and may be shown as they stand. So they must have the form that
Sentry gives them: one that has another makes the answer none.

Does not: judge, cut or show a text, follow a list to its second page, or change an issue without
naming the project that it must be of. What an event says is parsed in `payloads`.

Source: sentry-api.md 11 and 11.1.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from watchpost.errors import NotFound, UnexpectedResponse
from watchpost.sentry.paging import next_cursor
from watchpost.sentry.payloads import (
    Event,
    as_mapping,
    as_text,
    in_utc,
    moment_or_none,
    parse_moment,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from watchpost.sentry.client import SentryClient
    from watchpost.transport import Answer, Params, RetryPolicy

Item = TypeVar("Item")
_NO_CONTENT = 204
_NUMBER = re.compile(r"[0-9]{1,19}")
# What slugs may have between letters and digits; longer than any.
_SHORT_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_MOST_COUNTED = 2**63 - 1


@dataclass(frozen=True)
class Tally:
    """
    What was counted of an issue, in a period or in all time.

    Attributes:
        count: Events.
        user_count: Users affected.
    """

    count: int
    user_count: int

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Tally:
        """Parse it. Raises KeyError, TypeError or ValueError where it is none."""
        return cls(_counted(data["count"]), _counted(data["userCount"]))


@dataclass(frozen=True)
class Issue:
    """
    One issue, as lists and details answer it.

    Attributes:
        id: Sentry's number of it, as digits.
        short_id: As people say it: `SHOP-1A`; the number where a server has none.
        project_id: Number of its project, as digits.
        project_slug: Slug of its project.
        title: Chosen by the sender, as the next one.
        culprit: Where it happened.
        level: `error`, `warning`, ..., or what a sender made of it.
        status: `unresolved`, `resolved`, `ignored`, ...
        substatus: `new`, `ongoing`, `escalating`, `regressed`, ...; empty where there is none.
        status_details: How it was resolved: `inNextRelease`, `inRelease`, ...
        counted: In the period that was asked for, else of all time.
        lifetime: Of all time.
        first_seen: When its first event happened.
        last_seen: When the last one did; the first, where no event is kept any more.
        link: Its page; empty where the server names none.
        first_release: Version; empty where there is none or a list does not say. Chosen by the
            sender, as the next one.
        last_release: Likewise.
    """

    id: str
    short_id: str
    project_id: str
    project_slug: str
    title: str
    culprit: str
    level: str
    status: str
    substatus: str
    status_details: Mapping[str, Any]
    counted: Tally
    lifetime: Tally
    first_seen: datetime
    last_seen: datetime
    link: str
    first_release: str
    last_release: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Issue:
        """Parse it. Raises KeyError, TypeError or ValueError where one of Sentry's own is none."""
        project = data["project"]
        counted = Tally.from_json(data)
        lifetime = as_mapping(data.get("lifetime"))
        first = (lifetime.get("firstSeen"), data["firstSeen"])
        last = (lifetime.get("lastSeen"), data["lastSeen"])
        return cls(
            id=_digits(data["id"]),
            short_id=_short_id(data["shortId"] or data["id"]),
            project_id=_digits(project["id"]),
            project_slug=as_text(project["slug"]),
            title=as_text(data.get("title")),
            culprit=as_text(data.get("culprit")),
            level=as_text(data.get("level")),
            status=as_text(data["status"]),
            substatus=as_text(data.get("substatus")),
            status_details=as_mapping(data.get("statusDetails")),
            counted=counted,
            lifetime=Tally.from_json(lifetime) if lifetime else counted,
            first_seen=_moment_of(*first),
            last_seen=_moment_of(*last, *first),
            link=as_text(data.get("permalink")),
            first_release=as_text(as_mapping(data.get("firstRelease")).get("version")),
            last_release=as_text(as_mapping(data.get("lastRelease")).get("version")),
        )


@dataclass(frozen=True)
class IssuePage:
    """
    The first page of a list of issues.

    Attributes:
        issues: In the order that was asked for.
        is_last: Whether there are no more.
        answered_at: By the server's clock; None where it does not tell.
    """

    issues: tuple[Issue, ...]
    is_last: bool
    answered_at: datetime | None


@dataclass(frozen=True)
class IssueProject:
    """
    A project as far as its issues need it.

    Attributes:
        id: Digits.
        slug: Its slug.
        release: Version of its latest release, chosen by whoever made it; empty without one.
        released_at: When that came out, or else was made; None where Sentry does not say.
    """

    id: str
    slug: str
    release: str
    released_at: datetime | None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> IssueProject:
        """Parse it. Raises KeyError or ValueError where it is none."""
        release = as_mapping(data.get("latestRelease"))
        moments = (release.get("dateReleased"), release.get("dateCreated"))
        return cls(
            id=_digits(data["id"]),
            slug=as_text(data["slug"]),
            release=as_text(release.get("version")),
            released_at=next(filter(None, map(moment_or_none, moments)), None),
        )


def get_issue_project(
    client: SentryClient, organization: str, project: str, *, retry: RetryPolicy
) -> IssueProject:
    """
    One project with its latest release, by slug.

    Raises:
        NotFound: There is none that the token sees.
        Moved: The slug is a former one of another project.
    """
    path = _path("projects", organization, project)
    answer = client.transport.request("GET", path, retry=retry)
    return _parsed(answer, answer.as_object(), IssueProject.from_json)


def list_issues(  # noqa: PLR0913  # each is a part of the question
    client: SentryClient,
    organization: str,
    project_id: str,
    *,
    query: str,
    since: str,
    limit: int,
    sort: str,
    environment: str | None = None,
    retry: RetryPolicy,
) -> IssuePage:
    """
    One page of a project's issues.

    Args:
        client: The server.
        organization: Its slug.
        project_id: Digits.
        query: `is:unresolved`; empty is all.
        since: Length of the period, `6h`: only issues with an event in it, counted in it.
        limit: 1 to 100.
        sort: `date`, `new`, `freq`, `user` or `trends`.
        environment: Only what happened in it.
        retry: How patient.

    Raises:
        Invalid: The query or the period is none.
        NotFound: The organization has no such environment.
    """
    params: Params = {
        "project": project_id,
        "query": query,
        "statsPeriod": since,
        "limit": limit,
        "sort": sort,
        # No series. "collapse": "stats" would take the figures away with them.
        "groupStatsPeriod": "",
    }
    if environment:
        params["environment"] = environment
    path = _path("organizations", organization, "issues")
    answer = client.transport.request("GET", path, params=params, retry=retry)
    return IssuePage(
        issues=tuple(_parsed(answer, each, Issue.from_json) for each in answer.as_list()),
        is_last=next_cursor(answer.headers.get("link", "")) is None,
        answered_at=_date_of(answer),
    )


def get_issue(
    client: SentryClient, organization: str, project: str, issue: str, *, retry: RetryPolicy
) -> Issue:
    """
    One issue of *project*, by its number or short id.

    Sentry answers one of any project that the token sees; of another's nothing but its slug is
    read.

    Raises:
        NotFound: There is none, or it is another project's.
    """
    path = _path("organizations", organization, "issues", issue)
    answer = client.transport.request("GET", path, retry=retry)
    data = answer.as_object()
    owner = as_mapping(data.get("project"))
    if "slug" in owner and owner["slug"] != project:
        raise NotFound(answer.request, "the issue is another project's", status=answer.status)
    return _parsed(answer, data, Issue.from_json)


def get_issue_event(
    client: SentryClient, organization: str, issue_id: str, which: str, *, retry: RetryPolicy
) -> Event:
    """
    One event of an issue.

    Args:
        client: The server.
        organization: Its slug.
        issue_id: Digits.
        which: `latest`, `oldest`, `recommended`, or an event's id.
        retry: How patient.

    Raises:
        NotFound: The issue has no such event, or none is kept any more.
        UnexpectedResponse: The answer is no JSON that can be read; an event can cause that.
    """
    path = _path("organizations", organization, "issues", issue_id, "events", which)
    answer = client.transport.request("GET", path, retry=retry)
    return _parsed(answer, answer.as_object(), Event.from_json)


def update_issue(
    client: SentryClient,
    organization: str,
    issue: Issue,
    changes: Mapping[str, object],
    *,
    retry: RetryPolicy,
) -> Mapping[str, Any] | None:
    """
    Change one issue if it is still of the project that it was read from; answers what changed, or
    None where nothing matched.

    Args:
        client: The server.
        organization: Its slug.
        issue: As it was read.
        changes: Named as Sentry names them: `status`, `statusDetails`.
        retry: How patient.

    Raises:
        UnclearWrite: It may or may not have been applied.
        Invalid: No release is there to resolve in.
    """
    # Servers of the winter of 2024 took every issue that the query found where no id matched
    # (getsentry/sentry#84456); the query names the one issue again.
    query = f"issue:{issue.short_id}"
    params: Params = {"id": issue.id, "project": issue.project_id, "query": query}
    path = _path("organizations", organization, "issues")
    answer = client.transport.request("PUT", path, params=params, json=dict(changes), retry=retry)
    return None if answer.status == _NO_CONTENT else answer.as_object()


def _parsed(
    answer: Answer, data: Mapping[str, Any], parse: Callable[[Mapping[str, Any]], Item]
) -> Item:
    try:
        return parse(data)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnexpectedResponse(
            answer.request,
            "Sentry answered an object that lacks what every such object has",
            detail=f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else "",
            status=answer.status,
        ) from None


def _digits(value: object) -> str:
    text = as_text(value)
    if not _NUMBER.fullmatch(text):
        raise ValueError("not digits")
    return text


def _short_id(value: object) -> str:
    text = as_text(value)
    if not _SHORT_ID.fullmatch(text):
        raise ValueError("no short id")
    return text


def _counted(value: Any) -> int:
    number = int(value)
    if not 0 <= number <= _MOST_COUNTED:
        raise ValueError("nothing that can be counted")
    return number


def _moment_of(*told: object) -> datetime:
    """The first of *told* that is not null; one of another form is an error."""
    for each in told:
        if each is not None:
            return parse_moment(as_text(each))
    raise ValueError("never seen")


def _date_of(answer: Answer) -> datetime | None:
    with contextlib.suppress(ValueError, OverflowError):
        return in_utc(parsedate_to_datetime(answer.headers.get("date", "")))
    return None


def _path(*segments: str) -> str:
    return "/".join(["/api/0", *(quote(segment, safe="") for segment in segments), ""])
