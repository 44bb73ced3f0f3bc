"""
The hash of a plan: equal for equal plans, whoever makes them, wherever and whenever.

It covers operations, names, flags and values as fingerprints. It leaves out what differs between
two makings of the same plan: ids, times, order, positions, notes, estimates.

Does not: cover what could not be looked at; such a plan says so and is not to be approved.

Source: issue 5; docs/adr/0010-plans-are-hashed-and-permitted.md.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchpost.plan.model import Change, Plan, RecordChange

_DIGITS = 16


def compute_hash(plan: Plan) -> str:
    """The hash of *plan*, 16 hexadecimal digits."""
    text = "\n".join(list_lines(plan))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def list_lines(plan: Plan) -> list[str]:
    """Everything that the hash covers, one statement a line, sorted; for showing what moved."""
    return sorted(line for change in plan.changes for line in _lines(change))


def _lines(change: Change) -> Iterator[str]:
    head = [change.action.word, change.kind, change.name]
    yield _line(*head, change.reason if change.action.word == "skip" else "")
    for each in change.differences:
        yield _line(*head, each.path, each.before, each.after)
    if change.record is not None:
        yield from _record_lines(head, change.record)
    if change.app is None:
        return
    yield _line(*head, "redeploy", change.app.consequence)
    for row in change.app.rows:
        flags = "".join(("b" if row.is_buildtime else "-", "r" if row.is_runtime else "-"))
        scope = "preview" if row.is_preview else "production"
        reasons = ",".join(row.reasons)
        yield _line(*head, row.verb, row.name, scope, flags, *row.fingerprints, reasons)


def _record_lines(head: list[str], record: RecordChange) -> Iterator[str]:
    """What is written to which row; both are named by the manifest."""
    yield _line(*head, record.row, record.verb)
    for each in record.columns:
        yield _line(*head, record.row, record.verb, each.column, *each.fingerprints)


def _line(*parts: str) -> str:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
