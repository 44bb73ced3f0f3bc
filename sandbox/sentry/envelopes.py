"""
Envelopes as clients send them: what is in a body, once it is no longer compressed.

Does not: keep sessions, transactions, attachments and reports, which are read over; or read Brotli
and Zstandard (501), for which Python has no decoder of its own.

Source: develop.sentry.dev (envelopes); getsentry/relay, relay-server.
"""

import io
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.sentry.answers import Refused, not_simulated
from sandbox.sentry.call import Row

# What the vendor's documentation of envelopes allows, after decompression.
EVENT_MOST_BYTES = 2**20
BODY_MOST_BYTES = 100 * 2**20
TOO_LARGE = (
    "envelope exceeded size limits for type 'event' (https://develop.sentry.dev/sdk/data-model/"
    "envelopes/#size-limits)"
)
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
# How deep the server's JSON parser goes.
_DEEPEST = 128


@dataclass(frozen=True)
class Envelope:
    """What one request carries: the envelope's own id and DSN, and its events."""

    event_id: str | None
    dsn: str | None
    events: list[Row]


def rejected(status: int, detail: str, *causes: str) -> Refused:
    """The refusal of a request of a client, with the server's detail and its causes."""
    body: Row = {"detail": detail}
    if causes:
        body["causes"] = list(causes)
    return Refused(status, body)


def decompress(content: bytes, encoding: str) -> bytes:
    """
    The body as it was before its content encoding.

    Raises:
        Refused: 400 for a damaged body, 413 for one too large, 415 for an unknown encoding, 501 for
            one that only the real server knows.
    """
    try:
        match encoding.strip().lower():
            case "" | "identity":
                return content
            case "gzip":
                return _inflate(content, _GZIP_WINDOW)
            case "deflate":
                return _inflate_bare_or_not(content)
            case "br" | "zstd":
                raise not_simulated(f"the content encoding {encoding.strip().lower()}")
            case _:
                raise rejected(415, "unsupported content encoding")
    except zlib.error:
        raise rejected(400, "failed to read request body", "corrupt compressed stream") from None


def _inflate_bare_or_not(content: bytes) -> bytes:
    try:
        return _inflate(content, zlib.MAX_WBITS)
    except zlib.error:
        # Some clients send the bare stream without zlib's header.
        return _inflate(content, -zlib.MAX_WBITS)


def _inflate(content: bytes, window: int) -> bytes:
    # In one step and bounded, so that a small body cannot grow without end.
    stream = zlib.decompressobj(window)
    inflated = stream.decompress(content, BODY_MOST_BYTES + 1)
    if len(inflated) > BODY_MOST_BYTES:
        raise rejected(413, TOO_LARGE)
    if not stream.eof:
        raise zlib.error
    return inflated


def parse_store(content: bytes) -> Envelope:
    """
    The one event of a store request.

    Raises:
        Refused: 400 for what is no JSON object, 413 for what is too large.
    """
    return Envelope(None, None, [_event(content)])


def parse_envelope(content: bytes) -> Envelope:
    """
    The header and the events of an envelope: lines of JSON, each item's header before its payload.

    Raises:
        Refused: 400 for a missing or broken header or a payload that is too short, 413 for an event
            that is too large.
    """
    lines = io.BytesIO(content)
    line = lines.readline()
    if not line.strip():
        raise rejected(400, "invalid event envelope", "missing envelope header")
    header = _json_object(line, "invalid envelope header")
    events = []
    for line in iter(lines.readline, b""):
        if not line.strip():
            continue
        item = _json_object(line, "invalid item header")
        payload = _payload(item, lines, len(content))
        if item.get("type") == "event":
            events.append(_event(payload))
    return Envelope(header.get("event_id"), header.get("dsn"), events)


def _event(payload: bytes) -> Row:
    if len(payload) > EVENT_MOST_BYTES:
        raise rejected(413, TOO_LARGE)
    return _json_object(payload, "invalid JSON")


def _payload(item: Row, lines: io.BytesIO, most: int) -> bytes:
    """What follows an item's header: so many bytes as it says, or else one line."""
    length = item.get("length")
    if length is None:
        return lines.readline().removesuffix(b"\n")
    is_length = isinstance(length, int) and 0 <= length <= most
    payload = lines.read(length) if is_length else b""
    if not is_length or len(payload) < length:
        raise rejected(400, "invalid event envelope", "unexpected end of file")
    return payload


def _json_object(content: bytes, cause: str) -> Row:
    try:
        value = json.loads(content, parse_constant=_refuse_constant)
        # Half a character, which JSON can escape, is no text; the real server says so, too.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or _is_too_deep(value):
        raise rejected(400, "invalid event envelope", cause)
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _is_too_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        level = [part for found in level for part in _parts(found)]
        if not level:
            return False
    return True


def _parts(found: Any) -> Iterable[Any]:
    if isinstance(found, dict):
        return found.values()
    return found if isinstance(found, list) else ()
