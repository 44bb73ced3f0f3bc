"""
A plan as text for a terminal, worst first.

Does not: colour. Source: issue 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.coolify import Effect
from watchpost.plan import Action
from watchpost.render.plain import on_one_line
from watchpost.render.plan_report import (
    SIGNS,
    count_words,
    describe,
    describe_consequence,
    describe_cost,
)
from watchpost.render.table import render_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchpost.plan import Change, RecordChange, RowWrite
    from watchpost.policy import Tally
    from watchpost.render.plan_report import PlanReport


def render_plan_text(report: PlanReport) -> str:
    """The whole plan; names that others chose cannot begin a line or move the cursor."""
    lines = [*map(on_one_line, _lines(report)), "", render_limits(report.tallies)]
    lines += [on_one_line(line) for line in _end(report)]
    return "\n".join(lines) + "\n"


def _lines(report: PlanReport) -> Iterator[str]:
    plan = report.plan
    yield f"Plan for stack {plan.stack}: {report.headline}."
    for action, changes in report.sections():
        yield ""
        yield f"{action.heading[0].upper()}{action.heading[1:]} ({len(changes)})"
        for change in changes:
            yield from _change_lines(change)
    yield from _list("Could not be looked at", [f"{e.name}: {e.reason}" for e in plan.unchecked])
    yield from _list("Unreadable, neither clean nor changed", plan.unreadable)
    yield from _list("Notes", plan.notes)
    yield ""
    yield from _totals(report)


def _end(report: PlanReport) -> Iterator[str]:
    yield ""
    if report.allow_line:
        yield f"Over the limit. To allow it, {report.allow_place}:"
        yield f"  {report.allow_line}"
        yield f"or allow it for one run: watchpost apply {report.allow_options}"
        yield ""
    yield f"Plan hash: {report.hash}"


def _change_lines(change: Change) -> Iterator[str]:
    where = f"  ({change.position})" if change.position else ""
    yield f"  {change.title}{where}"
    said = describe(change)
    if change.record is not None and change.action != Action.SKIP:
        yield f"      {said}"
        yield from (f"      {line}" for line in _column_lines(change.record))
        return
    if change.app is None or change.action == Action.SKIP:
        yield from ([f"      {said}"] if said else [])
        return
    yield f"      {said}"
    yield from (f"      {_row_line(row)}" for row in change.app.rows)
    yield f"      consequence: {describe_consequence(change)}"


def _row_line(row: RowWrite) -> str:
    sign = {"create": "+", "update": "~", "delete": "-"}[row.verb]
    name = f"{row.name} (preview)" if row.is_preview else row.name
    sides = " -> ".join(side for side in (row.before, row.after) if side)
    if row.verb == "update" and row.before == row.after:
        sides = f"{row.after}, {' and '.join(row.reasons)}"
    return f"{sign} {name}: {sides or '(empty)'}"


def _column_lines(record: RecordChange) -> Iterator[str]:
    for each in record.columns:
        sides = " -> ".join(side for side in (each.before, each.after) if side)
        yield f"{SIGNS[record.verb]} {each.column}: {sides}"


def _list(heading: str, lines: list[str] | tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{heading} ({len(lines)})"
        yield from (f"  {line}" for line in lines)


def _totals(report: PlanReport) -> Iterator[str]:
    plan = report.plan
    rebuilds, restarts = plan.redeploys(Effect.REBUILD), plan.redeploys(Effect.RESTART)
    yield (
        f"Redeploys: {count_words(len(rebuilds), 'rebuild')}, "
        f"{count_words(len(restarts), 'restart')}."
    )
    for cost in report.costs:
        yield f"{describe_cost(cost)}."


def render_limits(tallies: tuple[Tally, ...]) -> str:
    """Every limit with its count, the harmless too."""
    rows = [
        (
            each.kind,
            f"{each.count} %" if each.kind == "changed-share" else str(each.count),
            str(each.allowed.count),
            "EXCEEDED" if each.is_exceeded else "ok",
            each.allowed.source,
        )
        for each in tallies
    ]
    return render_table(("limit", "count", "allowed", "", "set by"), rows)
