"""Servers that stop answering without a word: nobody waits for ever, nor once for each record."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from tests.clients.records.examples import SHOP, Watcher, checked, keep, record
from tests.clients.records.platforms import REFERENCE, PostgresPlatform, add_row, rows
from watchpost.errors import ApiUnavailable, UnclearWrite
from watchpost.records import Database, keep_record, open_database
from watchpost.records.postgres import PostgresDriver

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 0.4


class Relay:
    """A network between us and a server, which may forget the connections that it carries."""

    def __init__(self, listening: socket.socket, port: int) -> None:
        self.port: int = listening.getsockname()[1]
        self._forgotten: set[socket.socket] = set()
        self._listening = listening
        self._server_port = port
        self._open: list[socket.socket] = []

    def run(self) -> None:
        """Carry connections until the listening socket is closed."""
        with suppress(OSError):
            while True:
                ours, _ = self._listening.accept()
                theirs = socket.create_connection(("127.0.0.1", self._server_port))
                self._open += [ours, theirs]
                for pair in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def forget(self) -> None:
        """Let nothing more through any connection that is open; new ones are carried."""
        self._forgotten.update(self._open)

    def close(self) -> None:
        """Close what is open."""
        for each in (self._listening, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if source not in self._forgotten:
                    target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay_to(port: int) -> Iterator[Relay]:
    """Put a relay before the server of that port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        relay = Relay(listening, port)
        thread = threading.Thread(target=relay.run, daemon=True)
        thread.start()
        yield relay
        relay.close()
        thread.join()


@pytest.fixture
def relay(on_postgres: PostgresPlatform) -> Iterator[Relay]:
    """A relay before the platform's server, which has the shop's row."""
    add_row(on_postgres)
    with relay_to(on_postgres.server.port) as found:
        yield found


def connect(platform: PostgresPlatform, relay: Relay) -> Database:
    """The platform's database through the relay, with little patience."""
    url = platform.url().replace(f":{platform.server.port}/", f":{relay.port}/")
    return Database(PostgresDriver(url, REFERENCE, silent_seconds=PATIENCE))


def test_a_connection_that_the_network_forgot_is_opened_anew(
    on_postgres: PostgresPlatform, relay: Relay
) -> None:
    """One over which nothing comes any more is given up before a transaction begins."""
    database = connect(on_postgres, relay)
    assert database.read(SHOP, ("note",)) == ({"note": None},)
    relay.forget()
    assert keep(database).columns == ("sentry_dsn", "sentry_project_slug")
    database.close()


def test_a_server_that_goes_silent_in_the_middle_is_cut_off(
    on_postgres: PostgresPlatform, relay: Relay
) -> None:
    """Silent between look and write, it is given up, and nothing was written; the next run does."""
    database = connect(on_postgres, relay)
    with pytest.raises(ApiUnavailable, match="Nothing was written") as caught:
        keep_record(database, record(), lambda *_: relay.forget())
    checked(on_postgres, caught.value)
    assert not isinstance(caught.value, UnclearWrite)
    assert rows(on_postgres, "sentry_dsn") == [(None,)]
    assert keep(database).columns == ("sentry_dsn", "sentry_project_slug")
    database.close()


def test_a_server_that_never_answers_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many records the first waits for it; the others are told at once, without asking."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        url = f"postgresql://user:secret-4e1b@{address}/x?connect_timeout=2"
        monkeypatch.setenv("DATABASE_URL", url)
        for _ in range(3):
            with pytest.raises(ApiUnavailable, match="the database does not answer") as caught:
                keep_record(open_database(REFERENCE), record(), Watcher())
            assert "secret-4e1b" not in str(caught.value)
        listening.settimeout(0)
        listening.accept()[0].close()
        with pytest.raises(BlockingIOError):
            listening.accept()
