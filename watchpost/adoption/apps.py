"""
What the manifest can say about one app: blocks of variables, and what has to be left out.

An app block names one key and one preview key, so that variables with other keys go into another
block of the same app, which the manifest allows within one entry.

A draft is proved before it is offered: `compute_writes` of what it declares, against the rows as
they are, must have nothing to write but marks. What fails is not declared.

Does not: render. Source: docs/adoption.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from watchpost.adoption.values import explain_value
from watchpost.adoption.variables import DeclaredVariable, Judge, LeftOut
from watchpost.coolify import (
    DesiredEnvironment,
    DesiredVariable,
    Owner,
    compute_writes,
    owner_of,
)
from watchpost.manifest.rules import Uuid
from watchpost.manifest.variables import PREVIEW_ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from watchpost.adoption.inventory import HeldApp, Inventory
    from watchpost.adoption.matching import Match
    from watchpost.sentry import Key


@dataclass(frozen=True)
class AppBlock:
    """One item of an entry's `apps`; `environment` is empty where it declares none."""

    key: str
    preview_key: str
    environment: str
    variables: tuple[DeclaredVariable, ...]


@dataclass(frozen=True)
class AppDraft:
    """
    What is said about one app.

    Attributes:
        match: Which app, and why it belongs here.
        blocks: What is declared; empty where nothing can be.
        left_out: Variables that hold a DSN, or are called so, and cannot be declared.
        refused: Why nothing is declared; empty where something is.
        unmanaged: Further variables for Sentry that are left alone.
        never_redeploys: Rows bear our organization's mark already: a redeploy that an earlier run
            owed would be asked for.
    """

    match: Match
    blocks: tuple[AppBlock, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    refused: str = ""
    unmanaged: tuple[str, ...] = ()
    never_redeploys: bool = False

    @property
    def app(self) -> HeldApp:
        """Which app."""
        return self.match.app


@dataclass(frozen=True)
class Place:
    """
    Where an app would be declared.

    Attributes:
        owner: The top-level entry that would own its rows.
        keys: The keys that can be named there, by their names in the manifest.
    """

    owner: Owner
    keys: Mapping[str, Key]


def draft_app(inventory: Inventory, match: Match, place: Place) -> AppDraft:
    """Draft one app of one project."""
    draft = AppDraft(match)
    if match.app.rows is None:
        return replace(draft, refused="its variables could not be read")
    if reason := explain_value(Uuid, match.app.ref.uuid):
        return replace(draft, refused=reason)
    judge = Judge(inventory, match.app, {key.id: name for name, key in place.keys.items()})
    judged = [judge.dsn(name) for name in judge.names()]
    dsns = [each for each in judged if isinstance(each, DeclaredVariable)]
    draft = replace(draft, left_out=tuple(each for each in judged if isinstance(each, LeftOut)))
    if not dsns:
        return replace(draft, refused=_why_none(draft))
    return _proved(_with_blocks(draft, dsns, judge), place)


def _why_none(draft: AppDraft) -> str:
    if not draft.left_out:
        return "it has no variable with a DSN; applying would write one"
    return "; ".join(f"{each.name}: {each.reason}" for each in draft.left_out)


def _with_blocks(draft: AppDraft, dsns: list[DeclaredVariable], judge: Judge) -> AppDraft:
    judged = [judge.environment(name) for name in judge.environment_names()]
    found = [each for each in judged if isinstance(each, DeclaredVariable)]
    # One block has one environment; variables that name another one stay unmanaged.
    environments = [each for each in found if each.environment == found[0].environment]
    blocks = _blocks(dsns, environments)
    declared = {each.name for each in (*dsns, *environments)}
    left = {each.name for each in draft.left_out}
    return replace(
        draft,
        blocks=blocks,
        unmanaged=tuple(judge.unmanaged_names(declared | left)),
        never_redeploys=any(owner_of(row.comment) for row in draft.app.rows or ()),
    )


def _blocks(
    dsns: Iterable[DeclaredVariable], environments: list[DeclaredVariable]
) -> tuple[AppBlock, ...]:
    """Group by key and preview key; environments go into the first group."""
    groups: dict[tuple[str, str], list[DeclaredVariable]] = {}
    for each in dsns:
        groups.setdefault((each.key, each.preview_key), []).append(each)
    environment = environments[0].environment if environments else ""
    return tuple(
        AppBlock(key, preview_key, "" if index else environment, tuple(group + more))
        for index, ((key, preview_key), group) in enumerate(groups.items())
        for more in ([] if index else environments,)
    )


def _proved(draft: AppDraft, place: Place) -> AppDraft:
    """Refuse a draft whose application would do more than write marks."""
    desired = desired_environment(draft, place)
    plan = compute_writes(desired, draft.app.rows or ())
    felt = sorted({write.row.key for write in plan.writes if set(write.reasons) != {"mark"}})
    felt += sorted({refusal.place[0] for refusal in plan.refusals})
    felt += plan.unreadable
    if not felt:
        return draft
    names = ", ".join(dict.fromkeys(felt))
    return replace(draft, blocks=(), refused=f"applying would change or refuse {names}")


def desired_environment(draft: AppDraft, place: Place) -> DesiredEnvironment:
    """What the program would declare for the app, were the draft applied."""
    variables = {
        each.name: _desired(each, place.keys) for block in draft.blocks for each in block.variables
    }
    return DesiredEnvironment(draft.app.ref, place.owner, variables)


def _desired(variable: DeclaredVariable, keys: Mapping[str, Key]) -> DesiredVariable:
    if variable.origin == "environment":
        values = (variable.environment, PREVIEW_ENVIRONMENT)
    else:
        preview = keys[variable.preview_key].dsn_public if variable.preview_key else None
        values = (keys[variable.key].dsn_public, preview or "")
    return DesiredVariable(
        values[0], variable.is_buildtime, variable.is_runtime, preview_value=values[1]
    )
