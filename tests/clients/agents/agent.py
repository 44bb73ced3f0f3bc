"""
An agent: the SDK's own client, over HTTP or over stdio, driven by plain functions.

Does not: import anything of ours.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from mcp_types import CallToolResult

T = TypeVar("T")
Call = tuple[str, dict[str, Any]]
AT_ONCE = 8


def visit(url: str, token: str, use: Callable[[Client], Awaitable[T]], mode: str = "auto") -> T:
    """Connect over HTTP with *token*, let *use* do what it wants, and return what it returns."""

    async def run() -> T:
        async with _connected(url, token, mode) as client:
            return await use(client)

    return anyio.run(run)


@contextlib.asynccontextmanager
async def _connected(url: str, token: str, mode: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with create_mcp_http_client(headers) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode=mode, cache=None) as client:
            yield client


def call(url: str, token: str, name: str, **arguments: Any) -> CallToolResult:
    """Call one tool."""
    return call_all(url, token, [(name, arguments)])[0]


def call_all(url: str, token: str, calls: Sequence[Call]) -> list[CallToolResult]:
    """Call many tools, several at once; the answers in the order of the calls."""
    return visit(url, token, lambda client: gather(client, calls))


async def gather(client: Client, calls: Sequence[Call]) -> list[CallToolResult]:
    """Call many tools of one client, several at once."""
    answers: dict[int, CallToolResult] = {}
    limiter = anyio.CapacityLimiter(AT_ONCE)

    async def one(number: int, name: str, arguments: dict[str, Any]) -> None:
        async with limiter:
            answers[number] = await client.call_tool(name, arguments)

    async with anyio.create_task_group() as tasks:
        for number, (name, arguments) in enumerate(calls):
            tasks.start_soon(one, number, name, arguments)
    return [answers[number] for number in range(len(calls))]


def text_of(answer: CallToolResult) -> str:
    """The text of an answer, which has one block."""
    (block,) = answer.content
    assert block.type == "text"
    return block.text
