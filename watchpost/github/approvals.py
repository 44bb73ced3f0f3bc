"""
Which plan was reviewed before a commit came to the branch: the hash in our own comment on the pull
request whose merge made that commit.

Does not: judge the review; branch protection decides what may be merged.

Source: docs/adr/0014-one-comment-and-one-issue.md; design.md 9 (exit 1 for what is missing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.errors import AmbiguousOwner, PolicyError
from watchpost.github.comments import list_own_comments
from watchpost.github.markers import Marker, read_marker

if TYPE_CHECKING:
    from watchpost.github.client import GitHubClient

_BY_HAND = "run `watchpost plan` and then apply with the hash it prints, as docs/gitops.md says"


def find_approved_hash(client: GitHubClient, commit: str, stack: str) -> str:
    """
    The hash of the plan that was shown on the commit's pull request.

    Raises:
        PolicyError: The commit came without a pull request, or no plan was made for it.
        AmbiguousOwner: Several pull requests claim the commit.
    """
    number = get_merged_pull(client, commit)
    marker = Marker("plan", stack)
    found = list_own_comments(client, number, marker)
    shown = read_marker(found[0].body) if found else None
    if shown is None or not shown.plan_hash:
        raise PolicyError(
            f"pull request #{number}",
            f"no plan of the stack {stack} was approved with it",
            detail="The plan could not be made."
            if found
            else f"{client.login} has written no plan there.",
            fix=_BY_HAND,
        )
    return shown.plan_hash


def get_merged_pull(client: GitHubClient, commit: str) -> int:
    """
    The number of the pull request whose merge made *commit*, be it by merge, squash or rebase.

    Raises:
        PolicyError: There is none, as after a direct push.
        AmbiguousOwner: There are several.
    """
    merged = [
        pull.number
        for pull in client.list_pulls(commit)
        if pull.is_merged and pull.merge_commit == commit
    ]
    if not merged:
        raise PolicyError(
            f"commit {commit[:12]}",
            "it came without a pull request, so that no plan was approved",
            detail="It was pushed directly, or is not the last commit of a merge.",
            fix=_BY_HAND,
        )
    if len(merged) > 1:
        names = ", ".join(f"#{number}" for number in merged)
        raise AmbiguousOwner(f"commit {commit[:12]}", f"several pull requests claim it: {names}")
    return merged[0]
