"""
Labels: of the repository, and on its issues and pull requests.

Does not: simulate renaming or deleting a label of the repository.

Source: docs.github.com, "REST API endpoints for labels". A label that is put on an issue and does
not exist is made, grey.
"""

from typing import Any

from sandbox.github.call import Call, Refused, Reply
from sandbox.github.issue_rows import issue_of, raise_if_issue_forbidden

GREY = "ededed"
HEX = frozenset("0123456789abcdefABCDEF")


def show_label(call: Call) -> Reply:
    """``GET /repos/{owner}/{repo}/labels/{name}``."""
    found = _label(call, call.path["name"])
    if found is None:
        raise Refused(call.not_found())
    return Reply(200, _rendered(call, found))


def create_label(call: Call) -> Reply:
    """``POST /repos/{owner}/{repo}/labels``."""
    name = call.text("name", is_required=True) or ""
    color = call.text("color") or GREY
    if len(color) != len(GREY) or not set(color) <= HEX:
        raise call.invalid(resource="Label", code="invalid", field="color")
    if _label(call, name):
        raise call.invalid(resource="Label", code="already_exists", field="name")
    made = _insert(call, name, color, call.text("description"))
    return Reply(201, _rendered(call, made))


def list_issue_labels(call: Call) -> Reply:
    """``GET /repos/{owner}/{repo}/issues/{number}/labels``."""
    issue = issue_of(call)
    raise_if_issue_forbidden(call, issue, "read")
    return Reply(200, labels_of(call, issue["id"]))


def add_issue_labels(call: Call) -> Reply:
    """``POST /repos/{owner}/{repo}/issues/{number}/labels``; answers all labels of the issue."""
    issue = issue_of(call)
    raise_if_issue_forbidden(call, issue, "write")
    put_labels(call, issue["id"], call.fields.get("labels", []))
    return Reply(200, labels_of(call, issue["id"]))


def remove_issue_label(call: Call) -> Reply:
    """``DELETE /repos/{owner}/{repo}/issues/{number}/labels/{name}``; answers those that remain."""
    issue = issue_of(call)
    raise_if_issue_forbidden(call, issue, "write")
    found = _label(call, call.path["name"])
    worn = found and call.world.store.row(
        "SELECT * FROM github_issue_labels WHERE issue_id = ? AND label_id = ?",
        issue["id"],
        found["id"],
    )
    if not worn:
        raise Refused(call.refusal(404, "Label does not exist"))
    call.world.store.delete("github_issue_labels", worn["id"])
    return Reply(200, labels_of(call, issue["id"]))


def put_labels(call: Call, issue_id: int, names: Any) -> None:
    """Put labels on an issue, making those that do not exist."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        message = "Invalid request.\n\nFor 'properties/labels', it is not a list of names."
        raise Refused(call.refusal(422, message))
    worn = {label["id"] for label in labels_of(call, issue_id)}
    for name in names:
        label = _label(call, name) or _insert(call, name, GREY, None)
        if label["id"] not in worn:
            call.world.store.insert("github_issue_labels", issue_id=issue_id, label_id=label["id"])


def labels_of(call: Call, issue_id: int) -> list[dict[str, Any]]:
    """The labels on an issue, as GitHub shows them."""
    rows = call.world.store.rows(
        "SELECT l.* FROM github_labels l JOIN github_issue_labels i ON i.label_id = l.id"
        " WHERE i.issue_id = ? ORDER BY i.id",
        issue_id,
    )
    return [_rendered(call, row) for row in rows]


def _label(call: Call, name: str) -> dict[str, Any] | None:
    """The label of that name, whose case does not matter."""
    return call.world.store.row(
        "SELECT * FROM github_labels WHERE repository_id = ? AND lower(name) = ?",
        call.repository["id"],
        name.lower(),
    )


def _insert(call: Call, name: str, color: str, description: str | None) -> dict[str, Any]:
    values = {"name": name, "color": color, "description": description}
    made = call.world.store.insert("github_labels", repository_id=call.repository["id"], **values)
    return {"id": made, **values}


def _rendered(call: Call, row: dict[str, Any]) -> dict[str, Any]:
    owner, name = call.repository["owner"], call.repository["name"]
    return {
        "id": row["id"],
        "url": f"{call.base}/repos/{owner}/{name}/labels/{row['name']}",
        "name": row["name"],
        "color": row["color"],
        "default": False,
        "description": row["description"],
    }
