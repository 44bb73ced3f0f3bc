"""
Reading what a client sent as an event: its exceptions, frames, message, user, time, level.

Payloads are taken as they came, so that every section may be missing or of another shape.
Does not: store, show or group, or take an event of more than 30 days ago for one of now, as a real
server does.

Source: develop.sentry.dev (event payloads); getsentry/relay, relay-event-schema.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Payload = Mapping[str, Any]

LEVELS = ("sample", "debug", "info", "warning", "error", "fatal")
# Keyed by a word that clients use: the level that it means.
OTHER_LEVELS = {"log": "info", "critical": "fatal"}
# By what a user is told apart, the surest first.
USER_FIELDS = {"id": "id", "email": "email", "username": "username", "ip_address": "ip"}
# What a client sends for "the address that this comes from"; the sandbox serves loopback alone.
AUTOMATIC = "{{auto}}"
LOOPBACK = "127.0.0.1"
EPOCH = datetime.fromtimestamp(0, UTC)


def values_of(section: Any) -> list[Payload]:
    """The objects of a section that is a list, or holds one under ``values``."""
    return _objects(section.get("values") if isinstance(section, Mapping) else section)


def exceptions_of(payload: Payload) -> list[Payload]:
    """The chain of exceptions, the cause first and what surfaced last."""
    return values_of(payload.get("exception"))


def frames_of(thrown: Payload) -> list[Payload]:
    """The frames of one exception, oldest first."""
    stacktrace = thrown.get("stacktrace")
    return _objects(stacktrace.get("frames") if isinstance(stacktrace, Mapping) else None)


def _objects(found: Any) -> list[Payload]:
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def message_of(payload: Payload, *, is_template: bool = False) -> str:
    """The message as formatted, or with *is_template* before its parameters were filled in."""
    entry = payload.get("logentry") or payload.get("message") or ""
    if isinstance(entry, Mapping):
        names = ("message", "formatted") if is_template else ("formatted", "message")
        entry = entry.get(names[0]) or entry.get(names[1]) or ""
    return str(entry)


def level_of(payload: Payload) -> str:
    """One of :data:`LEVELS`; what is none of them means an error."""
    sent = str(payload.get("level") or "")
    level = OTHER_LEVELS.get(sent, sent)
    return level if level in LEVELS else "error"


def text_of(payload: Payload, name: str) -> str | None:
    """A field as text, or None for one that is missing or empty."""
    value = payload.get(name)
    return str(value) if value else None


def user_key_of(payload: Payload) -> str | None:
    """The user as the server tells users apart: ``id:7``, ``email:...``; None without one."""
    user = payload.get("user")
    if not isinstance(user, Mapping):
        return None
    for field, word in USER_FIELDS.items():
        if user.get(field):
            value = LOOPBACK if user[field] == AUTOMATIC else user[field]
            return f"{word}:{value}"
    return None


def occurred_ms_of(payload: Payload, received_ms: int) -> int:
    """When the event happened, in milliseconds; received then where it says nothing usable."""
    moment = moment_of(payload)
    return received_ms if moment is None else min(int(moment.timestamp() * 1000), received_ms)


def moment_of(payload: Payload) -> datetime | None:
    """The event's own time, in UTC; None for what is no time, or one before all clocks."""
    sent = payload.get("timestamp")
    try:
        if isinstance(sent, int | float):
            moment = datetime.fromtimestamp(sent, UTC)
        else:
            named = datetime.fromisoformat(str(sent))
            moment = (named if named.tzinfo else named.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment >= EPOCH else None


def is_unhandled(payload: Payload) -> bool:
    """Whether one of the exceptions was caught by nobody but the client."""
    mechanisms = (thrown.get("mechanism") for thrown in exceptions_of(payload))
    return any(each.get("handled") is False for each in mechanisms if isinstance(each, Mapping))
