"""
What one run declares: which variables of which app, by which entry.

A selector that is written in another form is another resource of the same app, with the same mark.
An app that moves is another resource of another entry. In both cases the old resource is deleted
in the run that confirms the new one, and must not take away what the new one declares:

    the run declares                              delete of a row with exactly its own mark
    the row's name, for this app                  stays
    an app of this entry that was not found       refused: it may be this app
    neither, or nothing at all (a destroy)        removed

Does not: outlive its process. A run without declarations, such as `pulumi destroy`, removes all.

Source: design.md 5; docs/adr on the ownership mark.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchpost.coolify.marks import Owner
    from watchpost.coolify.rows import AppRef, Kind


class DeclaredApps:
    """The declarations seen so far; thread-safe."""

    def __init__(self) -> None:
        self._names: dict[tuple[AppRef, str], set[str]] = defaultdict(set)
        self._not_found: dict[tuple[Kind, Owner], set[str]] = defaultdict(set)
        self._lock = threading.Lock()

    def note(self, app: AppRef, owner: Owner, names: Iterable[str]) -> None:
        """Remember that *owner* declares *names* for *app*."""
        with self._lock:
            self._names[app, owner.organization].update(names)

    def note_not_found(self, kind: Kind, owner: Owner, names: Iterable[str]) -> None:
        """Remember that *owner* declares *names* for an app that its selector did not find."""
        with self._lock:
            self._not_found[kind, owner].update(names)

    def names_of(self, app: AppRef, organization: str) -> frozenset[str]:
        """Every name that an entry of *organization* declares for *app*."""
        with self._lock:
            return frozenset(self._names.get((app, organization), ()))

    def names_not_found(self, kind: Kind, owner: Owner) -> frozenset[str]:
        """Every name that *owner* declares for apps that were not found."""
        with self._lock:
            return frozenset(self._not_found.get((kind, owner), ()))
