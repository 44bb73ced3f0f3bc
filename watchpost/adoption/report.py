"""
What an adoption found, as text for people and as JSON for programs.

Does not: repeat the manifest's text in the text for people, or hold a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost.adoption.rendering import comment_text, render_caveats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchpost.adoption.apps import AppDraft
    from watchpost.adoption.caveats import Caveat
    from watchpost.adoption.drafts import Drafts
    from watchpost.adoption.inventory import Unchecked

FORMAT_VERSION = 1


def render_summary(
    drafts: Drafts, caveats: Sequence[Caveat], unchecked: Sequence[Unchecked]
) -> str:
    """Counts, what was not read, and the caveats."""
    inventory = drafts.inventory
    declared = [entry for entry in drafts.entries if not entry.refused]
    apps = {draft.app.ref for draft in drafts.declared_apps if draft.blocks}
    keys = sum(len(entry.keys) for entry in declared)
    held = (
        f"Sentry holds {_count(len(inventory.projects), 'project')} and "
        f"{_count(len(inventory.keys), 'key')}, Coolify {_count(len(inventory.apps), 'app')}."
    )
    new = (
        f"New in the manifest: {_count(len(declared), 'project')} with {_count(keys, 'key')}, "
        f"{_count(len(apps), 'app')}. {_count(len(caveats), 'caveat')}."
    )
    lines = [held, new]
    lines += [f"not checked: {each.what}: {each.reason}" for each in unchecked]
    return "\n".join([*lines, *render_caveats(caveats)]) + "\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def report_as_data(
    drafts: Drafts, caveats: Sequence[Caveat], unchecked: Sequence[Unchecked]
) -> dict[str, Any]:
    """The same for programs, with every match."""
    return {
        "version": FORMAT_VERSION,
        "organization": drafts.inventory.organization,
        "teams": [{"key": key, "slug": slug} for slug, key in drafts.teams.items()],
        "entries": [
            {
                "id": entry.id,
                "slug": entry.project.slug,
                "declared": not entry.refused,
                "reasons": [comment_text(reason) for reason in entry.refused],
                "keys": list(entry.keys),
                "apps": [_app(draft) for draft in entry.apps],
            }
            for entry in drafts.entries
        ],
        "additions": [{"entry": each.entry.id, "app": _app(each.app)} for each in drafts.additions],
        "loose": [
            {
                "app": match.app.ref.uuid,
                "kind": match.app.ref.kind,
                "candidates": [project.slug for project in match.candidates],
                "why": comment_text(match.why),
            }
            for match in drafts.loose
        ],
        "caveats": [
            {
                "kind": caveat.kind.name.lower().replace("_", "-"),
                "subject": comment_text(caveat.subject),
                "detail": comment_text(caveat.detail),
            }
            for caveat in caveats
        ],
        "unchecked": [{"what": each.what, "reason": each.reason} for each in unchecked],
    }


def _app(draft: AppDraft) -> dict[str, Any]:
    return {
        "app": draft.app.ref.uuid,
        "kind": draft.app.ref.kind,
        "name": comment_text(draft.app.app.name),
        "declared": bool(draft.blocks),
        "reason": comment_text(draft.refused),
        "certainty": draft.match.certainty.value if draft.match.certainty else None,
        "why": comment_text(draft.match.why),
        "variables": [each.name for block in draft.blocks for each in block.variables],
        "left_out": [
            {"name": each.name, "reason": comment_text(each.reason)} for each in draft.left_out
        ],
    }
