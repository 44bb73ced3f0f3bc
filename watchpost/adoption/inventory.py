"""
What both services hold, as one pass of bulk reads found it.

Does not: read, match or judge. What could not be read is named in `unchecked`, never left out in
silence.

Source: docs/adoption.md.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from watchpost.coolify import AppRef, Row
    from watchpost.coolify.client import App
    from watchpost.sentry import Key, Project, Team


@dataclass(frozen=True)
class HeldApp:
    """
    One app of Coolify.

    Attributes:
        ref: Which.
        app: As Coolify lists it.
        rows: All its rows; None where they could not be read.
    """

    ref: AppRef
    app: App
    rows: tuple[Row, ...] | None

    @property
    def label(self) -> str:
        """How messages call it: its name, with the uuid where that is another word."""
        name = " ".join(self.app.name.split())
        return self.ref.uuid if name in ("", self.ref.uuid) else f"{name} ({self.ref.uuid})"


@dataclass(frozen=True)
class Unchecked:
    """Something that could not be read, and why."""

    what: str
    reason: str


@dataclass(frozen=True)
class Inventory:
    """
    Projects, keys, teams and apps.

    Attributes:
        organization: Slug of the Sentry organization.
        projects: All active ones; empty where Sentry could not be read.
        keys: All client keys of all of them.
        teams: All teams.
        apps: Applications, then services.
        unchecked: What could not be read.
        knows_sentry: Whether projects and keys are complete.
        knows_teams: Whether teams are complete.
        knows_apps: Whether both lists of apps are complete; their rows may still be missing.
    """

    organization: str
    projects: tuple[Project, ...] = ()
    keys: tuple[Key, ...] = ()
    teams: tuple[Team, ...] = ()
    apps: tuple[HeldApp, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    knows_sentry: bool = True
    knows_teams: bool = True
    knows_apps: bool = True

    @property
    def is_complete(self) -> bool:
        """Whether every list was read; rows of single apps may still be missing."""
        return self.knows_sentry and self.knows_teams and self.knows_apps

    @cached_property
    def project_by_id(self) -> dict[str, Project]:
        """Projects by their number."""
        return {project.id: project for project in self.projects}

    @cached_property
    def key_by_id(self) -> dict[str, Key]:
        """Client keys by id."""
        return {key.id.lower(): key for key in self.keys}

    @cached_property
    def keys_by_project(self) -> dict[str, tuple[Key, ...]]:
        """Client keys by their project's number; a project without keys is missing."""
        found: dict[str, list[Key]] = defaultdict(list)
        for key in self.keys:
            found[str(key.project_id)].append(key)
        return {project: tuple(keys) for project, keys in found.items()}

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The hosts that this organization's own DSNs name."""
        return frozenset(urlsplit(key.dsn_public).hostname or "" for key in self.keys)
