r"""
When two values mean the same, and how to speak of a value without showing it.

    written                      observed                      same?
    "  text \n"                  "text"                        yes: Coolify trims
    "", "   ", None              None                          yes: Coolify stores null
    https://KEY@one.example/7    https://KEY@two.example/7     yes: a DSN is its key and project
    https://KEY@one.example/7    https://OTHER@one.example/7   no

Does not: know rows, marks or flags.

Source: reference/coolify-api.md 3.5; design.md 5.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from watchpost.coolify.rows import Value

_INVISIBLE = (
    "\u0000\u0009-\u000d\u0020\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e"
    "\u2000-\u200f\u2028\u2029\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufeff\uffa0"
)
_EDGES = re.compile(f"^[{_INVISIBLE}]+|[{_INVISIBLE}]+$")
_DSN = re.compile(
    r"https?://(?P<key>[0-9a-f]{32})(?::[0-9a-f]*)?@(?P<host>[^/@\s]+)(?:/[^\s?#]*)?/(?P<id>\d+)/?",
    re.IGNORECASE,
)


class DsnIdentity(NamedTuple):
    """What a DSN means: events of this public key, to this project. The host may move."""

    public_key: str
    project_id: str


def normalise(value: str | None) -> str | None:
    """Trim *value* as Coolify does, invisible characters included; nothing left means None."""
    return _EDGES.sub("", value or "") or None


def dsn_identity(value: str | None) -> DsnIdentity | None:
    """Read *value* as a Sentry DSN; None if it is none."""
    match = _DSN.fullmatch(value or "")
    return DsnIdentity(match["key"].lower(), match["id"]) if match else None


def means_same(one: Value, other: Value) -> bool:
    """
    Tell whether two values mean the same to the app that reads them.

    An unreadable value means the same as nothing, not even as another unreadable one.
    """
    if not (isinstance(one, str | None) and isinstance(other, str | None)):
        return False
    return _meaning(one) == _meaning(other)


def has_moved_host(one: Value, other: Value) -> bool:
    """Tell whether both are DSNs of one key and project, but written differently."""
    return (
        isinstance(one, str)
        and isinstance(other, str)
        and dsn_identity(normalise(one)) is not None
        and means_same(one, other)
        and normalise(one) != normalise(other)
    )


def fingerprint(key: bytes, value: str | None) -> str:
    """
    Name a value without showing it: HMAC-SHA-256 under *key*, the first 8 hexadecimal digits.

    Values that mean the same have one fingerprint. An empty value has the empty fingerprint.
    """
    meaning = _meaning(value)
    if meaning is None:
        return ""
    text = "\0".join(("dsn", *meaning)) if isinstance(meaning, DsnIdentity) else f"text\0{meaning}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:8]


def _meaning(value: str | None) -> DsnIdentity | str | None:
    text = normalise(value)
    return dsn_identity(text) or text
