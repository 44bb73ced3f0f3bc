"""
A plan as one self-contained page.

Does not: fetch anything when opened. Source: issue 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.plan import Action
from watchpost.render.page import (
    Html,
    escape,
    join,
    render_badge,
    render_html_table,
    render_page,
)
from watchpost.render.plan_report import DESTRUCTIVE, describe, describe_consequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchpost.plan import Change
    from watchpost.render.page import Tone
    from watchpost.render.plan_report import PlanReport


def render_plan_html(report: PlanReport) -> str:
    """The whole plan as a document."""
    body = join(*_parts(report))
    return render_page(f"Watchpost plan for {report.plan.stack}", body)


def _parts(report: PlanReport) -> Iterator[Html]:
    plan = report.plan
    yield Html(f"<p>{escape(report.headline)}.</p>")
    yield Html(f"<p>Plan hash: <code>{escape(report.hash)}</code></p>")
    if report.exceeded:
        yield Html(
            f"<p>Over the limit. To allow it, {escape(report.allow_place)}: "
            f"<code>{escape(report.allow_line)}</code></p>"
        )
    for action, changes in report.sections():
        heading = escape(f"{action.heading[0].upper()}{action.heading[1:]} ({len(changes)})")
        yield Html(f"<h2>{heading}</h2>")
        yield render_html_table(
            ("", "object", "what", "consequence", "asked for at"),
            [row for change in changes for row in _rows(change)],
        )
    for title, lines in (
        ("Could not be looked at", [f"{each.name}: {each.reason}" for each in plan.unchecked]),
        ("Unreadable", list(plan.unreadable)),
        ("Notes", list(plan.notes)),
    ):
        if lines:
            items = "".join(f"<li>{escape(line)}</li>" for line in lines)
            yield Html(f"<h2>{escape(title)}</h2><ul>{items}</ul>")
    yield Html("<h2>Limits</h2>")
    yield render_html_table(
        ("limit", "count", "allowed", "set by", ""),
        [
            (
                each.kind,
                str(each.count),
                str(each.allowed.count),
                each.allowed.source,
                render_badge("exceeded", "bad") if each.is_exceeded else render_badge("ok", "good"),
            )
            for each in report.tallies
        ],
    )
    yield Html("<h2>Cost</h2>")
    yield render_html_table(
        ("service", "requests", "of them writes", "seconds at least"),
        [
            (cost.service.capitalize(), str(cost.calls), str(cost.writes), str(cost.seconds))
            for cost in report.costs
        ],
    )


def _rows(change: Change) -> Iterator[tuple[str | Html, ...]]:
    badge = render_badge(change.action.word, _tone(change.action))
    said = describe(change), describe_consequence(change)
    yield badge, change.title, *said, change.position
    if change.action == Action.SKIP:
        return
    if change.record is not None:
        for column in change.record.columns:
            sides = " → ".join(side for side in (column.before, column.after) if side)
            yield render_badge(change.record.verb, "quiet"), column.column, sides, "", ""
    for row in change.app.rows if change.app else ():
        name = f"{row.name} (preview)" if row.is_preview else row.name
        sides = " → ".join(side for side in (row.before, row.after) if side) or "(empty)"
        yield render_badge(row.verb, "quiet"), name, sides, ", ".join(row.reasons), ""


def _tone(action: Action) -> Tone:
    if action in DESTRUCTIVE:
        return "bad"
    return "warn" if action == Action.SKIP else "quiet" if action == Action.KEEP else "good"
