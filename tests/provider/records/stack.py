"""
One record driven as the engine drives it, and what a program declares of it.

Does not: know the kind of database.
"""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import Config, ConfigureRequest
from pulumi.dynamic.dynamic import serialize_provider

from components.record_provider import PlatformRecordProvider
from components.record_session import close_record_sessions
from tests.clients.records.platforms import DSN, REFERENCE
from tests.provider.coolify.examples import KEY
from tests.provider.coolify.stack import Stack
from watchpost.records import fingerprint

STORED = serialize_provider(PlatformRecordProvider())


class RecordStack(Stack):
    """The recorded state of at most one record, and a provider to act on it."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9")

    def new_process(self) -> None:
        """Begin a new provider process, with empty caches."""
        close_record_sessions()
        self.provider = PlatformRecordProvider()
        self.provider.configure(ConfigureRequest(Config(self.settings, "watchpost")))


def column(text: str | None) -> dict[str, str]:
    """One column as the program declares it."""
    named = {"fingerprint": fingerprint(KEY.encode(), text)}
    return named if text is None else {"value": text, **named}


def inputs(texts: dict[str, str | None] | None = None, **overrides: Any) -> dict[str, Any]:
    """What the program declares of the shop's record."""
    if texts is None:
        texts = {"sentry_project_slug": "acme-shop", "sentry_dsn": DSN}
    return {
        "url": REFERENCE,
        "table": "projects",
        "key": {"column": "slug", "value": "acme/shop"},
        "values": {name: column(text) for name, text in texts.items()},
        "insert": False,
        "onRemove": "keep",
        "owner": "acme/shop",
        "rows": 1,
        "__provider": STORED,
        **overrides,
    }
