"""
What differs between services in how HTTP is spoken to them.

Does not: know endpoints or credentials. The default is what Sentry and Coolify understand.

Source: design.md 8; docs.github.com, "Rate limits for the REST API".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORBIDDEN = 403
_TOO_MANY = 429


@dataclass(frozen=True)
class Dialect:
    """
    How one kind of service wants to be spoken to.

    Attributes:
        accept: The media type asked for.
        headers: Sent with every request besides.
        keeps_path: Whether the URL's path is the API's own prefix, as in `https://host/api/v3`;
            else `/api`, `/api/0` and `/api/v1` are left off, and the clients' paths bring them.
        limits_by_403: Whether a 403 that names a wait, or says that nothing is left, is a 429.
    """

    accept: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    keeps_path: bool = False
    limits_by_403: bool = False

    def status_of(self, status: int, headers: Mapping[str, str]) -> int:
        """The status that an answer of *status* means; *headers* by lower-case name."""
        if not self.limits_by_403 or status != _FORBIDDEN:
            return status
        is_limit = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
        return _TOO_MANY if is_limit else status
