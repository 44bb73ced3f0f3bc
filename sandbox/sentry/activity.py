"""
What happened to an issue, and when: the entries of its history, comments among them.

Does not: notify anybody.

Source: getsentry/sentry, src/sentry/models/activity.py and its serializer.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.sentry.call import Row, render_time_ms
from sandbox.sentry.issue_serialize import people_by_id
from sandbox.store import Store

NOTE = "note"
# How many entries an issue shows at most.
MOST_SHOWN = 100


def record(
    store: Store,
    issue_id: int,
    kind: str,
    at_ms: int,
    user_id: int | None = None,
    **data: Any,
) -> int:
    """Note that something happened to an issue; returns the entry's id."""
    return store.insert(
        "sentry_activity",
        issue_id=issue_id,
        kind=kind,
        at_ms=at_ms,
        user_id=user_id,
        data=json.dumps(data),
    )


def history_of(store: Store, issue: Row) -> list[Row]:
    """The issue's entries as the API shows them, the latest first, its first event last."""
    entries = store.rows(
        "SELECT * FROM sentry_activity WHERE issue_id = ? ORDER BY at_ms DESC, id DESC LIMIT ?",
        issue["id"],
        MOST_SHOWN - 1,
    )
    first = {
        "id": 0,
        "kind": "first_seen",
        "at_ms": issue["first_seen_ms"],
        "user_id": None,
        "data": "{}",
    }
    return render_entries(store, [*entries, first])


def render_entries(store: Store, entries: Iterable[Row]) -> list[Row]:
    """Entries as the API shows them."""
    rows = list(entries)
    people = people_by_id(store, (row["user_id"] for row in rows))
    return [_render(row, people) for row in rows]


def _render(row: Row, people: Mapping[int, Row]) -> Row:
    return {
        "id": str(row["id"]),
        "user": people.get(row["user_id"]),
        "sentry_app": None,
        "type": row["kind"],
        "data": json.loads(row["data"]),
        "dateCreated": render_time_ms(row["at_ms"]),
    }
