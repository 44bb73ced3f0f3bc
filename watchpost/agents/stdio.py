"""
The server over standard input and output, for one agent on the same machine.

Does not: write anything but the protocol to standard output; the log is on standard error.

Source: docs/agents.md (stdio); specification of 2026-07-28 (stdio).
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import anyio
from mcp.server.stdio import stdio_server

from watchpost import exits
from watchpost.agents.server import make_server

if TYPE_CHECKING:
    from watchpost.agents.callers import Caller
    from watchpost.agents.desk import Desk


def serve_stdio(desk: Desk, caller: Caller) -> None:
    """Serve *caller* until its side closes, or until SIGTERM or SIGINT."""
    anyio.run(_serve, desk, caller)


async def _serve(desk: Desk, caller: Caller) -> None:
    server = make_server(desk, lambda _: caller, lambda *_: None)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_leave_on_signal, desk)
        async with stdio_server() as (reader, writer):
            await server.run(reader, writer, server.create_initialization_options())
        tasks.cancel_scope.cancel()


async def _leave_on_signal(desk: Desk) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for number in signals:
            await desk.finish_writes()
            # The SDK waits for the next line in a thread that nothing can wake.
            os._exit(exits.INTERRUPTED if number == signal.SIGINT else exits.DONE)
