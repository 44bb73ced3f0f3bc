"""
A plan as Markdown for a pull request: one headline, the destructive first, a table per project.

At most 60,000 characters, because a comment takes 65,536. What does not fit is left out from the
end, line by line, counted and said; the headline, the limits, the cost and the hash always stay.

Does not: post. Source: issue 5; peers.md 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from watchpost.plan import Action
from watchpost.render.plan_report import (
    DESTRUCTIVE,
    describe,
    describe_consequence,
    describe_cost,
)
from watchpost.render.table import escape_markdown, render_markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watchpost.plan import Change
    from watchpost.render.plan_report import PlanReport

MOST_CHARACTERS = 60_000
_ROOM_FOR_CUT = 200
_HEADING = ("action", "object", "what", "consequence")


@dataclass(frozen=True, slots=True)
class _Block:
    """What is shown or cut line by line: its heading, a table's head included, and its lines."""

    head: str
    lines: tuple[str, ...]


def render_plan_markdown(report: PlanReport, most: int = MOST_CHARACTERS) -> str:
    """The plan in at most *most* characters."""
    head = "\n\n".join(_head(report))
    tail = f"### Limits and cost\n\n{_limits(report)}\n\nPlan hash: `{report.hash}`\n"
    blocks = tuple(_blocks(report))
    kept, count = _fit(blocks, most - len(head) - len(tail) - _ROOM_FOR_CUT)
    whole = sum(len(block.lines) for block in blocks)
    said = (
        f"**Cut here:** {whole - count} of {whole} lines do not fit into {most} characters. "
        f"`watchpost plan` shows them all."
    )
    return "\n\n".join([head, *kept, *([said] if count < whole else []), tail])


def _fit(blocks: Iterable[_Block], room: int) -> tuple[list[str], int]:
    """As many lines as fit into *room* characters, below their headings, and their number."""
    kept: list[str] = []
    count = 0
    for block in blocks:
        room -= len(block.head) + 2
        lines: list[str] = []
        for line in block.lines:
            room -= len(line) + 1
            if room < 0:
                break
            lines.append(line)
        kept += ["\n".join([block.head, *lines])] if lines else []
        count += len(lines)
        if room < 0:
            break
    return kept, count


def _head(report: PlanReport) -> Iterator[str]:
    yield f"## Watchpost plan for `{report.plan.stack}`: {report.headline}"
    if report.exceeded:
        rows = [
            (each.kind, str(each.count), str(each.allowed.count), each.allowed.source)
            for each in report.exceeded
        ]
        yield "**Over the limit.** An apply of this plan ends with exit code 4."
        yield render_markdown_table(("limit", "count", "allowed", "set by"), rows)
        yield f"To allow it, {report.allow_place}:"
        yield f"```yaml\n{report.allow_line}\n```"


def _blocks(report: PlanReport) -> Iterator[_Block]:
    plan = report.plan
    worst = [each for action in DESTRUCTIVE for each in plan.of(action)]
    if worst:
        yield _table("Deleted, disabled or taken over", worst)
    unchecked = [f"{each.name}: {each.reason}" for each in plan.unchecked]
    yield from _list("Could not be looked at", unchecked)
    rest = [each for each in plan.changes if each.action not in DESTRUCTIVE]
    for entry, changes in groupby(sorted(rest, key=_by_entry), key=lambda each: each.entry):
        yield _table(escape_markdown(entry) or "Teams", changes)
    yield from _list("Unreadable, neither clean nor changed", plan.unreadable)
    yield from _list("Notes", plan.notes)


def _list(heading: str, lines: Iterable[str]) -> Iterator[_Block]:
    escaped = tuple(f"- {escape_markdown(line)}" for line in lines)
    if escaped:
        yield _Block(f"### {heading}\n", escaped)


def _by_entry(change: Change) -> tuple[str, int, str]:
    return change.entry, change.action, change.name


def _table(heading: str, changes: Iterable[Change]) -> _Block:
    rows = [row for change in changes for row in _rows(change)]
    first, second, *lines = render_markdown_table(_HEADING, rows).split("\n")
    return _Block(f"### {heading}\n\n{first}\n{second}", tuple(lines))


def _rows(change: Change) -> Iterator[tuple[str, str, str, str]]:
    yield change.action.word, change.title, describe(change), describe_consequence(change)
    if change.action == Action.SKIP:
        return
    if change.record is not None:
        for column in change.record.columns:
            sides = " to ".join(side for side in (column.before, column.after) if side)
            yield change.record.verb, column.column, sides, ""
    for row in change.app.rows if change.app else ():
        name = f"{row.name} (preview)" if row.is_preview else row.name
        sides = " to ".join(side for side in (row.before, row.after) if side) or "(empty)"
        yield row.verb, name, f"{sides}; {', '.join(row.reasons)}", ""


def _limits(report: PlanReport) -> str:
    rows = [
        (each.kind, str(each.count), str(each.allowed.count), each.allowed.source)
        for each in report.tallies
    ]
    costs = "\n".join(f"- {describe_cost(cost)}" for cost in report.costs)
    table = render_markdown_table(("limit", "count", "allowed", "set by"), rows)
    return f"{table}\n\n{costs}"
