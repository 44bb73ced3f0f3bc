"""
The server over HTTP: one address, POST alone, each request on its own.

    421  a Host that is not ours       404  any other path
    403  an Origin that is not ours    405  any other verb
    401  no token, a wrong one, an expired one: the same answer
    413  a body of more than 64 KiB

Does not: speak TLS, remember a client or open streams; an answer is one JSON document.

Source: docs/agents.md (HTTP); specification of 2026-07-28 (streamable HTTP, security).
"""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import anyio
import uvicorn
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.provider import AccessToken, TokenVerifier
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from starlette.datastructures import Headers
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.responses import PlainTextResponse

from watchpost.agents.access import is_heard
from watchpost.agents.callers import Caller  # noqa: TC001 - pydantic reads the annotations
from watchpost.agents.failures import locate_bug
from watchpost.agents.server import make_server
from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcp.server.context import ServerRequestContext
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from watchpost.agents.access import Access
    from watchpost.agents.desk import Desk
    from watchpost.agents.grants import GrantsSource

    Context = ServerRequestContext[Any, Any]

PATH = "/mcp"
MOST_BODY_BYTES = 64 * 1024
_MOST_CONNECTIONS = 100
_LAST_SECONDS = 5
_NOTE = "watchpost.note"


class _GrantedToken(AccessToken):
    """What the SDK keeps of a token: whose it is, and not the token."""

    caller: Caller


class GrantsVerifier(TokenVerifier):
    """Asks the grants about each token that comes in, in a thread: a table may take its time."""

    def __init__(self, grants: GrantsSource) -> None:
        self._grants = grants

    async def verify_token(self, token: str) -> AccessToken | None:
        """Whose token it is; None for one that is worth nothing."""
        now = datetime.now(UTC)
        caller = await anyio.to_thread.run_sync(self._grants.find, token, now)
        if caller is None:
            return None
        return _GrantedToken(token="", client_id=caller.name, scopes=[], caller=caller)


def make_app(
    desk: Desk,
    access: Access,
    log: Callable[[str], None],
    *,
    grants: GrantsSource | None = None,
    caller: Caller | None = None,
) -> ASGIApp:
    """
    Make the application.

    Args:
        desk: Answers calls.
        access: Whom it hears.
        log: Takes a line per request.
        grants: Who may call, by token; without them everybody is *caller*.
        caller: See there.
    """

    def find_caller(context: Context) -> Caller:
        found = caller if grants is None else _caller_of(_scope_of(context))
        if found is None:
            raise RuntimeError("a request came in without a caller")
        return found

    manager = StreamableHTTPSessionManager(
        make_server(desk, find_caller, _note),
        json_response=True,
        stateless=True,
        max_request_body_size=MOST_BODY_BYTES,
    )
    app: ASGIApp = StreamableHTTPASGIApp(manager)
    if grants is not None:
        backend = BearerAuthBackend(GrantsVerifier(grants))
        app = AuthenticationMiddleware(RequireAuthMiddleware(app, []), backend=backend)
    return _Door(app, manager, access, log)


def _note(context: Context, words: str) -> None:
    _scope_of(context)[_NOTE] = words


def _scope_of(context: Context) -> Scope:
    """The scope of the request over HTTP that brought a call; the SDK hands it on."""
    if context.request is None:
        raise RuntimeError("a call came in without a request")
    scope: Scope = context.request.scope
    return scope


def _caller_of(scope: Scope) -> Caller | None:
    token = getattr(scope.get("user"), "access_token", None)
    return token.caller if isinstance(token, _GrantedToken) else None


class _Door:
    """Turns away what is not for us before anything is read of it, and logs every request."""

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
        caller = _caller_of(scope)
        self._log(
            f"{_verb(scope)} {statuses[0] if statuses else '-'}"
            f" {(time.monotonic() - began) * 1000:.0f} ms {caller.name if caller else '-'}"
            f" {scope.get(_NOTE, '-')}"
        )

    def _turn_away(self, scope: Scope) -> ASGIApp | None:
        """The refusal for what is not for us; None for what is."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if not is_heard(headers.get("host", ""), self._access.hosts):
            return PlainTextResponse("This server is not called so.", 421)
        if origin is not None and not is_heard(origin, self._access.origins):
            return PlainTextResponse("Pages of this origin are not served.", 403)
        if scope["path"] != PATH:
            return PlainTextResponse("There is nothing here.", 404)
        if scope["method"] != "POST":
            return PlainTextResponse("Use POST.", 405, {"Allow": "POST"})
        return None


def _verb(scope: Scope) -> str:
    """The verb of a request where it is a usual one; a client may write anything there."""
    verb = str(scope["method"])
    return verb if verb in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "?"


def listen(access: Access) -> socket.socket:
    """
    Take the port.

    Raises:
        SettingsError: It cannot be taken.
    """
    family = socket.AF_INET6 if ":" in access.host else socket.AF_INET
    try:
        taken = socket.create_server((access.host, access.port), family=family, backlog=128)
    except OSError as error:
        raise SettingsError(
            f"--http {access.host}:{access.port}",
            f"cannot listen there: {error.strerror}",
            fix="stop what listens there, or name another port",
        ) from None
    # Handed on to each connection; else a kept one waits 40 ms for its client before each body.
    taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return taken


def make_http_server(app: ASGIApp) -> uvicorn.Server:
    """The server of HTTP, not yet running."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            lifespan="on",
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=_LAST_SECONDS,
        )
    )


def serve_http(app: ASGIApp, taken: socket.socket, log: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; requests that are under way are answered first."""
    host, port = taken.getsockname()[:2]
    log(f"listening on http://{f'[{host}]' if ':' in host else host}:{port}{PATH}")
    # The server raises the signal that ended it once more, when all is closed.
    signal.signal(signal.SIGTERM, lambda *_: None)
    asyncio.run(make_http_server(app).serve(sockets=[taken]))
    log("ended")
