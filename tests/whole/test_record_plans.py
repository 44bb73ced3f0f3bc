"""
Records in plans, applies and drift, on the real engine: no write that the plan does not show.

The platform's database is a SQLite file, compared before and after as a whole.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.whole.command import run
from tests.whole.manifests import API, BILLING, SHOP, write_manifest
from tests.whole.recorded import Recorded, prepare_recorded
from watchpost import exits
from watchpost.plan import compute_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.sandboxes import RunningSandbox
    from watchpost.plan import Plan

pytestmark = pytest.mark.whole
FLEET = {"shop": SHOP, "api": API, "billing": BILLING}
RECORDS: dict[str, Any] = {
    "url": "env:DATABASE_URL",
    "table": "projects",
    "key": {"column": "slug", "value": "{workspace}/{id}"},
    "set": {
        "sentry_slug": "{slug}",
        "token_ref": "{build_token}",
        "sentry_dsn": "{dsn.production}",
    },
    "on_remove": "clear",
}
Rows = dict[str, tuple[str | None, ...]]


class Platform:
    """A platform's database with four projects, of which one is no entry of the manifest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.execute(
            "CREATE TABLE projects (slug TEXT PRIMARY KEY, title TEXT,"
            " sentry_slug TEXT, token_ref TEXT, sentry_dsn TEXT)"
        )
        for slug in ("acme/shop", "acme/api", "acme/billing", "acme/other"):
            self.execute("INSERT INTO projects (slug, title) VALUES (?, 'ours')", slug)

    @property
    def url(self) -> str:
        """Its URL."""
        return f"sqlite:///{self.path}"

    def execute(self, statement: str, *values: str | None) -> list[tuple[Any, ...]]:
        """Execute a statement as the platform itself would."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            return connection.execute(statement, values).fetchall()

    def rows(self) -> Rows:
        """Every row by its slug."""
        found = self.execute("SELECT slug, title, sentry_slug, token_ref, sentry_dsn FROM projects")
        return {slug: tuple(rest) for slug, *rest in found}

    def edit(self, slug: str, column: str, value: str | None) -> None:
        """Edit a row by hand."""
        self.execute(f"UPDATE projects SET {column} = ? WHERE slug = ?", value, slug)  # noqa: S608  # our own words


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """The platform, its URL in the environment."""
    made = Platform(tmp_path / "platform.db")
    monkeypatch.setenv("DATABASE_URL", made.url)
    return made


@pytest.fixture
def recorded(
    tmp_path: Path, demo_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Recorded]:
    """A fleet with records, not applied yet."""
    with prepare_recorded(tmp_path, demo_sandbox, monkeypatch) as found:
        found.program.declare(write_manifest(FLEET, records=RECORDS))
        yield found


def announced(plan: Plan) -> list[str]:
    """The writes to the database that a plan announces."""
    return sorted(each.what for each in plan.calls if each.service == "database")


def written(before: Rows, after: Rows) -> list[str]:
    """What differs between two states of the table, in the words of a plan."""
    columns = ("title", "sentry_slug", "token_ref", "sentry_dsn")
    words = []
    for slug, held in after.items():
        changed = [
            name for name, old, new in zip(columns, before[slug], held, strict=True) if old != new
        ]
        verb = "clear" if all(held[columns.index(name)] is None for name in changed) else "set"
        if changed:
            words.append(f"{verb} {', '.join(sorted(changed))} of projects.slug={slug}")
    return sorted(words)


def test_an_apply_writes_to_rows_what_its_plan_announced(
    platform: Platform, recorded: Recorded
) -> None:
    """
    Neither plan writes; what is set, and later cleared, is what was announced. A row that somebody
    edits between a plan and its apply is left as it is, whether the plan is held by its hash or
    by its permit; either way the apply ends with 4.
    """
    platform.edit("acme/shop", "sentry_dsn", "of another time")
    platform.edit("acme/api", "sentry_slug", "acme-api")
    before = platform.rows()
    first = recorded.plan()
    assert platform.rows() == before
    assert announced(first.plan) == [
        "set sentry_dsn of projects.slug=acme/api",
        "set sentry_dsn, sentry_slug of projects.slug=acme/billing",
        "set sentry_dsn, sentry_slug, token_ref of projects.slug=acme/shop",
    ]
    platform.edit("acme/api", "sentry_slug", "by hand")
    before = platform.rows()
    reviewed = compute_hash(first.plan)
    run(recorded.program, "apply", "--plan-hash", reviewed, code=exits.UNSAFE)
    assert platform.rows() == before
    outcome, _ = recorded.apply(first)
    hit = "set sentry_dsn of projects.slug=acme/api"
    assert written(before, platform.rows()) == [e for e in announced(first.plan) if e != hit]
    assert outcome.results["record of api"] == "unplanned", outcome
    assert exits.worst_of(outcome.exit_codes()) == exits.UNSAFE
    recorded.program.declare(write_manifest({"api": API}, records=RECORDS))
    before = platform.rows()
    second = recorded.plan()
    assert platform.rows() == before
    outcome, _ = recorded.apply(second)
    assert (
        written(before, platform.rows())
        == announced(second.plan)
        == [
            "clear sentry_dsn, sentry_slug of projects.slug=acme/billing",
            "clear sentry_dsn, sentry_slug, token_ref of projects.slug=acme/shop",
            "set sentry_dsn, sentry_slug of projects.slug=acme/api",
        ]
    )
    assert exits.worst_of(outcome.exit_codes()) == exits.DONE
    assert platform.rows()["acme/other"] == ("ours", None, None, None)


def test_drift_of_rows_is_told_and_put_back(platform: Platform, recorded: Recorded) -> None:
    """
    A check writes nothing; a repair puts back what drifted, and a row that is missing is the
    platform's to make.
    """
    program = recorded.program
    program.up()
    applied = platform.rows()
    platform.edit("acme/shop", "sentry_dsn", "by hand")
    platform.execute("DELETE FROM projects WHERE slug = 'acme/billing'")
    edited = platform.rows()
    printed = run(program, "drift", "--out", "drift.json", code=exits.CHANGES)
    findings = json.loads((program.folder / "drift.json").read_text(encoding="utf-8"))["findings"]
    assert [(each["path"], each["observed"]) for each in findings] == [
        ("billing.record", "no row"),
        ("shop.record.sentry_dsn", findings[1]["observed"]),
    ]
    assert "by hand" not in printed
    assert platform.rows() == edited
    platform.execute("INSERT INTO projects (slug, title) VALUES ('acme/billing', 'ours')")
    run(program, "drift", "--repair", code=exits.DONE)
    assert platform.rows() == applied
