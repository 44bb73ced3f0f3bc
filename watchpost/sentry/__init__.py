"""
Sentry: its teams, projects and client keys, and the client that reads and writes them.

Does not: know Pulumi, the manifest or Coolify. Source: design.md 2.
"""

from watchpost.sentry.audit import AuditEntry, list_audit_entries
from watchpost.sentry.client import SentryClient
from watchpost.sentry.events import (
    Outcomes,
    find_event_tags,
    find_newest_event_time,
    find_outcomes,
    newest_accepted,
)
from watchpost.sentry.models import (
    DEFAULT_KEY_LABEL,
    Key,
    Project,
    ProjectSettings,
    RateLimit,
    Team,
)
from watchpost.sentry.paging import next_cursor

__all__ = [
    "DEFAULT_KEY_LABEL",
    "AuditEntry",
    "Key",
    "Outcomes",
    "Project",
    "ProjectSettings",
    "RateLimit",
    "SentryClient",
    "Team",
    "find_event_tags",
    "find_newest_event_time",
    "find_outcomes",
    "list_audit_entries",
    "newest_accepted",
    "next_cursor",
]
