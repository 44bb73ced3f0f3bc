"""
Tables of the demo: who was wired to what, and what drifted.

Does not: show a value; the engine's recorded state and plans hold fingerprints for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from watchpost.engine import Preview

ENVIRONMENT = "pulumi-python:dynamic"


def render_table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, two spaces apart, a line below the heading."""
    table = [list(heading), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(heading))]
    table.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )


def render_wiring(resources: Iterable[Mapping[str, Any]]) -> str:
    """One row per app of the recorded state: Sentry project, key, variables, redeploy."""
    found = [each["outputs"] for each in resources if each["type"].startswith(ENVIRONMENT)]
    rows = [
        (
            str(outputs["uuid"]),
            str(outputs.get("owner", "")),
            str(len(outputs["variables"])),
            str(outputs.get("redeployed", "no")),
        )
        for outputs in found
    ]
    return render_table(("app", "entry", "variables", "redeploy asked for"), sorted(rows))


def render_drift(preview: Preview) -> str:
    """One row per property that is not as the manifest says."""
    rows = [
        (step.op, step.name, change.path, shown(change.before), shown(change.after))
        for step in preview.steps
        for change in step.changes
    ]
    return render_table(("step", "resource", "property", "observed", "declared"), rows)


def shown(value: Any) -> str:
    """A value in a cell; a map as the number of its fields."""
    if isinstance(value, dict):
        return f"{{{len(value)} fields}}"
    return "" if value is None else str(value)
