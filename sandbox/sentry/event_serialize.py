"""
The JSON of events: as lists show them, and in full.

Does not: check access, or resolve stack traces; an event shows what its client sent.

Source: getsentry/sentry, src/sentry/api/serializers/models/event.py.
"""

import json
from collections.abc import Mapping, Sequence

from sandbox.sentry.call import Row, render_time, render_time_ms
from sandbox.sentry.event_entries import entries_of
from sandbox.sentry.event_tags import tags_of
from sandbox.sentry.event_titles import titles_of
from sandbox.sentry.payloads import (
    AUTOMATIC,
    LOOPBACK,
    Payload,
    message_of,
    moment_of,
    text_of,
)
from sandbox.sentry.release_serialize import render_release
from sandbox.store import Store

USER_TEXTS = ("id", "email", "username", "ip_address", "name")
# What an event says of its release: not the projects that share it.
RELEASE_FIELDS = (
    "id",
    "version",
    "versionInfo",
    "status",
    "ref",
    "url",
    "userAgent",
    "data",
    "dateCreated",
    "dateReleased",
    "commitCount",
    "deployCount",
    "lastCommit",
    "lastDeploy",
)
# How the sandbox groups has no name of the server's; this is the place where one stands.
GROUPING = {"id": "sandbox", "enhancements": ""}


def render_event(row: Row) -> Row:
    """One event as lists show it."""
    payload = json.loads(row["payload"])
    titles = titles_of(payload)
    return {
        "id": row["event_id"],
        "eventID": row["event_id"],
        "groupID": str(row["issue_id"]),
        "projectID": str(row["project_id"]),
        "event.type": titles.kind,
        "title": titles.title,
        "message": message_of(payload),
        "location": titles.metadata.get("filename"),
        "culprit": titles.culprit,
        "platform": payload.get("platform") or "other",
        "user": _user(payload),
        "tags": [{"key": name, "value": value} for name, value in tags_of(payload).items()],
        "metadata": titles.metadata,
        "crashFile": None,
        "dateCreated": _created(payload, row),
    }


def render_full(store: Store, row: Row, environments: Sequence[str] = ()) -> Row:
    """One event in full; its neighbours are those of its issue in these *environments*."""
    payload = json.loads(row["payload"])
    listed = render_event(row)
    kind = listed.pop("event.type")
    return {
        **listed,
        "type": kind,
        "dateReceived": render_time_ms(row["received_ms"]),
        "release": _release(store, row),
        "dist": payload.get("dist"),
        "entries": entries_of(payload),
        "contexts": _contexts(payload),
        "context": payload.get("extra") or {},
        "sdk": _sdk(payload),
        "packages": payload.get("modules") or {},
        "fingerprints": _fingerprints(store, row),
        "groupingConfig": GROUPING,
        "errors": [],
        "occurrence": None,
        "userReport": None,
        "sdkUpdates": [],
        "resolvedWith": [],
        "size": len(row["payload"]),
        "nextEventID": _neighbour(store, row, environments, is_next=True),
        "previousEventID": _neighbour(store, row, environments, is_next=False),
        "_meta": {},
    }


def _created(payload: Payload, row: Row) -> str:
    """When it happened: as exactly as the client said, if it is the time that is held."""
    moment = moment_of(payload)
    if moment is None or int(moment.timestamp() * 1000) != row["occurred_ms"]:
        return render_time_ms(row["occurred_ms"])
    return render_time(moment)


def _user(payload: Payload) -> Row | None:
    sent = payload.get("user")
    if not isinstance(sent, Mapping) or not sent:
        return None
    user: Row = {name: text_of(sent, name) for name in USER_TEXTS}
    if user["ip_address"] == AUTOMATIC:
        user["ip_address"] = LOOPBACK
    known = (*USER_TEXTS, "geo", "data")
    named = sent.get("data")
    more = {name: value for name, value in sent.items() if name not in known}
    data = {**(named if isinstance(named, Mapping) else {}), **more}
    return {**user, "geo": sent.get("geo"), "data": data or None}


def _contexts(payload: Payload) -> Row:
    sent = payload.get("contexts")
    contexts = sent.items() if isinstance(sent, Mapping) else ()
    return {
        name: {"type": name, **context} for name, context in contexts if isinstance(context, dict)
    }


def _sdk(payload: Payload) -> Row | None:
    sdk = payload.get("sdk")
    if not isinstance(sdk, Mapping):
        return None
    return {"name": sdk.get("name"), "version": sdk.get("version")}


def _fingerprints(store: Store, row: Row) -> list[str]:
    issue = store.row("SELECT grouping FROM sentry_issues WHERE id = ?", row["issue_id"])
    return [issue["grouping"]] if issue else []


def _release(store: Store, row: Row) -> Row | None:
    release = store.row(
        "SELECT r.* FROM sentry_releases r JOIN sentry_release_projects b ON b.release_id = r.id"
        " WHERE b.project_id = ? AND r.version = ?",
        row["project_id"],
        row["release"],
    )
    if release is None:
        return None
    full = render_release(store, release)
    return {name: full[name] for name in RELEASE_FIELDS}


def _neighbour(store: Store, row: Row, environments: Sequence[str], *, is_next: bool) -> str | None:
    """The id of the issue's event right after or before this one, by when they happened."""
    sign, order = (">", "ASC") if is_next else ("<", "DESC")
    marks = ",".join("?" * len(environments))
    chosen = f" AND environment IN ({marks})" if environments else ""
    found = store.row(
        "SELECT event_id FROM sentry_events WHERE issue_id = ?"  # noqa: S608  names are ours
        f" AND (occurred_ms, id) {sign} (?, ?){chosen}"
        f" ORDER BY occurred_ms {order}, id {order} LIMIT 1",
        row["issue_id"],
        row["occurred_ms"],
        row["id"],
        *environments,
    )
    return str(found["event_id"]) if found else None
