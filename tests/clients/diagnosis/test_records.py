"""The platform's own table with faults put into it: what the doctor says of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.records.platforms import (
    TABLE,
    Platform,
    PostgresPlatform,
    SqlitePlatform,
    add_row,
)
from tests.postgres import READER, READER_PASSWORD
from tests.unit.diagnosis.examples import make_checkout
from tests.whole.manifests import API, SHOP, write_manifest
from watchpost import exits
from watchpost.diagnosis import CHECKS, Case, Finding, examine, exit_code
from watchpost.records import close_databases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres import RunningPostgres

Look = Callable[..., Mapping[str, Finding]]
RECORDS: dict[str, Any] = {
    "url": "env:DATABASE_URL",
    "table": "projects",
    "key": {"column": "slug", "value": "{workspace}/{id}"},
    "set": {"sentry_project_slug": "{slug}", "note": "{id}"},
}
ROWS = "records rows"
WRITE = "records write"
DUE = [each for each in CHECKS if each.name.startswith(("checkout", "manifest", "records"))]


@pytest.fixture(params=["postgres", "sqlite"])
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Platform:
    """A platform with a row for each entry."""
    if request.param == "sqlite":
        return _fill(SqlitePlatform(tmp_path))
    return _fill(PostgresPlatform(request.getfixturevalue("postgres")))


@pytest.fixture
def on_postgres(postgres: RunningPostgres) -> PostgresPlatform:
    """The same, for what only a server does."""
    made = PostgresPlatform(postgres)
    _fill(made)
    return made


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Look]:
    """Examine a checkout with that URL and those records; findings by name."""
    make_checkout(tmp_path)

    def examined(url: str, **records: Any) -> Mapping[str, Finding]:
        text = write_manifest({"shop": SHOP, "api": API}, records={**RECORDS, **records})
        (tmp_path / "projects.yaml").write_text(text, encoding="utf-8")
        monkeypatch.setenv("DATABASE_URL", url)
        close_databases()
        return {each.name: each for each in examine(Case(tmp_path, "tests"), DUE)}

    yield examined
    close_databases()


def _fill(platform: Platform) -> Platform:
    platform.execute(TABLE)
    add_row(platform, "acme/shop")
    add_row(platform, "acme/api")
    return platform


def states(found: Mapping[str, Finding]) -> dict[str, str]:
    """The state of each check of records, by the last word of its name."""
    return {
        name.rpartition(" ")[2]: each.state
        for name, each in found.items()
        if name.startswith("records")
    }


def test_all_is_well(platform: Platform, look: Look) -> None:
    """Everything is listed; a kind of database without roles can prove no right to write."""
    found = look(platform.url())
    write = "ok" if platform.kind == "postgres" else "unknown"
    assert states(found) == {"records": "ok", "table": "ok", "rows": "ok", "write": write}
    assert found["records"].seen == "2 rows of projects by env:DATABASE_URL"
    assert found["records table"].seen == "projects is there, with its 3 columns"
    assert found[ROWS].seen == "2 of 2 rows there"
    assert exit_code(found.values()) == exits.DONE


def test_without_records_there_is_one_line(tmp_path: Path) -> None:
    """What nobody declares is said in one line, and nothing is asked."""
    make_checkout(tmp_path)
    for text, seen in (
        (write_manifest({"api": API}), "the manifest names no table of the platform's"),
        ("version: 1\n", "not checked: see 'manifest'"),
        (":\n:", "not checked: see 'manifest'"),
    ):
        (tmp_path / "projects.yaml").write_text(text, encoding="utf-8")
        found = {each.name: each for each in examine(Case(tmp_path, "tests"), DUE)}
        assert found["records"].seen == seen
        assert len(states(found)) == 1


def test_a_table_without_entries_is_not_asked_for(tmp_path: Path) -> None:
    """There is no row to look for."""
    make_checkout(tmp_path)
    text = write_manifest({}, records={**RECORDS, "url": "env:NOWHERE"})
    (tmp_path / "projects.yaml").write_text(text, encoding="utf-8")
    found = {each.name: each for each in examine(Case(tmp_path, "tests"), DUE)}
    assert states(found) == {"records": "failure"}
    assert "is not set" in found["records"].seen


@pytest.mark.parametrize(
    ("url", "check", "seen"),
    [
        ("", "records", "the environment variable with the database's URL is not set"),
        ("mysql://pass-word@host/x", "records", "does not hold the URL of a database"),
        ("postgresql://u:pass-word@127.0.0.1:1/x", "records table", "does not answer"),
        ("sqlite:////nowhere/at/all.db", "records table", ""),
    ],
)
def test_a_database_that_cannot_be_asked(look: Look, url: str, check: str, seen: str) -> None:
    """A failure at the first check that needs it; the later ones are not run."""
    found = look(url)
    assert found[check].state == "failure"
    assert seen in found[check].seen
    assert found[check].cure
    assert found[ROWS].seen == f"not checked: see '{check}'"
    assert not any("pass-word" in each.seen + each.cure for each in found.values())


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ({"table": "project"}, ("no table 'project'", "'projects'")),
        ({"set": {"sentry_dns": "{id}"}}, ("no column 'sentry_dns'", "'sentry_dsn'")),
        ({"key": {"column": "slag", "value": "{id}"}}, ("no column 'slag'", "'slug'")),
    ],
)
def test_unknown_names_are_told_with_the_known_ones(
    platform: Platform, look: Look, records: dict[str, Any], words: tuple[str, ...]
) -> None:
    """Table, column, and the column of the key."""
    table = look(platform.url(), **records)["records table"]
    assert table.state == "failure"
    assert all(word in table.seen for word in words)


def test_rows_that_are_missing_or_have_twins(platform: Platform, look: Look) -> None:
    """Both are failures with the rows' names; a missing one is well where rows are inserted."""
    platform.execute("DELETE FROM projects WHERE slug = ?", "acme/api")
    missing = look(platform.url())[ROWS]
    assert (missing.state, missing.seen) == ("failure", "no row: 'projects.slug=acme/api'")
    inserted = look(platform.url(), insert=True)[ROWS]
    assert (inserted.state, inserted.seen) == (
        "ok",
        "1 of 2 rows there; an apply inserts the rest",
    )
    add_row(platform, "acme/shop")
    twin = look(platform.url(), insert=True)[ROWS]
    assert (twin.state, twin.seen) == ("failure", "more than one row: 'projects.slug=acme/shop'")


def test_rows_that_may_be_hidden(platform: Platform, look: Look) -> None:
    """A view may leave a row out, so that an apply inserts none: the doctor says so first."""
    platform.execute("CREATE VIEW free AS SELECT * FROM projects WHERE slug <> 'acme/api'")
    hidden = look(platform.url(), table="free", insert=True)[ROWS]
    assert (hidden.state, hidden.seen) == ("failure", "no row: 'free.slug=acme/api'")
    assert "may hide them" in hidden.cure


def test_a_role_that_may_only_read(on_postgres: PostgresPlatform, look: Look) -> None:
    """What it lacks is named, right by right and column by column."""
    on_postgres.execute(f'GRANT SELECT ON projects TO "{READER}"')
    url = on_postgres.server.url(READER, READER_PASSWORD)
    assert look(url)[WRITE].seen == (
        "the role of env:DATABASE_URL lacks UPDATE (note, sentry_project_slug) on projects"
    )
    on_postgres.execute(f'GRANT UPDATE (note, sentry_project_slug) ON projects TO "{READER}"')
    assert look(url)[WRITE].state == "ok"
    lacking = look(url, insert=True)[WRITE]
    assert "lacks INSERT (note, sentry_project_slug, slug) on projects" in lacking.seen
    on_postgres.execute(f'ALTER ROLE "{READER}" SET default_transaction_read_only = on')
    try:
        assert "lacks UPDATE (note, sentry_project_slug)" in look(url)[WRITE].seen
    finally:
        on_postgres.execute(f'ALTER ROLE "{READER}" RESET default_transaction_read_only')


def test_it_is_looked_at_in_few_statements_that_only_read(
    on_postgres: PostgresPlatform, look: Look
) -> None:
    """One for the columns, one for all rows, one for the rights; each only reads."""
    since = on_postgres.server.count_log_lines()
    look(on_postgres.url())
    sent = " ".join(on_postgres.server.statements(since))
    assert sent.count("BEGIN READ ONLY") == sent.count("BEGIN") == 3
    assert sent.count("statement: COMMIT") == 3
    for word in ("UPDATE projects", "INSERT INTO", "DELETE", "ALTER"):
        assert word not in sent
