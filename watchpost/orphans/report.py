"""
The report of orphans as text, Markdown and JSON. Each kind is shown with its count, zero included.

Does not: find anything, or show a value.

Source: docs/adoption.md, "Orphans", which lists the fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost import exits
from watchpost.orphans.findings import Finding, OrphanKind, OrphanReport
from watchpost.render.plain import on_one_line
from watchpost.render.table import escape_markdown, render_markdown_table, render_table

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT_VERSION = 1
_HEADING = ("what", "variable", "seen")
_NO_MANIFEST = "There is no manifest: nothing is compared with what is declared."


def render_text(report: OrphanReport) -> str:
    """For people at a terminal."""
    lines = [] if report.has_manifest else [_NO_MANIFEST, ""]
    for kind in OrphanKind:
        found = report.of(kind)
        lines.append(f"{_heading(report, kind)}: {_count(report, kind)}")
        if found:
            table = render_table(_HEADING, map(_cells, found))
            lines += [*(f"  {line}" for line in table.splitlines()), ""]
    lines.append(f"keys of unknown activity: {len(report.unknown_keys)}")
    lines += [f"  {words}" for words in report.unknown_keys]
    lines.append(f"not checked: {len(report.unchecked)}")
    lines += [f"  {each.what}: {each.reason}" for each in report.unchecked]
    return "\n".join(map(on_one_line, lines)) + "\n"


def render_markdown(report: OrphanReport) -> str:
    """For issues and comments."""
    total = len(report.findings)
    head = f"**{total} loose ends** in `{report.organization}`"
    if report.unchecked or report.unchecked_kinds:
        head += "; not everything could be checked"
    lines = [head, ""] + ([] if report.has_manifest else [_NO_MANIFEST, ""])
    counts = [[_heading(report, kind), _count(report, kind)] for kind in OrphanKind]
    counts.append(["keys of unknown activity", str(len(report.unknown_keys))])
    lines += [render_markdown_table(("kind", "count"), counts)]
    for kind in OrphanKind:
        found = report.of(kind)
        if found:
            lines += ["", f"### {_heading(report, kind)}", ""]
            lines.append(render_markdown_table(_HEADING, map(_cells, found)))
    if report.unchecked:
        lines += ["", "### not checked", ""]
        lines += [
            f"- {escape_markdown(f'{each.what}: {each.reason}')}" for each in report.unchecked
        ]
    return "\n".join(lines) + "\n"


def report_as_data(report: OrphanReport) -> dict[str, Any]:
    """For programs."""
    return {
        "version": FORMAT_VERSION,
        "organization": report.organization,
        "days": report.days,
        "manifest": report.has_manifest,
        "counts": {
            kind.code: None if kind in report.unchecked_kinds else len(report.of(kind))
            for kind in OrphanKind
        },
        "findings": [_as_data(finding) for finding in report.findings],
        "unknown_keys": list(report.unknown_keys),
        "unchecked": [{"what": each.what, "reason": each.reason} for each in report.unchecked],
        "exit_code": exits.worst_of(report.exit_codes),
        "exit_codes": list(report.exit_codes),
    }


def _as_data(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.code,
        "subject": finding.subject,
        "detail": finding.detail,
        "app": finding.app or None,
        "variable": finding.variable or None,
        "preview": finding.is_preview,
        "project": finding.project or None,
        "key": finding.key or None,
    }


def _heading(report: OrphanReport, kind: OrphanKind) -> str:
    within = f" in {report.days} days" if kind is OrphanKind.QUIET_KEY else ""
    return f"{kind.value}{within}"


def _count(report: OrphanReport, kind: OrphanKind) -> str:
    return "not checked" if kind in report.unchecked_kinds else str(len(report.of(kind)))


def _cells(finding: Finding) -> list[str]:
    return list(_iterate_cells(finding))


def _iterate_cells(finding: Finding) -> Iterator[str]:
    yield finding.subject
    yield f"{finding.variable} (preview)" if finding.is_preview else finding.variable
    yield finding.detail
