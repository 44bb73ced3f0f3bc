"""
A platform's database as a test sees it: PostgreSQL or SQLite, spoken to past our own code.

Does not: use anything of ours, so that a test compares two independent views.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Protocol

from tests.postgres import OWNER, PASSWORD, RunningPostgres

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = "env:DATABASE_URL"
DSN = "https://0123456789abcdef0123456789abcdef@sentry.example.com/7"
OTHER_DSN = "https://fedcba9876543210fedcba9876543210@sentry.example.com/8"
TABLE = (
    "CREATE TABLE projects (slug VARCHAR(80), sentry_project_slug TEXT, sentry_dsn TEXT,"
    " token_id VARCHAR(20), seats INTEGER, settings JSON, note TEXT)"
)


class Platform(Protocol):
    """What a test may do to the database of either kind."""

    kind: str
    secrets: tuple[str, ...]

    def url(self) -> str:
        """Its URL."""

    def execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Execute one statement; a parameter is written `?`."""


class PostgresPlatform:
    """A platform on PostgreSQL."""

    kind = "postgres"

    def __init__(self, server: RunningPostgres) -> None:
        self.server = server
        self.secrets: tuple[str, ...] = (
            OWNER,
            PASSWORD,
            "127.0.0.1",
            str(server.port),
            DSN,
            OTHER_DSN,
        )

    def url(self) -> str:
        """Its URL."""
        return self.server.url()

    def execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Execute one statement."""
        if values:
            statement = statement.replace("%", "%%").replace("?", "%s")
        return self.server.execute(statement, *values)


class SqlitePlatform:
    """A platform on SQLite."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "platform 100%.db"
        self.secrets: tuple[str, ...] = (str(folder), self.path.name, DSN, OTHER_DSN)
        self.execute("PRAGMA user_version = 1")

    def url(self) -> str:
        """Its URL; the path is absolute, and written as URLs are."""
        return f"sqlite:///{self.path.as_posix().replace('%', '%25')}"

    def connect(self) -> sqlite3.Connection:
        """Connect as the platform itself would."""
        return sqlite3.connect(self.path, isolation_level=None)

    def execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Execute one statement."""
        with closing(self.connect()) as connection:
            return connection.execute(statement, values).fetchall()


def add_row(platform: Platform, slug: str = "acme/shop", **columns: Any) -> None:
    """Add a row to the table `projects`."""
    row = {"slug": slug, **columns}
    places = ", ".join("?" * len(row))
    statement = f"INSERT INTO projects ({', '.join(row)}) VALUES ({places})"  # noqa: S608  # our own words
    platform.execute(statement, *row.values())


def rows(platform: Platform, *columns: str, table: str = "projects") -> list[tuple[Any, ...]]:
    """The rows of a table, in the order of their first column."""
    return platform.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1")  # noqa: S608  # likewise
