"""Keys that a database takes for one although they are spelled otherwise: never ours to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.records.examples import VALUES, Watcher, keep, record, refusal
from tests.clients.records.platforms import (
    REFERENCE,
    Platform,
    PostgresPlatform,
    SqlitePlatform,
    rows,
)
from watchpost.errors import AmbiguousOwner, Invalid
from watchpost.records import Database, RowKey, clear_record, open_database

if TYPE_CHECKING:
    from pathlib import Path

OURS = RowKey("apps", "slug", "acme/shop")
CASELESS = {"postgres": "citext", "sqlite": "TEXT COLLATE NOCASE"}
COLUMNS = "sentry_project_slug TEXT, sentry_dsn TEXT"


@pytest.fixture
def caseless(platform: Platform) -> Platform:
    """A platform whose keys pass over case, with a row that is spelled `Acme/Shop`."""
    if platform.kind == "postgres":
        platform.execute("CREATE EXTENSION IF NOT EXISTS citext")
    platform.execute(f"CREATE TABLE apps (slug {CASELESS[platform.kind]}, {COLUMNS})")
    platform.execute("INSERT INTO apps (slug) VALUES ('Acme/Shop')")
    return platform


def test_a_row_that_is_spelled_otherwise_is_not_written(
    caseless: Platform, database: Database
) -> None:
    """Two entries whose ids differ in case alone would take turns in one row: one is refused."""
    assert keep(database, record(key=RowKey("apps", "slug", "Acme/Shop"))).columns
    for insert in (False, True):
        wanted = record({"sentry_dsn": "x"}, key=OURS, insert=insert)
        said = refusal(caseless, database, wanted, kind=Invalid)
        assert "the row's key is spelled otherwise" in said
    with pytest.raises(Invalid, match="spelled otherwise"):
        database.read(OURS, ("sentry_dsn",))
    assert len(rows(caseless, "slug", table="apps")) == 1


def test_a_row_that_is_spelled_otherwise_is_not_cleared(
    caseless: Platform, database: Database
) -> None:
    """An entry that was renamed by case alone leaves what its successor has just written."""
    keep(database, record(key=RowKey("apps", "slug", "Acme/Shop")))
    watcher = Watcher()
    assert clear_record(database, OURS, VALUES, watcher).columns == ()
    assert watcher.asked == []
    assert database.read(OURS, ("sentry_dsn",), passes_over=True) == ()
    assert rows(caseless, "sentry_dsn", table="apps") == [(VALUES["sentry_dsn"],)]


def test_two_spellings_are_two_rows(caseless: Platform, database: Database) -> None:
    """Where both stand in the table, a write would hit both, so that neither is written."""
    caseless.execute("INSERT INTO apps (slug) VALUES ('acme/shop')")
    refusal(caseless, database, record(key=OURS), kind=AmbiguousOwner)
    with pytest.raises(AmbiguousOwner):
        clear_record(database, OURS, VALUES, Watcher())


@pytest.mark.parametrize(
    ("type_", "held", "asked"),
    [("CHAR(20)", "acme/shop", "acme/shop  "), ("name", "a" * 63, "a" * 64)],
)
def test_a_key_that_the_server_cuts_is_refused(
    on_postgres: PostgresPlatform, database: Database, type_: str, held: str, asked: str
) -> None:
    """Spaces behind and what is too long for a name are dropped by the server: another key."""
    on_postgres.execute(f"CREATE TABLE apps (slug {type_}, {COLUMNS})")
    on_postgres.execute("INSERT INTO apps (slug) VALUES (?)", held)
    refusal(on_postgres, database, record(key=RowKey("apps", "slug", asked)), kind=Invalid)
    assert keep(database, record(key=RowKey("apps", "slug", held))).columns


def test_a_key_that_sqlite_takes_for_a_number_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a column of a type that SQLite does not know, 007 and 7 are one."""
    platform = SqlitePlatform(tmp_path)
    platform.execute(f"CREATE TABLE apps (slug STRING, {COLUMNS})")
    platform.execute("INSERT INTO apps (slug) VALUES ('7')")
    monkeypatch.setenv("DATABASE_URL", platform.url())
    database = open_database(REFERENCE)
    refusal(platform, database, record(key=RowKey("apps", "slug", "007")), kind=Invalid)
    assert keep(database, record(key=RowKey("apps", "slug", "7"))).columns
