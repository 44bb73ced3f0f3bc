"""
Grouping: which events belong to one issue.

Events are alike when what this module takes from them is alike: the fingerprint that the client
set; else the exceptions of the chain, each with its type, its value without what varies, and the
frames of the app; else the message without what varies.
Does not: know the many strategies and rules of a real server, merge issues, or ask an AI.

Source: the shape, not the letter, of getsentry/sentry, src/sentry/grouping.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from sandbox.sentry.payloads import Payload, exceptions_of, frames_of, message_of, text_of

_DEFAULT = re.compile(r"^\{\{\s*default\s*\}\}$")
LONGEST = 8192
# What varies from event to event, and what stands for it; in this order.
VARYING = (
    (
        re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"),
        "<time>",
    ),
    (re.compile(r"\b[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b", re.IGNORECASE), "<uuid>"),
    (re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE), "<hex>"),
    # A quoted word with a digit in it is an id; without one it may be the name of a key.
    (re.compile(r"(['\"`])(?=[^\s'\"`]*\d)[^\s'\"`]+\1"), "<id>"),
    (re.compile(r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b", re.IGNORECASE), "<hex>"),
    # Digits that follow a letter belong to a name: E1001, utf8.
    (re.compile(r"(?<![A-Za-z\d])-?\d+(?:[.,:]\d+)*"), "<n>"),
)


def grouping_of(payload: Payload) -> str:
    """32 hexadecimal digits, equal for events of one issue."""
    parts = _fingerprint(payload) or _default_parts(payload)
    return hashlib.md5(json.dumps(parts).encode(), usedforsecurity=False).hexdigest()


def without_varying(text: str) -> str:
    """
    A text with its times, UUIDs, hexadecimal and quoted ids and numbers replaced by their kinds.

    Only its beginning counts, which is as much as the server keeps.
    """
    text = text[:LONGEST]
    for pattern, kind in VARYING:
        text = pattern.sub(kind, text)
    return " ".join(text.split())


def _fingerprint(payload: Payload) -> list[Any]:
    """The client's parts, with the default ones in place of ``{{ default }}``."""
    sent = payload.get("fingerprint")
    if not isinstance(sent, list):
        return []
    if len(sent) == 1 and _is_default(sent[0]):
        return []
    return [_default_parts(payload) if _is_default(part) else str(part) for part in sent]


def _is_default(part: Any) -> bool:
    return bool(_DEFAULT.match(str(part)))


def _default_parts(payload: Payload) -> list[Any]:
    chain = exceptions_of(payload)
    if chain:
        return [_exception_parts(thrown) for thrown in chain]
    # An object, so that no fingerprint is the same as a message.
    return [{"message": without_varying(message_of(payload, is_template=True))}]


def _exception_parts(thrown: Payload) -> list[Any]:
    value = without_varying(text_of(thrown, "value") or "")
    return [text_of(thrown, "type"), value, _frames(frames_of(thrown))]


def _frames(frames: Sequence[Payload]) -> list[list[str | None]]:
    """Module or file, and function, of the app's frames, or of all where none is the app's."""
    chosen = [frame for frame in frames if frame.get("in_app")] or frames
    named = [
        [text_of(frame, "module") or text_of(frame, "filename"), text_of(frame, "function")]
        for frame in chosen
    ]
    # However deep a recursion was, it counts once.
    return [each for place, each in enumerate(named) if not place or each != named[place - 1]]
