"""
The request log: what the services were asked, as tests and the demo read it.

It keeps the newest :data:`KEPT` requests, about 100 MB at most, and counts those it had to forget.

Does not: keep bodies, header values or tokens; a token appears by the name it was given when it
was made.
"""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

KEPT = 200_000
SECRET_WORDS = ("token", "secret", "password", "auth", "key")


@dataclass(frozen=True)
class LoggedRequest:
    """One answered request; *status* is 0 when the connection was dropped. Times: epoch seconds."""

    service: str
    method: str
    path: str
    query: str
    status: int
    token: str | None
    started: float
    ended: float


class RequestLog:
    """The newest *kept* requests since the last clear, in the order in which they were answered."""

    def __init__(self, kept: int = KEPT) -> None:
        self._requests: deque[LoggedRequest] = deque(maxlen=kept)
        self._count = 0

    @property
    def forgotten(self) -> int:
        """How many requests since the last clear are no longer kept."""
        return self._count - len(self._requests)

    def add(self, request: LoggedRequest) -> None:
        """Append one request."""
        self._count += 1
        self._requests.append(request)

    def clear(self) -> None:
        """Forget everything."""
        self._count = 0
        self._requests.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """The requests as JSON objects, ordered by the time they began."""
        return [asdict(request) for request in sorted(self._requests, key=lambda r: r.started)]


def render_query(query: bytes) -> str:
    """The query string with the values of parameters that may hold a secret replaced by ***."""
    text = query.decode("latin-1")
    if not any(word in text.lower() for word in SECRET_WORDS):
        return text
    pairs = parse_qsl(text, keep_blank_values=True)
    return urlencode([(name, _masked(name, value)) for name, value in pairs], safe="*")


def _masked(name: str, value: str) -> str:
    return "***" if any(word in name.lower() for word in SECRET_WORDS) else value
