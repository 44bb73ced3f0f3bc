"""
The server over HTTP: one address, POST alone, each request on its own.

    400, 421, 403, 404, 405  what the `door` turns away
    401  no token, a wrong one, an expired one: the same answer
    413  a body of more than 64 KiB
    429  more requests under way than one caller may have

Does not: speak TLS, remember a client or open streams; an answer is one JSON document.

Source: docs/agents.md (HTTP); specification of 2026-07-28 (streamable HTTP, security).
"""

from __future__ import annotations

import asyncio
import signal
import socket
from typing import TYPE_CHECKING, Any

import uvicorn
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager

from watchpost.agents.bearers import caller_of, let_in_by
from watchpost.agents.connections import HurriedConnection
from watchpost.agents.crowd import Crowd
from watchpost.agents.door import PATH, Door, note
from watchpost.agents.server import make_server
from watchpost.agents.wording import OwnWords
from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcp.server.context import ServerRequestContext
    from starlette.types import ASGIApp, Scope

    from watchpost.agents.access import Access
    from watchpost.agents.callers import Caller
    from watchpost.agents.desk import Desk
    from watchpost.agents.grants import GrantsSource

    Context = ServerRequestContext[Any, Any]

MOST_BODY_BYTES = 64 * 1024
MOST_UNDER_WAY = 16
"""Requests of one caller; a few of them are looked up at once, the rest wait."""
_MOST_CONNECTIONS = 800
"""Silent ones count too; below the thousand files that a process may commonly open."""
_LAST_SECONDS = 5


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
        found = caller if grants is None else caller_of(_scope_of(context))
        if found is None:
            raise RuntimeError("a request came in without a caller")
        return found

    manager = StreamableHTTPSessionManager(
        make_server(desk, find_caller, lambda context, words: note(_scope_of(context), words)),
        json_response=True,
        stateless=True,
        max_request_body_size=MOST_BODY_BYTES,
    )
    app: ASGIApp = Crowd(OwnWords(StreamableHTTPASGIApp(manager)), MOST_UNDER_WAY)
    return Door(app if grants is None else let_in_by(grants, app), manager, access, log)


def _scope_of(context: Context) -> Scope:
    """The scope of the request over HTTP that brought a call; the SDK hands it on."""
    if context.request is None:
        raise RuntimeError("a call came in without a request")
    scope: Scope = context.request.scope
    return scope


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


def make_http_server(
    app: ASGIApp, connection: type[HurriedConnection] = HurriedConnection
) -> uvicorn.Server:
    """The server of HTTP, not yet running."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=connection,
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
    # The server raises the signal that ended it once more, when all is closed. A shell lets what
    # it starts in the background ignore SIGINT.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        asyncio.run(make_http_server(app).serve(sockets=[taken]))
    finally:
        # A write that is under way goes on in its thread; another signal would cut it off.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    log("ended")
