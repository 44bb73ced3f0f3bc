"""
What an event of an issue says: its exceptions, breadcrumbs and request.

All of it was written by whoever sent the event. So nothing in it is relied upon: a value of another
type than documented counts as absent, and no payload raises an error. Only the event's id has a
form that Sentry itself sees to.

Does not: keep headers, cookies, bodies, queries, local variables or what is known of a user. Cuts
and cleans nothing; whoever shows a text does.

Source: sentry-api.md 11.1.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Larger ones are no line numbers, and Python refuses to write the largest.
_LARGEST = 2**53
# A sender chooses it, within this form; it stands outside of fences.
_ID = re.compile(r"[0-9a-fA-F]{32}")
_USER_AND_PASSWORD = re.compile(r"^([^/]*//)?[^/]*@")


@dataclass(frozen=True)
class EventFrame:
    """
    One frame of a stack.

    Attributes:
        filename: As the SDK shortens it; else the whole path, else the module.
        function: Its name.
        line: Counted from 1; None where not known.
        is_in_app: Whether it is the app's own code.
        context: Source lines around it by their numbers.
    """

    filename: str
    function: str
    line: int | None
    is_in_app: bool
    context: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class EventException:
    """
    One exception of a chain.

    Attributes:
        kind: Its type.
        value: Its message.
        module: Where the type is from.
        frames: The oldest first; the crash is the last.
        is_handled: Whether the app caught it; None where not known.
    """

    kind: str
    value: str
    module: str
    frames: tuple[EventFrame, ...]
    is_handled: bool | None


@dataclass(frozen=True)
class EventBreadcrumb:
    """One thing that happened before; of an HTTP request `message` is made from its data."""

    at: str
    category: str
    level: str
    message: str


@dataclass(frozen=True)
class Event:
    """
    One event.

    Attributes:
        id: 32 hexadecimal digits; empty where the answer has something else.
        issue_id: Number of its issue; empty where the answer does not say.
        at: When it happened, by the sender's clock; None where that is no time.
        title: Of the event.
        message: Its log message; empty for most exceptions.
        exceptions: The cause first, what surfaced last.
        breadcrumbs: The oldest first.
        method: Of the request in which it happened; empty without one.
        url: Of the request, without user, password, query and fragment.
        release: Version; empty without one.
        environment: Likewise.
    """

    id: str
    issue_id: str
    at: datetime | None
    title: str
    message: str
    exceptions: tuple[EventException, ...]
    breadcrumbs: tuple[EventBreadcrumb, ...]
    method: str
    url: str
    release: str
    environment: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Event:
        """Parse an event. Raises KeyError where it has no id."""
        entries = _entries(data)
        request = entries.get("request", {})
        tags = _tags(data)
        release = data.get("release")
        id_ = as_text(data["eventID"] if "eventID" in data else data["id"])
        return cls(
            id=id_ if _ID.fullmatch(id_) else "",
            issue_id=as_text(data.get("groupID")),
            at=moment_or_none(data.get("dateCreated")),
            title=as_text(data.get("title")),
            message=_message(data, entries),
            exceptions=_exceptions(entries),
            breadcrumbs=tuple(
                map(_breadcrumb, _mappings(entries.get("breadcrumbs", {}).get("values")))
            ),
            method=as_text(request.get("method")),
            url=without_query(as_text(request.get("url"))),
            release=as_text(as_mapping(release).get("version")) or tags.get("release", ""),
            environment=tags.get("environment", ""),
        )


def as_text(value: object) -> str:
    """*value* where it is a text, or a number of usual size; else an empty text."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) or (isinstance(value, int) and abs(value) <= _LARGEST):
        return str(value)
    return ""


def as_mapping(value: object) -> Mapping[str, Any]:
    """*value* where it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}


def parse_moment(text: str) -> datetime:
    """The moment that *text* names, in UTC. Raises ValueError or OverflowError where it is none."""
    return in_utc(datetime.fromisoformat(text))


def moment_or_none(value: object) -> datetime | None:
    """The moment that *value* names, in UTC; None where it is none."""
    with contextlib.suppress(ValueError, OverflowError):
        return parse_moment(as_text(value))
    return None


def in_utc(moment: datetime) -> datetime:
    """*moment* in UTC, which one without a zone is in. Raises OverflowError at the ends of time."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def without_query(url: str) -> str:
    """*url* without user, password, query and fragment: those may hold secrets."""
    return _USER_AND_PASSWORD.sub(r"\1", url.partition("?")[0].partition("#")[0])


def _entries(data: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The data of the event's entries by their type; of two of one type the first."""
    found: dict[str, Mapping[str, Any]] = {}
    for entry in _mappings(data.get("entries")):
        found.setdefault(as_text(entry.get("type")), as_mapping(entry.get("data")))
    return found


def _tags(data: Mapping[str, Any]) -> dict[str, str]:
    return {
        as_text(tag.get("key")): as_text(tag.get("value")) for tag in _mappings(data.get("tags"))
    }


def _message(data: Mapping[str, Any], entries: Mapping[str, Mapping[str, Any]]) -> str:
    entry = entries.get("message", {})
    texts = (entry.get("formatted"), entry.get("message"), data.get("message"))
    return next(filter(None, map(as_text, texts)), "")


def _exceptions(entries: Mapping[str, Mapping[str, Any]]) -> tuple[EventException, ...]:
    found = tuple(map(_exception, _mappings(entries.get("exception", {}).get("values"))))
    frames = _frames(entries.get("stacktrace", {}))
    # A message may come with a stack that belongs to no exception.
    return found or ((EventException("", "", "", frames, None),) if frames else ())


def _exception(data: Mapping[str, Any]) -> EventException:
    handled = as_mapping(data.get("mechanism")).get("handled")
    return EventException(
        kind=as_text(data.get("type")),
        value=as_text(data.get("value")),
        module=as_text(data.get("module")),
        frames=_frames(as_mapping(data.get("stacktrace"))),
        is_handled=handled if isinstance(handled, bool) else None,
    )


def _frames(stack: Mapping[str, Any]) -> tuple[EventFrame, ...]:
    return tuple(map(_frame, _mappings(stack.get("frames"))))


def _frame(data: Mapping[str, Any]) -> EventFrame:
    names = (data.get("filename"), data.get("absPath"), data.get("module"))
    return EventFrame(
        filename=next(filter(None, map(as_text, names)), ""),
        function=as_text(data.get("function")),
        line=_line_number(data.get("lineNo")),
        is_in_app=data.get("inApp") is True,
        context=tuple(_context(data.get("context"))),
    )


def _context(value: object) -> list[tuple[int, str]]:
    pairs = value if isinstance(value, list) else []
    numbered = (
        (_line_number(pair[0]), as_text(pair[1]))
        for pair in pairs
        if isinstance(pair, list) and len(pair) == 2  # noqa: PLR2004  # number and text
    )
    return [(number, text) for number, text in numbered if number is not None]


def _breadcrumb(data: Mapping[str, Any]) -> EventBreadcrumb:
    return EventBreadcrumb(
        at=as_text(data.get("timestamp")),
        category=as_text(data.get("category")) or as_text(data.get("type")),
        level=as_text(data.get("level")),
        message=as_text(data.get("message")) or _request_made(as_mapping(data.get("data"))),
    )


def _request_made(data: Mapping[str, Any]) -> str:
    """`GET https://example.com/cart 200`, of an HTTP request's breadcrumb."""
    status = data.get("status_code", data.get("http.response.status_code"))
    method = data.get("method", data.get("http.method"))
    parts = (as_text(method), without_query(as_text(data.get("url"))), as_text(status))
    return " ".join(filter(None, parts))


def _line_number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _LARGEST else None


def _mappings(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; what is none counts as absent."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
