"""
Reading a project's events: their list and one of them in full.

Does not: narrow the list by a period or show it in full, or know issues;
sandbox.sentry.issue_events reads the events of one.

Source: getsentry/sentry, src/sentry/issues/endpoints/project_events.py and
project_event_details.py.
"""

from starlette.responses import Response

from sandbox.sentry.answers import answer, missing
from sandbox.sentry.call import Call
from sandbox.sentry.event_serialize import render_event, render_full


def list_events(call: Call) -> Response:
    """The project's events, newest first."""
    rows = call.store.rows(
        "SELECT * FROM sentry_events WHERE project_id = ? ORDER BY occurred_ms DESC, id DESC",
        call.project["id"],
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
    return answer(render_full(call.store, row))
