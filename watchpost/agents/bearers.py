"""
Bearers of tokens: who sent a request over HTTP, by the grants.

Does not: read grants, or keep a token; what the SDK is given of one is whose it is.

Source: docs/agents.md (grants).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.provider import AccessToken, TokenVerifier
from starlette.middleware.authentication import AuthenticationMiddleware

from watchpost.agents.callers import Caller  # noqa: TC001 - pydantic reads the annotations

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Scope

    from watchpost.agents.grants import GrantsSource


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


def let_in_by(grants: GrantsSource, app: ASGIApp) -> ASGIApp:
    """*app* for those whom *grants* name; others are answered 401."""
    return AuthenticationMiddleware(
        RequireAuthMiddleware(app, []), backend=BearerAuthBackend(GrantsVerifier(grants))
    )


def caller_of(scope: Scope) -> Caller | None:
    """Who sent the request of *scope*; None where no token was asked for, or none was good."""
    token = getattr(scope.get("user"), "access_token", None)
    return token.caller if isinstance(token, _GrantedToken) else None
