"""
Sentry: its teams, projects and client keys, and the client that reads and writes them.

Does not: know Pulumi, the manifest or Coolify. Source: design.md 2.
"""

from watchpost.sentry.client import SentryClient
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
    "Key",
    "Project",
    "ProjectSettings",
    "RateLimit",
    "SentryClient",
    "Team",
    "next_cursor",
]
