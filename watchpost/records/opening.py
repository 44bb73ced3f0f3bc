"""
From the reference that the manifest holds to the database that it names.

    postgresql://user:password@host:5432/database?sslmode=verify-full    also postgres://
    sqlite:///relative/path.db, sqlite:////absolute/path.db              ?mode=ro: never written

A relative path starts from the checkout, where the engine starts its providers. Who works on a
checkout from elsewhere says so.

A driver's name after a plus sign, as SQLAlchemy writes it, is taken for none: postgresql+asyncpg.

One database per process, reference and URL, shared by its threads.

Does not: keep a URL anywhere but in the driver, nor name it in a message.

Source: docs/records.md.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from watchpost.errors import SettingsError
from watchpost.records.database import Database

if TYPE_CHECKING:
    from watchpost.records.database import Driver

_PREFIX = "env:"
_WRITING_MODES = ("rw", "rwc")
_databases: dict[tuple[str, str, Path], Database] = {}
_databases_lock = threading.Lock()


def open_database(reference: str, folder: Path | None = None) -> Database:
    """
    Return the database that *reference*, `env:NAME`, names; nothing is connected yet.

    Args:
        reference: `env:NAME`.
        folder: The checkout; None where this process was started in it.

    Raises:
        SettingsError: The variable is not set, or holds no URL of a database we know.
    """
    url = os.environ.get(reference.removeprefix(_PREFIX), "")
    if not url:
        raise SettingsError(
            reference,
            "the environment variable with the database's URL is not set",
            fix="set it where Pulumi and watchpost run",
        )
    place = reference, url, (folder or Path()).absolute()
    with _databases_lock:
        database = _databases.get(place)
        if database is None:
            database = _databases[place] = Database(_find_driver(*place))
        return database


def close_databases() -> None:
    """Close all of them, as the end of the process would."""
    with _databases_lock:
        for database in _databases.values():
            database.close()
        _databases.clear()


def _find_driver(name: str, url: str, folder: Path) -> Driver:
    scheme, separator, rest = url.strip().partition("://")
    match scheme.partition("+")[0].lower() if separator else "":
        case "postgresql" | "postgres":
            # here, because a database is what few commands need
            from watchpost.records.postgres import PostgresDriver  # noqa: PLC0415

            return PostgresDriver(f"postgresql://{rest}", name)
        case "sqlite" if rest.startswith("/") and len(rest) > 1:
            return _sqlite(rest, name, folder)
    raise SettingsError(
        name,
        "the variable does not hold the URL of a database",
        detail="allowed: postgresql://user:password@host:5432/database, sqlite:///path",
        fix="correct the variable's content",
    )


def _sqlite(rest: str, name: str, folder: Path) -> Driver:
    from watchpost.records.sqlite import SqliteDriver  # noqa: PLC0415 - likewise

    path, _, query = rest.removeprefix("/").partition("?")
    said = dict(parse_qsl(query, keep_blank_values=True))
    # what is meant otherwise than we know is taken for the wish that nothing be written
    is_read_only = said.get("mode", "rw") not in _WRITING_MODES or "immutable" in said
    return SqliteDriver(str(folder / unquote(path)), name, is_read_only=is_read_only)
