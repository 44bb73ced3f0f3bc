"""
A plan as Markdown for a pull request: one headline, the destructive first, a table per project.

At most 60,000 characters, because a comment takes 65,536; what is left out is counted and said.

Does not: post. Source: issue 5; peers.md 8.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from watchpost.plan import Action
from watchpost.render.plan_report import DESTRUCTIVE, describe, describe_consequence
from watchpost.render.table import escape_markdown, render_markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watchpost.plan import Change
    from watchpost.render.plan_report import PlanReport

MOST_CHARACTERS = 60_000
_ROOM_FOR_CUT = 300
_HEADING = ("action", "object", "what", "consequence")


def render_plan_markdown(report: PlanReport, most: int = MOST_CHARACTERS) -> str:
    """The plan, whole blocks only, in at most *most* characters."""
    head = "\n\n".join(_head(report))
    tail = f"\n\nPlan hash: `{report.hash}`\n"
    blocks = list(_blocks(report))
    kept: list[str] = []
    room = most - len(head) - len(tail) - _ROOM_FOR_CUT
    for block in blocks:
        room -= len(block) + 2
        if room < 0:
            break
        kept.append(block)
    cut = len(blocks) - len(kept)
    said = [f"**Cut here:** {cut} more blocks do not fit; see the whole plan."] if cut else []
    return "\n\n".join([head[: most - len(tail) - _ROOM_FOR_CUT], *kept, *said]) + tail


def _head(report: PlanReport) -> Iterator[str]:
    yield f"## Watchpost plan for `{report.plan.stack}`: {report.headline}"
    if report.exceeded:
        rows = [
            (each.kind, str(each.count), str(each.allowed.count), each.allowed.source)
            for each in report.exceeded
        ]
        yield "**Over the limit.** An apply of this plan ends with exit code 4."
        yield render_markdown_table(("limit", "count", "allowed", "set by"), rows)
        yield "To allow it, add to the manifest, with a reason:"
        yield f"```yaml\n{report.allow_line}\n```"


def _blocks(report: PlanReport) -> Iterator[str]:
    plan = report.plan
    worst = [each for action in DESTRUCTIVE for each in plan.of(action)]
    if worst:
        yield "### Deleted, disabled or taken over\n\n" + _table(worst)
    rest = [each for each in plan.changes if each.action not in DESTRUCTIVE]
    for entry, changes in groupby(sorted(rest, key=_by_entry), key=lambda each: each.entry):
        yield f"### {escape_markdown(entry) or 'Teams'}\n\n" + _table(changes)
    for heading, lines in (
        ("Could not be looked at", [f"{each.name}: {each.reason}" for each in plan.unchecked]),
        ("Unreadable, neither clean nor changed", plan.unreadable),
        ("Notes", plan.notes),
    ):
        if lines:
            yield f"### {heading}\n\n" + "\n".join(f"- {escape_markdown(line)}" for line in lines)
    yield "### Limits and cost\n\n" + _limits(report)


def _by_entry(change: Change) -> tuple[str, int, str]:
    return change.entry, change.action, change.name


def _table(changes: Iterable[Change]) -> str:
    rows = [row for change in changes for row in _rows(change)]
    return render_markdown_table(_HEADING, rows)


def _rows(change: Change) -> Iterator[tuple[str, str, str, str]]:
    yield change.action.word, change.title, describe(change), describe_consequence(change)
    if change.app is None or change.action == Action.SKIP:
        return
    for row in change.app.rows:
        name = f"{row.name} (preview)" if row.is_preview else row.name
        sides = " to ".join(side for side in (row.before, row.after) if side) or "(empty)"
        yield row.verb, name, f"{sides}; {', '.join(row.reasons)}", ""


def _limits(report: PlanReport) -> str:
    rows = [(each.kind, str(each.count), str(each.allowed.count)) for each in report.tallies]
    costs = "\n".join(
        f"- {cost.service.capitalize()}: about {cost.calls} requests ({cost.writes} writes), "
        f"at least {cost.seconds} s under its limit"
        for cost in report.costs
    )
    return f"{render_markdown_table(('limit', 'count', 'allowed'), rows)}\n\n{costs}"
