"""
The projects that the manifest declares, as it is now.

    the manifest             which projects there are
    as it was                as before
    changed, without faults  as it says now
    gone or faulty           as before; the log says why

Does not: decide who may know of which. A faulty manifest takes nobody's project away: what it
cannot do is grant one.

Source: docs/agents.md (reloading).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.agents.changes import read_mark
from watchpost.errors import WatchpostError
from watchpost.health.model import HealthProject
from watchpost.manifest import load_manifest
from watchpost.records.resolving import find_entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from watchpost.manifest import Manifest


class DeclaredProjects:
    """
    The entries of one manifest. For one thread.

    Args:
        path: The manifest.
        log: Takes a line for each reload.

    Raises:
        ManifestError: It cannot be used to begin with.
    """

    def __init__(self, path: Path, log: Callable[[str], None]) -> None:
        self._path = path
        self._log = log
        self._mark = read_mark(path)
        self._manifest = load_manifest(path)

    @property
    def manifest(self) -> Manifest:
        """The manifest as it is now."""
        mark = read_mark(self._path)
        if mark != self._mark:
            self._mark = mark
            self._read_again()
        return self._manifest

    def find(self, project_id: str) -> HealthProject | None:
        """The project of exactly that id, or of a record of that key; no other spelling is one."""
        manifest = self.manifest
        entry = find_entry(manifest, project_id)
        return None if entry is None else HealthProject(entry.id, manifest.organization, entry.slug)

    def _read_again(self) -> None:
        try:
            self._manifest = load_manifest(self._path)
        except WatchpostError as error:
            self._log(f"{self._path}: not taken over: {error}")
        else:
            self._log(f"{self._path}: read again, {len(self._manifest.entries)} projects")
