"""
Refusals of what is no request of the protocol, in our own words.

The SDK's would repeat what was sent, and how it reads it.

Does not: touch an answer to a request; `server` words those.

Source: docs/agents.md (answers).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import mcp_types as types
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REFUSED = 400
_OF_NO_REQUEST = b'"id":null'
_NO_REQUEST = {"code": types.INVALID_REQUEST, "message": "This is no request of the protocol."}
_REFUSAL = json.dumps({"jsonrpc": "2.0", "id": None, "error": _NO_REQUEST})


class OwnWords:
    """*app* whose refusals that belong to no request are all the same."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        held: list[Message] = []

        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == _REFUSED:
                held.append(message)
            elif held and _OF_NO_REQUEST in message.get("body", b""):
                held.clear()
                refusal = Response(_REFUSAL, _REFUSED, media_type="application/json")
                await refusal(scope, receive, send)
            else:
                for each in (*held, message):
                    await send(each)
                held.clear()

        await self._app(scope, receive, pass_on)
