"""
Findings with what a person needs to act: the line, since when and by whom, and the verb that mends.

    drift        apply puts back what is declared; or adopt: declare what is there; or ignore it;
                 a record's row that is missing or has a twin is a person's first
    pending      apply
    unreadable   give the token the right to read it, or unlock the row
    unchecked    check again

Does not: look anything up; traces come from who may. Source: issue 5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.drift.findings import EXISTENCE, INSERTS, NO_ROW
from watchpost.plan import list_positions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from watchpost.drift.findings import Finding, FindingKind
    from watchpost.manifest import Ignored, Manifest

KINDS: tuple[FindingKind, ...] = ("drift", "pending", "unreadable", "unchecked")
UNKNOWN = "unknown"
_MENDS: Mapping[str, str] = {
    "pending": "apply",
    "unreadable": "unlock the row, or give COOLIFY_TOKEN the ability read:sensitive; or ignore it",
    "unchecked": "check again once the service answers",
}
_NO_ROW = "let the platform make the row, or say `insert: true`; then apply; or ignore it"
_SEVERAL_ROWS = "leave one of the rows, or find it by a unique column; then apply; or ignore it"
_IGNORABLE = frozenset({"drift", "unreadable"})
_DECLARABLE = frozenset({"name", "slug", "platform", "teams", "label", "rate_limit"})


@dataclass(frozen=True, slots=True)
class Trace:
    """Since when something is as it is, and by whom; None and `unknown` where nobody tells."""

    since: datetime | None = None
    by: str = UNKNOWN


@dataclass(frozen=True)
class Traces:
    """Traces by the path of their finding."""

    by_path: Mapping[str, Trace] = field(default_factory=dict)

    def of(self, finding: Finding) -> Trace:
        """The trace of one finding."""
        return self.by_path.get(finding.path, Trace())


@dataclass(frozen=True, slots=True)
class Reported:
    """
    One finding as it is reported.

    Attributes:
        finding: It.
        position: The line of the manifest that it goes back to; empty for what has none.
        trace: Since when and by whom.
        mend: The verb that mends it.
        ignored: The exception that covers it; then it does not count.
    """

    finding: Finding
    position: str
    trace: Trace
    mend: str
    ignored: Ignored | None = None


@dataclass(frozen=True)
class DriftReport:
    """
    All findings of one check.

    Attributes:
        stack: Name of the stack.
        reported: Every finding.
        checked_count: How many objects were looked at.
    """

    stack: str
    reported: tuple[Reported, ...]
    checked_count: int

    def of(self, kind: FindingKind) -> tuple[Reported, ...]:
        """Those of one kind that count."""
        return tuple(e for e in self.reported if e.finding.kind == kind and e.ignored is None)

    @property
    def ignored(self) -> tuple[Reported, ...]:
        """Those that an exception covers."""
        return tuple(each for each in self.reported if each.ignored is not None)

    @property
    def headline(self) -> str:
        """The counts in one line, zeros included."""
        words = {"drift": "drifted", "pending": "pending", "unchecked": "could not be checked"}
        counts = [f"{len(self.of(kind))} {words.get(kind, kind)}" for kind in KINDS]
        return f"{', '.join(counts)}, {len(self.ignored)} ignored"

    def exit_codes(self) -> list[int]:
        """Every exit code that applies."""
        codes = [exits.UNCHECKED] if self.of("unchecked") or self.of("unreadable") else []
        return codes + ([exits.CHANGES] if self.of("drift") or self.of("pending") else [])


def complete_report(
    stack: str,
    findings: Iterable[Finding],
    manifest: Manifest,
    traces: Traces,
    checked_count: int,
) -> DriftReport:
    """Put what is known beside each finding."""
    positions = dict(list_positions(manifest))
    return DriftReport(
        stack,
        tuple(
            Reported(
                finding,
                _find_record_position(finding, manifest)
                if finding.object_kind == "record"
                else _find_position(finding, positions),
                traces.of(finding),
                _mend(finding),
                _find_ignored(finding, manifest.ignored),
            )
            for finding in findings
        ),
        checked_count,
    )


def _find_position(finding: Finding, positions: Mapping[str, str]) -> str:
    """The line of the object; of a rotated key, of the key; else of its entry."""
    name = finding.name
    while name:
        if name in positions:
            return positions[name]
        name = name.rpartition("/")[0]
    return ""


def _find_record_position(finding: Finding, manifest: Manifest) -> str:
    """The block `records`, which asks for every record; of an entry that is gone, nothing."""
    is_declared = any(entry.id == finding.entry for entry in manifest.entries)
    return manifest.records.position if manifest.records and is_declared else ""


def _find_ignored(finding: Finding, ignored: Iterable[Ignored]) -> Ignored | None:
    """The exception that covers it; what is pending or was not looked at cannot be excused."""
    if finding.kind not in _IGNORABLE:
        return None
    return next((each for each in ignored if _covers(each.path, finding.path)), None)


def _covers(pattern: str, path: str) -> bool:
    """Segment by segment, so that `*` never stands for a dot."""
    wanted, seen = pattern.split("."), path.split(".")
    return len(wanted) == len(seen) and all(map(fnmatchcase, seen, wanted))


def _mend(finding: Finding) -> str:
    if finding.kind != "drift":
        return _MENDS[finding.kind]
    if finding.object_kind == "record":
        return _mend_record(finding)
    if finding.part in _DECLARABLE:
        return f"apply; or adopt: declare {finding.part} as {finding.observed}; or ignore it"
    return "apply; or ignore it"


def _mend_record(finding: Finding) -> str:
    if finding.part != EXISTENCE or finding.reason == INSERTS:
        return "apply; or ignore it"
    return _NO_ROW if finding.observed == NO_ROW else _SEVERAL_ROWS
