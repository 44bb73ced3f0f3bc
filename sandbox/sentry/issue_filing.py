"""
Filing events: each one into the issue it belongs to, which comes into being with its first.

Does not: store events (sandbox.sentry.ingest does), or guess priorities from texts.

Source: getsentry/sentry, src/sentry/event_manager.py.
"""

import json

from sandbox.sentry import payloads
from sandbox.sentry.arrival import Arrival
from sandbox.sentry.call import Row
from sandbox.sentry.event_titles import titles_of
from sandbox.sentry.grouping import grouping_of
from sandbox.sentry.payloads import Payload
from sandbox.sentry.regression import react
from sandbox.store import Store

PRIORITIES = {"sample": "low", "debug": "low", "info": "low", "warning": "medium"}


def file_event(store: Store, arrival: Arrival) -> int:
    """Put an event into its issue, and return the issue's id."""
    grouping = grouping_of(arrival.payload)
    issue = store.row(
        "SELECT * FROM sentry_issues WHERE project_id = ? AND grouping = ?",
        arrival.project_id,
        grouping,
    )
    if issue is None:
        return _open(store, arrival, grouping)
    changes = {**_continue(issue, arrival), **react(store, issue, arrival)}
    store.update("sentry_issues", issue["id"], **changes)
    return int(issue["id"])


def _open(store: Store, arrival: Arrival, grouping: str) -> int:
    release_id = arrival.release["id"] if arrival.release else None
    level = payloads.level_of(arrival.payload)
    return store.insert(
        "sentry_issues",
        project_id=arrival.project_id,
        number=_next_number(store, arrival.project_id),
        grouping=grouping,
        platform=payloads.text_of(arrival.payload, "platform") or "other",
        logger=payloads.text_of(arrival.payload, "logger"),
        first_seen_ms=arrival.occurred_ms,
        last_seen_ms=arrival.occurred_ms,
        first_release_id=release_id,
        last_release_id=release_id,
        substatus_ms=arrival.received_ms,
        priority=PRIORITIES.get(level, "high"),
        **_latest_texts(arrival.payload),
    )


def _next_number(store: Store, project_id: int) -> int:
    """The project's next number; one of a deleted issue does not come again."""
    sql = "UPDATE sentry_projects SET last_issue = last_issue + 1 WHERE id = ? RETURNING last_issue"
    return int(store.rows(sql, project_id)[0]["last_issue"])


def _latest_texts(payload: Payload) -> Row:
    """What an issue takes from the event that came last."""
    titles = titles_of(payload)
    return {
        "kind": titles.kind,
        "title": titles.title,
        "culprit": titles.culprit,
        "metadata": json.dumps(titles.metadata),
        "level": payloads.level_of(payload),
        "is_unhandled": int(payloads.is_unhandled(payload)),
    }


def _continue(issue: Row, arrival: Arrival) -> Row:
    """The columns that every further event changes."""
    changes = _latest_texts(arrival.payload)
    changes["first_seen_ms"] = min(issue["first_seen_ms"], arrival.occurred_ms)
    changes["last_seen_ms"] = max(issue["last_seen_ms"], arrival.occurred_ms)
    if arrival.release:
        release_id = arrival.release["id"]
        changes["first_release_id"] = issue["first_release_id"] or release_id
        if arrival.occurred_ms >= issue["last_seen_ms"] or issue["last_release_id"] is None:
            changes["last_release_id"] = release_id
    return changes
