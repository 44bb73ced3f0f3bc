"""
A server between the program and the sandbox that keeps every write with its body and its answer.

The sandbox's own log keeps no bodies, and without its body an update of a row does not tell which
row it is about. Requests go on unchanged, over real HTTP.

Does not: know what a request means. Standard library only.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

READS = ("GET", "HEAD")
_OF_ONE_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass(frozen=True)
class Sent:
    """One write: what was sent, and what came back; both bodies parsed, None where empty."""

    service: str
    method: str
    path: str
    query: str
    body: Any
    status: int
    answer: Any


@dataclass
class Recorder:
    """
    Two addresses that stand for the two services.

    Attributes:
        urls: By service.
        writes: What was sent since the last clear, in the order of the answers.
    """

    urls: dict[str, str] = field(default_factory=dict)
    writes: list[Sent] = field(default_factory=list)

    def take(self) -> list[Sent]:
        """The writes so far; forgets them."""
        taken, self.writes[:] = list(self.writes), []
        return taken


@contextlib.contextmanager
def start_recorder(**services: str) -> Iterator[Recorder]:
    """Listen for as long as the block lasts; *services* are the addresses to hand on to."""
    recorder = Recorder()
    servers = []
    for service, url in services.items():
        server = _Server(("127.0.0.1", 0), _Handler)
        server.service, server.target, server.recorder = service, urlsplit(url), recorder
        recorder.urls[service] = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    try:
        yield recorder
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    service: str
    target: Any
    recorder: Recorder


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        status, headers, content = self._hand_on(body)
        if self.command not in READS:
            path, _, query = self.path.partition("?")
            self.server.recorder.writes.append(
                Sent(
                    self.server.service,
                    self.command,
                    path,
                    query,
                    _parsed(body),
                    status,
                    _parsed(content),
                )
            )
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _OF_ONE_HOP:
                self.send_header(name, value)
        if status != http.client.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815  # names of the library

    def _hand_on(self, body: bytes | None) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.server.target.netloc, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name != "Connection"}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def log_message(self, *_words: object) -> None:
        """Nothing is printed."""


def _parsed(raw: bytes | None) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None
