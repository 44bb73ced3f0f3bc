"""
Health as text, for terminals and for agents: figures outside, texts of events inside a fence.

Every text has a stated length, and an answer as well: issues that do not fit are left out whole,
the last ones first, and counted.

Does not: ask, decide, or show a text of an event outside the fence. One issue in detail is told by
`detail_text`. Source: ADR 0015.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from watchpost.health import lengths
from watchpost.health.fence import Fence, clean
from watchpost.health.lengths import MOST_CHARACTERS
from watchpost.health.model import Trend

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from watchpost.health.model import (
        Digest,
        DigestLine,
        ErrorSummary,
        HealthProject,
        RecentErrors,
        Resolution,
    )


def render_recent(recent: RecentErrors, most: int = MOST_CHARACTERS, boundary: str = "") -> str:
    """
    The issues of a period with one fence, or none where there is no issue.

    Args:
        recent: What to tell.
        most: Characters of the whole text; fewer than 1,000 count as 1,000.
        boundary: Of the fence; empty draws one.
    """

    def render(count: int) -> str:
        return _recent(recent, recent.errors[:count], fence_of(recent.project, boundary))

    return _fitting(render, len(recent.errors), most)


def render_digest_answer(digest: Digest, most: int = MOST_CHARACTERS, boundary: str = "") -> str:
    """The digest with one fence, or none; the arguments are those of `render_recent`."""

    def render(count: int) -> str:
        shown = digest.lines[:count]
        figures = [*digest_figures(digest, count), *_left_out(len(digest.lines) - count)]
        texts = digest_texts(digest, count) if shown else []
        return _with_fence(figures, texts, fence_of(digest.project, boundary))

    return _fitting(render, len(digest.lines), most)


def render_digest(digest: Digest) -> list[str]:
    """All lines of the digest without a fence, for comparing: the figures, then the texts."""
    return [*digest_figures(digest), *digest_texts(digest)]


def digest_figures(digest: Digest, most: int | None = None) -> list[str]:
    """
    What stands outside a fence: a head, then one line for each of the first *most* issues.

    All of it is the server's own: short ids, counts, times.
    """
    counts = ", ".join(
        f"{sum(each.trend is trend for each in digest.lines)} {trend}"
        for trend in (Trend.NEW, Trend.REGRESSED, Trend.GROWING)
    )
    head = f"{digest.project.entry_id}, last {digest.since}: {counts}"
    if digest.minimum_count > 1:
        head += f" (issues with at least {digest.minimum_count} events)"
    released = digest.release.released_at if digest.release else None
    more = [] if digest.is_complete else ["Sentry has more issues than one page; these lead."]
    return [
        head,
        *([f"latest release: {moment(released)}"] if released else []),
        *map(_digest_line, digest.lines[:most]),
        *more,
    ]


def digest_texts(digest: Digest, most: int | None = None) -> list[str]:
    """
    What stands inside a fence: the release's name, then one line for each of the first *most*
    issues, led by its short id.
    """
    version = clean(digest.release.version, lengths.RELEASE) if digest.release else ""
    release = [f"latest release: {version}"] if version else []
    return [*release, *(title_of(each.error) for each in digest.lines[:most])]


def render_resolution(resolution: Resolution) -> str:
    """What was done to an issue, on one line; nothing of an event is in it."""
    short_id = clean(resolution.short_id, lengths.SHORT_ID)
    if not resolution.was_changed:
        return f"{short_id} is {resolution.status} already; nothing was written."
    return f"{short_id} is {resolution.status} now; it was {resolution.status_before}."


def fence_of(project: HealthProject, boundary: str = "") -> Fence:
    """A fence around texts of *project*'s events; an empty *boundary* draws one."""
    provenance = f"error events of project {project.entry_id}"
    return Fence(provenance, boundary) if boundary else Fence(provenance)


def title_of(error: ErrorSummary) -> str:
    """One line for inside a fence: short id, title and culprit."""
    culprit = clean(error.culprit, lengths.CULPRIT)
    where = f" in {culprit}" if culprit else ""
    return f"{_short_id(error)}: {clean(error.title, lengths.TITLE) or 'no title'}{where}"


def moment(at: datetime) -> str:
    """*at* to the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def plural(count: int, word: str) -> str:
    """`1 event`, `2 events`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _fitting(render: Callable[[int], str], count: int, most: int) -> str:
    """What *render* makes of as many issues as fit into *most* characters."""
    room = max(most, lengths.FEWEST_CHARACTERS)
    while len(text := render(count)) > room and count:
        count -= 1
    return text


def _recent(recent: RecentErrors, shown: Sequence[ErrorSummary], fence: Fence) -> str:
    name, since = recent.project.entry_id, recent.since
    if not recent.errors:
        return f"{name}: no unresolved issue had an event in the last {since}.\n"
    known = plural(len(recent.errors), "unresolved issue")
    more = "" if recent.is_complete else ", and there are more"
    figures = [
        f"{name}: {known} with events in the last {since}{more}; the latest first",
        *(line for error in shown for line in _figures(error, since)),
        *_left_out(len(recent.errors) - len(shown)),
    ]
    return _with_fence(figures, [title_of(error) for error in shown], fence)


def _with_fence(figures: Sequence[str], texts: Sequence[str], fence: Fence) -> str:
    return "\n".join([*figures, *([fence.around(texts)] if texts else [])]) + "\n"


def _left_out(count: int) -> list[str]:
    return [f"{plural(count, 'more issue')} left out, to keep this short"] if count else []


def _figures(error: ErrorSummary, since: str) -> list[str]:
    states = ", ".join(filter(None, (error.level, error.substatus)))
    counts = f"{plural(error.count, 'event')} in the last {since}, {error.total} in all"
    users = plural(error.users, "user")
    seen = f"first seen {moment(error.first_seen)}, last {moment(error.last_seen)}"
    link = clean(error.link, lengths.LINK)
    line = f"{_short_id(error)}: {states}; {counts}; {users}; {seen}"
    return [line, *([f"  {link}"] if link else [])]


def _digest_line(line: DigestLine) -> str:
    error = line.error
    since = {True: "; since the latest release", False: "; before the latest release", None: ""}
    counts = f"{plural(error.count, 'event')}, {plural(error.users, 'user')}"
    seen = f"first seen {moment(error.first_seen)}"
    return f"{_short_id(error)}: {line.trend}; {counts}; {seen}{since[line.is_since_release]}"


def _short_id(error: ErrorSummary) -> str:
    return clean(error.short_id, lengths.SHORT_ID)
