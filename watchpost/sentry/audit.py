"""
Entries of Sentry's audit log: who changed which object, and when.

Does not: keep an entry's `data`, which may hold a key's secret.

Source: sentry-api.md 6 (undocumented but real).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from watchpost.sentry.client import SentryClient

_MOST = 100


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """
    One entry.

    Attributes:
        id: Of the entry.
        at: When.
        actor: Who, by name or address; empty where the log does not say.
        event: `project.edit`, `projectkey.edit`, `team.edit` ...
        target: Number of the object; empty where it names none.
        note: What Sentry says in words; of a key, its public id.
    """

    id: str
    at: datetime
    actor: str
    event: str
    target: str
    note: str

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> AuditEntry:
        """Parse an entry. Raises KeyError or ValueError where it is none."""
        actor = data.get("actor") or {}
        return cls(
            id=str(data["id"]),
            at=datetime.fromisoformat(data["dateCreated"]),
            actor=str(actor.get("name") or actor.get("email") or actor.get("username") or ""),
            event=str(data["event"]),
            target=str(data.get("targetObject") or ""),
            note=str(data.get("note") or ""),
        )


def list_audit_entries(client: SentryClient, organization: str) -> list[AuditEntry]:
    """
    The newest entries, newest first.

    Raises:
        Forbidden: The token lacks `org:write`, which reading the log takes.
        ApiError: Sentry did not answer.
    """
    path = f"/api/0/organizations/{quote(organization, safe='')}/audit-logs/"
    answer = client.transport.request("GET", path, params={"per_page": _MOST})
    rows = answer.as_object().get("rows") or []
    return [entry for row in rows if (entry := _parse(row)) is not None]


def _parse(row: dict[str, Any]) -> AuditEntry | None:
    try:
        return AuditEntry.from_json(row)
    except (KeyError, TypeError, ValueError):
        return None
