"""
The permit that follows from a plan.

Does not: check anything; providers do. Source: `watchpost.permit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost.engine import UNKNOWN
from watchpost.permit import ANYTHING, REMOVAL, Permit, Permitted
from watchpost.plan.announcements import read_announcements
from watchpost.plan.model import Action
from watchpost.plan.sentry_changes import CREATES, KINDS
from watchpost.plan.words import is_fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from watchpost.engine import Preview, Step
    from watchpost.permit import RecordPermit, RowPermit
    from watchpost.plan.announcements import Takeover
    from watchpost.plan.model import AppChange, Plan, RecordChange

_NOT_DONE = frozenset({Action.SKIP, Action.KEEP})
_MASKED = "[secret]"


def make_permit(plan: Plan, preview: Preview) -> Permit:
    """
    Permit what *plan* announces.

    What is skipped is not permitted, even where its reason is gone by the time: nobody has seen
    what would be written. What is kept leaves the record alone, so that no call of a provider is.
    """
    not_done = {(each.kind, each.name) for each in plan.changes if each.action in _NOT_DONE}
    takeovers = _takeovers(preview)
    rows: dict[str, set[RowPermit]] = {}
    redeploys: dict[str, str] = {}
    records: dict[str, set[RecordPermit]] = {}
    for change in plan.changes:
        if change.record is not None and change.action not in _NOT_DONE:
            records.setdefault(change.record.row, set()).update(_columns(change.record))
        if change.app is not None and change.action != Action.SKIP:
            rows.setdefault(change.app.app, set()).update(_rows(change.app))
            if change.app.redeploy:
                redeploys[change.app.app] = change.app.consequence
    return Permit(
        {
            step.urn: _operation(step, takeovers.get(step.urn))
            for step in preview.steps
            if step.type in KINDS and (KINDS[step.type], step.name) not in not_done
        },
        {app: frozenset(each) for app, each in rows.items()},
        redeploys,
        {row: frozenset(each) for row, each in records.items()},
    )


def _takeovers(preview: Preview) -> dict[str, frozenset[str]]:
    """What may be taken over: what was announced, and what comes with a new project."""
    announced = read_announcements(preview.diagnostics).takeovers
    made = {
        step.urn
        for step in preview.steps
        if step.op in CREATES and KINDS.get(step.type) == "project" and step.urn not in announced
    }
    found = {
        step.urn: frozenset({ANYTHING})
        for step in preview.steps
        if step.new and KINDS.get(step.type) == "key" and made & set(step.new.parents)
    }
    return found | {urn: _lines(each) for urn, each in announced.items()}


def _operation(step: Step, takeover: frozenset[str] | None) -> Permitted:
    fields = frozenset(each.path.partition("[")[0].partition(".")[0] for each in step.changes)
    inputs = dict(_inputs(step.new.inputs)) if step.new else {}
    return Permitted(step.op, fields, inputs, takeover)


def _inputs(declared: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each input; None for one that is not known yet."""
    for name, value in declared.items():
        parts = value if isinstance(value, list) else [value]
        if value is not None and not name.startswith("__"):
            yield name, None if UNKNOWN in parts or _MASKED in parts else value


def _lines(takeover: Takeover) -> frozenset[str]:
    """As the plugin announces them."""
    added = (f"adds {each}" for each in takeover.additions)
    changed = (f"changes {each}" for each in takeover.differences)
    return frozenset((*added, *changed))


def _rows(app: AppChange) -> Iterator[RowPermit]:
    for row in app.rows:
        if row.verb == "delete":
            yield row.name, row.is_preview, REMOVAL
        else:
            value = row.fingerprints[1]
            known = value if is_fingerprint(value) or not value else None
            yield row.name, row.is_preview, known


def _columns(record: RecordChange) -> Iterator[RecordPermit]:
    for each in record.columns:
        value = each.fingerprints[1]
        yield record.verb, each.column, value if is_fingerprint(value) or not value else None
