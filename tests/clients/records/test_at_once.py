"""Others who interfere: servers that stop, locks, other processes. Nothing is ever half written."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.clients.records.examples import (
    checked,
    keep,
    record,
    refusal,
)
from tests.clients.records.platforms import (
    REFERENCE,
    Platform,
    PostgresPlatform,
    SqlitePlatform,
    add_row,
    rows,
)
from watchpost.errors import (
    ApiUnavailable,
    UnclearWrite,
    WatchpostError,
)
from watchpost.records import Database, RowKey, keep_record, open_database
from watchpost.records.postgres import PostgresDriver
from watchpost.records.sqlite import SqliteDriver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from watchpost.records import Verb

# What a process of its own does: keep the shop's record with the DSN that it is given.
WRITER = """
import sys
from watchpost.records import DesiredRecord, RowKey, keep_record, open_database
values = {"sentry_dsn": sys.argv[1], "note": sys.argv[1]}
key = RowKey("projects", "slug", "acme/shop")
wanted = DesiredRecord(key, values, insert=sys.argv[2] == "insert")
print("ready", flush=True)
print(keep_record(open_database("env:DATABASE_URL"), wanted, lambda *_: None).verb)
"""


@contextmanager
def hold(platform: Platform) -> Iterator[None]:
    """Keep everybody from writing to the table."""
    if isinstance(platform, PostgresPlatform):
        with platform.server.connect() as holder, holder.transaction():
            holder.execute("LOCK TABLE projects IN EXCLUSIVE MODE")
            yield
    else:
        assert isinstance(platform, SqlitePlatform)
        with closing(platform.connect()) as holding:
            holding.execute("BEGIN IMMEDIATE")
            yield
            holding.execute("ROLLBACK")


def failing_guard(break_it: Callable[[], object]) -> Callable[[Verb, tuple[str, ...]], None]:
    """A guard that permits the write, and breaks something right before it."""
    return lambda _verb, _columns: (break_it(), None)[1]


def test_a_server_that_is_away_is_told(on_postgres: PostgresPlatform, database: Database) -> None:
    """A server that is away before the first question is told, and found again later."""
    on_postgres.server.stop()
    said = refusal(on_postgres, database, kind=ApiUnavailable)
    assert "the database does not answer" in said
    on_postgres.server.start()
    add_row(on_postgres)
    assert keep(database).columns == ("sentry_dsn", "sentry_project_slug")


def test_a_server_that_stops_in_the_middle_leaves_nothing_behind(
    on_postgres: PostgresPlatform, database: Database
) -> None:
    """Stopped between read and write, nothing is written; once it is back the next run writes."""
    add_row(on_postgres)
    with pytest.raises(ApiUnavailable, match="Nothing was written") as caught:
        keep_record(database, record(), failing_guard(on_postgres.server.stop))
    checked(on_postgres, caught.value)
    assert not isinstance(caught.value, UnclearWrite)
    on_postgres.server.start()
    assert rows(on_postgres, "sentry_dsn") == [(None,)]
    assert keep(database).columns == ("sentry_dsn", "sentry_project_slug")


def test_a_connection_that_is_cut_in_the_middle_leaves_nothing_behind(
    on_postgres: PostgresPlatform, database: Database
) -> None:
    """An administrator who ends our connection between read and write undoes the transaction."""
    add_row(on_postgres)
    with pytest.raises(ApiUnavailable) as caught:
        keep_record(database, record(), failing_guard(on_postgres.server.cut_off))
    checked(on_postgres, caught.value)
    assert rows(on_postgres, "sentry_dsn") == [(None,)]
    assert keep(database).columns


def test_a_connection_that_was_cut_meanwhile_is_opened_anew(
    on_postgres: PostgresPlatform, database: Database
) -> None:
    """A connection that was ended between two records is no fault of the second."""
    add_row(on_postgres)
    keep(database)
    on_postgres.server.cut_off()
    assert keep(database).columns == ()


def test_a_commit_without_an_answer_is_unclear(
    on_postgres: PostgresPlatform, database: Database
) -> None:
    """Cut off while the write is being kept, the error says that it may have been kept."""
    on_postgres.execute(
        "CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END$$"
    )
    on_postgres.execute(
        "CREATE CONSTRAINT TRIGGER leaving AFTER UPDATE ON projects"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION leave()"
    )
    add_row(on_postgres)
    said = refusal(on_postgres, database, kind=UnclearWrite)
    assert "It may or may not have been kept" in said


def test_somebody_who_holds_the_row_is_waited_for_and_not_for_ever(
    platform: Platform, database: Database
) -> None:
    """A row that is held for longer than we wait is told, and nothing is written."""
    add_row(platform)
    assert keep(database).columns
    driver = (
        SqliteDriver(str(platform.path), REFERENCE, lock_seconds=0.2)
        if isinstance(platform, SqlitePlatform)
        else PostgresDriver(platform.url(), REFERENCE, lock_seconds=0.2)
    )
    impatient = Database(driver)
    with hold(platform):
        said = refusal(platform, impatient, record({"note": "x"}), kind=ApiUnavailable)
    impatient.close()
    assert "made us wait for too long" in said
    assert rows(platform, "note") == [(None,)]


def start_writer(platform: Platform, text: str, mode: str) -> subprocess.Popen[str]:
    """Start a process that keeps the shop's record."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, text, mode],
        env={**os.environ, "DATABASE_URL": platform.url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_line(process: subprocess.Popen[str]) -> str:
    """The next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("mode", ["update", "insert"])
def test_processes_that_write_at_once_take_turns(platform: Platform, mode: str) -> None:
    """Two processes that write one row at once both end well, with one row that is whole."""
    if mode == "update":
        add_row(platform)
    with hold(platform):
        writers = [start_writer(platform, f"value of {name}", mode) for name in ("a", "b", "c")]
        assert [read_line(writer) for writer in writers] == ["ready"] * 3
        time.sleep(0.2)
    said = [writer.communicate(timeout=60) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], said
    verbs = sorted(output.strip() for output, _ in said)
    assert verbs == (["insert", "update", "update"] if mode == "insert" else ["update"] * 3)
    ((dsn, note),) = rows(platform, "sentry_dsn", "note")
    assert dsn == note
    assert dsn in {"value of a", "value of b", "value of c"}


def test_a_second_row_that_appears_meanwhile_is_noticed(
    on_postgres: PostgresPlatform, database: Database
) -> None:
    """A row of the same key that is added between look and write undoes the write of both."""
    add_row(on_postgres)
    break_it = failing_guard(lambda: add_row(on_postgres, note="second"))
    with pytest.raises(WatchpostError, match="more than one row has this key"):
        keep_record(database, record(), break_it)
    assert {dsn for (dsn,) in rows(on_postgres, "sentry_dsn")} == {None}


def test_a_servers_own_isolation_does_not_matter(
    on_postgres: PostgresPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where transactions see the past by default, what others add meanwhile is still noticed."""
    options = "?options=-c%20default_transaction_isolation%3Drepeatable%5C%20read"
    monkeypatch.setenv("DATABASE_URL", on_postgres.url() + options)
    database = open_database(REFERENCE)
    add_row(on_postgres)
    break_it = failing_guard(lambda: add_row(on_postgres, note="second"))
    with pytest.raises(WatchpostError, match="more than one row has this key"):
        keep_record(database, record(), break_it)
    wanted = record(key=RowKey("projects", "slug", "acme/new"), insert=True)
    with pytest.raises(WatchpostError, match="more than one row has this key"):
        keep_record(database, wanted, failing_guard(lambda: add_row(on_postgres, "acme/new")))
    assert {dsn for (dsn,) in rows(on_postgres, "sentry_dsn")} == {None}


def test_few_statements_for_each_record(on_postgres: PostgresPlatform, database: Database) -> None:
    """A record that is as declared takes three statements, one that is written eight."""
    server = on_postgres.server
    for name in ("a", "b", "c"):
        add_row(on_postgres, name)
    database.describe("projects")
    counts = []
    for _ in range(2):
        for name in ("a", "b", "c"):
            before = server.count_log_lines()
            keep(database, record(key=RowKey("projects", "slug", name)))
            counts.append(len(server.statements(before)))
    assert counts == [8, 8, 8, 3, 3, 3]
    connected = on_postgres.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'watchpost'"
    )
    assert connected == [(1,)]


def test_nothing_waits_for_the_next_transaction(
    on_postgres: PostgresPlatform, database: Database
) -> None:
    """After each record the connection is idle, and its settings are the server's own again."""
    add_row(on_postgres)
    keep(database)
    refusal(on_postgres, database, record({"seats": "many"}))
    ((state,),) = on_postgres.execute(
        "SELECT state FROM pg_stat_activity WHERE application_name = 'watchpost'"
    )
    assert state == "idle"


def test_threads_share_one_connection(on_postgres: PostgresPlatform, database: Database) -> None:
    """Records kept by several threads at once are all kept, over one connection."""
    names = [f"acme/{index}" for index in range(12)]
    for name in names:
        add_row(on_postgres, name)
    wanted = [record({"note": name}, key=RowKey("projects", "slug", name)) for name in names]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: keep(database, each), wanted))
    assert rows(on_postgres, "slug", "note") == sorted((name, name) for name in names)
