"""
What an event is called: its kind, title, culprit and metadata, worked out from its payload.

Does not: translate minified frames, or know the event types of performance and crons.

Source: getsentry/sentry, src/sentry/eventtypes and src/sentry/culprit.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.sentry.payloads import Payload, exceptions_of, frames_of, message_of, text_of

TYPE_LONGEST = 128
VALUE_LONGEST = 1024
TITLE_VALUE_LONGEST = 100
MESSAGE_LONGEST = 256
CULPRIT_LONGEST = 200
UNLABELED = "<unlabeled event>"
# What a client that does not know the function's name sends.
NAMELESS = (None, "", "<redacted>", "<unknown>")


@dataclass(frozen=True)
class Titles:
    """
    The names of one event.

    *kind* is ``error`` for an exception, else ``default``. *metadata* holds type, value, filename
    and function of an error, or the title; a part that is not known is absent.
    """

    kind: str
    title: str
    culprit: str
    metadata: dict[str, str]


def titles_of(payload: Payload) -> Titles:
    """The names of one event."""
    chain = exceptions_of(payload)
    if not chain:
        title = _first_line(message_of(payload), MESSAGE_LONGEST) or UNLABELED
        return Titles("default", title, _culprit(payload, chain), {"title": title})
    metadata = _error_metadata(chain[-1])
    return Titles("error", _error_title(metadata), _culprit(payload, chain), metadata)


def _error_metadata(thrown: Payload) -> dict[str, str]:
    metadata = {"value": _shortened(text_of(thrown, "value") or "", VALUE_LONGEST)}
    if not _is_synthetic(thrown):
        metadata["type"] = _shortened(text_of(thrown, "type") or "Error", TYPE_LONGEST)
    named = (f for f in _likely_crashes(frames_of(thrown)) if f.get("function") not in NAMELESS)
    crash = next(named, None)
    if crash is not None:
        filename = text_of(crash, "filename") or text_of(crash, "abs_path")
        places = {"filename": filename, "function": text_of(crash, "function")}
        metadata.update({name: place for name, place in places.items() if place})
    return metadata


def _error_title(metadata: dict[str, str]) -> str:
    kind = metadata.get("type")
    if kind is None:
        # Made up by the client for want of an exception: its type says nothing.
        return metadata.get("function") or "<unknown>"
    value = _first_line(metadata["value"], TITLE_VALUE_LONGEST)
    return f"{kind}: {value}" if value else kind


def _likely_crashes(frames: Sequence[Payload]) -> Iterator[Payload]:
    """The frames by how likely they are the place of the crash: the app's own, the last first."""
    yield from (frame for frame in reversed(frames) if frame.get("in_app"))
    yield from (frame for frame in reversed(frames) if not frame.get("in_app"))


def _culprit(payload: Payload, chain: Sequence[Payload]) -> str:
    named = text_of(payload, "culprit") or text_of(payload, "transaction")
    return _shortened(named or _place(payload, chain), CULPRIT_LONGEST)


def _place(payload: Payload, chain: Sequence[Payload]) -> str:
    if chain and _is_synthetic(chain[-1]):
        return ""
    stacks = [frames for frames in map(frames_of, chain) if frames]
    platform = text_of(payload, "platform") or ""
    if stacks:
        places = (_frame_place(frame, platform) for frame in _likely_crashes(stacks[-1]))
        return next(filter(None, places), "")
    request = payload.get("request")
    return str(request.get("url") or "") if isinstance(request, dict) else ""


def _frame_place(frame: Payload, platform: str) -> str:
    where = text_of(frame, "module") or text_of(frame, "filename")
    function = text_of(frame, "function") or "?"
    if where is None:
        return ""
    if (text_of(frame, "platform") or platform) in ("javascript", "node"):
        return f"{function}({where})"
    return f"{where} in {function}"


def _is_synthetic(thrown: Payload) -> bool:
    mechanism = thrown.get("mechanism")
    return isinstance(mechanism, dict) and bool(mechanism.get("synthetic"))


def _first_line(text: str, longest: int) -> str:
    lines = text.strip().splitlines()
    return _shortened(lines[0], longest) if lines else ""


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
