"""
Small HTTP servers on loopback that answer what a test tells them to, over real sockets.

Does not: know either service.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """What to answer; status 0 drops the connection."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    text: str | None = None


@dataclass
class Call:
    """One request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answerer = Callable[[Call], Reply]


class Server:
    """A running server: its address and the calls that it got."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.calls: list[Call] = []

    @property
    def methods(self) -> list[str]:
        """The verbs of the calls, in order."""
        return [each.method for each in self.calls]


@contextlib.contextmanager
def serving(*replies: Reply | Answerer) -> Iterator[Server]:
    """
    Serve for as long as the block lasts.

    Each call gets the next of *replies*, the last one again and again; a function decides itself.
    """
    listener = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    listener.daemon_threads = True
    server = Server(f"http://127.0.0.1:{listener.server_port}")
    lock = threading.Lock()

    def answer(call: Call) -> Reply:
        with lock:
            server.calls.append(call)
            reply = replies[min(len(server.calls), len(replies)) - 1]
        return reply(call) if callable(reply) else reply

    listener.answer = answer  # type: ignore[attr-defined]  # read by the handler below
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, self.path, headers, self.rfile.read(length))
        reply: Reply = self.server.answer(call)  # type: ignore[attr-defined]  # set by serving
        if reply.status == 0:
            self.close_connection = True
            return
        text = reply.text if reply.text is not None else json.dumps(reply.body)
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815  # the library's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""
