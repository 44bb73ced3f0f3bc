"""A platform's database for the provider, and a stack with one record on it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from components.record_session import close_record_sessions
from tests.clients.records.platforms import TABLE, Platform, PostgresPlatform, SqlitePlatform
from tests.provider.records.stack import RecordStack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of the machine's settings reaches a provider, and nothing of a test the next."""
    for name in ("WATCHPOST_READ_ONLY", "WATCHPOST_PERMIT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)
    yield
    close_record_sessions()


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
def stack() -> RecordStack:
    """A stack that has no record yet."""
    return RecordStack()
