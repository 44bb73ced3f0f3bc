"""
One issue per stack and kind: opened, kept up to date, closed, and opened again.

A closed issue is opened again rather than followed by a new one: its number stays the stack's, what
people wrote about the last time is at hand, and a service that flaps makes no heap of issues.

Does not: compose the report.

Source: docs/adr/0014-one-comment-and-one-issue.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.errors import UnclearWrite
from watchpost.github.bodies import compose_body, is_same
from watchpost.github.markers import Marker, read_marker

if TYPE_CHECKING:
    from collections.abc import Collection

    from watchpost.github.client import GitHubClient
    from watchpost.github.models import Issue

_ATTEMPTS = 3


@dataclass(frozen=True)
class IssueKind:
    """A kind of issue: the marker's kind, its label and what its title says of a stack."""

    marker: str
    label: str
    color: str
    description: str
    title: str


DRIFT = IssueKind(
    "drift",
    "watchpost: drift",
    "d93f0b",
    "Something is not as it is declared",
    "Watchpost: {stack} differs from what is declared",
)
UNCHECKED = IssueKind(
    "unchecked",
    "watchpost: unchecked",
    "fbca04",
    "The drift check could not run, or not look at everything",
    "Watchpost: {stack} could not be checked for drift",
)


def keep_issue(client: GitHubClient, kind: IssueKind, stack: str, text: str) -> str:
    """
    See that the stack has an open issue of that kind, and that it says *text*.

    An issue is edited only where its text differs, because every edit is read by people.

    Returns:
        What was done and to which issue, e.g. `opened #4`, `reopened #4`, `unchanged #4`.

    Raises:
        ApiError: GitHub refused, or did not answer.
    """
    marker = Marker(kind.marker, stack)
    body = compose_body(marker, text)
    found = _list_own_issues(client, kind, marker)
    if not found:
        return _open(client, kind, marker, body)
    kept = _keep_first(client, found)
    changes = {} if is_same(kept.body, body) else {"body": body}
    done = "updated" if changes else "unchanged"
    if not kept.is_open:
        done, changes = "reopened", {**changes, "state": "open"}
    if changes:
        client.update_issue(kept.number, changes)
    return f"{done} #{kept.number}"


def keep_issues(client: GitHubClient, stack: str, codes: Collection[int], text: str) -> list[str]:
    """
    Keep both issues of a stack as a check found it.

    Drift opens or updates the one, whatever else could not be looked at; it is closed only where
    everything was looked at. The other is open exactly while something could not be looked at.

    Args:
        client: The repository.
        stack: Its name.
        codes: Every exit code that applies to the check, see `watchpost.exits`.
        text: The report, in Markdown.

    Returns:
        What was done, a line for each.
    """
    is_unchecked = exits.UNCHECKED in codes
    if exits.CHANGES in codes:
        drift = keep_issue(client, DRIFT, stack, text)
    else:
        drift = "left as it is" if is_unchecked else close_issue(client, DRIFT, stack)
    unchecked = (
        keep_issue(client, UNCHECKED, stack, text)
        if is_unchecked
        else close_issue(client, UNCHECKED, stack)
    )
    return [f"drift: {drift}", f"unchecked: {unchecked}"]


def close_issue(client: GitHubClient, kind: IssueKind, stack: str) -> str:
    """
    See that the stack has no open issue of that kind; its text stays, as what was last found.

    Returns:
        What was done, e.g. `closed #4`, or `none is open`.
    """
    closed = [
        each.number
        for each in _list_own_issues(client, kind, Marker(kind.marker, stack))
        if each.is_open
    ]
    for number in closed:
        client.update_issue(number, {"state": "closed", "state_reason": "completed"})
    return "closed " + ", ".join(f"#{each}" for each in closed) if closed else "none is open"


def _list_own_issues(client: GitHubClient, kind: IssueKind, marker: Marker) -> list[Issue]:
    return [
        each
        for each in client.list_issues(kind.label)
        if each.author == client.login and marker.is_same_thing(read_marker(each.body))
    ]


def _keep_first(client: GitHubClient, found: list[Issue]) -> Issue:
    """The oldest of several, which two runs at once may have made; the others are closed."""
    kept, *extra = found
    for each in extra:
        if each.is_open:
            client.update_issue(each.number, {"state": "closed", "state_reason": "not_planned"})
    return kept


def _open(client: GitHubClient, kind: IssueKind, marker: Marker, body: str) -> str:
    client.ensure_label(kind.label, color=kind.color, description=kind.description)
    title = kind.title.format(stack=marker.stack)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            made = client.create_issue(title=title, body=body, labels=(kind.label,))
        except UnclearWrite:
            found = _list_own_issues(client, kind, marker)
            if found:
                return f"opened #{found[0].number}"
            if attempt == _ATTEMPTS:
                raise
        else:
            # Another run may have opened one at the same moment; a list may lag behind the write.
            kept = _keep_first(client, _list_own_issues(client, kind, marker) or [made])
            return f"opened #{kept.number}"
    raise AssertionError(_ATTEMPTS)  # the loop returns or raises
