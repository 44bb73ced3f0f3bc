"""
What one user thinks of an issue: has seen it, keeps a bookmark, follows it.

Does not: check who the user is; a call without one leaves no mark.

Source: getsentry/sentry, src/sentry/models/{groupseen,groupbookmark,groupsubscription}.py.
"""

from sandbox.store import Store


def mark(store: Store, issue_id: int, user_id: int | None, **columns: object) -> None:
    """Set columns of the user's mark on an issue: seen_ms, is_bookmarked, subscription."""
    if user_id is None:
        return
    store.write(
        "INSERT OR IGNORE INTO sentry_issue_marks (issue_id, user_id) VALUES (?, ?)",
        issue_id,
        user_id,
    )
    row = store.rows(
        "SELECT id FROM sentry_issue_marks WHERE issue_id = ? AND user_id = ?", issue_id, user_id
    )[0]
    store.update("sentry_issue_marks", row["id"], **columns)


def subscribe(store: Store, issue_id: int, user_id: int | None, reason: str) -> None:
    """Let the user follow the issue for that reason; who has decided before is left alone."""
    mark(store, issue_id, user_id)
    store.write(
        "UPDATE sentry_issue_marks SET subscription = ?"
        " WHERE issue_id = ? AND user_id = ? AND subscription IS NULL",
        reason,
        issue_id,
        user_id,
    )
