"""Databases that cannot be reached, entered or written: one clear error each, nothing secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.records.examples import (
    SHOP,
    keep,
    refusal,
)
from tests.clients.records.platforms import (
    DSN,
    REFERENCE,
    TABLE,
    Platform,
    PostgresPlatform,
    SqlitePlatform,
    add_row,
)
from tests.postgres import READER, READER_PASSWORD
from watchpost.errors import (
    ApiUnavailable,
    Forbidden,
    NotFound,
    SettingsError,
    Unauthorized,
    UnexpectedResponse,
    WatchpostError,
)
from watchpost.records import open_database

if TYPE_CHECKING:
    from pathlib import Path


def test_a_wrong_password_is_told(
    on_postgres: PostgresPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password, a missing one and an unknown user are told without repeating any."""
    for url in (
        on_postgres.server.url(password="wrong-password-5a5a"),
        on_postgres.server.url(user="somebody-else", password="wrong-password-5a5a"),
        on_postgres.server.url(password=""),
    ):
        monkeypatch.setenv("DATABASE_URL", url)
        said = refusal(on_postgres, open_database(REFERENCE), kind=Unauthorized)
        assert said.startswith("env:DATABASE_URL: the database does not accept the user or pass")
        assert "wrong-password" not in said
        assert "somebody-else" not in said


def test_a_server_that_takes_no_more_connections_is_told(
    on_postgres: PostgresPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role that has as many connections as it may is not said to have a wrong password."""
    monkeypatch.setenv("DATABASE_URL", on_postgres.server.url(READER, READER_PASSWORD))
    on_postgres.execute(f'ALTER ROLE "{READER}" CONNECTION LIMIT 0')
    try:
        said = refusal(on_postgres, open_database(REFERENCE), kind=ApiUnavailable)
    finally:
        on_postgres.execute(f'ALTER ROLE "{READER}" CONNECTION LIMIT -1')
    assert "takes no more connections from this role" in said
    assert READER not in said


def test_an_unknown_database_is_told(
    on_postgres: PostgresPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that the server does not have is told without its name."""
    monkeypatch.setenv("DATABASE_URL", on_postgres.server.url(database="elsewhere-9c"))
    said = refusal(on_postgres, open_database(REFERENCE), kind=NotFound)
    assert "no database of the URL's name" in said
    assert "elsewhere-9c" not in said


def test_a_connection_without_encryption_is_told(
    on_postgres: PostgresPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sslmode of the URL is obeyed: a server that does not encrypt is not spoken to."""
    monkeypatch.setenv("DATABASE_URL", on_postgres.server.url(sslmode="require"))
    said = refusal(on_postgres, open_database(REFERENCE), kind=ApiUnavailable)
    assert "do not agree on encryption" in said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://127.0.0.1:not-a-port-71/x",
        "postgresql://host/database?unknown-option-71=1",
        "postgresql://user:pass-71@db..host-71/x",
        "postgresql://user:pass-71@\udcff.host-71/x",
        "mysql://root:pass-71@host/db",
        "host=127.0.0.1 password=pass-71",
        "sqlite://",
        "sqlite:///",
        "/var/lib/platform-71.db",
    ],
)
def test_what_is_no_url_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not the URL of a database is refused, and none of it is repeated."""
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(WatchpostError) as caught:
        open_database(REFERENCE).read(SHOP, ("note",))
    assert caught.value.path == REFERENCE
    assert "71" not in str(caught.value)


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable the message names it."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(SettingsError, match="env:DATABASE_URL: the environment variable with"):
        open_database(REFERENCE)


def test_drivers_names_in_a_url_are_understood(
    on_postgres: PostgresPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The URL that a platform has for its own driver serves, with a line's end behind it too."""
    add_row(on_postgres)
    for scheme in ("postgres", "postgresql+asyncpg"):
        url = on_postgres.url().replace("postgresql", scheme, 1) + "\n"
        monkeypatch.setenv("DATABASE_URL", url)
        assert open_database(REFERENCE).read(SHOP, ("note",)) == ({"note": None},)


def test_a_role_that_may_only_read_is_told(
    on_postgres: PostgresPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role without UPDATE reads records that are as declared, and is refused at a write."""
    add_row(on_postgres)
    on_postgres.execute(f'GRANT SELECT ON projects TO "{READER}"')
    url = on_postgres.server.url(READER, READER_PASSWORD)
    monkeypatch.setenv("DATABASE_URL", url)
    said = refusal(on_postgres, open_database(REFERENCE), kind=Forbidden)
    assert "does not permit this to the role" in said
    assert READER not in said
    on_postgres.execute(
        "UPDATE projects SET sentry_dsn = ?, sentry_project_slug = 'acme-shop'", DSN
    )
    assert keep(open_database(REFERENCE)).columns == ()


def test_a_role_that_may_not_even_read_is_told(
    on_postgres: PostgresPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role without SELECT is refused when the record is read."""
    monkeypatch.setenv("DATABASE_URL", on_postgres.server.url(READER, READER_PASSWORD))
    with pytest.raises(Forbidden):
        open_database(REFERENCE).read(SHOP, ("note",))


def test_a_database_that_takes_no_writes_is_told(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is read-only for everybody is told as such, and still read."""
    if isinstance(platform, PostgresPlatform):
        platform.execute(f'ALTER ROLE "{READER}" SET default_transaction_read_only = on')
        platform.execute(f'GRANT ALL ON projects TO "{READER}"')
        url = platform.server.url(READER, READER_PASSWORD)
    else:
        url = f"{platform.url()}?mode=ro"
    monkeypatch.setenv("DATABASE_URL", url)
    add_row(platform)
    try:
        said = refusal(platform, open_database(REFERENCE), kind=Forbidden)
    finally:
        if isinstance(platform, PostgresPlatform):
            platform.execute(f'ALTER ROLE "{READER}" RESET ALL')
    assert "the database takes no writes" in said
    assert open_database(REFERENCE).read(SHOP, ("note",)) == ({"note": None},)


def test_a_file_that_is_missing_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's file is never made: one that is not there is told without its path."""
    path = tmp_path / "missing-5b.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    with pytest.raises(NotFound, match="no such database file") as caught:
        open_database(REFERENCE).read(SHOP, ("note",))
    assert "missing-5b" not in str(caught.value)
    assert not path.exists()


@pytest.mark.parametrize("query", ["mode=ro", "mode=RO", "mode=readonly", "immutable=1", "mode="])
def test_whoever_asks_for_no_writes_gets_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    """However it is written in the URL of a file: what we do not know is taken for that wish."""
    platform = SqlitePlatform(tmp_path)
    platform.execute(TABLE)
    add_row(platform)
    monkeypatch.setenv("DATABASE_URL", f"{platform.url()}?timeout=5&{query}")
    assert "takes no writes" in refusal(platform, open_database(REFERENCE), kind=Forbidden)
    monkeypatch.setenv("DATABASE_URL", f"{platform.url()}?timeout=5&mode=rwc")
    assert keep(open_database(REFERENCE)).columns


def test_a_path_that_is_no_text_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file's name is bytes: one in an old encoding is found, and one that is missing is told."""
    platform = SqlitePlatform(tmp_path)
    platform.execute(TABLE)
    add_row(platform)
    path = platform.path.rename(tmp_path / "caf\udce9.db")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    assert open_database(REFERENCE).read(SHOP, ("note",)) == ({"note": None},)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}-missing")
    with pytest.raises(NotFound):
        open_database(REFERENCE).read(SHOP, ("note",))


def test_a_file_that_is_no_database_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another kind of file is refused and stays as it is."""
    path = tmp_path / "other.db"
    path.write_text("not a database, but long enough to be read as one" * 50)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    with pytest.raises(UnexpectedResponse, match="no SQLite database"):
        open_database(REFERENCE).read(SHOP, ("note",))
