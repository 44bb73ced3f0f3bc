"""
Retired keys of the tests: one of an entry `shop`, as it is known unless a test says otherwise.

Does not: ask anybody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from watchpost.manifest import Entry, KeySpec, RetiredKey
from watchpost.rotation import Acceptance, RetiredPlace, RetiredStatus
from watchpost.sentry import Key

KEY_ID = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)


def make_key(label: str = "Default", key_id: str = KEY_ID, *, is_active: bool = True) -> Key:
    """A key as Sentry answers it."""
    dsn = f"https://{key_id}@sentry.example.com/1"
    return Key(key_id, label, 1, is_active, None, dsn, "")


def make_entry(retired: tuple[RetiredKey, ...] = (), **spec: Any) -> Entry:
    """The entry `shop` with one key, `production`."""
    key = KeySpec("Default-20261128", None, "projects.yaml:9:7", retired, **spec)
    return Entry(
        id="shop",
        root="shop",
        name="Shop",
        slug="acme-shop",
        platform="node",
        teams=("web",),
        keys={"production": key},
        digests_min_delay_seconds=None,
        digests_max_delay_seconds=None,
        resolve_age_hours=None,
        on_remove="keep",
        take_over=False,
        position="projects.yaml:6:3",
    )


def make_status(
    *, disabled_on: datetime | None = None, shipped: bool = False, **known: Any
) -> RetiredStatus:
    """An active key that is quiet, replaced and held by nobody."""
    retired = RetiredKey(KEY_ID, datetime(2026, 11, 20, tzinfo=UTC), disabled_on, "p:1:1")
    place = RetiredPlace(make_entry((retired,), shipped=shipped), "production", retired)
    quiet = RetiredStatus(place, "active", make_key(), True, Acceptance(is_known=True))  # noqa: FBT003 - in order
    return replace(quiet, **known)
