"""
The audit log as it is shown: what was done to an entry's issues, and whether the log is whole.

Does not: write, or mend a log. Source: docs/health.md.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watchpost.health.fence import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LONGEST_WORD = 120
_LONGEST_REASON = 600


@dataclass(frozen=True)
class AuditHistory:
    """
    A whole log.

    Attributes:
        lines: Those that can be read, oldest first.
        faults: What is wrong with it, by number of line; empty for a whole log.
    """

    lines: tuple[Mapping[str, Any], ...]
    faults: tuple[str, ...]

    def of_entry(self, organization: str, entry_id: str) -> AuditHistory:
        """Only the lines of that entry; what is wrong with the log stays."""
        kept = (each for each in self.lines if _owner(each) == (organization, entry_id))
        return AuditHistory(tuple(kept), self.faults)


def parse_history(raw: bytes) -> AuditHistory:
    """Read a log and check that each line follows the one before it; pure."""
    lines: list[Mapping[str, Any]] = []
    faults: list[str] = []
    before = ""
    pieces = raw.split(b"\n")
    for number, piece in enumerate(pieces[:-1] if pieces[-1] == b"" else pieces, start=1):
        line = _parsed(piece)
        if line is None:
            faults.append(f"line {number} is not whole: its writer was stopped, or it was changed")
        elif line.get("previous") != before:
            faults.append(
                f"line {number} does not follow the one before it: "
                "a line was changed, taken out or put in"
            )
        lines += [line] if line is not None else []
        before = hashlib.sha256(piece).hexdigest()
    return AuditHistory(tuple(lines), tuple(faults))


def render_history(history: AuditHistory) -> list[str]:
    """The lines for people: each act once, with its outcome, then what is wrong with the log."""
    acts = [_act(each) for each in _last_of_each(history.lines)]
    return [*(acts or ["nothing was resolved or reopened"]), *history.faults]


def _last_of_each(lines: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of the lines of one act the last; an intention without an outcome stands for itself."""
    found: dict[object, Mapping[str, Any]] = {}
    for number, line in enumerate(lines):
        act = line.get("act")
        found[act if isinstance(act, str) else number] = line
    return list(found.values())


def _act(line: Mapping[str, Any]) -> str:
    def word(name: str) -> str:
        return clean(line.get(name), _LONGEST_WORD)

    before = line.get("before")
    status = before.get("status") if isinstance(before, dict) else ""
    release = f" in release {word('in_release')}" if line.get("in_release") else ""
    outcome = "no outcome is known" if line.get("outcome") == "intended" else word("outcome")
    return (
        f"{word('at')} {word('actor')}: {word('action')} {word('short_id')}{release}, {outcome}; "
        f"was {clean(status, _LONGEST_WORD)}; {clean(line.get('reason'), _LONGEST_REASON)}"
    )


def _owner(line: Mapping[str, Any]) -> tuple[object, object]:
    return line.get("organization"), line.get("entry")


def _parsed(piece: bytes) -> Mapping[str, Any] | None:
    try:
        line = json.loads(piece)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) else None
