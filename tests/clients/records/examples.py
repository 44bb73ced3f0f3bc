"""
Records as tests keep them, and what a refusal of one says.

Does not: know the kind of database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.records.platforms import DSN
from watchpost.errors import WatchpostError
from watchpost.records import DesiredRecord, RowKey, clear_record, keep_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.clients.records.platforms import Platform
    from watchpost.records import Database, Verb, Written

SHOP = RowKey("projects", "slug", "acme/shop")
VALUES = {"sentry_project_slug": "acme-shop", "sentry_dsn": DSN}


class Watcher:
    """A guard that permits everything and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Verb, tuple[str, ...]]] = []

    def __call__(self, verb: Verb, columns: tuple[str, ...]) -> None:
        """Remember it."""
        self.asked.append((verb, columns))


def record(
    values: Mapping[str, str | None] | None = None, *, key: RowKey = SHOP, insert: bool = False
) -> DesiredRecord:
    """A record of the shop."""
    return DesiredRecord(key, VALUES if values is None else values, insert=insert)


def keep(database: Database, wanted: DesiredRecord | None = None) -> Written:
    """Keep a record, everything permitted."""
    return keep_record(database, wanted or record(), Watcher())


def clear(database: Database, written: Mapping[str, str | None] | None = None) -> Written:
    """Clear the shop's record, everything permitted."""
    return clear_record(database, SHOP, VALUES if written is None else written, Watcher())


def refusal(
    platform: Platform,
    database: Database,
    wanted: DesiredRecord | None = None,
    *,
    kind: type[WatchpostError] = WatchpostError,
) -> str:
    """What is said when a record cannot be kept; never anything secret."""
    with pytest.raises(kind) as caught:
        keep(database, wanted)
    return checked(platform, caught.value)


def checked(platform: Platform, error: WatchpostError) -> str:
    """The text of an error, which must hold nothing secret and must say what to do."""
    said = f"{error}\n{error!r}"
    assert [secret for secret in platform.secrets if secret in said] == []
    assert error.fix
    return str(error)
