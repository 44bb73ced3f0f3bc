"""A retired key whose DSN still stands in the platform's own table."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.clients.records.platforms import (
    TABLE,
    PostgresPlatform,
    SqlitePlatform,
    add_row,
    rows,
)
from tests.clients.rotation.rotated import MANIFEST, Rotated, rotate
from watchpost.records import close_databases
from watchpost.rotation import Action

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres import RunningPostgres
    from tests.sandboxes import RunningSandbox

RECORDS: dict[str, Any] = {
    "url": "env:DATABASE_URL",
    "table": "projects",
    "key": {"column": "slug", "value": "acme/{id}"},
    "set": {"sentry_dsn": "{dsn}", "sentry_project_slug": "{slug}"},
}
HELD = "record projects.slug=acme/billing sentry_dsn"
LATER = timedelta(days=40)


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlitePlatform]:
    """A platform with the row of the entry, found from the checkout."""
    made = SqlitePlatform(tmp_path)
    made.execute(TABLE)
    add_row(made, "acme/billing")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///platform 100%25.db")
    yield made
    close_databases()


@pytest.fixture
def rotated(demo_sandbox: RunningSandbox, tmp_path: Path, platform: SqlitePlatform) -> Rotated:
    """A rotation that was applied and deployed; the record still holds the old key's DSN."""
    document = {**copy.deepcopy(MANIFEST), "records": RECORDS}
    made = rotate(demo_sandbox, tmp_path, document=document)
    write_dsn(platform, str(made.key()["dsn"]["public"]).upper())
    return made


def write_dsn(platform: SqlitePlatform, dsn: str | None) -> None:
    """Put *dsn* into the entry's row."""
    platform.execute("UPDATE projects SET sentry_dsn = ?", dsn)


def test_a_record_holds_a_key_back(rotated: Rotated, platform: SqlitePlatform) -> None:
    """A key is neither disabled nor, later, deleted while a record's column holds its DSN."""
    before = rows(platform, "slug", "sentry_dsn")
    step = rotated.decide()
    assert (step.action, step.reasons) == (Action.WAIT, (f"held by {HELD}",))
    assert not step.is_unchecked
    assert rotated.decide(is_doubt_accepted=True).action == Action.WAIT
    assert rows(platform, "slug", "sentry_dsn") == before
    write_dsn(platform, None)
    assert [each.step.action for each in rotated.finish()] == [Action.DISABLE]
    write_dsn(platform, before[0][1])
    later = rotated.decide(now=datetime.now(UTC) + LATER)
    assert (later.action, later.reasons) == (Action.WAIT, (f"held by {HELD}",))
    platform.execute("DELETE FROM projects")
    assert rotated.decide(now=datetime.now(UTC) + LATER).action == Action.DELETE


def test_a_record_that_cannot_be_read_holds_a_key_back(
    rotated: Rotated, platform: SqlitePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody could look at proves nothing: the key waits, unless somebody vouches for it."""
    write_dsn(platform, None)
    url = "postgresql://user:secret-4e1b@127.0.0.1:9/x"
    monkeypatch.setenv("DATABASE_URL", url)
    step = rotated.decide()
    assert step.action == Action.WAIT
    assert step.is_unchecked
    (reason,) = step.reasons
    assert reason == (
        f"perhaps held by {HELD}, env:DATABASE_URL: the database does not answer: "
        "say --despite-unreadable if it does not hold this key"
    )
    assert rotated.decide(is_doubt_accepted=True).action == Action.DISABLE
    monkeypatch.delenv("DATABASE_URL")
    assert "is not set" in rotated.decide().reasons[0]


def test_a_row_that_may_be_hidden_holds_a_key_back(
    rotated: Rotated, platform: SqlitePlatform
) -> None:
    """What a view does not show may be there, and hold the DSN."""
    platform.execute("ALTER TABLE projects RENAME TO everything")
    platform.execute("CREATE VIEW projects AS SELECT * FROM everything WHERE seats > 0")
    step = rotated.decide()
    assert step.action == Action.WAIT
    assert "the table shows no such row" in step.reasons[0]


def test_one_look_for_each_entry(
    demo_sandbox: RunningSandbox,
    tmp_path: Path,
    postgres: RunningPostgres,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever number of its keys is retired, one SELECT is sent, and nothing that writes."""
    on_postgres = PostgresPlatform(postgres)
    on_postgres.execute(TABLE)
    add_row(on_postgres, "acme/billing")
    monkeypatch.setenv("DATABASE_URL", on_postgres.url())
    document = {**copy.deepcopy(MANIFEST), "records": RECORDS}
    rotated = rotate(demo_sandbox, tmp_path, document=document)
    edited = yaml.safe_load(rotated.path.read_text())
    retired = edited["projects"]["billing"]["keys"]["production"]["retired"]
    retired.append({**retired[0], "key_id": "f" * 32})
    rotated.path.write_text(yaml.safe_dump(edited))
    since = postgres.count_log_lines()
    assert len(rotated.look_at_all()) == 2
    sent = postgres.statements(since)
    close_databases()
    assert sum('FROM "projects"' in each for each in sent) == 1
    assert not any(word in each for word in ("UPDATE", "INSERT") for each in sent)
