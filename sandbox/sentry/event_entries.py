"""
The entries of an event in full: exceptions, breadcrumbs, message, request, threads, images.

Does not: resolve frames by source maps or debug files; an entry shows what the client sent, in the
API's words.

Source: getsentry/sentry, src/sentry/interfaces; getsentry/relay, relay-event-normalization.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

from sandbox.sentry.call import Row, render_time
from sandbox.sentry.payloads import (
    Payload,
    exceptions_of,
    frames_of,
    message_of,
    moment_of,
    values_of,
)

# Keyed by the frame's field as it is shown: the name under which clients send it.
FRAME_FIELDS = {
    "filename": "filename",
    "absPath": "abs_path",
    "module": "module",
    "package": "package",
    "platform": "platform",
    "function": "function",
    "rawFunction": "raw_function",
    "symbol": "symbol",
    "symbolAddr": "symbol_addr",
    "lineNo": "lineno",
    "colNo": "colno",
    "vars": "vars",
    "instructionAddr": "instruction_addr",
    "trust": "trust",
    "errors": "errors",
    "sourceLink": "source_link",
}
Pairs = list[list[Any]]


def entries_of(payload: Payload) -> list[Row]:
    """The event's sections that say something, in the order of the server's pages."""
    shown = ((kind, build(payload)) for kind, build in ENTRIES.items())
    return [{"type": kind, "data": data} for kind, data in shown if data]


def _exception(payload: Payload) -> Row | None:
    chain = exceptions_of(payload)
    if not chain:
        return None
    frames = [frame for thrown in chain for frame in frames_of(thrown)]
    return {
        "values": [_thrown(thrown) for thrown in chain],
        "hasSystemFrames": any(not _is_in_app(frame) for frame in frames),
        "excOmitted": None,
    }


def _thrown(sent: Payload) -> Row:
    """One exception, its frames oldest first as they were sent."""
    return {
        "type": sent.get("type"),
        "value": sent.get("value"),
        "module": sent.get("module"),
        "mechanism": sent.get("mechanism"),
        "threadId": sent.get("thread_id"),
        "stacktrace": _stacktrace(sent),
        "rawStacktrace": None,
    }


def _stacktrace(sent: Payload) -> Row | None:
    stacktrace = sent.get("stacktrace")
    if not isinstance(stacktrace, Mapping):
        return None
    frames = frames_of(sent)
    return {
        "frames": [_frame(frame) for frame in frames],
        "framesOmitted": stacktrace.get("frames_omitted"),
        "registers": stacktrace.get("registers"),
        "hasSystemFrames": any(not _is_in_app(frame) for frame in frames),
    }


def _is_in_app(frame: Payload) -> bool:
    return bool(frame.get("in_app", True))


def _frame(sent: Payload) -> Row:
    shown = {name: sent.get(sent_name) for name, sent_name in FRAME_FIELDS.items()}
    return {**shown, "inApp": _is_in_app(sent), "context": _context(sent)}


def _context(sent: Payload) -> Pairs:
    """The source lines around a frame, each with its number."""
    line = sent.get("lineno")
    if not isinstance(line, int) or sent.get("context_line") is None:
        return []
    before, after = (_lines(sent.get(name)) for name in ("pre_context", "post_context"))
    lines = [*before, sent["context_line"], *after]
    return [[line - len(before) + position, text] for position, text in enumerate(lines)]


def _lines(sent: Any) -> list[Any]:
    return sent if isinstance(sent, list) else []


def _threads(payload: Payload) -> Row | None:
    threads = values_of(payload.get("threads"))
    return {"values": [_thread(thread) for thread in threads]} if threads else None


def _thread(sent: Payload) -> Row:
    names = ("id", "name", "crashed", "current", "state")
    shown = {name: sent.get(name) for name in names}
    return {**shown, "stacktrace": _stacktrace(sent), "rawStacktrace": None}


def _breadcrumbs(payload: Payload) -> Row | None:
    crumbs = values_of(payload.get("breadcrumbs"))
    return {"values": [_crumb(crumb) for crumb in crumbs]} if crumbs else None


def _crumb(sent: Payload) -> Row:
    at = moment_of(sent)
    return {
        "type": sent.get("type") or "default",
        "timestamp": None if at is None else render_time(at),
        "level": sent.get("level") or "info",
        "message": sent.get("message"),
        "category": sent.get("category"),
        "data": sent.get("data") or None,
        "event_id": sent.get("event_id"),
    }


def _message(payload: Payload) -> Row | None:
    formatted = message_of(payload)
    if not formatted:
        return None
    entry = payload.get("logentry")
    params = entry.get("params") if isinstance(entry, Mapping) else None
    template = message_of(payload, is_template=True)
    return {"message": template, "formatted": formatted, "params": params}


def _request(payload: Payload) -> Row | None:
    sent = payload.get("request")
    if not isinstance(sent, Mapping) or not sent:
        return None
    url = _split(str(sent.get("url") or ""))
    headers = _headers(sent.get("headers"))
    cookies = sent.get("cookies") or dict(headers).get("Cookie")
    content_type = next((value for name, value in headers if name == "Content-Type"), None)
    return {
        "method": sent.get("method"),
        "url": urlunsplit((url.scheme, url.netloc, url.path, "", "")) or None,
        "query": _pairs(sent.get("query_string") or url.query, "&"),
        "fragment": sent.get("fragment") or url.fragment or None,
        "data": sent.get("data"),
        "headers": [pair for pair in headers if pair[0] != "Cookie"],
        "cookies": _pairs(cookies, ";"),
        "env": sent.get("env") or None,
        "inferredContentType": sent.get("inferred_content_type") or content_type,
        "apiTarget": sent.get("api_target"),
    }


def _split(url: str) -> SplitResult:
    """The parts of a URL; one that cannot be read is all path."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url, "", "")


def _headers(sent: Any) -> Pairs:
    """Header by header, by name, each name written as HTTP/1 does."""
    named = ([name.title(), value] for name, value in _pairs(sent, "\n"))
    return sorted(named, key=itemgetter(0))


def _pairs(sent: Any, separator: str) -> Pairs:
    """Names and values that clients send as an object, as pairs, or as one text."""
    if isinstance(sent, Mapping):
        return [[str(name), value] for name, value in sent.items()]
    if isinstance(sent, list):
        return [[str(each[0]), each[1]] for each in sent if isinstance(each, list) and each[1:]]
    text = str(sent or "").removeprefix("?").replace(f"{separator} ", separator)
    found = parse_qsl(text, keep_blank_values=True, separator=separator)
    return [[name, value] for name, value in found]


def _images(payload: Payload) -> Row | None:
    sent = payload.get("debug_meta")
    return dict(sent) if isinstance(sent, Mapping) and sent else None


# Keyed by the type of the entry: what makes its data, or nothing where the event has none.
ENTRIES: Mapping[str, Callable[[Payload], Row | None]] = {
    "threads": _threads,
    "exception": _exception,
    "breadcrumbs": _breadcrumbs,
    "message": _message,
    "request": _request,
    "debugmeta": _images,
}
