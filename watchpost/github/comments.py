"""
One comment per pull request and marker, edited in place.

Only comments that the token's own user wrote are looked at: nobody can make us edit theirs, or
pass a text of theirs off as ours.

Does not: compose the text.

Source: docs/adr/0014-one-comment-and-one-issue.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.errors import UnclearWrite
from watchpost.github.bodies import is_same
from watchpost.github.markers import read_marker

if TYPE_CHECKING:
    from watchpost.github.client import GitHubClient
    from watchpost.github.markers import Marker
    from watchpost.github.models import Comment

_ATTEMPTS = 3


def keep_comment(client: GitHubClient, number: int, marker: Marker, body: str) -> str:
    """
    See that the pull request has exactly one comment of that marker, and that it says *body*.

    Two runs at once may both have found none: after writing, each looks again, keeps the comment of
    the lowest id and deletes the other, so that both end with the same one.

    Args:
        client: The repository.
        number: The pull request.
        marker: Which comment; its hash is not compared.
        body: The whole text, marker line included.

    Returns:
        What was done: `created`, `updated` or `unchanged`.

    Raises:
        ApiError: GitHub refused, or did not answer.
    """
    found = list_own_comments(client, number, marker)
    done = "unchanged"
    if not found:
        done = "created"
        found = _create(client, number, marker, body)
    kept, *extra = found
    for each in extra:
        client.delete_comment(each.id)
    if not is_same(kept.body, body):
        client.update_comment(kept.id, body)
        return "updated"
    return done


def list_own_comments(client: GitHubClient, number: int, marker: Marker) -> list[Comment]:
    """The comments of that marker that the token's user wrote, oldest first."""
    return [
        each
        for each in client.list_comments(number)
        if each.author == client.login and marker.is_same_thing(read_marker(each.body))
    ]


def _create(client: GitHubClient, number: int, marker: Marker, body: str) -> list[Comment]:
    """Write the comment, look first where it is unclear whether it was, and list all there are."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            made = client.create_comment(number, body)
        except UnclearWrite:
            found = list_own_comments(client, number, marker)
            if found:
                return found
            if attempt == _ATTEMPTS:
                raise
        else:
            # A list may lag behind the write.
            return list_own_comments(client, number, marker) or [made]
    raise AssertionError(_ATTEMPTS)  # the loop returns or raises
