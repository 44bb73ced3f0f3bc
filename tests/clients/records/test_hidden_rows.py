"""Rows that a role does not see: behind a policy, outside a view. None is inserted beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.records.examples import keep, record, refusal
from tests.clients.records.platforms import (
    REFERENCE,
    Platform,
    PostgresPlatform,
    add_row,
    rows,
)
from tests.postgres import READER, READER_PASSWORD
from watchpost.errors import Invalid, NotFound
from watchpost.records import Database, RowKey, open_database
from watchpost.records.forecast import forecast_keeping

if TYPE_CHECKING:
    from collections.abc import Mapping

APP = RowKey("apps", "slug", "acme/shop")
NOTE: Mapping[str, str | None] = {"note": "x"}


@pytest.fixture
def guarded(on_postgres: PostgresPlatform, monkeypatch: pytest.MonkeyPatch) -> PostgresPlatform:
    """A table whose policy shows a role the rows of one tenant; the shop's is of another one."""
    on_postgres.execute("CREATE TABLE apps (slug TEXT, tenant TEXT DEFAULT 'ours', note TEXT)")
    on_postgres.execute("INSERT INTO apps VALUES ('acme/shop', 'theirs')")
    on_postgres.execute("ALTER TABLE apps ENABLE ROW LEVEL SECURITY")
    on_postgres.execute("CREATE POLICY ours ON apps USING (tenant = 'ours')")
    on_postgres.execute(f'GRANT ALL ON apps TO "{READER}"')
    monkeypatch.setenv("DATABASE_URL", on_postgres.server.url(READER, READER_PASSWORD))
    return on_postgres


def test_no_row_is_inserted_beside_one_that_a_policy_hides(guarded: PostgresPlatform) -> None:
    """The row may be there: it is refused, in the plan too, whatever `insert` says."""
    database = open_database(REFERENCE)
    for insert in (False, True):
        said = refusal(guarded, database, record(NOTE, key=APP, insert=insert), kind=NotFound)
        assert said.startswith("apps.slug=acme/shop: the table shows no such row")
        assert "insert: true" not in said
    with pytest.raises(NotFound, match="shows no such row"):
        forecast_keeping(database.describe("apps"), (), APP, {}, insert=True, key=b"key")
    assert rows(guarded, "slug", "note", table="apps") == [("acme/shop", None)]


def test_a_row_that_a_policy_shows_is_kept(guarded: PostgresPlatform) -> None:
    """What the role sees and may update is written as anywhere else."""
    guarded.execute("UPDATE apps SET tenant = 'ours'")
    assert keep(open_database(REFERENCE), record(NOTE, key=APP)).columns == ("note",)


def test_a_row_that_may_be_seen_and_not_updated_is_refused(guarded: PostgresPlatform) -> None:
    """Of a row that is shown and not ours to update no second one is made."""
    guarded.execute("CREATE POLICY others ON apps FOR SELECT USING (true)")
    said = refusal(guarded, open_database(REFERENCE), record(NOTE, key=APP, insert=True))
    assert "the table shows no such row" in said
    assert len(rows(guarded, "slug", table="apps")) == 1


def test_nothing_is_inserted_through_a_view(platform: Platform, database: Database) -> None:
    """A view may leave the row out; one that it shows is written through it, where it can be."""
    add_row(platform, "acme/api", note="theirs")
    add_row(platform)
    platform.execute("CREATE VIEW free AS SELECT slug, note FROM projects WHERE note IS NULL")
    hidden = RowKey("free", "slug", "acme/api")
    refusal(platform, database, record({"note": None}, key=hidden, insert=True), kind=NotFound)
    assert len(rows(platform, "slug")) == 2
    shown = record({"note": None}, key=RowKey("free", "slug", "acme/shop"), insert=True)
    assert keep(database, shown).columns == ()


def test_an_update_that_changes_no_row_is_told(
    on_postgres: PostgresPlatform, database: Database
) -> None:
    """A trigger or a rule that passes over an update is named for what it is."""
    on_postgres.execute(
        "CREATE FUNCTION pass_over() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$"
    )
    on_postgres.execute(
        "CREATE TRIGGER passing BEFORE UPDATE ON projects FOR EACH ROW EXECUTE FUNCTION pass_over()"
    )
    add_row(on_postgres)
    said = refusal(on_postgres, database, kind=Invalid)
    assert "the database passes over the update of this row" in said


def test_what_is_no_table_is_unknown(on_postgres: PostgresPlatform, database: Database) -> None:
    """An index and a view that is kept as a table have columns, and are none to write to."""
    on_postgres.execute("CREATE INDEX by_slug ON projects (slug)")
    on_postgres.execute("CREATE MATERIALIZED VIEW stored AS SELECT * FROM projects")
    for name in ("by_slug", "stored"):
        wanted = record(key=RowKey(name, "slug", "acme/shop"))
        said = refusal(on_postgres, database, wanted, kind=NotFound)
        assert f"the database has no table '{name}'" in said
