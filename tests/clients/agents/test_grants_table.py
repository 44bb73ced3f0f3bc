"""Grants in a platform's own table, on PostgreSQL and on SQLite."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.clients.agents.agent import call
from tests.clients.agents.served import Fleet, serving
from tests.clients.agents.test_agents_document import PAGE
from tests.clients.records.conftest import _own_process, platform
from tests.clients.records.platforms import REFERENCE
from tests.sandboxes import send
from watchpost.agents.callers import Caller
from watchpost.agents.grants_table import GrantsTable
from watchpost.errors import NotFound
from watchpost.records import open_database

if TYPE_CHECKING:
    from tests.clients.records.platforms import Platform

__all__ = ["_own_process", "platform"]  # fixtures of the records' tests

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
TABLE = (
    "CREATE TABLE agents (name TEXT, token_sha256 TEXT, projects TEXT, expires_at {}, may_resolve"
    " BOOLEAN)"
)
KINDS = {"postgres": "TIMESTAMPTZ", "sqlite": "TEXT"}


def make_table(platform: Platform, lines: list[str]) -> GrantsTable:
    """Make the table and open it as a server does."""
    platform.execute(TABLE.format(KINDS[platform.kind]))
    return GrantsTable(open_database(REFERENCE), "agents", lines.append)


def add(platform: Platform, token: str, projects: str | None, **changes: object) -> None:
    """Insert the row of a token, as the platform does."""
    row = {"name": "agent", "may_resolve": None, "expires_at": (NOW + timedelta(days=1))} | changes
    expires = row["expires_at"]
    platform.execute(
        "INSERT INTO agents (name, token_sha256, projects, expires_at, may_resolve)"
        " VALUES (?, ?, ?, ?, ?)",
        row["name"],
        hashlib.sha256(token.encode()).hexdigest(),
        projects,
        expires.isoformat() if isinstance(expires, datetime) else expires,
        row["may_resolve"],
    )


def test_a_row_lets_its_bearer_in(platform: Platform) -> None:
    """By the token's hash; with its projects, until its end, and only to resolve if it says so."""
    table = make_table(platform, [])
    add(platform, "one", "shop")
    add(platform, "two", "shop, ledger", name="lead", may_resolve=True)
    assert table.find("one", NOW) == Caller("agent", frozenset({"shop"}), may_resolve=False)
    assert table.find("two", NOW) == Caller("lead", frozenset({"shop", "ledger"}), may_resolve=True)
    assert table.find("three", NOW) is None
    assert table.find("one", NOW + timedelta(days=2)) is None


def test_a_change_counts_at_once(platform: Platform) -> None:
    """A row that is added is let in by the next look, one that is deleted no more."""
    table = make_table(platform, [])
    assert table.find("one", NOW) is None
    add(platform, "one", "shop")
    assert table.find("one", NOW) is not None
    platform.execute("DELETE FROM agents")
    assert table.find("one", NOW) is None


def test_faulty_rows_let_nobody_in(platform: Platform) -> None:
    """Without projects, name or end, twice, or named like somebody else: not let in, and logged."""
    lines: list[str] = []
    table = make_table(platform, lines)
    add(platform, "one", None)
    add(platform, "two", " , ")
    add(platform, "three", "shop", name="")
    add(platform, "four", "shop", expires_at=None)
    add(platform, "five", "shop")
    add(platform, "five", "ledger")
    add(platform, "six", "shop", name="lead@host")
    add(platform, "seven", "shop", name="agent POST 200\n")
    for token in ("one", "two", "three", "four", "five", "five", "six", "seven"):
        assert table.find(token, NOW) is None
    assert lines == [
        "agents: not let in: a row without a name or without projects",
        "agents: not let in: a row whose hash or whose end cannot be read",
        "agents: not let in: two rows of one token",
        "agents: not let in: a row with a name that no grant may have",
    ]


def test_a_table_that_is_none_is_refused(platform: Platform) -> None:
    """Before anything is served: a table or a column that is not there, with those that are."""
    with pytest.raises(NotFound, match="projects"):
        GrantsTable(open_database(REFERENCE), "agents", print)
    platform.execute("CREATE TABLE agents (name TEXT, token_sha256 TEXT)")
    with pytest.raises(NotFound, match="expires_at"):
        GrantsTable(open_database(REFERENCE), "agents", print)


def test_a_database_that_went_away_lets_nobody_in(platform: Platform) -> None:
    """The log says so when it begins, without its address; a table made anew is read again."""
    lines: list[str] = []
    table = make_table(platform, lines)
    platform.execute("DROP TABLE agents")
    for _ in range(5):
        assert table.find("one", NOW) is None
    assert len(lines) == 2
    assert all(line.startswith("nobody is let in: ") for line in lines)
    assert [secret for secret in platform.secrets if secret in str(lines)] == []
    platform.execute(TABLE.format(KINDS[platform.kind]))
    add(platform, "one", "shop")
    assert table.find("one", NOW) is not None


def test_a_server_lets_in_whom_the_table_names(platform: Platform, fleet: Fleet) -> None:
    """The page's own statement makes a table that a server can use."""
    (statement,) = re.findall(r"```sql\n(.*?);\n```", PAGE, re.DOTALL)
    platform.execute(statement)
    add(platform, "one", "shop")
    grants = GrantsTable(open_database(REFERENCE), "agents", fleet.lines.append)
    with serving(fleet, fleet.desk(), grants=grants) as url:
        assert not call(url, "one", "project_recent_errors", projectId="shop").is_error
        assert send("POST", url, token="two", body={}).status == 401
