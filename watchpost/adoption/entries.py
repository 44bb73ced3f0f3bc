"""
What the manifest can say about one Sentry project: one entry, or why there can be none.

An entry says everything that Sentry holds and the manifest knows: name, slug, platform, all teams,
the active keys with their limits. What the manifest cannot say, or would change by saying it, keeps
the whole entry out. A disabled key is never declared, because applying would enable it.

Does not: look at apps, or render. Source: docs/adoption.md; docs/manifest.md.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from watchpost.adoption.values import explain_value
from watchpost.manifest.entries import DEFAULT_LABEL
from watchpost.manifest.platforms import PLATFORMS
from watchpost.manifest.rules import (
    MAX_IDENTIFIER,
    Label,
    ProjectName,
    TeamSlug,
    explain_project_slug,
    slugify,
)
from watchpost.manifest.secrecy import find_secret_shape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from watchpost.adoption.apps import AppDraft
    from watchpost.adoption.inventory import Inventory
    from watchpost.sentry import Key, Project

_DEFAULT_NAME = "production"
_LONGEST_WINDOW_SECONDS = 86_400


@dataclass(frozen=True)
class LeftOutKey:
    """A client key that is not declared, and why."""

    key: Key
    reason: str


@dataclass(frozen=True)
class EntryDraft:
    """
    What is said about one Sentry project.

    Attributes:
        id: Its id in the manifest.
        project: As Sentry shows it.
        teams: Keys of its teams in the manifest.
        keys: The keys that are declared, by name.
        left_out: The keys that are not.
        refused: Why the entry cannot be declared; empty where it can.
        apps: Its apps.
    """

    id: str
    project: Project
    teams: tuple[str, ...]
    keys: Mapping[str, Key]
    left_out: tuple[LeftOutKey, ...] = ()
    refused: tuple[str, ...] = ()
    apps: tuple[AppDraft, ...] = ()


class Names:
    """
    Ids that are free in the manifest.

    Args:
        taken: Those that are not.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def take(self, text: str, otherwise: str) -> str:
        """The id nearest to *text*, made unique by a number; from then on it is taken."""
        base = identifier(text) or otherwise
        found, number = base, 1
        while found in self._taken:
            number += 1
            found = f"{base[: MAX_IDENTIFIER - 5]}-{number}"
        self._taken.add(found)
        return found


def identifier(text: str) -> str:
    """The valid id nearest to *text*; may be empty."""
    return slugify(text).lstrip("-_")[:MAX_IDENTIFIER].rstrip("-_")


def draft_teams(
    inventory: Inventory, projects: Iterable[Project], known: Mapping[str, str]
) -> dict[str, str]:
    """
    Name the teams of *projects*: keys of the manifest by slug.

    Args:
        inventory: What both services hold.
        projects: Those that are to be declared.
        known: Teams that the manifest declares already, keys by slug.
    """
    listed = {team.slug for team in inventory.teams}
    wanted = sorted({slug for project in projects for slug in project.teams} & listed)
    names = Names(known.values())
    fresh = {
        slug: names.take(slug, "team")
        for slug in wanted
        if slug not in known and not explain_value(TeamSlug, slug)
    }
    return {**known, **fresh}


def draft_entry(
    inventory: Inventory, project: Project, entry_id: str, team_keys: Mapping[str, str]
) -> EntryDraft:
    """Draft the entry of one project."""
    held = inventory.keys_by_project.get(project.id, ())
    keys, left_out = draft_keys(held)
    listed = {team.slug for team in inventory.teams}
    # A deleted team stays bound until Sentry purges it; no list shows it.
    slugs = sorted(slug for slug in project.teams if slug in listed)
    draft = EntryDraft(
        entry_id,
        project,
        tuple(team_keys[slug] for slug in slugs if slug in team_keys),
        keys,
        left_out,
    )
    unnamed = [slug for slug in slugs if slug not in team_keys]
    return replace(draft, refused=tuple(_refusals(draft, unnamed)))


def draft_keys(held: Collection[Key]) -> tuple[dict[str, Key], tuple[LeftOutKey, ...]]:
    """Name the keys that can be declared, oldest label first; say why the others cannot."""
    labels = Counter(key.label for key in held)
    left_out: list[LeftOutKey] = []
    kept: list[Key] = []
    for key in sorted(held, key=lambda each: (each.label != DEFAULT_LABEL, each.label, each.id)):
        reason = _reason_of_key(key, labels)
        if reason:
            left_out.append(LeftOutKey(key, reason))
        else:
            kept.append(key)
    return _named(kept), tuple(left_out)


def _reason_of_key(key: Key, labels: Mapping[str, int]) -> str:
    if not key.is_active:
        return "disabled; applying would enable it"
    if labels[key.label] > 1:
        return f"{labels[key.label]} keys of this project have this label; rename them in Sentry"
    if key.rate_limit and key.rate_limit.window_seconds > _LONGEST_WINDOW_SECONDS:
        return "its rate limit has a window of more than a day"
    return explain_value(Label, key.label)


def _named(keys: Iterable[Key]) -> dict[str, Key]:
    """`production` for the key that Sentry makes by itself, unless another one is called so."""
    keys = list(keys)
    labels = {identifier(key.label) for key in keys}
    names = Names()
    named: dict[str, Key] = {}
    for key in keys:
        is_default = key.label == DEFAULT_LABEL and _DEFAULT_NAME not in labels
        named[names.take(_DEFAULT_NAME if is_default else key.label, "key")] = key
    return named


def _refusals(draft: EntryDraft, unnamed_teams: Collection[str]) -> Iterable[str]:
    project = draft.project
    if not project.platform:
        yield "Sentry has no platform for it, and applying would set one"
    elif project.platform not in PLATFORMS:
        yield f"the manifest does not know its platform {_shown(project.platform)}"
    if reason := explain_value(ProjectName, project.name):
        yield f"its name: {reason}"
    if refused := explain_project_slug(project.slug):
        yield f"its slug: {refused[0]}"
    if unnamed_teams:
        yield f"the manifest cannot name its team {', '.join(map(_shown, unnamed_teams))}"
    elif not draft.teams:
        yield "no team owns it, and the manifest needs one"
    if not draft.keys:
        yield "it has no key that could be declared, and applying would make one"


def _shown(text: str) -> str:
    """A word of Sentry's in a comment: one line, and never what looks like a secret."""
    return "(not shown)" if find_secret_shape(text) else repr(re.sub(r"\s+", " ", text))
