"""
The tags of an event: those its client set, and those the server takes from the rest of it.

Does not: take tags from what the sandbox does not know, as the vendor's list of browsers.

Source: getsentry/sentry, src/sentry/interfaces (iter_tags) and src/sentry/event_manager.py.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.sentry.payloads import Payload, exceptions_of, level_of, text_of, user_key_of

PAYLOAD_TAGS = ("environment", "release", "dist", "server_name", "transaction", "logger")
CONTEXT_TAGS = ("browser", "runtime", "os", "client_os")
LONGEST = 200


def tags_of(payload: Payload) -> dict[str, str]:
    """The event's tags, keyed by name in alphabetical order."""
    tags = {name: str(value) for name, value in _sent(payload) if value not in (None, "")}
    for name, value in _derived(payload):
        if value:
            tags.setdefault(name, value)
    return {name: tags[name][:LONGEST] for name in sorted(tags)}


def _sent(payload: Payload) -> list[tuple[str, Any]]:
    sent = payload.get("tags")
    if isinstance(sent, Mapping):
        return [(str(name), value) for name, value in sent.items()]
    pairs = sent if isinstance(sent, list) else []
    return [(str(each[0]), each[1]) for each in pairs if isinstance(each, list) and each[1:]]


def _derived(payload: Payload) -> Iterable[tuple[str, str | None]]:
    for name in PAYLOAD_TAGS:
        yield name, text_of(payload, name)
    yield "level", level_of(payload)
    yield "user", user_key_of(payload)
    yield from _mechanism_tags(payload)
    yield from _context_tags(payload.get("contexts"))
    request = payload.get("request")
    yield "url", text_of(request, "url") if isinstance(request, Mapping) else None


def _mechanism_tags(payload: Payload) -> Iterable[tuple[str, str | None]]:
    first = next(iter(exceptions_of(payload)), {})
    mechanism = first.get("mechanism")
    if isinstance(mechanism, Mapping):
        handled = mechanism.get("handled")
        yield "mechanism", text_of(mechanism, "type")
        yield "handled", None if handled is None else "yes" if handled else "no"


def _context_tags(contexts: Any) -> Iterable[tuple[str, str | None]]:
    for name in CONTEXT_TAGS:
        context = contexts.get(name) if isinstance(contexts, Mapping) else None
        if isinstance(context, Mapping) and context.get("name"):
            yield name, f"{context['name']} {context.get('version') or ''}".strip()
            yield f"{name}.name", str(context["name"])
