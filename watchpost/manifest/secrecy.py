"""
What looks like a secret, so that it is refused in the manifest and never repeated in a message.

Does not: find every secret. It knows the shapes of tokens that people paste by mistake.

Source: reference of Sentry's and Coolify's token formats; docs/manifest.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchpost.manifest.source import Path

_SHAPES: dict[str, re.Pattern[str]] = {
    "a Sentry token": re.compile(r"\bsntry[a-z]_[A-Za-z0-9+/=_-]{8,}"),
    "a Coolify token": re.compile(r"(?<![\w|])\d+\|[A-Za-z0-9]{40,}"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})"),
    "an AWS access key": re.compile(r"\bAKIA[A-Z0-9]{16}\b"),
    "a Slack token": re.compile(r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a URL with a password": re.compile(r"[a-z]://[^/\s:@]*:[^/\s@]+@", re.IGNORECASE),
    "an old Sentry token": re.compile(r"^[0-9a-f]{64}$"),
}

_HIDDEN_FIELDS = frozenset({"build_token", "url", "variables"})


def find_secret_shape(text: str) -> str | None:
    """Return what kind of secret *text* seems to contain, or None."""
    return next((kind for kind, shape in _SHAPES.items() if shape.search(text)), None)


def is_hidden(path: Path, text: str) -> bool:
    """
    Return whether a message about *path* must not repeat *text*: its field may hold a secret, or it
    looks like one.
    """
    return not _HIDDEN_FIELDS.isdisjoint(path) or find_secret_shape(text) is not None
