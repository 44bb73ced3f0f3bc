"""
Health as JSON values, for programs.

What Sentry counted stands on its own. What an event's sender chose stands below `untrusted`,
cleaned and of stated lengths.

Does not: fence; a program that shows the texts to an agent must. Source: ADR 0015; docs/health.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost.health import lengths
from watchpost.health.fence import clean, clean_code

if TYPE_CHECKING:
    from datetime import datetime

    from watchpost.health.model import (
        Digest,
        DigestLine,
        ErrorDetail,
        ErrorSummary,
        Frame,
        HealthProject,
        Resolution,
        Thrown,
    )

VERSION = 1


def digest_document(digest: Digest) -> dict[str, Any]:
    """The digest."""
    release = digest.release
    return {
        **_about(digest.project),
        "since": digest.since,
        "minimum_count": digest.minimum_count,
        "is_complete": digest.is_complete,
        "released_at": _moment(release.released_at) if release else None,
        "untrusted": {"release": clean(release.version, lengths.RELEASE) if release else ""},
        "issues": [_digest_line(line) for line in digest.lines],
    }


def detail_document(detail: ErrorDetail) -> dict[str, Any]:
    """One issue with its event."""
    issue = _summary(detail.summary)
    # One issue is asked about without a period.
    del issue["count"]
    return {
        **_about(detail.project),
        "issue": {**issue, "users": detail.users},
        "event_id": clean(detail.event_id, lengths.SHORT_ID),
        "event_at": _moment(detail.event_at),
        "note": detail.note,
        "untrusted": _texts(detail),
    }


def resolution_document(resolution: Resolution) -> dict[str, Any]:
    """What was done to an issue."""
    return {
        **_about(resolution.project),
        "issue_id": resolution.issue_id,
        "short_id": clean(resolution.short_id, lengths.SHORT_ID),
        "status": resolution.status,
        "status_before": resolution.status_before,
        "was_changed": resolution.was_changed,
    }


def _about(project: HealthProject) -> dict[str, Any]:
    return {
        "version": VERSION,
        "entry": project.entry_id,
        "organization": project.organization,
        "project": project.slug,
    }


def _summary(error: ErrorSummary) -> dict[str, Any]:
    return {
        "issue_id": error.issue_id,
        "short_id": clean(error.short_id, lengths.SHORT_ID),
        "level": error.level,
        "status": error.status,
        "substatus": error.substatus,
        "count": error.count,
        "total": error.total,
        "users": error.users,
        "first_seen": _moment(error.first_seen),
        "last_seen": _moment(error.last_seen),
        "link": clean(error.link, lengths.LINK),
        "untrusted": {
            "title": clean(error.title, lengths.TITLE),
            "culprit": clean(error.culprit, lengths.CULPRIT),
        },
    }


def _digest_line(line: DigestLine) -> dict[str, Any]:
    return {
        "trend": line.trend.value,
        "is_since_release": line.is_since_release,
        **_summary(line.error),
    }


def _texts(detail: ErrorDetail) -> dict[str, Any]:
    return {
        "message": clean(detail.message, lengths.VALUE),
        "request": clean(detail.request, lengths.URL),
        "environment": clean(detail.environment, lengths.NAME),
        "release": clean(detail.release, lengths.RELEASE),
        "first_release": clean(detail.first_release, lengths.RELEASE),
        "last_release": clean(detail.last_release, lengths.RELEASE),
        "exceptions": [_thrown(each) for each in detail.exceptions],
        "exceptions_left_out": detail.exceptions_left_out,
        "breadcrumbs": [
            {
                "at": clean(each.at, lengths.WORD),
                "category": clean(each.category, lengths.WORD),
                "level": clean(each.level, lengths.WORD),
                "message": clean(each.message, lengths.LINE),
            }
            for each in detail.breadcrumbs
        ],
        "breadcrumbs_left_out": detail.breadcrumbs_left_out,
    }


def _thrown(thrown: Thrown) -> dict[str, Any]:
    return {
        "type": clean(thrown.kind, lengths.KIND),
        "value": clean(thrown.value, lengths.VALUE),
        "is_handled": thrown.is_handled,
        "frames": [_frame(frame) for frame in thrown.frames],
        "frames_left_out": thrown.left_out,
    }


def _frame(frame: Frame) -> dict[str, Any]:
    return {
        "filename": clean(frame.filename, lengths.NAME),
        "function": clean(frame.function, lengths.NAME),
        "line": frame.line,
        "in_app": frame.in_app,
        "context": [
            {"line": number, "text": clean_code(text, lengths.LINE)}
            for number, text in frame.context
        ],
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
