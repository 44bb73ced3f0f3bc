"""
The errors of one project, for whoever writes its code: people at a prompt, and coding agents.

Does not: know another project than the one it is given, act on what an event says, or remember
answers.

Source: issue 6; sentry-api.md 11.
"""

from watchpost.health.audit_log import AuditLog, open_audit_log
from watchpost.health.detail_text import render_detail
from watchpost.health.detailing import error_detail
from watchpost.health.digesting import digest
from watchpost.health.listing import recent_errors
from watchpost.health.model import (
    Digest,
    ErrorDetail,
    HealthProject,
    RecentErrors,
    Resolution,
)
from watchpost.health.resolving import reopen_error, resolve_error
from watchpost.health.text import (
    digest_figures,
    digest_texts,
    fence_of,
    render_digest,
    render_digest_answer,
    render_recent,
    render_resolution,
)

__all__ = [
    "AuditLog",
    "Digest",
    "ErrorDetail",
    "HealthProject",
    "RecentErrors",
    "Resolution",
    "digest",
    "digest_figures",
    "digest_texts",
    "error_detail",
    "fence_of",
    "open_audit_log",
    "recent_errors",
    "render_detail",
    "render_digest",
    "render_digest_answer",
    "render_recent",
    "render_resolution",
    "reopen_error",
    "resolve_error",
]
