"""
What is turned away before anything is read of it, and a line in the log for every request.

    400  a header that counts once and is there twice, or two lengths of one body
    421  a Host that is not ours       404  any other path
    403  an Origin that is not ours    405  any other verb

A proxy and we must take a request for the same one. Where a header is there twice, one may go by
the first and the other by the last.

Does not: ask for tokens; `bearers` does.

Source: docs/agents.md (HTTP); specification of 2026-07-28 (streamable HTTP, security); RFC 9112.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from watchpost.agents.access import is_heard
from watchpost.agents.bearers import caller_of
from watchpost.agents.failures import locate_bug

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from watchpost.agents.access import Access

PATH = "/mcp"
_NOTE = "watchpost.note"
_ONCE = ("host", "origin", "authorization", "content-length", "content-type")


def note(scope: Scope, words: str) -> None:
    """Add *words* to the line of the request of *scope*."""
    scope[_NOTE] = words


class Door:
    """
    *app* for what is for us.

    Args:
        app: The application.
        manager: Lives as long as the server does.
        access: Whom it hears.
        log: Takes a line per request.
    """

    def __init__(
        self,
        app: ASGIApp,
        manager: StreamableHTTPSessionManager,
        access: Access,
        log: Callable[[str], None],
    ) -> None:
        self._app = app
        self._manager = manager
        self._access = access
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live as long as the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._manager.run():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        statuses: list[int] = []

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        try:
            await (self._turn_away(scope) or self._app)(scope, receive, watch)
        except Exception as error:  # noqa: BLE001 - the border, where every error ends
            self._log(locate_bug(error))
            if not statuses:
                await PlainTextResponse("BUG", 500)(scope, receive, watch)
        caller = caller_of(scope)
        self._log(
            f"{_verb(scope)} {statuses[0] if statuses else '-'}"
            f" {(time.monotonic() - began) * 1000:.0f} ms {caller.name if caller else '-'}"
            f" {scope.get(_NOTE, '-')}"
        )

    def _turn_away(self, scope: Scope) -> ASGIApp | None:
        """The refusal for what is not for us; None for what is."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if _is_ambiguous(headers):
            return PlainTextResponse("A header is repeated, or contradicts another one.", 400)
        if not is_heard(headers.get("host", ""), self._access.hosts):
            return PlainTextResponse("This server is not called so.", 421)
        if origin is not None and not is_heard(origin, self._access.origins):
            return PlainTextResponse("Pages of this origin are not served.", 403)
        if scope["path"] != PATH:
            return PlainTextResponse("There is nothing here.", 404)
        if scope["method"] != "POST":
            return PlainTextResponse("Use POST.", 405, {"Allow": "POST"})
        return None


def _is_ambiguous(headers: Headers) -> bool:
    has_two_lengths = "content-length" in headers and "transfer-encoding" in headers
    return has_two_lengths or any(len(headers.getlist(name)) > 1 for name in _ONCE)


def _verb(scope: Scope) -> str:
    """The verb of a request where it is a usual one; a client may write anything there."""
    verb = str(scope["method"])
    return verb if verb in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "?"
