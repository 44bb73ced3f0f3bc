"""
One label per pull request, which says what merging it would do to the apps.

Does not: touch a label that is not one of ours.

Source: docs/gitops.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchpost.github.client import GitHubClient

DEFAULT_PREFIX = "watchpost: "


@dataclass(frozen=True)
class Label:
    """A label: its name without prefix, its colour and what it says."""

    name: str
    color: str
    description: str


LABELS = {
    "unsafe": Label("unsafe", "b60205", "A limit is exceeded; merging applies nothing"),
    "destructive": Label("destructive", "d93f0b", "Something is deleted, disabled or taken over"),
    "rebuild": Label("rebuild", "fbca04", "At least one app is rebuilt"),
    "restart": Label("restart", "0e8a16", "At least one app is restarted, none rebuilt"),
    "nothing": Label("no effect", "c5def5", "No app is rebuilt or restarted"),
}


def keep_label(
    client: GitHubClient, number: int, consequence: str, prefix: str = DEFAULT_PREFIX
) -> str:
    """
    See that of our labels the pull request wears exactly the one for *consequence*.

    Args:
        client: The repository.
        number: The pull request.
        consequence: A key of LABELS.
        prefix: What each label's name begins with.

    Returns:
        What was done: `updated` or `unchanged`.
    """
    label = LABELS[consequence]
    wanted = prefix + label.name
    # The case of a label's name does not matter to GitHub.
    worn = {name.lower(): name for name in client.list_labels(number)}
    ours = {(prefix + each.name).lower() for each in LABELS.values()} - {wanted.lower()}
    superseded = [name for lowered, name in worn.items() if lowered in ours]
    is_worn = wanted.lower() in worn
    if not is_worn:
        client.ensure_label(wanted, color=label.color, description=label.description)
        client.add_label(number, wanted)
    for name in superseded:
        client.remove_label(number, name)
    return "unchanged" if is_worn and not superseded else "updated"
