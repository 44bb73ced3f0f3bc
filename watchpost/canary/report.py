"""
The outcomes as a table for people and as JSON for programs.

Does not: show a DSN. A key is named by its project's id and its label.

Source: docs/verify.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost.canary.outcome import exit_code
from watchpost.render.table import render_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from watchpost.canary.outcome import Outcome

_SENT_HEADING = ("app", "environment", "key", "state", "sent", "seen after", "why not")
_QUIET_HEADING = ("app", "environment", "key", "state", "last event", "note")


def render_text(outcomes: Sequence[Outcome], nonce: str) -> str:
    """Write the table and a line of counts; *nonce* is empty where nothing was sent."""
    heading, cells = (_SENT_HEADING, _sent_cells) if nonce else (_QUIET_HEADING, _quiet_cells)
    lines = [render_table(heading, [cells(each) for each in outcomes]), "", _counts(outcomes)]
    if nonce:
        lines.append(f"In Sentry the canaries of this run bear the tag watchpost.canary:{nonce}.")
    return "\n".join(lines) + "\n"


def render_json(outcomes: Sequence[Outcome], organization: str, nonce: str) -> dict[str, Any]:
    """Return the document: `organization`, `nonce` (empty: nothing was sent), `keys`."""
    return {
        "organization": organization,
        "nonce": nonce,
        "keys": [_as_json(each) for each in outcomes],
        "exit_code": exit_code(outcomes),
    }


def _sent_cells(one: Outcome) -> tuple[str, ...]:
    seconds = "" if one.seen_after_seconds is None else f"{one.seen_after_seconds:.1f} s"
    return (*_names(one), one.state, "yes" if one.is_sent else "no", seconds, one.reason)


def _quiet_cells(one: Outcome) -> tuple[str, ...]:
    return (*_names(one), one.state, _hour(one.last_event), one.reason)


def _names(one: Outcome) -> tuple[str, str, str]:
    target = one.resolved.target
    return ", ".join(target.apps) or "no app", target.environment or "none", one.resolved.dsn_name


def _hour(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z" if moment else "unknown"


def _counts(outcomes: Sequence[Outcome]) -> str:
    found: dict[str, int] = {}
    for one in outcomes:
        found[one.state] = found.get(one.state, 0) + 1
    counts = ", ".join(f"{count} {state}" for state, count in found.items())
    return f"{len(outcomes)} keys in use and out of use: {counts or 'none'}"


def _as_json(one: Outcome) -> dict[str, Any]:
    target, key = one.resolved.target, one.resolved.key
    return {
        "entry": target.entry,
        "project": target.slug,
        "apps": list(target.apps),
        "environment": target.environment,
        "is_preview": target.is_preview,
        "key": target.key,
        "label": target.label,
        "dsn": one.resolved.dsn_name,
        "project_id": None if key is None else key.project_id,
        "state": one.state,
        "sent": one.is_sent,
        "event_id": one.event_id or None,
        "seen_after_seconds": one.seen_after_seconds,
        "last_event": one.last_event.isoformat() if one.last_event else None,
        "reason": one.reason,
    }
