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
    from collections.abc import Sequence
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
    name, since = recent.project.entry_id, recent.since
    if not recent.errors:
        return f"{name}: no unresolved issue had an event in the last {since}.\n"
    known = plural(len(recent.errors), "unresolved issue")
    more = "" if recent.is_complete else ", and there are more"
    return _fitting(
        [f"{name}: {known} with events in the last {since}{more}; the latest first"],
        [_figures(error, since) for error in recent.errors],
        [title_of(error) for error in recent.errors],
        fence_of(recent.project, boundary),
        most,
    )


def render_digest_answer(digest: Digest, most: int = MOST_CHARACTERS, boundary: str = "") -> str:
    """The digest with one fence, or none; the arguments are those of `render_recent`."""
    return _fitting(
        _digest_head(digest),
        [_digest_line(line) for line in digest.lines],
        [title_of(line.error) for line in digest.lines],
        fence_of(digest.project, boundary),
        most,
        _release_name(digest),
    )


def render_digest(digest: Digest) -> list[str]:
    """All lines of the digest without a fence, for comparing: the figures, then the texts."""
    return [*digest_figures(digest), *digest_texts(digest)]


def digest_figures(digest: Digest) -> list[str]:
    """
    What stands outside a fence: a head, then one line per issue.

    All of it is the server's own: short ids, counts, times.
    """
    return [*_digest_head(digest), *map(_digest_line, digest.lines)]


def digest_texts(digest: Digest) -> list[str]:
    """What stands inside a fence: the release's name, then one line per issue, led by its id."""
    return [*_release_name(digest), *(title_of(each.error) for each in digest.lines)]


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


def _fitting(
    head: list[str],
    figures: list[str],
    texts: list[str],
    fence: Fence,
    most: int,
    first: Sequence[str] = (),
) -> str:
    """*head*, then as many issues, by *figures* and *texts*, as fit into *most* characters."""
    room = max(most, lengths.FEWEST_CHARACTERS)

    def told(count: int) -> str:
        around = [fence.around([*first, *texts[:count]])] if count else []
        lines = [*head, *figures[:count], *_left_out(len(figures) - count), *around]
        return "\n".join(lines) + "\n"

    counts = range(len(figures), 0, -1)
    return next((text for text in map(told, counts) if len(text) <= room), told(0))


def _digest_head(digest: Digest) -> list[str]:
    counts = ", ".join(
        f"{sum(each.trend is trend for each in digest.lines)} {trend}"
        for trend in (Trend.NEW, Trend.REGRESSED, Trend.GROWING)
    )
    head = f"{digest.project.entry_id}, last {digest.since}: {counts}"
    if digest.minimum_count > 1:
        head += f" (issues with at least {digest.minimum_count} events)"
    released = digest.release.released_at if digest.release else None
    more = [] if digest.is_complete else ["Sentry has more issues than one page; these lead."]
    return [head, *([f"latest release: {moment(released)}"] if released else []), *more]


def _release_name(digest: Digest) -> list[str]:
    version = clean(digest.release.version, lengths.RELEASE) if digest.release else ""
    return [f"latest release: {version}"] if version else []


def _left_out(count: int) -> list[str]:
    return [f"{plural(count, 'more issue')} left out, to keep this short"] if count else []


def _figures(error: ErrorSummary, since: str) -> str:
    states = ", ".join(filter(None, (error.level, error.substatus)))
    counts = f"{plural(error.count, 'event')} in the last {since}, {error.total} in all"
    users = plural(error.users, "user")
    seen = f"first seen {moment(error.first_seen)}, last {moment(error.last_seen)}"
    link = clean(error.link, lengths.LINK)
    line = f"{_short_id(error)}: {states}; {counts}; {users}; {seen}"
    return f"{line}\n  {link}" if link else line


def _digest_line(line: DigestLine) -> str:
    error = line.error
    since = {True: "; since the latest release", False: "; before the latest release", None: ""}
    counts = f"{plural(error.count, 'event')}, {plural(error.users, 'user')}"
    seen = f"first seen {moment(error.first_seen)}"
    return f"{_short_id(error)}: {line.trend}; {counts}; {seen}{since[line.is_since_release]}"


def _short_id(error: ErrorSummary) -> str:
    return clean(error.short_id, lengths.SHORT_ID)
