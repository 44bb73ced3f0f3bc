"""
Finding issues and pull requests, and who may touch them.

Does not: render them (issues.py).

Source: docs.github.com, "REST API endpoints for issues": every pull request is an issue. The
permission that counts is the one of what it is; the documentation lists both for either.
"""

from typing import Any

from sandbox.github.auth import raise_if_not_permitted
from sandbox.github.call import Call, Refused


def issue_of(call: Call) -> dict[str, Any]:
    """The issue or pull request of the path's number."""
    number = call.path["number"]
    found = number.isdigit() and call.world.store.row(
        "SELECT * FROM github_issues WHERE repository_id = ? AND number = ?",
        call.repository["id"],
        int(number),
    )
    if not found:
        raise Refused(call.not_found())
    return found


def raise_if_issue_forbidden(call: Call, issue: dict[str, Any], access: str) -> None:
    """Let only tokens pass that may touch this issue, or this pull request."""
    is_pull = issue["head_sha"] is not None
    raise_if_not_permitted(call, access, "pull_requests" if is_pull else "issues")


def raise_if_too_long(call: Call, resource: str, body: str | None) -> None:
    """Refuse a text that GitHub would not store, in the words it has for each resource."""
    if body is None or len(body) <= 65_536:  # noqa: PLR2004  GitHub's number
        return
    message = "ody is too long (maximum is 65536 characters)"
    if resource == "Issue":
        fault = {"resource": resource, "code": "custom", "field": "body", "message": f"b{message}"}
    else:
        code, field = "unprocessable", "data"
        fault = {"resource": resource, "code": code, "field": field, "message": f"B{message}"}
    raise call.invalid(**fault)
