"""
From labels to client keys: each target's key as Sentry has it, or why there is none.

Two calls for the whole organization; on a server that has no list of all keys, one per project.

Does not: take a key by anything but its label within the project of that slug.

Source: sentry-api.md 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from watchpost.canary.targets import Target
    from watchpost.sentry import Key, Project, SentryClient


@dataclass(frozen=True)
class Resolved:
    """
    One target and its client key.

    Attributes:
        target: What the manifest says.
        key: The client key; None where there is not exactly one.
        problem: Why there is none, for people; empty otherwise.
    """

    target: Target
    key: Key | None
    problem: str = ""

    @property
    def dsn_name(self) -> str:
        """The DSN as it may be shown."""
        if self.key is None:
            return f"{self.target.slug}/{self.target.label}"
        return f"…@{self.key.project_id} key {self.target.label}"


def resolve_targets(
    client: SentryClient, organization: str, targets: Iterable[Target]
) -> tuple[Resolved, ...]:
    """
    Find the client key of each target.

    Raises:
        ApiError: Sentry could not be asked.
    """
    wanted = list(targets)
    projects = {project.slug: project for project in client.list_projects(organization)}
    used = [projects[slug] for slug in {each.slug for each in wanted} if slug in projects]
    keys = _keys_by_project(client, organization, used)
    return tuple(_resolve(target, projects.get(target.slug), keys) for target in wanted)


def _keys_by_project(
    client: SentryClient, organization: str, projects: Iterable[Project]
) -> Mapping[str, Sequence[Key]]:
    try:
        listed = client.list_keys(organization)
    except NotFound:
        return {each.id: client.list_project_keys(organization, each.id) for each in projects}
    found: dict[str, list[Key]] = {}
    for key in listed:
        found.setdefault(str(key.project_id), []).append(key)
    return found


def _resolve(
    target: Target, project: Project | None, keys: Mapping[str, Sequence[Key]]
) -> Resolved:
    if project is None:
        return Resolved(target, None, f"Sentry has no project {target.slug}")
    found = [key for key in keys.get(project.id, ()) if key.label == target.label]
    if len(found) > 1:
        ids = ", ".join(sorted(key.id for key in found))
        return Resolved(target, None, f"{len(found)} keys are labelled {target.label}: {ids}")
    if not found:
        return Resolved(target, None, f"the project has no key labelled {target.label}")
    return Resolved(target, found[0])
