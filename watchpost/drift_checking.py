"""
The drift check: one preview, then who changed what, as far as the services tell.

    pulumi preview --refresh --json    everything that counts
    rows of drifted apps               one GET each: when each row was last changed
    Sentry's audit log                 one GET, where the token may read it: when and by whom

What only adds detail never fails the check: without it a finding says "unknown". A database tells
neither, so that it is not asked.

Does not: write; the transport of this process refuses it as well. Source: issue 5.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.coolify import AppRef
from watchpost.drift import (
    DriftReport,
    Finding,
    Traces,
    complete_report,
    find_differences,
    name_record_values,
)
from watchpost.drift.report import UNKNOWN, Trace
from watchpost.errors import WatchpostError
from watchpost.planning import wait_for_preview
from watchpost.previewing import start_preview
from watchpost.sentry import list_audit_entries
from watchpost.transport import writes_refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from watchpost.coolify import CoolifySession, Row
    from watchpost.engine import Preview
    from watchpost.manifest import Manifest
    from watchpost.sentry import AuditEntry
    from watchpost.workspace import Workspace

_LOOKS_AT_ONCE = 8
_NOT_IN_SENTRY = frozenset({"app", "record"})
_EDITS = {
    "team": ("team.",),
    "project": ("project.", "project-team."),
    "key": ("projectkey.",),
}


@dataclass(frozen=True)
class Checked:
    """A drift check: its report, the preview it was read from, and the manifest."""

    report: DriftReport
    preview: Preview
    manifest: Manifest


def check_drift(workspace: Workspace) -> Checked:
    """
    Compare recorded, observed and desired state.

    Raises:
        ManifestError: The manifest has faults, or an exception of it has expired.
        SettingsError: The engine could not look at all.
    """
    started = start_preview(workspace)
    manifest, preview = started.manifest, wait_for_preview(workspace, started)
    key = started.settings.result().fingerprint_key
    findings = name_record_values(find_differences(preview), preview, manifest, key)
    drifted = [each for each in findings if each.kind == "drift"]
    traces = _observe_traces(workspace, preview, manifest, drifted) if drifted else Traces()
    looked = sum(bool(each.recorded.id) for each in preview.refreshed.values())
    report = complete_report(workspace.engine.stack, findings, manifest, traces, looked)
    return Checked(report, preview, manifest)


def _observe_traces(
    workspace: Workspace, preview: Preview, manifest: Manifest, drifted: Iterable[Finding]
) -> Traces:
    drifted = list(drifted)
    with writes_refused():
        rows = _observe_rows(workspace, preview, drifted)
        entries = _observe_entries(workspace, manifest, drifted)
    return Traces(
        {
            each.path: _trace_of_row(each, rows.get(each.urn, ()))
            if each.object_kind == "app"
            else _trace_of_entry(each, preview, entries)
            for each in drifted
            if each.object_kind != "record"
        }
    )


def _observe_rows(
    workspace: Workspace, preview: Preview, drifted: Iterable[Finding]
) -> dict[str, tuple[Row, ...]]:
    apps = {each.urn: _app_of(preview, each.urn) for each in drifted if each.object_kind == "app"}
    if not apps:
        return {}
    try:
        session = workspace.coolify
    except WatchpostError:
        return {}
    with ThreadPoolExecutor(_LOOKS_AT_ONCE) as pool:
        found = pool.map(lambda app: _list_rows(session, app), apps.values())
        return dict(zip(apps, found, strict=True))


def _app_of(preview: Preview, urn: str) -> AppRef:
    inputs = preview.refreshed[urn].recorded.inputs
    return AppRef(inputs["kind"], inputs["uuid"])


def _list_rows(session: CoolifySession, app: AppRef) -> tuple[Row, ...]:
    try:
        with writes_refused():
            return session.client.list_rows(app)
    except WatchpostError:
        return ()


def _observe_entries(
    workspace: Workspace, manifest: Manifest, drifted: Iterable[Finding]
) -> list[AuditEntry]:
    if all(each.object_kind in _NOT_IN_SENTRY for each in drifted):
        return []
    try:
        return list_audit_entries(workspace.sentry, manifest.organization)
    except WatchpostError:
        return []


def _trace_of_row(finding: Finding, rows: Iterable[Row]) -> Trace:
    """The row's own date; Coolify tells nobody who it was."""
    name, _, rest = finding.part.partition(".")
    is_preview = rest.startswith("preview")
    times = [
        row.updated_at
        for row in rows
        if row.key == (rest if name == "extra" else name)
        and row.is_preview == is_preview
        and row.updated_at is not None
    ]
    return Trace(max(times, default=None), UNKNOWN)


def _trace_of_entry(finding: Finding, preview: Preview, entries: Iterable[AuditEntry]) -> Trace:
    """The newest entry about the object; it came after our own, or nothing would differ."""
    recorded = preview.refreshed[finding.urn].recorded.outputs
    events = _EDITS[finding.object_kind]
    for entry in entries:
        if entry.event.startswith(events) and _is_about(entry, finding.object_kind, recorded):
            return Trace(entry.at, entry.actor or UNKNOWN)
    return Trace()


def _is_about(entry: AuditEntry, kind: str, recorded: Mapping[str, object]) -> bool:
    if kind == "key":
        public = str(recorded.get("public") or "")
        return bool(public) and public in entry.note
    number = recorded.get("projectId") or recorded.get("internalId")
    return entry.target == str(number)
