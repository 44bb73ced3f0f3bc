"""
What GitHub's API answers, as far as we read it.

Does not: keep fields that nothing here needs.

Source: docs.github.com, REST API of issues, comments and commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Comment:
    """A comment: its id, the login of its author (empty for a deleted account) and its text."""

    id: int
    author: str
    body: str

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Comment:
        """Read one. Raises KeyError or TypeError where it is none."""
        return cls(int(data["id"]), _login(data["user"]), data["body"] or "")


@dataclass(frozen=True)
class Issue:
    """An issue, or a pull request, which GitHub lists as one."""

    number: int
    author: str
    body: str
    is_open: bool
    is_pull: bool

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Issue:
        """Read one. Raises KeyError or TypeError where it is none."""
        return cls(
            number=int(data["number"]),
            author=_login(data["user"]),
            body=data["body"] or "",
            is_open=data["state"] == "open",
            is_pull="pull_request" in data,
        )


@dataclass(frozen=True)
class Pull:
    """A pull request of a commit: its number, and the commit that its merge made."""

    number: int
    is_merged: bool
    merge_commit: str

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Pull:
        """Read one. Raises KeyError or TypeError where it is none."""
        return cls(int(data["number"]), bool(data["merged_at"]), data["merge_commit_sha"] or "")


def _login(user: dict[str, Any] | None) -> str:
    return str(user["login"]) if user else ""
