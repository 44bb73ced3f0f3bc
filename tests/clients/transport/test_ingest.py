"""Sending an event by a client key: what is told, what is never sent along or followed."""

from __future__ import annotations

import pytest

from tests.clients.transport.servers import Reply, serving
from watchpost.errors import ReadOnly, SettingsError
from watchpost.transport import Delivery, IngestSender, writes_refused

KEY = "0123456789abcdef0123456789abcdef"
PATH = "/api/7/envelope/"


def deliver(*replies: Reply) -> tuple[Delivery, list[dict[str, str]]]:
    """Send one envelope to a server with these replies; the delivery and each call's headers."""
    with serving(*replies) as server, IngestSender() as sender:
        delivery = sender.send(server.url + PATH, KEY, b"{}\n")
        return delivery, [call.headers for call in server.calls]


def test_it_is_sent_with_the_key_alone() -> None:
    """The key stands in Sentry's own header; there is no Authorization."""
    delivery, ((headers),) = deliver(Reply(200, {"id": "x"}))
    assert delivery.is_accepted
    assert f"sentry_key={KEY}" in headers["x-sentry-auth"]
    assert "authorization" not in headers
    assert headers["content-type"] == "application/x-sentry-envelope"


def test_a_refusal_is_told_without_the_key() -> None:
    """A refusal is a delivery with the server's words, the key struck out of them."""
    delivery, calls = deliver(Reply(403, {"detail": f"no project for {KEY}"}))
    assert (delivery.status, delivery.detail) == (403, "no project for [key]")
    assert len(calls) == 1


def test_a_rate_limit_is_told_and_not_waited_for() -> None:
    """A 429 is told with its wait, after one call."""
    delivery, calls = deliver(Reply(429, {"detail": "slow"}, {"Retry-After": "60"}))
    assert (delivery.status, delivery.retry_after_seconds) == (429, 60.0)
    assert len(calls) == 1


def test_redirects_are_not_followed() -> None:
    """A redirect is told, and the other address never hears of the key."""
    with serving(Reply(200, {})) as other:
        delivery, _ = deliver(Reply(307, {}, {"Location": other.url + PATH}))
        assert delivery.status == 307
        assert other.calls == []


def test_faults_are_tried_again() -> None:
    """A dropped answer and a 503 are sent again; the same id is one event."""
    delivery, calls = deliver(Reply(0), Reply(503, {}), Reply(200, {}))
    assert delivery.is_accepted
    assert len(calls) == 3


def test_no_answer_is_told() -> None:
    """A server that is down is a delivery of status 0 with the kind of fault."""
    with serving(Reply()) as server:
        url = server.url
    with IngestSender() as sender:
        assert sender.send(url + PATH, KEY, b"") == Delivery(0, "ConnectError")


def test_plain_http_leaves_this_machine_never() -> None:
    """Plain http to another host is refused before anything is sent."""
    with IngestSender() as sender, pytest.raises(SettingsError, match="plain http"):
        sender.send("http://ingest.example.com/api/7/envelope/", KEY, b"")


def test_read_only_refuses_it() -> None:
    """A canary is no API write, and is refused all the same."""
    with serving(Reply(200, {})) as server, IngestSender() as sender:
        with writes_refused(), pytest.raises(ReadOnly):
            sender.send(server.url + PATH, KEY, b"")
        assert server.calls == []
