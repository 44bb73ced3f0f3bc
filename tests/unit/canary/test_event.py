"""The canary's envelope, and taking DSNs apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from watchpost.canary.event import make_event_id, make_nonce, read_dsn, render_envelope
from watchpost.errors import SettingsError

KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("dsn", "url"),
    [
        (
            f"https://{KEY}@o1.ingest.de.sentry.io/42",
            "https://o1.ingest.de.sentry.io/api/42/envelope/",
        ),
        (f"http://{KEY}@127.0.0.1:9000/7", "http://127.0.0.1:9000/api/7/envelope/"),
        (f"https://{KEY}@host/sentry/in/7", "https://host/sentry/in/api/7/envelope/"),
        (f"https://{KEY}@[::1]:9000/7", "https://[::1]:9000/api/7/envelope/"),
    ],
)
def test_dsn(dsn: str, url: str) -> None:
    """Scheme, port and prefix are kept; the key is for the header and not in the URL."""
    address = read_dsn(dsn, "…@7 key live")
    assert (address.url, address.public_key) == (url, KEY)
    assert KEY not in repr(address)


@pytest.mark.parametrize(
    "dsn", ["", "x", f"https://{KEY}@host/", f"https://{KEY}@host:x/7", "https://host/7"]
)
def test_no_dsn(dsn: str) -> None:
    """What is no DSN is refused by its shown name, never by its text."""
    with pytest.raises(SettingsError) as raised:
        read_dsn(dsn, "…@7 key live")
    assert str(raised.value) == "…@7 key live: Sentry answered something that is no DSN"


def test_envelope() -> None:
    """Three lines: the envelope's header, the item's, and an event that each mark can filter."""
    event_id, nonce, moment = make_event_id(), make_nonce(), datetime(2026, 11, 28, tzinfo=UTC)
    lines = render_envelope(event_id, nonce, "beta", moment).decode().splitlines()
    header, item, event = map(json.loads, lines)
    assert header["event_id"] == event["event_id"] == event_id
    assert len(event_id) == 32
    assert item == {"type": "event"}
    marks = ("release", "environment", "fingerprint", "level", "logger")
    assert [event[mark] for mark in marks] == [
        "watchpost-canary",
        "beta",
        ["watchpost-canary"],
        "info",
        "watchpost.canary",
    ]
    assert event["tags"] == {"watchpost.canary": nonce}
