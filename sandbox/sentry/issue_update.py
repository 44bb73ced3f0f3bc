"""
Changing issues: one by its path, or several of the caller's projects by their ids; deleting one.

Does not: change issues by a query, merge, share or discard them. A real server deletes an issue
some time after it has said so; here it is gone at once.

Source: getsentry/sentry, src/sentry/api/helpers/group_index/update.py and
src/sentry/issues/endpoints/{group_details,organization_group_index}.py.
"""

import json
from collections.abc import Sequence

from starlette.responses import Response

from sandbox.sentry.activity import history_of, record
from sandbox.sentry.answers import answer, internal_error, not_simulated
from sandbox.sentry.call import Call, Row
from sandbox.sentry.issue_fields import check_changes
from sandbox.sentry.issue_figures import figures_of
from sandbox.sentry.issue_marks import mark, subscribe
from sandbox.sentry.issue_rows import MOST, advance_by_time, issue_row
from sandbox.sentry.issue_serialize import owner_of, render_issue
from sandbox.sentry.issue_status import change_status
from sandbox.sentry.lookup import team_ids_of
from sandbox.sentry.project_filter import wanted_projects


def change_issue(call: Call) -> Response:
    """Change one issue; answers it as lists show it, its figures those of all time."""
    _change(call, [call.issue])
    issue = issue_row(call.store, call.issue["id"])
    return answer(render_issue(call, issue, figures_of(call.store, [issue])[issue["id"]]))


def change_issues(call: Call) -> Response:
    """
    Change the issues of the ids given that are of the projects asked about; the others stay.

    Answers only what was changed; 204 where no issue matches.
    """
    wanted = wanted_projects(call)
    ids = _ids(call)
    if not ids:
        raise not_simulated("changing issues by a query instead of their ids")
    advance_by_time(call.store, call.now_ms())
    found = [issue for issue in _rows(call, ids) if issue["project_id"] in wanted]
    return answer(_change(call, found)) if found else answer(None, 204)


def _ids(call: Call) -> list[int]:
    try:
        return [int(each) for each in call.parameters("id")]
    except ValueError:
        # The server does not look before it converts.
        raise internal_error() from None


def _rows(call: Call, ids: Sequence[int]) -> list[Row]:
    marks = ",".join("?" * len(ids))
    sql = f"SELECT * FROM sentry_issues WHERE id IN ({marks}) ORDER BY id"  # noqa: S608  marks only
    # An id may be greater than any column holds; then no issue has it.
    return call.store.rows(sql, *(each if abs(each) <= MOST else 0 for each in ids))


def delete_issue(call: Call) -> Response:
    """Delete an issue with its events: 202. Its like will be a new issue."""
    issue_id = call.issue["id"]
    with call.store.transaction():
        for table in ("sentry_events", "sentry_activity", "sentry_issue_marks"):
            call.store.write(f'DELETE FROM "{table}" WHERE issue_id = ?', issue_id)  # noqa: S608
        call.store.delete("sentry_issues", issue_id)
    return answer(None, 202)


def _change(call: Call, issues: Sequence[Row]) -> Row:
    """Make the changes that the body asks for, all or none; returns what was changed."""
    values: Row = {}
    for project_id in sorted({issue["project_id"] for issue in issues}):
        sql = "SELECT * FROM sentry_projects WHERE id = ?"
        values = check_changes(call, call.store.rows(sql, project_id)[0])
    with call.store.transaction():
        return _apply(call, issues, values)


def _apply(call: Call, issues: Sequence[Row], values: Row) -> Row:
    details = values.pop("statusDetails", values)
    answered = dict(values)
    if "priority" in values:
        _set_priority(call, issues, values["priority"])
    if "status" in values:
        told = change_status(call, issues, values, details)
        answered.update(told)
        bound = told["statusDetails"].keys() & {"inNextRelease", "inRelease"}
        if bound and len(issues) == 1:
            answered["activity"] = history_of(call.store, issues[0])
    if "assignedTo" in values:
        answered["assignedTo"] = _assign(call, issues, values["assignedTo"])
    answered.update(_mark(call, issues, values))
    return answered


def _set_priority(call: Call, issues: Sequence[Row], priority: str) -> None:
    for issue in issues:
        if issue["priority"] != priority:
            record(
                call.store,
                issue["id"],
                "set_priority",
                call.now_ms(),
                call.user_id,
                priority=priority,
            )
        call.store.update(
            "sentry_issues", issue["id"], priority=priority, priority_locked_ms=call.now_ms()
        )


def _assign(call: Call, issues: Sequence[Row], owner: Row | None) -> Row | None:
    held = None if owner is None else json.dumps(owner)
    for issue in issues:
        if issue["assigned"] == held:
            continue
        call.store.update("sentry_issues", issue["id"], assigned=held)
        kind = "unassigned" if owner is None else "assigned"
        data = (
            {} if owner is None else {"assignee": str(owner["id"]), "assigneeType": owner["type"]}
        )
        record(call.store, issue["id"], kind, call.now_ms(), call.user_id, **data)
        if owner is not None and owner["type"] == "user":
            subscribe(call.store, issue["id"], owner["id"], "assigned")
    return None if owner is None else owner_of(call.store, owner)


def _mark(call: Call, issues: Sequence[Row], values: Row) -> Row:
    """Set what the caller alone thinks of the issues; returns what the answer says besides."""
    for issue in issues:
        if "hasSeen" in values:
            _see(call, issue, has_seen=values["hasSeen"])
        if "isBookmarked" in values:
            _bookmark(call, issue, is_bookmarked=values["isBookmarked"])
        if "isSubscribed" in values:
            reason = "unknown" if values["isSubscribed"] else ""
            mark(call.store, issue["id"], call.user_id, subscription=reason)
    return {"subscriptionDetails": {"reason": "unknown"}} if "isSubscribed" in values else {}


def _see(call: Call, issue: Row, *, has_seen: bool) -> None:
    teams = team_ids_of(call.store, issue["project_id"])
    # Who is in none of the project's teams does not count as having seen its issues.
    if not has_seen or call.access.is_member_of(teams):
        seen_ms = call.now_ms() if has_seen else None
        mark(call.store, issue["id"], call.user_id, seen_ms=seen_ms)


def _bookmark(call: Call, issue: Row, *, is_bookmarked: bool) -> None:
    mark(call.store, issue["id"], call.user_id, is_bookmarked=int(is_bookmarked))
    if is_bookmarked:
        subscribe(call.store, issue["id"], call.user_id, "bookmarked")
    else:
        mark(call.store, issue["id"], call.user_id, subscription=None)
