"""
Reading events: the list of a project's events and one event in full.

Does not: resolve stack traces or group; an event shows what its client sent, and no issue.

Source: getsentry/sentry, src/sentry/api/serializers/models/event.py.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from sandbox.sentry.answers import answer, missing
from sandbox.sentry.call import Call, Row, render_time, render_time_ms

# Keyed by the payload's section: the type of its entry.
SECTIONS = {
    "exception": "exception",
    "threads": "threads",
    "breadcrumbs": "breadcrumbs",
    "request": "request",
    "debug_meta": "debugmeta",
}
# Keyed by the frame's field as it is shown: the name under which clients send it.
FRAME_FIELDS = {
    "filename": "filename",
    "absPath": "abs_path",
    "module": "module",
    "package": "package",
    "platform": "platform",
    "function": "function",
    "lineNo": "lineno",
    "colNo": "colno",
    "vars": "vars",
    "instructionAddr": "instruction_addr",
}
PAYLOAD_TAGS = ("environment", "level", "release", "server_name", "transaction", "logger")


def list_events(call: Call) -> Response:
    """The project's events, newest first."""
    rows = call.store.rows(
        "SELECT * FROM sentry_events WHERE project_id = ? ORDER BY id DESC", call.project["id"]
    )
    return call.page_by_offset(rows, lambda items: [render_event(item) for item in items])


def show_event(call: Call) -> Response:
    """One event in full."""
    row = call.store.row(
        "SELECT * FROM sentry_events WHERE project_id = ? AND event_id = ?",
        call.project["id"],
        call.segments["event"].replace("-", "").lower(),
    )
    if row is None:
        raise missing("Event not found")
    return answer(_render_full(row))


def render_event(row: Row) -> Row:
    """One event as lists show it."""
    payload = json.loads(row["payload"])
    title, metadata = _title(payload)
    return {
        "id": row["event_id"],
        "eventID": row["event_id"],
        "groupID": None,
        "projectID": str(row["project_id"]),
        "event.type": "error" if "exception" in payload else "default",
        "title": title,
        "message": _message(payload),
        "location": None,
        "culprit": payload.get("culprit") or payload.get("transaction") or "",
        "platform": payload.get("platform", "other"),
        "user": payload.get("user"),
        "tags": _tags(payload),
        "metadata": metadata,
        "crashFile": None,
        "dateCreated": _created(payload, row["received_ms"]),
    }


def _render_full(row: Row) -> Row:
    payload = json.loads(row["payload"])
    listed = render_event(row)
    release = payload.get("release")
    return {
        **listed,
        "type": listed["event.type"],
        "dateReceived": render_time_ms(row["received_ms"]),
        "release": {"version": release} if release else None,
        "dist": payload.get("dist"),
        "contexts": payload.get("contexts", {}),
        "context": payload.get("extra", {}),
        "sdk": _sdk(payload.get("sdk")),
        "packages": payload.get("modules", {}),
        "fingerprints": payload.get("fingerprint", []),
        "errors": [],
        "occurrence": None,
        "userReport": None,
        "nextEventID": None,
        "previousEventID": None,
        "size": len(row["payload"]),
        "entries": _entries(payload),
        "_meta": {},
    }


def _sdk(sdk: Any) -> Row | None:
    if not isinstance(sdk, dict):
        return None
    return {"name": sdk.get("name"), "version": sdk.get("version")}


def _values(section: Any) -> list[Any]:
    found = section.get("values") if isinstance(section, dict) else section
    return found if isinstance(found, list) else []


def _title(payload: Mapping[str, Any]) -> tuple[str, Row]:
    thrown = [each for each in _values(payload.get("exception")) if isinstance(each, dict)]
    if thrown:
        last = thrown[-1]
        kind, value = last.get("type") or "Error", last.get("value") or ""
        return (f"{kind}: {value}" if value else kind), {"type": kind, "value": value}
    message = _message(payload)
    return message or "<unlabeled event>", {"title": message or "<unlabeled event>"}


def _message(payload: Mapping[str, Any]) -> str:
    entry = payload.get("logentry") or payload.get("message") or ""
    if isinstance(entry, dict):
        entry = entry.get("formatted") or entry.get("message") or ""
    return str(entry)


def _tags(payload: Mapping[str, Any]) -> list[Row]:
    sent = payload.get("tags") or {}
    pairs = dict(sent) if isinstance(sent, dict | list) else {}
    for name in PAYLOAD_TAGS:
        if payload.get(name):
            pairs.setdefault(name, payload[name])
    pairs.setdefault("level", "error")
    return [{"key": str(name), "value": str(pairs[name])} for name in sorted(pairs)]


def _created(payload: Mapping[str, Any], received_ms: int) -> str:
    sent = payload.get("timestamp")
    try:
        if isinstance(sent, int | float):
            return render_time(datetime.fromtimestamp(sent, UTC))
        moment = datetime.fromisoformat(str(sent))
    except (ValueError, OverflowError, OSError):
        return render_time_ms(received_ms)
    return render_time(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _entries(payload: Mapping[str, Any]) -> list[Row]:
    entries = []
    message = _message(payload)
    if message:
        entries.append({"type": "message", "data": {"formatted": message}})
    for section, kind in SECTIONS.items():
        data = payload.get(section)
        if isinstance(data, list):
            data = {"values": data}
        if isinstance(data, dict):
            entries.append(
                {"type": kind, "data": _exception(data) if kind == "exception" else data}
            )
    return entries


def _exception(data: Row) -> Row:
    values = [_thrown(each) for each in _values(data) if isinstance(each, dict)]
    return {"values": values, "hasSystemFrames": False, "excOmitted": None}


def _thrown(sent: Row) -> Row:
    """One exception, its frames oldest first as they were sent."""
    stacktrace = sent.get("stacktrace")
    if isinstance(stacktrace, dict):
        frames = [_frame(each) for each in stacktrace.get("frames") or () if isinstance(each, dict)]
        stacktrace = {
            "frames": frames,
            "framesOmitted": None,
            "registers": None,
            "hasSystemFrames": any(not frame["inApp"] for frame in frames),
        }
    return {
        "type": sent.get("type"),
        "value": sent.get("value"),
        "module": sent.get("module"),
        "mechanism": sent.get("mechanism"),
        "threadId": sent.get("thread_id"),
        "stacktrace": stacktrace,
        "rawStacktrace": None,
    }


def _frame(sent: Row) -> Row:
    shown = {name: sent.get(sent_name) for name, sent_name in FRAME_FIELDS.items()}
    return {**shown, "inApp": bool(sent.get("in_app", True)), "context": _context(sent)}


def _context(sent: Row) -> list[list[Any]]:
    """The source lines around a frame, each with its number."""
    line = sent.get("lineno")
    if not isinstance(line, int) or sent.get("context_line") is None:
        return []
    before, after = sent.get("pre_context") or [], sent.get("post_context") or []
    lines = [*before, sent["context_line"], *after]
    return [[line - len(before) + position, text] for position, text in enumerate(lines)]
