"""Names and keys that try to be more than names and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.records.examples import keep, record, refusal
from tests.clients.records.platforms import add_row, rows
from watchpost.errors import NotFound
from watchpost.records import RowKey

if TYPE_CHECKING:
    from tests.clients.records.platforms import Platform
    from watchpost.records import Database

TABLE = """it's "the" ;-- table\\ %s 100%"""
COLUMNS = (
    'dsn "quoted"',
    "dsn'; DROP TABLE projects; --",
    "100% %s %(name)s ?",
    "Größe {id}",
    "SELECT",
    "dsn `ticked`",
)
KEYS = (
    "acme/shop' OR '1'='1",
    "acme/shop'; DROP TABLE projects; --",
    'acme/shop" OR ""="',
    "acme/%",
    "%s",
    "acme/shop\\' OR 1=1 --",
    "NULL",
    "",
)


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def test_a_table_full_of_quotes_is_only_a_name(platform: Platform, database: Database) -> None:
    """Quotes, percent signs, comments and keywords in names of tables and columns mean nothing."""
    names = ", ".join(f"{quoted(each)} TEXT" for each in ("key", *COLUMNS))
    platform.execute(f"CREATE TABLE {quoted(TABLE)} ({names})")
    platform.execute(f"INSERT INTO {quoted(TABLE)} (key) VALUES ('acme/shop')")  # noqa: S608  # ours
    wanted = record(
        {name: f"value {index}" for index, name in enumerate(COLUMNS)},
        key=RowKey(TABLE, "key", "acme/shop"),
    )
    assert keep(database, wanted).columns == tuple(sorted(COLUMNS))
    assert keep(database, wanted).columns == ()
    found = rows(platform, *(quoted(each) for each in COLUMNS), table=quoted(TABLE))
    assert found == [tuple(f"value {index}" for index in range(len(COLUMNS)))]


def test_a_row_is_inserted_under_such_names(platform: Platform, database: Database) -> None:
    """Inserting quotes names as updating does."""
    platform.execute(f"CREATE TABLE {quoted(TABLE)} ({quoted(COLUMNS[2])} TEXT, note TEXT)")
    wanted = record({"note": "%s"}, key=RowKey(TABLE, COLUMNS[2], "100%"), insert=True)
    assert keep(database, wanted).verb == "insert"
    assert rows(platform, quoted(COLUMNS[2]), "note", table=quoted(TABLE)) == [("100%", "%s")]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_only_a_value(platform: Platform, database: Database, key: str) -> None:
    """A key with SQL in it finds no row but its own."""
    add_row(platform)
    hostile = RowKey("projects", "slug", key)
    assert "no such row" in refusal(platform, database, record(key=hostile), kind=NotFound)
    add_row(platform, key)
    keep(database, record({"note": key}, key=hostile))
    assert sorted(rows(platform, "slug", "note"), key=str) == sorted(
        [("acme/shop", None), (key, key)], key=str
    )


def test_a_hostile_name_that_is_not_there_is_refused(
    platform: Platform, database: Database
) -> None:
    """A name that is not there is looked up as a name, and never sent as anything else."""
    add_row(platform)
    key = RowKey('projects" WHERE true; DROP TABLE projects; --', "slug", "acme/shop")
    assert "has no table" in refusal(platform, database, record(key=key), kind=NotFound)
    said = refusal(platform, database, record({"note = 'x' WHERE true --": "x"}), kind=NotFound)
    assert "has no column" in said
    assert rows(platform, "slug", "note") == [("acme/shop", None)]


def test_a_schema_may_be_named(platform: Platform, database: Database) -> None:
    """`schema.table` finds the table of that schema; one that is not visible needs its schema."""
    schema = "main" if platform.kind == "sqlite" else "platform"
    if platform.kind == "postgres":
        platform.execute("CREATE SCHEMA platform")
    platform.execute(f"CREATE TABLE {schema}.apps (slug TEXT, note TEXT)")
    platform.execute(f"INSERT INTO {schema}.apps (slug) VALUES ('acme/shop')")  # noqa: S608  # ours
    key = RowKey(f"{schema}.apps", "slug", "acme/shop")
    assert keep(database, record({"note": "x"}, key=key)).columns == ("note",)
    if platform.kind == "postgres":
        other = RowKey("apps", "slug", "acme/shop")
        said = refusal(platform, database, record({"note": "x"}, key=other), kind=NotFound)
        assert "it has 'platform.apps', 'projects'" in said
