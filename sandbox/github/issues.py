"""
Issues: listed, made, edited, closed and opened again.

Does not: simulate assignees, milestones, types or locks.

Source: docs.github.com, "REST API endpoints for issues". The list holds pull requests, too; they
have the key ``pull_request``. It begins with the newest. ``labels`` names labels that all must be
there.
"""

from typing import Any

from sandbox.github.auth import caller_of, raise_if_not_permitted, render_user
from sandbox.github.call import Call, Refused, Reply
from sandbox.github.issue_rows import issue_of, raise_if_issue_forbidden, raise_if_too_long
from sandbox.github.labels import labels_of, put_labels
from sandbox.world import World

STATES = ("open", "closed")
REASONS = ("completed", "not_planned", "duplicate", "reopened")


def list_issues(call: Call) -> Reply:
    """``GET /repos/{owner}/{repo}/issues``; filters: state, labels."""
    raise_if_not_permitted(call, "read", "issues")
    state = call.query.get("state", "open")
    if state not in (*STATES, "all"):
        raise call.invalid(resource="Issue", code="invalid", field="state")
    sql = "SELECT * FROM github_issues i WHERE repository_id = ?"
    parameters: list[object] = [call.repository["id"]]
    if state != "all":
        sql += " AND state = ?"
        parameters.append(state)
    for label in (each.strip() for each in call.query.get("labels", "").split(",") if each):
        sql += (
            " AND EXISTS (SELECT 1 FROM github_issue_labels w JOIN github_labels l"
            " ON l.id = w.label_id WHERE w.issue_id = i.id AND lower(l.name) = ?)"
        )
        parameters.append(label.lower())
    rows, headers = call.page(f"{sql} ORDER BY number DESC", *parameters)
    return Reply(200, [_rendered(call, row) for row in rows], headers)


def create_issue(call: Call) -> Reply:
    """``POST /repos/{owner}/{repo}/issues``."""
    raise_if_not_permitted(call, "write", "issues")
    title = call.text("title", is_required=True) or ""
    if not title.strip():
        raise call.invalid(resource="Issue", code="missing_field", field="title")
    body = call.text("body")
    raise_if_too_long(call, "Issue", body)
    with call.world.store.transaction():
        values = {"title": title, "body": body or None, "user_id": caller_of(call).user_id}
        issue_id = insert_issue(call.world, call.repository["id"], call.now(), **values)
        put_labels(call, issue_id, call.fields.get("labels", []))
    return Reply(201, _rendered(call, _by_id(call, issue_id)))


def update_issue(call: Call) -> Reply:
    """``PATCH /repos/{owner}/{repo}/issues/{number}``; only the fields that are sent change."""
    issue = issue_of(call)
    raise_if_issue_forbidden(call, issue, "write")
    changes: dict[str, object] = {
        name: call.text(name) for name in ("title", "body") if name in call.fields
    }
    raise_if_too_long(call, "Issue", call.text("body"))
    changes |= _state_changes(call, issue)
    if changes:
        call.world.store.update("github_issues", issue["id"], **changes, updated_at=call.now())
    return Reply(200, _rendered(call, _by_id(call, issue["id"])))


def _state_changes(call: Call, issue: dict[str, Any]) -> dict[str, object]:
    state, reason = call.text("state"), call.text("state_reason")
    if state not in (*STATES, None):
        raise call.invalid(resource="Issue", code="invalid", field="state")
    if reason not in (*REASONS, None):
        raise call.invalid(resource="Issue", code="invalid", field="state_reason")
    if state is None or state == issue["state"]:
        return {}
    if state == "open":
        return {"state": state, "state_reason": "reopened", "closed_at": None}
    return {"state": state, "state_reason": reason or "completed", "closed_at": call.now()}


def insert_issue(world: World, repository_id: int, now: str, **values: object) -> int:
    """Store an open issue under the next number; returns its id."""
    sql = "SELECT coalesce(max(number), 0) + 1 AS next FROM github_issues WHERE repository_id = ?"
    number = (world.store.row(sql, repository_id) or {})["next"]
    return world.store.insert(
        "github_issues",
        repository_id=repository_id,
        number=number,
        state="open",
        created_at=now,
        updated_at=now,
        **values,
    )


def _by_id(call: Call, issue_id: int) -> dict[str, Any]:
    found = call.world.store.row("SELECT * FROM github_issues WHERE id = ?", issue_id)
    if found is None:
        raise Refused(call.not_found())
    return found


def _rendered(call: Call, row: dict[str, Any]) -> dict[str, Any]:
    owner, name = call.repository["owner"], call.repository["name"]
    repository = f"{call.base}/repos/{owner}/{name}"
    shown = {
        "url": f"{repository}/issues/{row['number']}",
        "id": row["id"],
        "number": row["number"],
        "title": row["title"],
        "user": render_user(call, row["user_id"]),
        "labels": labels_of(call, row["id"]),
        "state": row["state"],
        "state_reason": row["state_reason"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "closed_at": row["closed_at"],
        "body": row["body"],
    }
    if row["head_sha"] is not None:
        url = f"{repository}/pulls/{row['number']}"
        shown["pull_request"] = {"url": url, "merged_at": row["merged_at"]}
    return shown
