"""
An S3-compatible store in memory, over real HTTP, as far as the engine's state needs one.

Does not: check signatures, or know versions, uploads in parts or more than one page.

Source: Amazon S3 API reference: GetObject, PutObject, CopyObject, DeleteObject, ListObjectsV2.
"""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

DATE = "Thu, 01 Jan 2026 00:00:00 GMT"


class ObjectStore:
    """A running store: its address, its objects by `/bucket/key`, and the requests it got."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.objects: dict[str, bytes] = {}
        self.requests: list[tuple[str, str]] = []

    def writes(self) -> list[tuple[str, str]]:
        """The requests that were neither GET nor HEAD."""
        return [each for each in self.requests if each[0] not in ("GET", "HEAD")]


@contextlib.contextmanager
def serve_objects() -> Iterator[ObjectStore]:
    """Serve for as long as the block lasts."""
    listener = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    listener.daemon_threads = True
    store = ObjectStore(listener.server_port)
    listener.store = store  # type: ignore[attr-defined]  # read by the handler below
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield store
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        store: ObjectStore = self.server.store  # type: ignore[attr-defined]  # set above
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        address = urlsplit(self.path)
        key = unquote(address.path)
        store.requests.append((self.command, key))
        if self.command == "PUT":
            source = self.headers.get("x-amz-copy-source")
            store.objects[key] = store.objects["/" + unquote(source)] if source else content
            self._reply(200, b"<CopyObjectResult/>" if source else b"")
        elif self.command == "DELETE":
            store.objects.pop(key, None)
            self._reply(204)
        elif "list-type" in address.query:
            self._reply(200, _listing(store, key.strip("/"), parse_qs(address.query)))
        elif key in store.objects:
            self._reply(200, store.objects[key])
        else:
            self._reply(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def _reply(self, status: int, content: bytes = b"") -> None:
        self.send_response_only(status)
        for name, value in (("ETag", '"x"'), ("Last-Modified", DATE)):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_HEAD = do_DELETE = _handle  # noqa: N815  # the library's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _listing(store: ObjectStore, bucket: str, query: dict[str, list[str]]) -> bytes:
    prefix, delimiter = query.get("prefix", [""])[0], query.get("delimiter", [""])[0]
    start = f"/{bucket}/"
    keys = [each.removeprefix(start) for each in sorted(store.objects) if each.startswith(start)]
    contents, folders = "", set()
    for key in (each for each in keys if each.startswith(prefix)):
        head, sign, _ = key.removeprefix(prefix).partition(delimiter or "\0")
        if sign:
            folders.add(prefix + head + sign)
            continue
        size = len(store.objects[start + key])
        contents += (
            f"<Contents><Key>{escape(key)}</Key><Size>{size}</Size><ETag>x</ETag>"
            "<LastModified>2026-01-01T00:00:00Z</LastModified></Contents>"
        )
    contents += "".join(
        f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>"
        for each in sorted(folders)
    )
    return (
        f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>".encode()
    )
