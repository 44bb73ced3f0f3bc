"""Keeping one row as it should be, on PostgreSQL and on SQLite alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.records.examples import (
    SHOP,
    VALUES,
    Watcher,
    clear,
    keep,
    record,
    refusal,
)
from tests.clients.records.platforms import DSN, OTHER_DSN, add_row, rows
from watchpost.errors import AmbiguousOwner, Conflict, Invalid, NotFound, Unplanned
from watchpost.records import RowKey, clear_record, keep_record

if TYPE_CHECKING:
    from tests.clients.records.platforms import Platform
    from watchpost.records import Database, Verb


def test_columns_of_the_one_row_are_written(platform: Platform, database: Database) -> None:
    """The declared columns of the entry's row are written, and nothing else anywhere."""
    add_row(platform, note="ours", seats=3)
    add_row(platform, "acme/api", note="theirs")
    written = keep(database)
    assert (written.verb, written.columns) == ("update", ("sentry_dsn", "sentry_project_slug"))
    assert rows(platform, "slug", "sentry_project_slug", "sentry_dsn", "seats", "note") == [
        ("acme/api", None, None, None, "theirs"),
        ("acme/shop", "acme-shop", DSN, 3, "ours"),
    ]


def test_the_second_time_nothing_is_written(platform: Platform, database: Database) -> None:
    """A record that is as declared is only read, however often it is kept."""
    add_row(platform)
    keep(database)
    watcher = Watcher()
    assert keep_record(database, record(), watcher).columns == ()
    assert watcher.asked == []


def test_only_what_differs_is_written(platform: Platform, database: Database) -> None:
    """One column that somebody changed is put right, and the others are not touched."""
    add_row(platform, **VALUES)
    platform.execute("UPDATE projects SET sentry_dsn = ?", OTHER_DSN)
    assert keep(database).columns == ("sentry_dsn",)
    assert rows(platform, "sentry_project_slug", "sentry_dsn") == [("acme-shop", DSN)]


def test_null_is_not_an_empty_text(platform: Platform, database: Database) -> None:
    """Null and an empty text are two values, and each is written as such."""
    add_row(platform, sentry_dsn="")
    assert keep(database, record({"sentry_dsn": None, "note": ""})).columns == (
        "note",
        "sentry_dsn",
    )
    assert rows(platform, "sentry_dsn", "note") == [(None, "")]


def test_a_missing_row_is_refused(platform: Platform, database: Database) -> None:
    """Without `insert` a row is never made: the message names the row and the way out."""
    add_row(platform, "acme/api")
    said = refusal(platform, database, kind=NotFound)
    assert said.startswith("projects.slug=acme/shop: the table has no such row")
    assert "insert: true" in said
    assert rows(platform, "slug") == [("acme/api",)]


def test_a_missing_row_is_inserted_where_declared(platform: Platform, database: Database) -> None:
    """With `insert` the row is made once; the second time it is only read."""
    written = keep(database, record(insert=True))
    assert written.verb == "insert"
    assert keep(database, record(insert=True)).columns == ()
    assert rows(platform, "slug", "sentry_project_slug", "sentry_dsn") == [
        ("acme/shop", "acme-shop", DSN)
    ]


def test_two_rows_are_refused(platform: Platform, database: Database) -> None:
    """Two rows of one key are both left alone."""
    add_row(platform, note="first")
    add_row(platform, note="second")
    said = refusal(platform, database, kind=AmbiguousOwner)
    assert "more than one row has this key" in said
    assert rows(platform, "note", "sentry_dsn") == [("first", None), ("second", None)]


def test_an_unknown_table_names_the_known_ones(platform: Platform, database: Database) -> None:
    """A table that is not there is refused with those that are, before anything is written."""
    platform.execute("CREATE TABLE invoices (id INTEGER)")
    other = RowKey("project", "slug", "acme/shop")
    said = refusal(platform, database, record(key=other), kind=NotFound)
    assert "the database has no table 'project'" in said
    assert "it has 'invoices', 'projects'" in said
    assert "did you mean 'projects'?" in said


def test_an_unknown_column_names_the_known_ones(platform: Platform, database: Database) -> None:
    """A column that is not there is refused with those that are; the good ones are not written."""
    add_row(platform)
    said = refusal(platform, database, record({"note": "x", "sentry_dns": DSN}), kind=NotFound)
    assert "the table has no column 'sentry_dns'" in said
    assert "'note', 'seats', 'sentry_dsn', 'sentry_project_slug', 'settings', 'slug'" in said
    assert "did you mean 'sentry_dsn'?" in said
    assert rows(platform, "note") == [(None,)]


def test_an_unknown_key_column_is_refused(platform: Platform, database: Database) -> None:
    """The column that finds the row must be there as well."""
    said = refusal(platform, database, record(key=RowKey("projects", "name", "x")), kind=NotFound)
    assert "the table has no column 'name'" in said


@pytest.mark.parametrize(
    ("column", "text", "type_"),
    [
        ("seats", "many", "integer"),
        ("seats", "007", "integer"),
        ("seats", DSN, "integer"),
        ("settings", "{not json", "json"),
    ],
)
def test_a_text_of_the_wrong_type_is_refused(
    platform: Platform, database: Database, column: str, text: str, type_: str
) -> None:
    """What a column would not hold as it is written is refused with its type, unwritten."""
    add_row(platform)
    said = refusal(platform, database, record({column: text, "note": "x"}), kind=Invalid)
    assert f"the value does not fit the column '{column}'" in said
    assert f"of type {type_} " in said.lower()
    assert text not in said
    assert rows(platform, "note") == [(None,)]


def test_texts_that_mean_the_same_are_not_written_again(
    platform: Platform, database: Database
) -> None:
    """A number and a document are compared by meaning: how they are written does not matter."""
    add_row(platform)
    wanted = record({"seats": "25", "settings": '{"b": 1,   "a": [2]}'})
    assert keep(database, wanted).columns == ("seats", "settings")
    platform.execute("UPDATE projects SET settings = ?", '{"a":[2],"b":1}')
    assert keep(database, wanted).columns == ()


def test_a_key_that_is_a_number_finds_its_row(platform: Platform, database: Database) -> None:
    """The key's column need not be a text; a key that cannot be in it is refused."""
    add_row(platform, seats=25)
    assert keep(database, record({"note": "x"}, key=RowKey("projects", "seats", "25"))).columns
    assert rows(platform, "note") == [("x",)]
    said = refusal(
        platform, database, record(key=RowKey("projects", "seats", "acme/shop")), kind=Invalid
    )
    assert "the value does not fit the column 'seats'" in said


def test_a_value_that_must_be_unique_is_refused(platform: Platform, database: Database) -> None:
    """A unique column of the platform's is respected: neither row changes."""
    platform.execute("CREATE UNIQUE INDEX one_dsn ON projects (sentry_dsn)")
    add_row(platform, "acme/api", sentry_dsn=DSN)
    add_row(platform)
    said = refusal(platform, database, kind=Conflict)
    assert "another row holds such a value already" in said
    assert rows(platform, "slug", "sentry_dsn", "sentry_project_slug") == [
        ("acme/api", DSN, None),
        ("acme/shop", None, None),
    ]


def test_rules_of_the_table_are_respected(platform: Platform, database: Database) -> None:
    """A column that takes no null and a check of the platform's refuse, and nothing is written."""
    platform.execute(
        "CREATE TABLE strict_projects (slug TEXT, dsn TEXT NOT NULL DEFAULT 'none',"
        " note TEXT CHECK (note <> 'bad'))"
    )
    platform.execute("INSERT INTO strict_projects (slug) VALUES ('acme/shop')")
    key = RowKey("strict_projects", "slug", "acme/shop")
    assert "takes no null" in refusal(platform, database, record({"dsn": None}, key=key))
    said = refusal(platform, database, record({"dsn": "x", "note": "bad"}, key=key))
    assert "a rule of the table refuses the value" in said
    assert rows(platform, "dsn", "note", table="strict_projects") == [("none", None)]


def test_what_a_trigger_changes_is_undone(platform: Platform, database: Database) -> None:
    """Where the database itself changes what was written, the write is undone and said so."""
    if platform.kind == "postgres":
        platform.execute(
            "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN NEW.note = upper(NEW.note); RETURN NEW; END$$"
        )
        platform.execute(
            "CREATE TRIGGER shouting BEFORE UPDATE ON projects"
            " FOR EACH ROW EXECUTE FUNCTION shout()"
        )
    else:
        platform.execute(
            "CREATE TRIGGER shouting AFTER UPDATE ON projects WHEN NEW.note <> upper(NEW.note)"
            " BEGIN UPDATE projects SET note = upper(NEW.note) WHERE slug = NEW.slug; END"
        )
    add_row(platform)
    said = refusal(platform, database, record({"note": "loud", "sentry_dsn": DSN}), kind=Invalid)
    assert "the database changes what is written to 'note'" in said
    assert rows(platform, "note", "sentry_dsn") == [(None, None)]


def test_a_write_that_is_not_permitted_is_undone(platform: Platform, database: Database) -> None:
    """The guard is asked right before the write, knows its columns, and stops it."""

    def refuse(verb: Verb, columns: tuple[str, ...]) -> None:
        raise Unplanned("shop", f"{verb} {columns}")

    add_row(platform, sentry_project_slug="acme-shop")
    with pytest.raises(Unplanned, match=r"update \('sentry_dsn',\)"):
        keep_record(database, record(), refuse)
    assert rows(platform, "sentry_dsn") == [(None,)]
    assert keep(database).columns == ("sentry_dsn",)


def test_cleared_columns_are_null(platform: Platform, database: Database) -> None:
    """Clearing sets our columns to null and leaves the row and its other columns."""
    add_row(platform, note="theirs", **VALUES)
    assert clear(database).columns == ("sentry_dsn", "sentry_project_slug")
    assert rows(platform, "slug", "sentry_project_slug", "sentry_dsn", "note") == [
        ("acme/shop", None, None, "theirs")
    ]
    assert clear(database).columns == ()


def test_only_what_we_wrote_is_cleared(platform: Platform, database: Database) -> None:
    """A column that holds something else by now stays."""
    add_row(platform, **VALUES)
    platform.execute("UPDATE projects SET sentry_dsn = ?", OTHER_DSN)
    assert clear(database).columns == ("sentry_project_slug",)
    assert rows(platform, "sentry_dsn") == [(OTHER_DSN,)]


def test_what_is_gone_needs_no_clearing(platform: Platform, database: Database) -> None:
    """A row or a column that is gone is no fault when it would be cleared."""
    assert clear(database).columns == ()
    add_row(platform, **VALUES)
    assert clear(database, {"dropped": "x", "note": None}).columns == ()
    assert clear(database, {"dropped": "x"}).columns == ()
    assert clear(database, {"dropped": "x", "sentry_dsn": DSN}).columns == ("sentry_dsn",)


def test_a_column_that_takes_no_null_is_not_cleared(platform: Platform, database: Database) -> None:
    """It stays as it is, and the others are cleared: a record that goes is not held up by it."""
    platform.execute("CREATE TABLE apps (slug TEXT, sentry_dsn TEXT NOT NULL, note TEXT)")
    platform.execute("INSERT INTO apps VALUES ('acme/shop', 'x', 'y')")
    ours = {"sentry_dsn": "x", "note": "y"}
    written = clear_record(database, RowKey("apps", "slug", "acme/shop"), ours, Watcher())
    assert written.columns == ("note",)
    assert rows(platform, "sentry_dsn", "note", table="apps") == [("x", None)]


def test_two_rows_are_not_cleared(platform: Platform, database: Database) -> None:
    """Where the key finds two rows, neither is cleared."""
    add_row(platform, **VALUES)
    add_row(platform, **VALUES)
    with pytest.raises(AmbiguousOwner):
        clear(database)
    assert rows(platform, "sentry_dsn") == [(DSN,), (DSN,)]


def test_reading_tells_up_to_two_rows(platform: Platform, database: Database) -> None:
    """A read answers the texts of each row of the key, of no more than two."""
    assert database.read(SHOP, ("note",)) == ()
    for note in ("a", "b", "c"):
        add_row(platform, note=note, seats=5)
    found = database.read(SHOP, ("note", "seats", "sentry_dsn"))
    assert len(found) == 2
    assert found[0]["seats"] == "5"
    assert found[0]["sentry_dsn"] is None
