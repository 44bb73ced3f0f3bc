"""
The canary itself: an event that can be told from all others, filtered by each of its marks.

Does not: send. Source: develop.sentry.dev (event payloads, envelopes); docs/verify.md.
"""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from datetime import datetime

RELEASE = "watchpost-canary"
FINGERPRINT = "watchpost-canary"
LOGGER = "watchpost.canary"
TAG = "watchpost.canary"


@dataclass(frozen=True)
class Address:
    """Where a DSN's events go: the envelope endpoint, and the public key for the header."""

    url: str = field(repr=False)
    public_key: str = field(repr=False)


def make_event_id() -> str:
    """A new id, as Sentry wants it: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def make_nonce() -> str:
    """A mark for the canaries of one run."""
    return secrets.token_hex(6)


def read_dsn(dsn: str, name: str) -> Address:
    """
    Take a DSN apart.

    Args:
        dsn: As Sentry answers it: `scheme://key@host[:port][/prefix]/project`.
        name: How it may be shown, for messages.

    Raises:
        SettingsError: It is none.
    """
    try:
        parts = urlsplit(dsn)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    prefix, _, project = (parts.path if host else "").rstrip("/").rpartition("/")
    if not host or not parts.username or not project.isdecimal():
        raise SettingsError(name, "Sentry answered something that is no DSN")
    host = f"[{host}]" if ":" in host else host
    place = f"{host}:{port}" if port else host
    path = f"{prefix}/api/{project}/envelope/"
    return Address(urlunsplit((parts.scheme, place, path, "", "")), parts.username)


def render_envelope(event_id: str, nonce: str, environment: str, moment: datetime) -> bytes:
    """Write the envelope of one canary; *nonce* is that of the run."""
    event = {
        "event_id": event_id,
        "timestamp": moment.isoformat(),
        "platform": "other",
        "level": "info",
        "logger": LOGGER,
        "release": RELEASE,
        "environment": environment,
        "fingerprint": [FINGERPRINT],
        "tags": {TAG: nonce},
        "message": "Watchpost canary: this event was sent on purpose",
        "sdk": {"name": "watchpost", "version": "1"},
    }
    lines = ({"event_id": event_id, "sent_at": moment.isoformat()}, {"type": "event"}, event)
    return b"\n".join(json.dumps(line).encode() for line in lines) + b"\n"
