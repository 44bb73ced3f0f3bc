"""
Findings for people and for programs.

Does not: cut or hide anything; what is well is listed too, so that nobody takes silence for it.

Source: docs/doctor.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost.diagnosis.finding import exit_code
from watchpost.render.plain import on_one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchpost.diagnosis.finding import Finding

_STATES = ("ok", "warning", "failure", "unknown")
HINT = "`watchpost doctor --list-apps` lists the Coolify apps with their uuids."


def render_text(findings: Sequence[Finding]) -> str:
    """Write one line per finding, its cure below it, and the counts of each state."""
    width = max((len(each.name) for each in findings), default=0)
    lines = [line for each in findings for line in _lines(each, width)]
    counts = ", ".join(f"{count} {state}" for state, count in count_states(findings).items())
    return "\n".join([*lines, "", f"{len(findings)} checks: {counts}", HINT]) + "\n"


def render_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the document: `findings`, `counts` by state, `exit_code`."""
    return {
        "findings": [
            {
                "name": each.name,
                "state": each.state,
                "seen": each.seen,
                "cure": each.cure,
                "is_provable": each.is_provable,
            }
            for each in findings
        ],
        "counts": count_states(findings),
        "exit_code": exit_code(findings),
    }


def count_states(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings there are of each state, zeros included."""
    return {state: sum(each.state == state for each in findings) for state in _STATES}


def _lines(finding: Finding, width: int) -> list[str]:
    first = f"{finding.state:<7}  {finding.name:<{width}}  {finding.seen}"
    return [
        on_one_line(first),
        *([f"{'':<7}  {'':<{width}}  cure: {finding.cure}"] if finding.cure else []),
    ]
