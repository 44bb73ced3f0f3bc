"""
What both services answered about a fleet, and what they did not.

Not there and not asked are different things: a service that did not answer leaves its *trouble*.

Does not: ask anybody. Source: design.md 5 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from watchpost.coolify import AppRef, Row
    from watchpost.manifest import Selector
    from watchpost.sentry import Key, Project


@dataclass(frozen=True)
class ObservedSentry:
    """
    One organization of Sentry.

    Attributes:
        projects: By slug.
        keys: Client keys by the numeric id of their project.
        trouble: Why Sentry could not be asked; then the other two are empty and mean nothing.
    """

    projects: Mapping[str, Project] = field(default_factory=dict)
    keys: Mapping[int, tuple[Key, ...]] = field(default_factory=dict)
    trouble: str = ""

    def find_keys(self, slug: str, label: str) -> tuple[Key, ...]:
        """Keys of that label in that project; labels are not unique in Sentry."""
        project = self.projects.get(slug)
        keys = self.keys.get(int(project.id), ()) if project else ()
        return tuple(key for key in keys if key.label == label)


@dataclass(frozen=True)
class ObservedApp:
    """
    One app of Coolify.

    Attributes:
        ref: Its kind and uuid; None where it was not found.
        name: Coolify's name of it; empty where it was not found.
        status: Such as `running:healthy`.
        rows: All its rows, foreign ones included.
        missing: Why there is no such app; empty where there is one.
        trouble: Why it could not be asked for; then the others mean nothing.
    """

    ref: AppRef | None = None
    name: str = ""
    status: str = ""
    rows: tuple[Row, ...] = ()
    missing: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class LastEvent:
    """
    When a client key last had an event accepted.

    Attributes:
        is_known: False where the server keeps no such statistics, or did not answer.
        day: The day, in UTC; None where there was none within the days that were asked for.
    """

    is_known: bool
    day: date | None = None


UNKNOWN_EVENT = LastEvent(is_known=False)


@dataclass(frozen=True)
class ObservedFleet:
    """
    Both services.

    Attributes:
        sentry: The organization.
        apps: By selector.
        last_events: By key id; a key that is not in it was not asked about.
    """

    sentry: ObservedSentry
    apps: Mapping[Selector, ObservedApp]
    last_events: Mapping[str, LastEvent] = field(default_factory=dict)
