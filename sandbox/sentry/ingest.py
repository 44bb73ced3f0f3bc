"""
Ingestion: events that clients send by a DSN, as envelopes or plain store requests.

Does not: read envelopes (sandbox.sentry.envelopes), filter or sample events, or group them into
issues (sandbox.sentry.issue_filing); the endpoints that read events are in sandbox.sentry.events.

Source: develop.sentry.dev (authentication of SDKs); getsentry/relay, relay-server.
"""

import json
import math
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from sandbox.sentry.answers import Refused, answer
from sandbox.sentry.arrival import Arrival
from sandbox.sentry.call import Row, render_time_ms
from sandbox.sentry.envelopes import (
    Envelope,
    decompress,
    parse_envelope,
    parse_store,
    rejected,
)
from sandbox.sentry.issue_filing import file_event
from sandbox.sentry.payloads import level_of, occurred_ms_of, text_of, user_key_of
from sandbox.sentry.release_rows import note_release
from sandbox.store import Store
from sandbox.world import World

PATH = re.compile(r"^/api/(?P<project>[^/]+)/(?P<kind>envelope|store)/?$")
ALLOWED_HEADERS = "authorization,content-encoding,content-type,sentry-trace,x-sentry-auth"
EXPOSED_HEADERS = "retry-after,x-sentry-error,x-sentry-rate-limits"
LIMITED_CATEGORIES = "default;error;security"
QUOTA_MESSAGE = (
    "Sentry dropped data due to a quota or internal rate limit being reached. This will not"
    " affect your application. See https://docs.sentry.io/product/accounts/quotas/ for more"
    " information."
)
_EVENT_ID = re.compile(r"[0-9a-f]{32}")


async def ingest(world: World, request: Request, project: str, kind: str) -> Response:
    """Take one request of a client and answer ``{"id"}``, or refuse it. Browsers may send too."""
    response = await _ingest(world, request, project, kind)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
    return response


def answer_preflight() -> Response:
    """What a browser wants to hear before it sends an event from another site."""
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
    }
    return Response(status_code=200, headers=headers)


async def _ingest(world: World, request: Request, project: str, kind: str) -> Response:
    try:
        content = decompress(await request.body(), request.headers.get("content-encoding", ""))
        envelope = parse_envelope(content) if kind == "envelope" else parse_store(content)
        public = _public_key(request, envelope)
        key = _accepting_key(world, project, public)
        return _accept(world, key, envelope)
    except Refused as refused:
        return answer(refused.body, refused.status, refused.headers)


def _public_key(request: Request, envelope: Envelope) -> str:
    """The public key from the header, the query, or the envelope's DSN."""
    for name in ("x-sentry-auth", "authorization"):
        value = request.headers.get(name, "")
        if value.lower().startswith("sentry"):
            found = re.search(r"sentry_key\s*=\s*([^,\s]+)", value)
            if found:
                return found[1]
    asked = request.query_params.get("sentry_key")
    if asked:
        return asked
    public = _username(envelope.dsn) if isinstance(envelope.dsn, str) else None
    if public:
        return public
    raise rejected(401, "missing authorization information")


def _username(url: str) -> str | None:
    try:
        return urlsplit(url).username
    except ValueError:
        return None


def _accepting_key(world: World, project: str, public: str) -> Row:
    if not project.isdecimal():
        raise rejected(400, "bad project path parameter", "invalid project id")
    if not _EVENT_ID.fullmatch(public):
        raise rejected(401, "bad sentry DSN public key")
    key = world.store.row(
        "SELECT k.* FROM sentry_keys k JOIN sentry_projects p ON p.id = k.project_id"
        " WHERE k.public = ? AND k.project_id = ? AND k.is_active AND p.status = 'active'",
        public,
        project,
    )
    if key is None:
        # Unknown, disabled, and another project's: the client is not told which.
        raise rejected(403, "event submission rejected with_reason: ProjectId")
    return key


def _accept(world: World, key: Row, envelope: Envelope) -> Response:
    if not envelope.events:
        return answer({"id": envelope.event_id} if envelope.event_id else {})
    now_ms = int(world.now().timestamp() * 1000)
    seconds = _seconds_until_free(world, key, now_ms)
    if seconds:
        world.store.insert("sentry_outcomes", key_id=key["id"], outcome="dropped", at_ms=now_ms)
        raise _over_limit(seconds)
    event_id = ""
    with world.store.transaction():
        for event in envelope.events:
            event_id = store_event(world, key, event, envelope.event_id, now_ms)
    return answer({"id": event_id})


def _seconds_until_free(world: World, key: Row, now_ms: int) -> int:
    """Whole seconds until the key's limit lets another event in; 0 if it does now."""
    count, window = key["rate_limit_count"], key["rate_limit_window"]
    if not (count and window):
        return 0
    start = now_ms // 1000 // window * window
    row = world.store.row(
        "SELECT COUNT(*) AS events FROM sentry_outcomes"
        " WHERE key_id = ? AND outcome = 'accepted' AND at_ms >= ?",
        key["id"],
        start * 1000,
    )
    accepted = row["events"] if row else 0
    return 0 if accepted < count else max(1, math.ceil(start + window - now_ms / 1000))


def _over_limit(seconds: int) -> Refused:
    headers = {
        "Retry-After": str(seconds),
        "X-Sentry-Rate-Limits": f"{seconds}:{LIMITED_CATEGORIES}:key:key_quota",
    }
    return Refused(429, {"detail": QUOTA_MESSAGE}, headers)


def store_event(
    world: World, key: Row, event: Mapping[str, Any], fallback: Any, now_ms: int
) -> str:
    """Store one event in its issue, count it, and note what the project sees first with it."""
    event_id = _event_id(event.get("event_id") or fallback)
    store, project_id = world.store, key["project_id"]
    store.insert("sentry_outcomes", key_id=key["id"], outcome="accepted", at_ms=now_ms)
    sql = "SELECT id FROM sentry_events WHERE project_id = ? AND event_id = ?"
    if store.row(sql, project_id, event_id):
        # The same event once more is accepted and forgotten.
        return event_id
    arrival = Arrival(
        project_id=project_id,
        event_id=event_id,
        payload=event,
        received_ms=now_ms,
        occurred_ms=occurred_ms_of(event, now_ms),
        release=note_release(store, project_id, event, now_ms),
    )
    _insert(store, key, arrival)
    _note_first(store, arrival)
    return event_id


def _insert(store: Store, key: Row, arrival: Arrival) -> None:
    payload = arrival.payload
    store.insert(
        "sentry_events",
        project_id=arrival.project_id,
        event_id=arrival.event_id,
        key_id=key["id"],
        received_ms=arrival.received_ms,
        payload=json.dumps(payload),
        issue_id=file_event(store, arrival),
        occurred_ms=arrival.occurred_ms,
        level=level_of(payload),
        release=arrival.release and arrival.release["version"],
        environment=text_of(payload, "environment"),
        user_key=user_key_of(payload),
    )


def _note_first(store: Store, arrival: Arrival) -> None:
    """Note the project's first event, and an environment's."""
    store.write(
        "UPDATE sentry_projects SET first_event = ? WHERE id = ? AND first_event IS NULL",
        render_time_ms(arrival.received_ms),
        arrival.project_id,
    )
    environment = text_of(arrival.payload, "environment")
    if environment:
        store.write(
            "INSERT OR IGNORE INTO sentry_environments (project_id, name) VALUES (?, ?)",
            arrival.project_id,
            environment,
        )


def _event_id(value: Any) -> str:
    text = str(value or "").replace("-", "").lower()
    return text if _EVENT_ID.fullmatch(text) else secrets.token_hex(16)
