"""
Tables of the demo: who was wired to what, and what drifted.

Does not: show a value; the engine's recorded state and plans hold fingerprints for that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from watchpost.manifest import KeyDsn
from watchpost.render.table import render_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from watchpost.engine import Preview
    from watchpost.manifest import AppEnvironment, Manifest

ENVIRONMENT = "pulumi-python:dynamic"


def render_wiring(
    manifest: Manifest,
    resources: Iterable[Mapping[str, Any]],
    requests: Iterable[Mapping[str, Any]],
) -> str:
    """
    One row per app: Sentry project, key, variables, and the redeploy that was asked for.

    Args:
        manifest: What was declared.
        resources: The recorded state after the run.
        requests: What the run asked of Coolify, from the sandbox's log.
    """
    asked = dict(_redeploys(requests))
    slugs = {entry.id: entry.slug for entry in manifest.entries}
    outputs = {
        each["urn"].rpartition("::")[2]: each["outputs"]
        for each in resources
        if each["type"].startswith(ENVIRONMENT)
    }
    rows = [
        (
            app.selector.label,
            ", ".join(slugs[entry] for entry in app.entries),
            ", ".join(sorted({dsn.key for dsn in _dsns(app)})),
            str(len(app.variables)),
            asked.get(outputs[f"{app.owner}/{app.selector.label}"]["uuid"], "none"),
        )
        for app in manifest.apps
    ]
    heading = ("app", "Sentry project", "key", "variables written", "redeploy asked for")
    return render_table(heading, sorted(rows))


def _dsns(app: AppEnvironment) -> Iterator[KeyDsn]:
    for variable in app.variables.values():
        for value in (variable.value, variable.preview):
            if isinstance(value, KeyDsn):
                yield value


def _redeploys(requests: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for request in requests:
        restarted = re.search(r"/(\S+)/restart$", request["path"].removeprefix("/api/v1"))
        deployed = re.search(r"\buuid=([^&]+)", request["query"])
        if restarted:
            yield restarted[1].rpartition("/")[2], "restart"
        elif request["path"].endswith("/deploy") and deployed:
            yield deployed[1], "rebuild"


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
