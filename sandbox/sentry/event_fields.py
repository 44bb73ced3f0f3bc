"""
The fields of an event by which an issue search can ask for it.

Does not: compare; sandbox.sentry.issue_matching does.

Source: getsentry/sentry, src/sentry/search/events/constants.py and src/sentry/utils/snuba.py.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sandbox.sentry.call import Row
from sandbox.sentry.event_tags import tags_of
from sandbox.sentry.event_titles import Titles, titles_of
from sandbox.sentry.payloads import (
    Payload,
    exceptions_of,
    frames_of,
    is_unhandled,
    message_of,
)


@dataclass
class SearchedEvent:
    """One stored event while a search looks at it."""

    row: Row

    @cached_property
    def payload(self) -> Payload:
        """What the client sent, read when something asks for more than the row's columns."""
        return dict(json.loads(self.row["payload"]))

    @cached_property
    def titles(self) -> Titles:
        """What the event is called."""
        return titles_of(self.payload)

    @cached_property
    def tags(self) -> dict[str, str]:
        """Its tags, keyed by name."""
        return tags_of(self.payload)

    @cached_property
    def searched_text(self) -> str:
        """Everything that free text is looked for in."""
        titles = self.titles
        texts = (titles.title, message_of(self.payload), titles.culprit, *titles.metadata.values())
        return " ".join(dict.fromkeys(text for text in texts if text))

    def values_of(self, key: str, *, is_tag: bool = False) -> list[Any]:
        """What a field, or else a tag of that name, holds; several values for lists of things."""
        read = None if is_tag else FIELDS.get(key)
        found = [self.tags.get(key)] if read is None else read(self)
        return [value for value in found if value not in (None, "")]


def _user(name: str) -> Callable[[SearchedEvent], list[Any]]:
    def read(event: SearchedEvent) -> list[Any]:
        user = event.payload.get("user")
        value = user.get(name) if isinstance(user, Mapping) else None
        return [None if value is None else str(value)]

    return read


def _section(section: str, name: str) -> Callable[[SearchedEvent], list[Any]]:
    def read(event: SearchedEvent) -> list[Any]:
        found = event.payload.get(section)
        value = found.get(name) if isinstance(found, Mapping) else None
        return [None if value is None else str(value)]

    return read


def _thrown(name: str) -> Callable[[SearchedEvent], list[Any]]:
    return lambda event: [thrown.get(name) for thrown in exceptions_of(event.payload)]


def _frame(name: str) -> Callable[[SearchedEvent], list[Any]]:
    def read(event: SearchedEvent) -> list[Any]:
        chain = exceptions_of(event.payload)
        return [frame.get(name) for thrown in chain for frame in frames_of(thrown)]

    return read


def _mechanisms(event: SearchedEvent) -> list[Any]:
    found = (thrown.get("mechanism") for thrown in exceptions_of(event.payload))
    return [each.get("type") for each in found if isinstance(each, Mapping)]


def _trace(event: SearchedEvent) -> list[Any]:
    contexts = event.payload.get("contexts")
    trace = contexts.get("trace") if isinstance(contexts, Mapping) else None
    return [trace.get("trace_id") if isinstance(trace, Mapping) else None]


# Keyed by what a search may name; every other name is a tag's.
FIELDS: Mapping[str, Callable[[SearchedEvent], list[Any]]] = {
    "id": lambda event: [event.row["event_id"]],
    "level": lambda event: [event.row["level"]],
    "release": lambda event: [event.row["release"]],
    "environment": lambda event: [event.row["environment"]],
    "user": lambda event: [event.row["user_key"]],
    "user.id": _user("id"),
    "user.email": _user("email"),
    "user.username": _user("username"),
    "user.ip": _user("ip_address"),
    "message": lambda event: [event.searched_text],
    "title": lambda event: [event.titles.title],
    "culprit": lambda event: [event.titles.culprit],
    "event.type": lambda event: [event.titles.kind],
    "platform": lambda event: [event.payload.get("platform") or "other"],
    "platform.name": lambda event: [event.payload.get("platform") or "other"],
    "trace": _trace,
    "sdk.name": _section("sdk", "name"),
    "sdk.version": _section("sdk", "version"),
    "http.method": _section("request", "method"),
    "http.url": _section("request", "url"),
    "error.type": _thrown("type"),
    "error.value": _thrown("value"),
    "error.mechanism": _mechanisms,
    "error.handled": lambda event: [not is_unhandled(event.payload)],
    "error.unhandled": lambda event: [is_unhandled(event.payload)],
    "stack.filename": _frame("filename"),
    "stack.abs_path": _frame("abs_path"),
    "stack.module": _frame("module"),
    "stack.function": _frame("function"),
    "stack.package": _frame("package"),
    "stack.lineno": _frame("lineno"),
    "stack.colno": _frame("colno"),
    "stack.in_app": _frame("in_app"),
}
