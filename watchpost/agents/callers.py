"""
Who calls, and which projects that caller may know of.

Does not: prove who it is; `grants` does, by a token.

Source: docs/agents.md.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """
    One agent.

    Attributes:
        name: The grant's name, for the access log and the audit log.
        projects: Ids of the entries that it may know of.
        may_resolve: Whether it may resolve issues.
    """

    name: str
    projects: frozenset[str]
    may_resolve: bool
