"""
All that an adoption would write down: entries, apps for entries that exist, and what fits nowhere.

Does not: render, or read a service. Source: docs/adoption.md.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from watchpost.adoption.apps import AppDraft, Place, draft_app
from watchpost.adoption.declared import Declared
from watchpost.adoption.entries import EntryDraft, Names, draft_entry, draft_teams
from watchpost.adoption.matching import Match, match_apps
from watchpost.coolify import Owner

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from watchpost.adoption.inventory import Inventory
    from watchpost.manifest import Entry
    from watchpost.sentry import Key


@dataclass(frozen=True)
class Addition:
    """An app for an entry that the manifest has already."""

    entry: Entry
    app: AppDraft


@dataclass(frozen=True)
class Drafts:
    """
    What is written down.

    Attributes:
        inventory: What both services hold.
        teams: Keys of the teams that are new, by slug.
        entries: One for each Sentry project that the manifest has not, by slug.
        additions: Apps of projects that it has.
        loose: Apps that fit several projects, or none.
    """

    inventory: Inventory
    teams: Mapping[str, str]
    entries: tuple[EntryDraft, ...]
    additions: tuple[Addition, ...]
    loose: tuple[Match, ...]

    @cached_property
    def placed_apps(self) -> tuple[tuple[str, AppDraft], ...]:
        """Every app of an entry that is declared, with the entry's id."""
        declared = [entry for entry in self.entries if not entry.refused]
        return (
            *((entry.id, app) for entry in declared for app in entry.apps),
            *((each.entry.id, each.app) for each in self.additions),
        )

    @property
    def declared_apps(self) -> tuple[AppDraft, ...]:
        """The same without ids."""
        return tuple(app for _, app in self.placed_apps)


def draft_all(inventory: Inventory, declared: Declared | None = None) -> Drafts:
    """
    Draft everything that the manifest lacks.

    Args:
        inventory: What both services hold; it must be complete.
        declared: What the manifest has; None where there is none.
    """
    declared = declared or Declared()
    matches: dict[str, list[Match]] = defaultdict(list)
    loose: list[Match] = []
    for match in match_apps(inventory, declared.workspaces):
        if match.app.ref in declared.apps:
            continue
        if match.project:
            matches[match.project.id].append(match)
        else:
            loose.append(match)
    known = declared.entries
    fresh = sorted(
        (project for project in inventory.projects if project.slug not in known),
        key=lambda project: project.slug,
    )
    team_keys = draft_teams(inventory, fresh, declared.team_keys)
    names = Names(declared.ids)
    entries = tuple(
        _with_apps(
            inventory,
            draft_entry(inventory, project, names.take(project.slug, "project"), team_keys),
            matches[project.id],
        )
        for project in fresh
    )
    return Drafts(
        inventory,
        _used_teams(team_keys, declared.team_keys, entries),
        entries,
        tuple(_additions(inventory, known, matches)),
        tuple(loose),
    )


def _with_apps(inventory: Inventory, entry: EntryDraft, matches: Sequence[Match]) -> EntryDraft:
    place = Place(Owner(inventory.organization, entry.id), entry.keys)
    return replace(entry, apps=tuple(draft_app(inventory, match, place) for match in matches))


def _used_teams(
    team_keys: Mapping[str, str], known: Mapping[str, str], entries: Sequence[EntryDraft]
) -> dict[str, str]:
    """The new teams that an entry names which is declared."""
    used = {key for entry in entries if not entry.refused for key in entry.teams}
    return {slug: key for slug, key in team_keys.items() if slug not in known and key in used}


def _additions(
    inventory: Inventory, known: Mapping[str, Entry], matches: Mapping[str, Sequence[Match]]
) -> Iterator[Addition]:
    for project in sorted(inventory.projects, key=lambda each: each.slug):
        entry = known.get(project.slug)
        if entry is None:
            continue
        place = Place(
            Owner(inventory.organization, entry.root), _keys_of(inventory, entry, project.id)
        )
        for match in matches.get(project.id, ()):
            yield Addition(entry, draft_app(inventory, match, place))


def _keys_of(inventory: Inventory, entry: Entry, project_id: str) -> dict[str, Key]:
    """The keys that the entry declares, as Sentry holds them, by their names in the manifest."""
    held: dict[str, list[Key]] = defaultdict(list)
    for key in inventory.keys_by_project.get(project_id, ()):
        held[key.label].append(key)
    return {
        name: held[spec.label][0]
        for name, spec in entry.keys.items()
        if len(held[spec.label]) == 1 and held[spec.label][0].is_active
    }
