"""
Retired keys for people and programs.

Does not: ask or decide anything. Ids of keys may be shown, DSNs never are.

Source: docs/rotation.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost.render.plain import on_one_line
from watchpost.render.table import render_table
from watchpost.rotation.judging import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from watchpost.rotation.finishing import Outcome, Permission
    from watchpost.rotation.judging import Step
    from watchpost.rotation.status import RetiredStatus

_WORDS = {
    Action.RECORD: "recorded: it is disabled in Sentry",
    Action.DISABLE: "disabled",
    Action.DELETE: "deleted in Sentry and taken off the list",
    Action.DROP: "taken off the list: Sentry has it no more",
}
_DUE = {
    Action.RECORD: "is disabled already; `rotate finish` records it",
    Action.DISABLE: "may be disabled: quiet, and held by nobody",
    Action.DELETE: "may be deleted",
    Action.DROP: "is gone; `rotate finish` takes it off the list",
}


def render_status(steps: Sequence[Step]) -> str:
    """Render a table of the retired keys, then what each waits for."""
    if not steps:
        return "No key is retired.\n"
    heading = ("key", "retired key", "since", "in Sentry", "last event", "rows", "running", "next")
    table = render_table(heading, [_cells(step) for step in steps])
    return f"{table}\n\n{render_steps(steps)}"


def render_steps(steps: Iterable[Step]) -> str:
    """Render, key by key, what is due or what it waits for, and what is not known."""
    lines = []
    for step in steps:
        name = _name(step.status)
        lines += [f"{name} {_DUE[step.action]}"] if step.action in _DUE else []
        lines += [f"{name} waits: {reason}" for reason in step.reasons]
        open_questions = [each for each in step.status.runners if not each.blocks]
        lines += [f"{name} note: {each}" for each in open_questions]
    return "".join(f"{on_one_line(line)}\n" for line in lines)


def render_finish(
    steps: Sequence[Step], outcomes: Sequence[Outcome], permission: Permission
) -> str:
    """Render what was done, what waits and for what; or why nothing was done."""
    if not steps:
        return "No key is retired.\n"
    if not permission.is_refused:
        waiting = [step for step in steps if step.action == Action.WAIT]
        return _render_outcomes(outcomes) + render_steps(waiting)
    tally = permission.tally
    return (
        f"{render_steps(steps)}"
        f"Nothing was done: {tally.count} to disable or delete, {tally.allowed.count} allowed "
        f"({tally.allowed.source}).\n"
        f"To allow it, add to the manifest:\n  {permission.line}\n"
        f"or, for this run alone, say --allow key-delete={tally.count}\n"
    )


def finish_document(
    steps: Sequence[Step], outcomes: Sequence[Outcome], permission: Permission
) -> dict[str, Any]:
    """Return what `--format json` prints for `rotate finish`."""
    troubles = {each.step.status.key_id: each.trouble for each in outcomes}
    retired = [
        {
            **step_document(step),
            "done": troubles.get(step.status.key_id) == "",
            "trouble": troubles.get(step.status.key_id, ""),
        }
        for step in steps
    ]
    tally = permission.tally
    limit = {"count": tally.count, "allowed": tally.allowed.count, "source": tally.allowed.source}
    return {"version": 1, "limit": {**limit, "line": permission.line}, "retired": retired}


def _render_outcomes(outcomes: Iterable[Outcome]) -> str:
    """Render one line for each step that was carried out, or failed."""
    lines = [
        f"{_name(each.step.status)} {'FAILED' if each.trouble else _WORDS[each.step.action]}"
        + "".join(f"\n  {line}" for line in each.trouble.splitlines())
        for each in outcomes
    ]
    return "".join(f"{line}\n" for line in lines)


def status_document(steps: Iterable[Step]) -> dict[str, Any]:
    """Return what `--format json` prints for `rotate status`."""
    return {"version": 1, "retired": [step_document(step) for step in steps]}


def step_document(step: Step) -> dict[str, Any]:
    """Return one retired key as JSON: unknown is null where a time is meant."""
    status = step.status
    retired, acceptance = status.place.retired, status.acceptance
    return {
        "entry": status.place.entry.id,
        "key": status.place.key,
        "label": status.place.label,
        "key_id": retired.key_id,
        "position": retired.position,
        "since": retired.since.isoformat(),
        "disabled_on": retired.disabled_on and retired.disabled_on.isoformat(),
        "shipped": status.place.is_shipped,
        "state": status.state,
        "is_replaced": status.has_successor,
        "last_event": {
            "is_known": acceptance.is_known,
            "hour": acceptance.hour and acceptance.hour.isoformat(),
        },
        "rows": [
            {
                "app": row.app,
                "variable": row.variable,
                "preview": row.is_preview,
                "doubt": row.doubt,
            }
            for row in status.rows
        ],
        "running": [
            {"app": each.app, "verdict": each.verdict, "why": each.why, "blocks": each.blocks}
            for each in status.runners
        ],
        "troubles": list(status.troubles),
        "next": str(step.action),
        "reasons": list(step.reasons),
    }


def _name(status: RetiredStatus) -> str:
    return f"{status.place.name} {status.key_id}:"


def _cells(step: Step) -> tuple[str, ...]:
    status = step.status
    return (
        status.place.name,
        status.key_id,
        f"{status.place.retired.since:%Y-%m-%d}",
        status.state + (" (shipped)" if status.place.is_shipped else ""),
        _when(status),
        _number([row.doubt for row in status.rows], status.troubles),
        _number([each.verdict == "unknown" for each in status.runners], status.troubles),
        str(step.action),
    )


def _when(status: RetiredStatus) -> str:
    if not status.acceptance.is_known:
        return "unknown"
    hour: datetime | None = status.acceptance.hour
    return f"{hour:%Y-%m-%d %H}h UTC" if hour else "none in 30 days"


def _number(doubts: Sequence[object], troubles: Sequence[str]) -> str:
    """How many hold it, how many may, and whether some could not be asked."""
    certain = sum(1 for each in doubts if not each)
    parts = [str(certain), f"{len(doubts) - certain} unknown" if certain < len(doubts) else ""]
    return ", ".join(filter(None, (*parts, "some unchecked" if troubles else "")))
