"""
The gate before each service: writes the request log and carries out faults.

Does not: look into bodies or know a service's rules. A service tells the gate the name of the
token it recognised by setting ``scope["sandbox"]["token"]``; for a request that did not get that
far, the gate asks the function it was given.
"""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.faults import Fault
from sandbox.requestlog import LoggedRequest, render_query
from sandbox.world import World

DROPPED = 0
# The name of the token in an Authorization header, if the service knows it.
NameToken = Callable[[World, str], str | None]


class Gate:
    """ASGI middleware around the app of one service."""

    def __init__(self, service: str, app: ASGIApp, world: World, name_token: NameToken) -> None:
        self.service = service
        self.app = app
        self.world = world
        self.name_token = name_token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, faulty or not, and log it."""
        started = time.time()
        scope["sandbox"] = {"token": None}
        outcome = Outcome(send)
        try:
            fault = self.world.faults.meet(self.service, scope["method"], scope["path"])
            if fault is None:
                await self.app(scope, receive, outcome.forward)
            else:
                await self._answer_faulty(fault, scope, receive, outcome)
        finally:
            self._log(scope, outcome.status, started)

    async def _answer_faulty(
        self, fault: Fault, scope: Scope, receive: Receive, outcome: "Outcome"
    ) -> None:
        if fault.latency_seconds:
            await asyncio.sleep(fault.latency_seconds)
        if fault.drop == "after" or (fault.status is not None and fault.applied):
            await self.app(scope, receive, discard)
        if fault.drop:
            scope["sandbox.drop"]()
        elif fault.status is not None:
            await outcome.answer(fault.status, fault.body, fault.headers)
        else:
            await self.app(scope, receive, outcome.forward)

    def _log(self, scope: Scope, status: int, started: float) -> None:
        self.world.log.add(
            LoggedRequest(
                service=self.service,
                method=scope["method"],
                path=scope["path"],
                query=render_query(scope["query_string"]),
                status=status,
                token=scope["sandbox"]["token"] or self._token_name(scope),
                started=started,
                ended=time.time(),
            )
        )

    def _token_name(self, scope: Scope) -> str | None:
        shown = dict(scope["headers"]).get(b"authorization")
        return self.name_token(self.world, shown.decode("latin-1")) if shown else None


class Outcome:
    """What was answered in the end: passes messages on and remembers the status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = DROPPED

    async def forward(self, message: Message) -> None:
        """Pass one message of the service on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    async def answer(self, status: int, body: Any, headers: dict[str, str]) -> None:
        """Answer with JSON instead of the service."""
        content = b"" if body is None else json.dumps(body).encode()
        sent = {"content-type": "application/json", "content-length": str(len(content))} | headers
        pairs = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
        start = {"type": "http.response.start", "status": status, "headers": pairs}
        await self.forward(start)
        await self.forward({"type": "http.response.body", "body": content})


async def discard(_message: Message) -> None:
    """Take the answer of a service that nobody shall see."""
