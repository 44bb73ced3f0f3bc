"""
Every verb that only looks: no request but GET leaves it, and no write reaches the platform's
database, whatever is pending or has drifted.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.whole.command import run
from tests.whole.manifests import BILLING, FLEET, SHOP, write_manifest
from tests.whole.test_drift import WRONG, disable_key, edit_row
from watchpost.commands import VERBS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.whole.program import Program

pytestmark = pytest.mark.whole
LOOKING = {
    ("plan", "--out", "plan.html"): 0,
    ("drift",): 2,
    ("doctor", "--list-apps"): None,
    ("orphans",): None,
    ("explain", "shop"): 0,
    ("health", "shop"): 0,
    ("report", "--out", "fleet.html"): 2,
    ("verify", "--no-send"): None,
}


RECORDS: dict[str, Any] = {
    "url": "env:DATABASE_URL",
    "table": "projects",
    "key": {"column": "slug", "value": "{id}"},
    "set": {"name": "{name}"},
    "insert": True,
    "on_remove": "clear",
}


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A platform's database without a row, its URL in the environment."""
    path = tmp_path / "platform.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    execute(path, "CREATE TABLE projects (slug TEXT PRIMARY KEY, name TEXT)")
    return path


def execute(path: Path, statement: str) -> None:
    """Do something as the platform itself would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


def test_what_only_looks_never_writes(program: Program, database: Path) -> None:
    """
    With changes pending and drift of both services and of the database: zero writes in the
    servers' log, and the database's file as it was.
    """
    program.declare(write_manifest(FLEET, records=RECORDS))
    program.up()
    execute(database, "UPDATE projects SET name = 'by hand' WHERE slug = 'queue'")
    held = database.read_bytes()
    edit_row(program.sandbox, value=WRONG)
    disable_key(program.sandbox)
    shop = {**SHOP, "name": "Shopping", "on_remove": "delete"}
    fleet = {"shop": shop, "queue": FLEET["queue"], "billing": BILLING}
    program.declare(write_manifest(fleet, records=RECORDS))
    for words, code in LOOKING.items():
        assert words[0] in VERBS
        program.sandbox.clear_log()
        run(program, *words, code=code)
        assert program.sandbox.log() != [], words
        assert program.sandbox.writes() == [], words
        assert database.read_bytes() == held, words
