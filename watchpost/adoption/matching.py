"""
Which Sentry project each app reports to, why that is believed, and how sure it is.

    certain     a production variable holds a DSN of the project, active or disabled
    likely      a variable holds a DSN of the project whose key is gone, or only previews hold one;
                or the repository or the name is the project's
    possible    the repository or the name is the project's but for a clear prefix or suffix

The strongest evidence alone counts. Several projects of equal evidence are candidates, not a match.

Does not: say what can be declared for it (`variables` does).

Source: docs/adoption.md.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from watchpost.adoption.dsns import Holding, Standing, list_holdings
from watchpost.adoption.likeness import ProjectNames

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from watchpost.adoption.inventory import HeldApp, Inventory
    from watchpost.coolify import AppRef
    from watchpost.sentry import Project

_KNOWN = (Standing.ACTIVE, Standing.DISABLED)


class Certainty(Enum):
    """How sure a match is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True)
class Match:
    """
    What is believed about one app.

    Attributes:
        app: Which.
        candidates: The project; several where the evidence fits several; none where it fits none.
        certainty: How sure; None without candidates.
        why: In words; empty without candidates.
        holdings: Its rows that hold a DSN.
    """

    app: HeldApp
    candidates: tuple[Project, ...]
    certainty: Certainty | None
    why: str
    holdings: tuple[Holding, ...]

    @property
    def project(self) -> Project | None:
        """The one project; None where there are several or none."""
        return self.candidates[0] if len(self.candidates) == 1 else None


def match_apps(inventory: Inventory, workspaces: Iterable[str] = ()) -> tuple[Match, ...]:
    """
    Match every app, in the order of the inventory.

    Args:
        inventory: What both services hold.
        workspaces: Words besides the organization that may stand before names.
    """
    held: dict[AppRef, list[Holding]] = defaultdict(list)
    for holding in list_holdings(inventory):
        held[holding.app.ref].append(holding)
    names = ProjectNames(inventory.projects, [inventory.organization, *workspaces])
    return tuple(_match(app, held[app.ref], names) for app in inventory.apps)


def _match(app: HeldApp, holdings: Sequence[Holding], names: ProjectNames) -> Match:
    known = [each for each in holdings if each.standing in _KNOWN]
    production = [each for each in known if not each.row.is_preview]
    gone = [each for each in holdings if each.standing is Standing.DELETED]
    levels = (
        (production, Certainty.CERTAIN, "of this project"),
        (known, Certainty.LIKELY, "of this project, in previews alone"),
        (gone, Certainty.LIKELY, "of this project, whose key is gone"),
    )
    for found, certainty, relation in levels:
        candidates = _projects_of(found)
        if candidates:
            why = _explain(found, relation, len(candidates))
            return Match(app, candidates, certainty, why, tuple(holdings))
    return _match_by_name(app, holdings, names)


def _match_by_name(app: HeldApp, holdings: Sequence[Holding], names: ProjectNames) -> Match:
    likeness = names.find(app.app)
    if likeness is None:
        return Match(app, (), None, "", tuple(holdings))
    certainty = Certainty.LIKELY if likeness.is_equal else Certainty.POSSIBLE
    return Match(app, likeness.projects, certainty, likeness.why, tuple(holdings))


def _projects_of(holdings: Iterable[Holding]) -> tuple[Project, ...]:
    projects = {each.project.id: each.project for each in holdings if each.project}
    return tuple(projects[number] for number in sorted(projects, key=int))


def _explain(holdings: Sequence[Holding], relation: str, projects: int) -> str:
    names = ", ".join(sorted({each.row.key for each in holdings}))
    verb = "holds" if len({each.row.key for each in holdings}) == 1 else "hold"
    if projects > 1:
        return f"{names} {verb} DSNs of several projects"
    labels = ", ".join(sorted({each.key.label for each in holdings if each.key}))
    return f"{names} {verb} a DSN {relation}" + (f", key {labels}" if labels else "")
