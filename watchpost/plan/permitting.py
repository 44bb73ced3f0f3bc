"""
The permit that follows from a plan.

Does not: check anything; providers do. Source: `watchpost.permit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.engine import name_of
from watchpost.permit import REMOVAL, Permit
from watchpost.plan.model import Action
from watchpost.plan.words import is_fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchpost.engine import Preview
    from watchpost.permit import RowPermit
    from watchpost.plan.model import AppChange, Plan


def make_permit(plan: Plan, preview: Preview) -> Permit:
    """
    Permit what *plan* announces.

    What will be refused may be tried, so that its own reason is told; what could not be looked at
    is not permitted, because nobody knows what would be written.
    """
    unchecked = {each.name for each in plan.unchecked}
    fields = {
        step.urn: frozenset(each.path.partition("[")[0].partition(".")[0] for each in step.changes)
        for step in preview.steps
    }
    rows: dict[str, set[RowPermit]] = {}
    for change in plan.changes:
        if change.app is not None and change.action != Action.SKIP:
            rows.setdefault(change.app.app, set()).update(_rows(change.app))
    return Permit(
        {
            urn: (op, fields.get(urn, frozenset()))
            for urn, op in plan.operations.items()
            if name_of(urn) not in unchecked
        },
        {app: frozenset(each) for app, each in rows.items()},
    )


def _rows(app: AppChange) -> Iterator[RowPermit]:
    for row in app.rows:
        if row.verb == "delete":
            yield row.name, row.is_preview, REMOVAL
        else:
            value = row.fingerprints[1]
            known = value if is_fingerprint(value) or not value else None
            yield row.name, row.is_preview, known
