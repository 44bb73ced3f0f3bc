"""
Comments on issues and pull requests.

Does not: simulate reactions, reviews, or the comments of a whole repository.

Source: docs.github.com, "REST API endpoints for issue comments". Comments are ordered by ascending
id. A token that may write may edit and delete the comments of others, too.
"""

from typing import Any

from sandbox.github.auth import caller_of, render_user
from sandbox.github.call import Call, Refused, Reply
from sandbox.github.issue_rows import issue_of, raise_if_issue_forbidden, raise_if_too_long


def list_comments(call: Call) -> Reply:
    """``GET /repos/{owner}/{repo}/issues/{number}/comments``."""
    issue = issue_of(call)
    raise_if_issue_forbidden(call, issue, "read")
    sql = "SELECT * FROM github_comments WHERE issue_id = ? ORDER BY id"
    rows, headers = call.page(sql, issue["id"])
    return Reply(200, [_rendered(call, issue, row) for row in rows], headers)


def create_comment(call: Call) -> Reply:
    """``POST /repos/{owner}/{repo}/issues/{number}/comments``."""
    issue = issue_of(call)
    raise_if_issue_forbidden(call, issue, "write")
    now = call.now()
    values = {
        "issue_id": issue["id"],
        "user_id": caller_of(call).user_id,
        "body": _body(call),
        "created_at": now,
        "updated_at": now,
    }
    made = call.world.store.insert("github_comments", **values)
    return Reply(201, _rendered(call, issue, {"id": made, **values}))


def update_comment(call: Call) -> Reply:
    """``PATCH /repos/{owner}/{repo}/issues/comments/{id}``."""
    issue, comment = _found(call)
    raise_if_issue_forbidden(call, issue, "write")
    changed = {"body": _body(call), "updated_at": call.now()}
    call.world.store.update("github_comments", comment["id"], **changed)
    return Reply(200, _rendered(call, issue, {**comment, **changed}))


def delete_comment(call: Call) -> Reply:
    """``DELETE /repos/{owner}/{repo}/issues/comments/{id}``."""
    issue, comment = _found(call)
    raise_if_issue_forbidden(call, issue, "write")
    call.world.store.delete("github_comments", comment["id"])
    return Reply(204)


def _body(call: Call) -> str:
    body = call.text("body", is_required=True) or ""
    if not body.strip():
        message = "body cannot be blank"
        raise call.invalid(resource="IssueComment", code="custom", field="body", message=message)
    raise_if_too_long(call, "IssueComment", body)
    return body


def _found(call: Call) -> tuple[dict[str, Any], dict[str, Any]]:
    store = call.world.store
    comment = store.row("SELECT * FROM github_comments WHERE id = ?", call.path["id"])
    issue = comment and store.row(
        "SELECT * FROM github_issues WHERE id = ? AND repository_id = ?",
        comment["issue_id"],
        call.repository["id"],
    )
    if not comment or not issue:
        raise Refused(call.not_found())
    return issue, comment


def _rendered(call: Call, issue: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    owner, name = call.repository["owner"], call.repository["name"]
    url = f"{call.base}/repos/{owner}/{name}/issues"
    return {
        "url": f"{url}/comments/{row['id']}",
        "id": row["id"],
        "issue_url": f"{url}/{issue['number']}",
        "user": render_user(call, row["user_id"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "body": row["body"],
    }
