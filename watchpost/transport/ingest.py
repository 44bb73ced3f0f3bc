"""
Sending one event to a server's ingest endpoint, as an app does: with a client key, never a token.

An event's answer is part of what is asked (is this key still accepted?), so that a refusal is told,
not raised. Sending again is harmless: a server keeps one event per id.

Does not: follow redirects, wait for a rate limit to end, or know what a canary is. What a server
says is shown without the key.

Source: develop.sentry.dev (envelopes, authentication of SDKs); design.md 8.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import httpx

from watchpost.transport.address import is_loopback, raise_if_unusable
from watchpost.transport.answers import Answer, compute_detail, parse_body
from watchpost.transport.read_only import raise_if_read_only
from watchpost.transport.redaction import strike_out
from watchpost.transport.retry import RetryPolicy, is_repeatable

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLIENT = "watchpost"
_MOST_BYTES = 65_536
_PATIENCE = RetryPolicy(attempts=3, deadline_seconds=20.0, read_seconds=10.0)


@dataclass(frozen=True)
class Delivery:
    """
    What became of one event at the door.

    Attributes:
        status: The HTTP status; 0 where there was no answer.
        detail: The server's words on one line, or the kind of fault; free of keys.
        retry_after_seconds: How long the server asks to wait; 0 where it does not say.
    """

    status: int
    detail: str = ""
    retry_after_seconds: float = 0.0

    @property
    def is_accepted(self) -> bool:
        """Whether the server took it; it may still filter or drop it afterwards."""
        return self.status // 100 == 2  # noqa: PLR2004  # the class of successes


class IngestSender:
    """Sends events; thread-safe. Closing it closes its connections."""

    def __init__(self) -> None:
        self._clients: dict[bool, httpx.Client] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients.values():
            client.close()

    def send(self, url: str, public_key: str, content: bytes) -> Delivery:
        """
        Post one envelope.

        Args:
            url: Of the envelope endpoint; plain http only to loopback.
            public_key: Of the client key that it is sent with.
            content: The envelope.

        Raises:
            ReadOnly: Writes are switched off; nothing was sent.
            SettingsError: The URL cannot be used.
        """
        parts = urlsplit(url)
        raise_if_read_only("POST", parts.path)
        raise_if_unusable(parts, "the DSN's address")
        client = self._client(is_local=is_loopback(parts.hostname or ""))
        latest = time.monotonic() + _PATIENCE.deadline_seconds
        for attempt in range(1, _PATIENCE.attempts + 1):
            delivery = _post(client, url, public_key, content, latest)
            wait = _PATIENCE.wait_seconds(attempt)
            if not _is_worth_repeating(delivery) or time.monotonic() + wait > latest:
                break
            if attempt < _PATIENCE.attempts:
                time.sleep(wait)
        return delivery

    def _client(self, *, is_local: bool) -> httpx.Client:
        with self._lock:
            if is_local not in self._clients:
                self._clients[is_local] = httpx.Client(
                    headers={"Accept": "application/json", "User-Agent": _CLIENT},
                    timeout=httpx.Timeout(
                        _PATIENCE.read_seconds, connect=_PATIENCE.connect_seconds
                    ),
                    follow_redirects=False,
                    trust_env=not is_local,
                )
            return self._clients[is_local]


def _is_worth_repeating(delivery: Delivery) -> bool:
    """No answer, or one that says that the server is unwell; a rate limit is an answer."""
    return delivery.status == 0 or (
        not _is_limited(delivery) and is_repeatable("PUT", delivery.status)
    )


def _is_limited(delivery: Delivery) -> bool:
    return delivery.status == 429  # noqa: PLR2004  # the status says itself what it is


def _post(
    client: httpx.Client, url: str, public_key: str, content: bytes, latest: float
) -> Delivery:
    headers = {
        "Content-Type": "application/x-sentry-envelope",
        "X-Sentry-Auth": (
            f"Sentry sentry_version=7, sentry_client={_CLIENT}/1, sentry_key={public_key}"
        ),
    }
    try:
        with client.stream("POST", url, content=content, headers=headers) as response:
            text = _first_bytes(response, latest)
    except (httpx.TransportError, httpx.DecodingError) as error:
        return Delivery(0, type(error).__name__)
    text = strike_out(text, (public_key,), "key")
    answer = Answer("POST envelope", response.status_code, {}, parse_body(text))
    detail = "" if response.is_success else compute_detail(answer)
    return Delivery(response.status_code, detail, _retry_after_seconds(response.headers))


def _first_bytes(response: httpx.Response, latest: float) -> str:
    """What the answer begins with; one that trickles in or is long is cut off."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > _MOST_BYTES or time.monotonic() > latest:
            break
    return bytes(body[:_MOST_BYTES]).decode(errors="replace")


def _retry_after_seconds(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("retry-after", "0")))
    except ValueError:
        return 0.0
