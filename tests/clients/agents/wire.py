"""
Requests as bytes on a socket, for what no client library would send.

Does not: import anything of ours, or judge an answer.
"""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE_SECONDS = 20.0
LIST: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
MODERN = "2026-07-28"
ENVELOPE = {
    "_meta": {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
}


def request(
    token: str,
    body: object = LIST,
    *more: str,
    line: str = "POST /mcp HTTP/1.1",
    hosts: Sequence[str] = ("localhost",),
) -> bytes:
    """A request with a token, a *body* as JSON or as it stands, and *more* header lines."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [
        line,
        *(f"Host: {host}" for host in hosts),
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        "Accept: application/json, text/event-stream",
        f"Content-Length: {len(raw)}",
        *more,
    ]
    return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + raw


def modern(token: str, method: str, params: dict[str, Any]) -> bytes:
    """A request of the later era of the protocol; surrogates stand as JSON spells them."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, **ENVELOPE}}
    name = params.get("name") or params.get("uri")
    named = [f"Mcp-Name: {name}"] if name else []
    version = f"MCP-Protocol-Version: {MODERN}"
    return request(token, body, version, f"Mcp-Method: {method}", *named)


def connect(url: str) -> socket.socket:
    """A connection to the server at *url* on which nothing was sent yet."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    found = socket.create_connection((parts.hostname, parts.port or 0))
    found.settimeout(PATIENCE_SECONDS)
    return found


def exchange(url: str, sent: bytes) -> tuple[int, bytes]:
    """Send *sent* and read one answer: its status and its body."""
    with connect(url) as connection:
        connection.sendall(sent)
        return read_answer(connection)


def read_answer(connection: socket.socket) -> tuple[int, bytes]:
    """Read one answer that says how long it is."""
    with connection.makefile("rb") as stream:
        status = int(stream.readline().split()[1])
        length = 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return status, stream.read(length)
