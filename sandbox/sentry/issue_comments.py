"""
Comments on an issue: list and write.

Does not: mention or notify anybody, change or delete a comment, or let an internal integration
write one (on a real server it has a user of its own, which the sandbox does not make).

Source: getsentry/sentry, src/sentry/issues/endpoints/group_notes.py.
"""

import json

from starlette.responses import Response

from sandbox.sentry.activity import NOTE, record, render_entries
from sandbox.sentry.answers import Refused, answer, bad_request
from sandbox.sentry.call import Call
from sandbox.sentry.fields import check, text
from sandbox.sentry.issue_marks import subscribe

NO_USER = "Key doesn't have permission to create Note"
WRITTEN_BEFORE = "You have already posted that comment."
# Within this time nobody says the same thing twice.
SAME_WITHIN_MS = 3_600_000


def list_comments(call: Call) -> Response:
    """The issue's comments, newest first."""
    rows = call.store.rows(
        "SELECT * FROM sentry_activity WHERE issue_id = ? AND kind = ?"
        " ORDER BY at_ms DESC, id DESC",
        call.issue["id"],
        NOTE,
    )
    return call.page_by_key(
        rows,
        lambda items: render_entries(call.store, items),
        key=lambda row: int(row["at_ms"]),
    )


def add_comment(call: Call) -> Response:
    """Write a comment (201); the caller follows the issue from then on."""
    if call.user_id is None:
        raise Refused(403, {"detail": NO_USER})
    data = check(call.body(), {"text": text()}, required=("text",))
    _refuse_again(call, data)
    subscribe(call.store, call.issue["id"], call.user_id, "commented")
    note_id = record(call.store, call.issue["id"], NOTE, call.now_ms(), call.user_id, **data)
    rows = call.store.rows("SELECT * FROM sentry_activity WHERE id = ?", note_id)
    return answer(render_entries(call.store, rows)[0], 201)


def _refuse_again(call: Call, data: dict[str, str]) -> None:
    before = call.store.row(
        "SELECT id FROM sentry_activity WHERE issue_id = ? AND kind = ? AND user_id = ?"
        " AND data = ? AND at_ms >= ?",
        call.issue["id"],
        NOTE,
        call.user_id,
        json.dumps(data),
        call.now_ms() - SAME_WITHIN_MS,
    )
    if before is not None:
        raise bad_request({"detail": WRITTEN_BEFORE})
