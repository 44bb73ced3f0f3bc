"""
What a manifest declares already, so that adoption adds only what is missing.

Does not: read the manifest or ask Coolify which app a name means; both come in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watchpost.coolify import AppRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watchpost.manifest import AppEnvironment, Entry, Manifest, Selector
    from watchpost.selectors import Found


@dataclass(frozen=True)
class Declared:
    """
    A manifest, by what adoption looks for.

    Attributes:
        manifest: The manifest; None where there is none yet.
        apps: Its apps by what they are in Coolify; those that Coolify does not have are missing.
    """

    manifest: Manifest | None = None
    apps: Mapping[AppRef, AppEnvironment] = field(default_factory=dict)

    @property
    def entries(self) -> dict[str, Entry]:
        """Entries by the slug of their Sentry project."""
        return {entry.slug: entry for entry in (self.manifest.entries if self.manifest else ())}

    @property
    def owners_of_unknown_apps(self) -> set[str]:
        """Top-level entries with an app that was not found in Coolify."""
        known = {app.selector for app in self.apps.values()}
        apps = self.manifest.apps if self.manifest else ()
        return {app.owner for app in apps if app.selector not in known}

    @property
    def ids(self) -> set[str]:
        """Ids that are taken: of entries and of what holds parts."""
        entries = self.manifest.entries if self.manifest else ()
        return {entry.id for entry in entries} | {entry.root for entry in entries}

    @property
    def workspaces(self) -> tuple[str, ...]:
        """The word that the manifest puts before slugs, if it says one."""
        defaults = self.manifest.source.data.get("defaults") if self.manifest else None
        word = (defaults or {}).get("workspace")
        return (word,) if word else ()

    @property
    def team_keys(self) -> dict[str, str]:
        """Keys of teams by slug."""
        teams = self.manifest.teams.values() if self.manifest else ()
        return {team.slug: team.key for team in teams}


def declared_in(manifest: Manifest, uuids: Mapping[Selector, Found]) -> Declared:
    """
    Arrange a manifest.

    Args:
        manifest: As loaded.
        uuids: Which app each selector means.
    """
    apps = {
        AppRef(app.selector.kind, uuid): app
        for app in manifest.apps
        if app.selector in uuids and (uuid := uuids[app.selector].uuid)
    }
    return Declared(manifest, apps)
