"""What tables are made of: types, lengths, rules, views, and what changes meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.clients.records.examples import (
    SHOP,
    Watcher,
    clear,
    keep,
    record,
    refusal,
)
from tests.clients.records.platforms import (
    REFERENCE,
    Platform,
    PostgresPlatform,
    SqlitePlatform,
    add_row,
    rows,
)
from watchpost.errors import (
    ApiError,
    Conflict,
    Invalid,
    NotFound,
    UnexpectedResponse,
)
from watchpost.records import Database, RowKey, keep_record, open_database

if TYPE_CHECKING:
    from pathlib import Path


def test_a_rule_that_is_checked_in_the_end_is_told(
    on_postgres: PostgresPlatform, database: Database
) -> None:
    """A deferred constraint refuses at the commit, and nothing is kept."""
    on_postgres.execute(
        "ALTER TABLE projects ADD CONSTRAINT one_note UNIQUE (note) DEFERRABLE INITIALLY DEFERRED"
    )
    add_row(on_postgres, "acme/api", note="x")
    add_row(on_postgres)
    said = refusal(on_postgres, database, record({"note": "x"}))
    assert "constraint 'one_note'" in said
    assert rows(on_postgres, "slug", "note") == [("acme/api", "x"), ("acme/shop", None)]


def test_views_and_computed_columns_are_told(
    on_postgres: PostgresPlatform, database: Database
) -> None:
    """What cannot be written at all, a view or a computed column, is told as such."""
    on_postgres.execute(
        "CREATE VIEW names AS SELECT slug, max(note) AS note FROM projects GROUP BY 1"
    )
    on_postgres.execute(
        "ALTER TABLE projects ADD loud TEXT GENERATED ALWAYS AS (upper(note)) STORED"
    )
    add_row(on_postgres)
    assert "computed" in refusal(on_postgres, database, record({"loud": "x"}), kind=Invalid)
    on_postgres.execute("CREATE VIEW pairs AS SELECT a.slug, b.note FROM projects a, projects b")
    for view in ("names", "pairs"):
        key = RowKey(view, "slug", "acme/shop")
        said = refusal(on_postgres, database, record({"note": "x"}, key=key), kind=Invalid)
        assert "it is a view" in said


def test_what_the_database_cannot_write_down_is_refused(
    on_postgres: PostgresPlatform, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sign that the database's encoding lacks, or that no text can hold, is refused."""
    server = on_postgres.server
    add_row(on_postgres)
    refusal(on_postgres, database, record({"note": "a\0b"}), kind=Invalid)
    server.execute("DROP DATABASE IF EXISTS old")
    server.execute("CREATE DATABASE old ENCODING 'LATIN1' TEMPLATE template0")
    monkeypatch.setenv("DATABASE_URL", server.url(database="old"))
    with psycopg.connect(server.url(database="old"), autocommit=True) as connection:
        connection.execute("CREATE TABLE projects (slug TEXT, note TEXT)")
        connection.execute("INSERT INTO projects VALUES ('acme/shop')")
    old = open_database(REFERENCE)
    assert keep(old, record({"note": "Größe"})).columns == ("note",)
    refusal(on_postgres, old, record({"note": "\N{SNOWMAN}"}), kind=Invalid)


def test_a_length_is_a_limit(on_postgres: PostgresPlatform, database: Database) -> None:
    """A text longer than its column, also by a domain, is refused with the length."""
    on_postgres.execute("CREATE DOMAIN short AS VARCHAR(5)")
    on_postgres.execute("ALTER TABLE projects ADD code short")
    add_row(on_postgres)
    for column, length in (("token_id", 20), ("code", 5)):
        said = refusal(on_postgres, database, record({column: "x" * (length + 1)}), kind=Invalid)
        assert f"takes at most {length} characters" in said
        assert keep(database, record({column: "x" * length})).columns == (column,)
    on_postgres.execute("DROP TABLE projects; DROP DOMAIN short")


@pytest.mark.parametrize(
    ("type_", "good", "other", "bad"),
    [
        ("uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc999c0b4ef8bb6d6bb9bd380a11", "x"),
        ("boolean", "yes", "true", "perhaps"),
        ("numeric(10,2)", "1.5", "1.50", "1.555"),
        ("jsonb", '{"b":1,"a":[2]}', '{"a": [2], "b": 1}', "{"),
        ("integer", "25", "25", "025"),
        ("bigint", "-1", "-1", "99999999999999999999"),
        ("real", "0.5", ".50", "NaN"),
        ("timestamptz", "2026-11-28 09:30:00+00", "2026-11-28 09:30:00+00", "2026-11-28"),
        ("inet", "10.0.0.1/32", "10.0.0.1/32", "10.0.0.1"),
        ("char(5)", "abc", "abc", "abc "),
        ("text[]", "{a,b}", "{a,b}", "{a, b}"),
    ],
)
def test_other_types_hold_what_reads_back_the_same(
    on_postgres: PostgresPlatform, database: Database, type_: str, good: str, other: str, bad: str
) -> None:
    """A column that is no text takes what it would hold without loss, and refuses the rest."""
    on_postgres.execute(f"ALTER TABLE projects ADD typed {type_}")
    on_postgres.execute("SET TIME ZONE 'UTC'")
    add_row(on_postgres)
    assert keep(database, record({"typed": good})).columns == ("typed",)
    assert keep(database, record({"typed": other})).columns == ()
    said = refusal(on_postgres, database, record({"typed": bad}), kind=Invalid)
    assert "'typed'" in said
    assert keep(database, record({"typed": good})).columns == ()


def test_a_strict_table_refuses_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A view of SQLite's takes no writes, and a column of truth takes 0 and 1 alone."""
    platform = SqlitePlatform(tmp_path)
    platform.execute("CREATE TABLE projects (slug TEXT, active BOOLEAN, code UUID, share REAL)")
    platform.execute("CREATE VIEW names AS SELECT slug, code FROM projects")
    platform.execute("INSERT INTO projects (slug) VALUES ('acme/shop')")
    monkeypatch.setenv("DATABASE_URL", platform.url())
    database = open_database(REFERENCE)
    for column, bad in (("active", "true"), ("code", "x"), ("share", "half")):
        said = refusal(platform, database, record({column: bad}), kind=Invalid)
        assert f"'{column}'" in said
    key = RowKey("names", "slug", "acme/shop")
    code = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
    refusal(platform, database, record({"code": code}, key=key), kind=UnexpectedResponse)
    good = record({"active": "1", "code": code, "share": "0.50"})
    assert keep(database, good).columns == ("active", "code", "share")
    assert keep(database, good).columns == ()


@pytest.mark.parametrize("way", ["REPLACE", "IGNORE", "ROLLBACK"])
def test_a_table_that_would_delete_another_row_is_not_let(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """SQLite's tables may say that the other row of a conflict goes: a write of ours is refused."""
    platform = SqlitePlatform(tmp_path)
    platform.execute(f"CREATE TABLE projects (slug TEXT, note TEXT UNIQUE ON CONFLICT {way})")
    platform.execute("INSERT INTO projects VALUES ('acme/shop', NULL), ('acme/api', 'theirs')")
    monkeypatch.setenv("DATABASE_URL", platform.url())
    for slug in ("acme/shop", "acme/new"):
        key = RowKey("projects", "slug", slug)
        wanted = record({"note": "theirs"}, key=key, insert=True)
        refusal(platform, open_database(REFERENCE), wanted, kind=Conflict)
    assert rows(platform, "slug", "note") == [("acme/api", "theirs"), ("acme/shop", None)]


def test_references_are_checked(platform: Platform, database: Database) -> None:
    """A column that refers to another table takes what stands there alone."""
    platform.execute("CREATE TABLE tokens (name TEXT PRIMARY KEY)")
    platform.execute("CREATE TABLE apps (slug TEXT, token TEXT REFERENCES tokens (name))")
    platform.execute("INSERT INTO apps (slug) VALUES ('acme/shop')")
    key = RowKey("apps", "slug", "acme/shop")
    said = refusal(platform, database, record({"token": "env:TOKEN"}, key=key), kind=Invalid)
    assert "a rule of the table refuses the value" in said
    platform.execute("INSERT INTO tokens VALUES ('env:TOKEN')")
    assert keep(database, record({"token": "env:TOKEN"}, key=key)).columns == ("token",)


def test_clearing_takes_no_part_in_a_table_that_is_gone(
    platform: Platform, database: Database
) -> None:
    """Clearing in a table that is not there is refused: it may be the wrong database."""
    platform.execute("DROP TABLE projects")
    with pytest.raises(NotFound, match="the database has no table 'projects'"):
        clear(database)


def test_a_table_that_changes_meanwhile_is_described_anew(
    platform: Platform, database: Database
) -> None:
    """A column that is dropped after the first look is told, and one that is added is found."""
    add_row(platform)
    keep(database)
    platform.execute("ALTER TABLE projects ADD COLUMN added TEXT")
    assert keep(database, record({"added": "x"})).columns == ("added",)
    platform.execute("ALTER TABLE projects DROP COLUMN added")
    refusal(platform, database, record({"added": "y"}), kind=ApiError)
    assert "no column 'added'" in refusal(platform, database, record({"added": "y"}))


def test_the_name_of_a_column_that_went_away_is_no_text(
    platform: Platform, database: Database
) -> None:
    """A column that is dropped after the first look is an error, never read as its own name."""
    add_row(platform, note="x")
    assert database.read(SHOP, ("note",)) == ({"note": "x"},)
    platform.execute("ALTER TABLE projects DROP COLUMN note")
    with pytest.raises(ApiError):
        database.read(SHOP, ("note",))
    with pytest.raises(NotFound, match="no column 'note'"):
        database.read(SHOP, ("note",))


def test_a_guard_is_asked_for_each_write(platform: Platform, database: Database) -> None:
    """Whatever is written was asked for, with its verb and its columns."""
    watcher = Watcher()
    keep_record(database, record(insert=True), watcher)
    platform.execute("UPDATE projects SET sentry_dsn = NULL")
    keep_record(database, record(insert=True), watcher)
    assert watcher.asked == [
        ("insert", ("sentry_dsn", "sentry_project_slug")),
        ("update", ("sentry_dsn",)),
    ]
