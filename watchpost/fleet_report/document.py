"""
The report as JSON, for programs.

Does not: hold a value; what is declared and what is there have names and fingerprints.

Source: docs/report.md, "For programs".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchpost.fleet_report.model import FleetReport, ReportApp, ReportEntry, ReportKey
    from watchpost.wiring import RowLink

VERSION = 1


def render_report_document(report: FleetReport) -> dict[str, Any]:
    """The report as plain data."""
    services = report.services
    return {
        "version": VERSION,
        "organization": report.organization,
        "sentry": services.sentry_url,
        "coolify": services.coolify_url,
        "looked_at": services.looked_at.isoformat(timespec="seconds"),
        "canary_days": services.canary_days,
        "counts": dict(report.counts),
        "could_not_look": list(report.troubles),
        "entries": [_entry(entry) for entry in report.entries],
    }


def _entry(entry: ReportEntry) -> dict[str, Any]:
    return {
        "id": entry.entry.id,
        "name": entry.entry.name,
        "state": entry.state,
        "slug": entry.entry.slug,
        "project_id": entry.project.id if entry.project else None,
        "page": entry.page,
        "position": entry.entry.position,
        "keys": [_key(key) for key in entry.keys],
        "apps": [_app(app) for app in entry.apps],
    }


def _key(key: ReportKey) -> dict[str, Any]:
    event = key.last_event
    return {
        "name": key.link.name,
        "label": key.link.label,
        "state": key.link.state,
        "key_id": key.link.key_id,
        "reason": key.link.reason,
        "position": key.position,
        "last_event_known": bool(event and event.is_known),
        "last_event_day": event.day.isoformat() if event and event.day else None,
    }


def _app(app: ReportApp) -> dict[str, Any]:
    declared = app.declared
    return {
        "kind": declared.selector.kind,
        "app": declared.selector.label,
        "uuid": app.observed.ref.uuid if app.observed.ref else None,
        "state": app.state,
        "reason": app.links.reason,
        "status": app.observed.status,
        "position": declared.position,
        "left_over": list(app.links.left_over),
        "notes": list(app.links.notes),
        "variables": [
            {
                "name": each.name,
                "state": app.links.variables[each.name].state,
                "build": each.variable.is_buildtime,
                "run": each.variable.is_runtime,
                "position": each.variable.position,
                "rows": [_row(row) for row in app.links.variables[each.name].rows],
            }
            for each in declared.variables
        ],
    }


def _row(row: RowLink) -> dict[str, Any]:
    return {
        "preview": row.is_preview,
        "state": row.state,
        "declared": row.wanted,
        "fingerprint": row.fingerprint,
        "observed": row.observed,
        "is_there": row.row is not None,
        "reasons": list(row.reasons),
        "mark": row.mark,
        "updated_at": row.updated_at.isoformat() if row.updated_at else None,
    }
