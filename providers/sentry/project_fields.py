"""
What a project's fields mean: how they compare, what to send, what a takeover would change.

Pure: no network. A field that is not declared is never compared nor sent. Texts compare trimmed,
teams as a set, and a platform can be set but not cleared, because Sentry ignores an empty one.

Does not: call anything. Source: design.md 4; sentry-api.md 5.4 and 5.6.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from providers.sentry.resource_type import text
from providers.sentry.slugs import slug_of
from providers.sentry.takeover import Takeover

if TYPE_CHECKING:
    from providers.sentry.properties import Properties
    from watchpost.sentry import Project

_TEXTS = ("name", "slug", "platform")
_NUMBERS = ("digestsMinDelay", "digestsMaxDelay", "resolveAge")
FIELDS = (*_TEXTS, *_NUMBERS, "team", "teams")
COMPUTED = ("color", "features", "internalId", "isBookmarked", "isPublic", "projectId", "status")
# What Sentry sets by itself; a project that still has it was not set up by anybody.
_FACTORY = {"digestsMinDelay": 300, "digestsMaxDelay": 1800, "resolveAge": 0}
_LONGEST_SLUG = 50
_LONGEST_NEW_NAME = 50
# A deleted team stays bound to its projects until Sentry purges it, its slug followed by a hyphen
# and 32 hex digits, the whole cut at 50 characters.
_DELETED_TEAM = re.compile(r".*-[0-9a-f]{32}|(?=.{50}$).*-[0-9a-f]*")


def declared_slug(inputs: Properties) -> str:
    """The declared slug, or the one that Sentry would derive from the name."""
    return text(inputs.get("slug")) or slug_of(text(inputs.get("name")), _LONGEST_SLUG)


def declared_teams(inputs: Properties) -> tuple[str, ...]:
    """The declared teams in their order; `team` is the deprecated way to name only one."""
    teams = inputs.get("teams") or ([inputs["team"]] if inputs.get("team") else [])
    return tuple(dict.fromkeys(text(each) for each in teams if each))


def declares_settings(inputs: Properties) -> bool:
    """Whether something is declared that only the detailed answer about a project tells."""
    return any(inputs.get(each) is not None for each in _NUMBERS)


def own_teams(project: Project, teams: tuple[str, ...] | None = None) -> Project:
    """*project* with these teams, or with its own less those that are deleted."""
    kept = tuple(each for each in project.teams if not _DELETED_TEAM.fullmatch(each))
    return replace(project, teams=kept if teams is None else teams)


def differing_fields(outputs: Properties, inputs: Properties) -> tuple[str, ...]:
    """Names of the declared fields whose recorded value means something else."""
    differing = [
        each
        for each in ("organization", *_TEXTS)
        if each in inputs and text(inputs[each]) != text(outputs.get(each))
    ]
    if not text(inputs.get("platform")) and "platform" in differing:
        differing.remove("platform")
    differing += [each for each in _NUMBERS if each in inputs and inputs[each] != outputs.get(each)]
    wanted = declared_teams(inputs)
    if wanted and set(wanted) != set(declared_teams(outputs)):
        differing.append("teams" if "teams" in inputs else "team")
    return tuple(differing)


def compute_changes(project: Project, inputs: Properties) -> dict[str, Any]:
    """What to send so that *project* has the declared fields; teams are bound one by one."""
    observed = _observed(project)
    changes: dict[str, Any] = {
        each: text(inputs[each])
        for each in _TEXTS
        if text(inputs.get(each)) and text(inputs[each]) != text(observed[each])
    }
    for each in _NUMBERS:
        if inputs.get(each) is not None and inputs[each] != observed[each]:
            changes[each] = inputs[each]
    return changes


def compute_takeover(project: Project, inputs: Properties) -> Takeover:
    """What managing *project* as declared would add to it, and what it would change."""
    observed = _observed(project)
    additions: list[str] = []
    differences: list[str] = []
    for each, wanted in compute_changes(project, inputs).items():
        if observed[each] in (_FACTORY.get(each, ""), None):
            additions.append(f"{each} {wanted}")
        elif each != "name" or wanted[:_LONGEST_NEW_NAME].strip() != observed[each]:
            differences.append(f"{each}: {observed[each]!r} to {wanted!r}")
    bound, wanted_teams = own_teams(project).teams, declared_teams(inputs)
    additions += [f"team {each}" for each in wanted_teams if each not in bound]
    if wanted_teams:
        differences += [f"team {each}: unbound" for each in bound if each not in wanted_teams]
    return Takeover(
        f"project {project.slug} (id {project.id})", tuple(additions), tuple(differences)
    )


def _observed(project: Project) -> dict[str, Any]:
    settings = project.settings
    return {
        "name": project.name,
        "slug": project.slug,
        "platform": project.platform,
        "digestsMinDelay": settings and settings.digests_min_delay_seconds,
        "digestsMaxDelay": settings and settings.digests_max_delay_seconds,
        "resolveAge": settings and settings.resolve_age_hours,
    }


def compute_outputs(
    project: Project, declared: Properties, recorded: Properties | None = None
) -> Properties:
    """
    Everything that is known of *project*, under the upstream plugin's names.

    Args:
        project: As Sentry shows it, deleted teams left out.
        declared: Teams and the texts that mean the same keep the order and form they have here;
            where the one `team` is declared, teams besides it show in its place.
        recorded: Where a list shows no settings, these stay.
    """
    observed = {
        name: value if value is not None else (recorded or {}).get(name)
        for name, value in _observed(project).items()
    }
    for each in _TEXTS:
        if each in declared and text(declared[each]) == text(observed[each]):
            observed[each] = declared[each]
    wanted = declared_teams(declared)
    teams = [each for each in wanted if each in project.teams]
    teams += sorted(set(project.teams) - set(wanted))
    owners = {"teams": teams} if "team" not in declared else {"team": ", ".join(teams)}
    return {
        "organization": declared["organization"],
        **observed,
        **owners,
        "internalId": project.id,
        "projectId": project.id,
        "isBookmarked": project.is_bookmarked,
        "isPublic": project.is_public,
        **_described(project, recorded or {}),
    }


def _described(project: Project, recorded: Properties) -> Properties:
    """What some answers leave out; recorded values stay, so that no refresh shows them as drift."""
    features = None if project.features is None else list(project.features)
    seen = {"color": project.color, "features": features, "status": project.status}
    return {
        name: value if value is not None else recorded.get(name) for name, value in seen.items()
    }
