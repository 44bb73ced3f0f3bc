"""A plan's look at rows: what would be written, what would be refused, what nobody can see."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.clients.records.platforms import (
    DSN,
    OTHER_DSN,
    REFERENCE,
    TABLE,
    SqlitePlatform,
    add_row,
    rows,
)
from tests.postgres import READER, READER_PASSWORD
from tests.unit.plan.previews import KEY, created, deleted, preview, record
from watchpost.plan import list_record_questions
from watchpost.record_looks import RecordLooks, observe_records
from watchpost.records import close_databases, fingerprint

if TYPE_CHECKING:
    import pytest

    from tests.clients.records.platforms import Platform, PostgresPlatform
    from watchpost.engine import Step

NAME = "shop/record"
name_of = partial(fingerprint, KEY)
TEXTS = {name_of("acme-shop"): "acme-shop"}
WANTED = record(sentry_dsn=name_of(DSN), sentry_project_slug=name_of("acme-shop"))


def look(*steps: Step, folder: Path = Path()) -> RecordLooks:
    """What is seen of the rows that these steps are about."""
    return observe_records(list_record_questions(preview(*steps)), TEXTS, KEY, folder)


def refusal(inputs: dict[str, Any]) -> str:
    """Why keeping this record would be refused."""
    (said,) = look(created("record", NAME, inputs)).refusals.values()
    return said


def test_what_differs_is_foretold(platform: Platform) -> None:
    """One look, and nothing is written; a DSN of nobody knows whom is named by its project."""
    add_row(platform, sentry_project_slug="acme-shop", sentry_dsn=OTHER_DSN)
    step = created("record", NAME, WANTED)
    seen = look(step)
    assert seen.forecasts[step.urn].columns == ("sentry_dsn",)
    assert seen.forecasts[step.urn].before == {"sentry_dsn": name_of(OTHER_DSN)}
    assert seen.found_dsns == {name_of(OTHER_DSN): "…@8 unknown key"}
    assert rows(platform, "sentry_dsn") == [(OTHER_DSN,)]


def test_what_would_be_cleared_is_foretold(platform: Platform) -> None:
    """A column that is gone by now is none, and neither is one with another value."""
    add_row(platform, sentry_project_slug="acme-shop", sentry_dsn=OTHER_DSN)
    step = deleted("record", NAME, WANTED | {"onRemove": "clear"})
    assert look(step).forecasts[step.urn].columns == ("sentry_project_slug",)
    for column in ("sentry_project_slug", "sentry_dsn"):
        platform.execute(f"ALTER TABLE projects DROP COLUMN {column}")
        close_databases()
        assert look(step).forecasts[step.urn].columns == ()


def test_a_column_that_takes_no_null_is_not_announced(platform: Platform) -> None:
    """What cannot be cleared stays, and the plan says nothing else."""
    platform.execute("CREATE TABLE apps (slug TEXT, sentry_dsn TEXT NOT NULL, note TEXT)")
    platform.execute("INSERT INTO apps VALUES ('acme/shop', 'x', 'y')")
    ours = record(sentry_dsn=name_of("x"), note=name_of("y"))
    step = deleted("record", NAME, ours | {"table": "apps", "onRemove": "clear"})
    assert look(step).forecasts[step.urn].columns == ("note",)


def test_what_is_refused_says_what_mends_it(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Table, column, row, twin, and a variable that is not set; the known ones are named."""
    assert refusal(WANTED | {"table": "project"}).startswith(
        "the database has no table 'project' (it has 'projects'); did you mean 'projects'?"
    )
    assert "no column 'sentry_dns' (it has 'note'," in refusal(record(sentry_dns=name_of(DSN)))
    assert refusal(WANTED) == (
        "the table has no such row; "
        "let the platform make it, or say `insert: true` in the manifest's records"
    )
    for _ in range(2):
        add_row(platform)
    assert refusal(WANTED).startswith("more than one row has this key; find the rows by")
    monkeypatch.delenv("DATABASE_URL")
    assert refusal(WANTED).startswith(f"{REFERENCE}: the environment variable with the database's")


def test_a_database_that_is_away_is_asked_once(on_postgres: PostgresPlatform) -> None:
    """No row of it is called unchanged; those of another database are looked at all the same."""
    add_row(on_postgres)
    steps = [
        created("record", "shop/record", WANTED),
        created("record", "api/record", record("acme/api", note=name_of("x"))),
        created("record", "bot/record", WANTED | {"url": "env:NOWHERE"}),
    ]
    on_postgres.server.stop()
    seen = look(*steps)
    assert set(seen.failures) == {steps[0].urn, steps[1].urn}
    assert len(set(seen.failures.values())) == 1
    assert "the database does not answer" in seen.failures[steps[0].urn]
    assert list(seen.refusals) == [steps[2].urn]


def test_a_relative_path_starts_from_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan that is made from another folder looks at the file that the provider will write."""
    for name in ("checkout", "elsewhere"):
        (tmp_path / name).mkdir()
        platform = SqlitePlatform(tmp_path / name)
        platform.execute(TABLE)
        add_row(platform, sentry_dsn=DSN if name == "elsewhere" else None)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///platform 100%25.db")
    monkeypatch.chdir(tmp_path / "elsewhere")
    step = created("record", NAME, record(sentry_dsn=name_of(DSN)))
    assert look(step).forecasts[step.urn].columns == ()
    seen = look(step, folder=tmp_path / "checkout")
    assert seen.forecasts[step.urn].columns == ("sentry_dsn",)
    monkeypatch.chdir(tmp_path / "checkout")
    assert look(step).forecasts[step.urn].columns == ("sentry_dsn",)


def test_a_table_that_is_closed_to_the_role_concerns_its_records_alone(
    on_postgres: PostgresPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that goes from such a table does not keep the others from being looked at."""
    add_row(on_postgres)
    on_postgres.execute("CREATE TABLE closed (slug TEXT, note TEXT)")
    on_postgres.execute(f'GRANT SELECT ON projects TO "{READER}"')
    monkeypatch.setenv("DATABASE_URL", on_postgres.server.url(READER, READER_PASSWORD))
    there = record("acme/old", note=name_of("x")) | {"table": "closed"}
    steps = (created("record", "old/record", there), created("record", NAME, WANTED))
    seen = look(*steps)
    assert "does not permit this to the role" in seen.failures[steps[0].urn]
    assert seen.forecasts[steps[1].urn].columns == ("sentry_dsn", "sentry_project_slug")


def test_a_role_that_may_only_read_suffices(
    on_postgres: PostgresPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan with pending writes sends no statement but SELECTs, in transactions that only read."""
    add_row(on_postgres)
    on_postgres.execute(f'GRANT SELECT ON projects TO "{READER}"')
    monkeypatch.setenv("DATABASE_URL", on_postgres.server.url(READER, READER_PASSWORD))
    since = on_postgres.server.count_log_lines()
    other = record("acme/old", note=name_of("x")) | {"onRemove": "clear"}
    step, gone = created("record", NAME, WANTED), deleted("record", "old/record", other)
    seen = look(step, gone)
    assert seen.forecasts[step.urn].columns == ("sentry_dsn", "sentry_project_slug")
    assert seen.forecasts[gone.urn].columns == ()
    sent = " ".join(on_postgres.server.statements(since))
    assert sent.count("BEGIN") == sent.count("BEGIN READ ONLY") > 0
    assert not any(word in sent for word in ("UPDATE", "INSERT", "DELETE"))
