"""
How many requests each caller may have under way, so that none takes the others' room.

Does not: count over time, or over several servers; the proxy before them does.

Source: docs/agents.md (operations).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

from watchpost.agents.bearers import caller_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Crowd:
    """
    *app* for so many requests of one caller at once; more are answered 429.

    Args:
        app: The application.
        most: Of one caller; those without a token are one.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._under_way: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        caller = caller_of(scope)
        name = caller.name if caller else ""
        if self._under_way[name] >= self._most:
            refusal = PlainTextResponse("Too many calls at once.", 429, {"Retry-After": "1"})
            await refusal(scope, receive, send)
            return
        self._under_way[name] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way[name] -= 1
            self._under_way += Counter()  # forgets those that have none left
