"""
Following a write by its lines in the audit log, to tell what surely did not happen.

    last line    what an error means
    none         nothing was sent
    intended     it may have been done: nobody wrote down what became of it
    unclear      it may have been done
    refused      nothing was changed

Does not: write, or know what Sentry answered. Source: docs/agents.md (answers); docs/health.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from watchpost.health import AuditLog, open_audit_log

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPEN = frozenset({"intended", "unclear"})


@dataclass(frozen=True)
class FollowedLog(AuditLog):
    """An audit log that remembers the outcomes that were added to it, for one act."""

    outcomes: list[str] = field(default_factory=list)

    def append(self, fields: Mapping[str, Any]) -> None:
        """Add one line, as its kind does."""
        super().append(fields)
        self.outcomes.append(str(fields["outcome"]))

    @property
    def is_open(self) -> bool:
        """Whether something may have been done of which nobody knows what became."""
        return bool(self.outcomes) and self.outcomes[-1] in _OPEN


def follow_audit_log(actor: str) -> FollowedLog:
    """
    Open the log that the environment names, for one act of *actor*.

    Raises:
        SettingsError: It names none, and this user has no home.
    """
    log = open_audit_log(actor)
    return FollowedLog(log.path, log.actor)
