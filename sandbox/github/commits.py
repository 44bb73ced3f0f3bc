"""
The pull requests that a commit belongs to.

Does not: simulate git; the control API says which commits there are.

Source: docs.github.com, "List pull requests associated with a commit".
"""

from typing import Any

from sandbox.github.auth import raise_if_not_permitted, render_user
from sandbox.github.call import Call, Refused, Reply


def list_pulls_of_commit(call: Call) -> Reply:
    """``GET /repos/{owner}/{repo}/commits/{sha}/pulls``."""
    raise_if_not_permitted(call, "read", "pull_requests")
    raise_if_not_permitted(call, "read", "contents")
    sql = "SELECT * FROM github_commits WHERE repository_id = ? AND sha = ?"
    found = call.world.store.rows(sql, call.repository["id"], call.path["sha"])
    if not found:
        raise Refused(call.refusal(422, f"No commit found for SHA: {call.path['sha']}"))
    rows, headers = call.page(
        "SELECT i.* FROM github_issues i JOIN github_commits c ON c.pull_id = i.id"
        " WHERE c.repository_id = ? AND c.sha = ? ORDER BY i.number",
        call.repository["id"],
        call.path["sha"],
    )
    return Reply(200, [_rendered(call, row) for row in rows], headers)


def _rendered(call: Call, row: dict[str, Any]) -> dict[str, Any]:
    owner, name = call.repository["owner"], call.repository["name"]
    return {
        "url": f"{call.base}/repos/{owner}/{name}/pulls/{row['number']}",
        "id": row["id"],
        "number": row["number"],
        "state": row["state"],
        "title": row["title"],
        "user": render_user(call, row["user_id"]),
        "body": row["body"],
        "merged_at": row["merged_at"],
        "merge_commit_sha": row["merge_commit_sha"],
        "head": {
            "ref": row["head_ref"],
            "sha": row["head_sha"],
            "repo": {"full_name": row["head_repository"]},
        },
        "base": {"ref": row["base_ref"], "repo": {"full_name": f"{owner}/{name}"}},
    }
