"""A platform's database of each kind, and the database as we open it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.records.platforms import (
    REFERENCE,
    TABLE,
    Platform,
    PostgresPlatform,
    SqlitePlatform,
)
from watchpost.records import Database, close_databases, open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres import RunningPostgres


@pytest.fixture(params=["postgres", "sqlite"])
def platform(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Platform:
    """A platform with an empty table `projects`, its URL in the environment."""
    made: Platform = (
        PostgresPlatform(request.getfixturevalue("postgres"))
        if request.param == "postgres"
        else SqlitePlatform(tmp_path)
    )
    made.execute(TABLE)
    monkeypatch.setenv("DATABASE_URL", made.url())
    return made


@pytest.fixture
def on_postgres(postgres: RunningPostgres, monkeypatch: pytest.MonkeyPatch) -> PostgresPlatform:
    """A platform on PostgreSQL, for what only a server does."""
    made = PostgresPlatform(postgres)
    made.execute(TABLE)
    monkeypatch.setenv("DATABASE_URL", made.url())
    return made


@pytest.fixture
def database() -> Database:
    """The database that the environment names, as we open it; ask for a platform before it."""
    return open_database(REFERENCE)


@pytest.fixture(autouse=True)
def _own_process() -> Iterator[None]:
    """What one test has opened is closed before the next."""
    yield
    close_databases()
