"""
A drift check as text, Markdown and JSON.

Zero findings of a kind are shown as zero, so that nobody takes silence for a check.

Does not: hold a value. Source: issue 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost.drift.report import KINDS
from watchpost.render.plain import on_one_line
from watchpost.render.table import render_markdown_table, render_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchpost.drift import DriftReport
    from watchpost.drift.report import Reported

_HEADINGS = {
    "drift": "Drift: changed by somebody since the last apply",
    "pending": "Pending: the manifest asks for it, and it was not applied",
    "unreadable": "Unreadable: neither clean nor changed",
    "unchecked": "Could not be checked",
}
_COLUMNS = {
    "drift": ("where", "declared at", "recorded", "observed", "since", "by", "mend"),
    "pending": ("where", "declared at", "desired", "recorded", "mend"),
}
_HOW_TO_IGNORE = "To ignore one, add to the manifest:"
_EXCEPTION = "ignore:\n  - {path: WHERE, reason: WHY, until: YYYY-MM-DD}"
_NARROW = ("where", "declared at", "why", "mend")


def render_drift_text(report: DriftReport) -> str:
    """The check for a terminal."""
    blocks = [f"Drift check of stack {report.stack}: {report.headline}.", _looked(report)]
    for kind in KINDS:
        found = report.of(kind)
        blocks.append(f"{_HEADINGS[kind]} ({len(found)})")
        if found:
            rows = [tuple(map(on_one_line, row)) for row in _rows(kind, found)]
            blocks[-1] += "\n" + render_table(_heading(kind), rows)
    blocks.append(f"Ignored ({len(report.ignored)})")
    for each in report.ignored:
        blocks[-1] += "\n" + on_one_line(f"{each.finding.path}: {_reason(each)}")
    blocks += [f"{_HOW_TO_IGNORE}\n{_EXCEPTION}"] if _is_ignorable(report) else []
    return "\n\n".join(blocks) + "\n"


def render_drift_markdown(report: DriftReport) -> str:
    """The check as an issue's text."""
    blocks = [f"## Drift check of `{report.stack}`: {report.headline}", _looked(report)]
    for kind in KINDS:
        found = report.of(kind)
        blocks.append(f"### {_HEADINGS[kind]} ({len(found)})")
        if found:
            blocks.append(render_markdown_table(_heading(kind), _rows(kind, found)))
    rows = [(each.finding.path, _reason(each)) for each in report.ignored]
    blocks.append(f"### Ignored ({len(rows)})")
    if rows:
        blocks.append(render_markdown_table(("where", "why"), rows))
    if _is_ignorable(report):
        blocks.append(f"{_HOW_TO_IGNORE}\n\n```yaml\n{_EXCEPTION}\n```")
    return "\n\n".join(blocks) + "\n"


def render_drift_json(report: DriftReport) -> dict[str, Any]:
    """The document: counts by kind, findings, exit codes."""
    return {
        "version": 1,
        "stack": report.stack,
        "headline": report.headline,
        "checked_count": report.checked_count,
        "counts": {
            **{kind: len(report.of(kind)) for kind in KINDS},
            "ignored": len(report.ignored),
        },
        "findings": [_document(each) for each in report.reported],
        "exit_codes": sorted(report.exit_codes()) or [0],
    }


def _document(reported: Reported) -> dict[str, Any]:
    finding, trace = reported.finding, reported.trace
    return {
        "kind": finding.kind,
        "path": finding.path,
        "entry": finding.entry,
        "object": finding.object_kind,
        "position": reported.position,
        "expected": finding.expected,
        "observed": finding.observed,
        "reason": finding.reason,
        "since": trace.since.isoformat() if trace.since else None,
        "by": trace.by,
        "mend": reported.mend,
        "is_ignored": reported.ignored is not None,
    }


def _is_ignorable(report: DriftReport) -> bool:
    return bool(report.of("drift") or report.of("unreadable"))


def _looked(report: DriftReport) -> str:
    return f"{report.checked_count} objects are recorded."


def _heading(kind: str) -> tuple[str, ...]:
    return _COLUMNS.get(kind, _NARROW)


def _rows(kind: str, found: Iterable[Reported]) -> list[tuple[str, ...]]:
    if kind not in _COLUMNS:
        return [(e.finding.path, e.position, e.finding.reason, e.mend) for e in found]
    return [
        (
            each.finding.path,
            each.position,
            each.finding.expected or "(absent)",
            each.finding.observed or "(absent)",
            *(_trace(each) if kind == "drift" else ()),
            each.mend,
        )
        for each in found
    ]


def _trace(reported: Reported) -> tuple[str, str]:
    since = reported.trace.since
    return (f"{since:%Y-%m-%d %H:%M:%S} UTC" if since else "unknown", reported.trace.by)


def _reason(reported: Reported) -> str:
    ignored = reported.ignored
    return f"{ignored.reason} (until {ignored.until})" if ignored else ""
