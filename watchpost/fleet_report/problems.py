"""
What is wrong with an entry, in a few lines that stand in its heading.

Does not: list all; the opened entry does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchpost.fleet_report.model import ReportApp, ReportEntry

_MOST_LINES = 3
_MOST_NAMES = 3


def list_problems(entry: ReportEntry) -> list[str]:
    """The first problems of *entry*, and how many more there are; empty where all is wired."""
    found = list(dict.fromkeys(_problems(entry)))
    more = len(found) - _MOST_LINES
    return [*found[:_MOST_LINES], *([f"and {more} more"] if more > 0 else [])]


def _problems(entry: ReportEntry) -> Iterator[str]:
    for key in entry.keys:
        if key.link.reason:
            yield f"key {key.link.name}: {key.link.reason}"
    for app in entry.apps:
        yield from _app_problems(app)


def _app_problems(app: ReportApp) -> Iterator[str]:
    label = app.declared.selector.label
    if app.links.reason:
        yield f"{label}: {app.links.reason}"
        return
    by_reason: dict[str, list[str]] = {}
    for variable in app.declared.variables:
        for row in app.links.variables[variable.name].rows:
            name = f"{variable.name} (preview)" if row.is_preview else variable.name
            for reason in row.reasons:
                by_reason.setdefault(reason, []).append(name)
    if app.links.left_over:
        by_reason["bears our mark, and nobody declares it"] = list(app.links.left_over)
    for reason, names in by_reason.items():
        yield f"{label}: {_name_some(names)}: {reason}"


def _name_some(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown
