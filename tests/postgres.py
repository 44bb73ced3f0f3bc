"""
A PostgreSQL 15 of the tests' own: made in a temporary folder, on a free port of the loopback, with
passwords, without waiting for the disk.

    skipped where PostgreSQL is missing; a failure where the environment variable CI is set

Does not: install anything: script/postgres does. Nothing of ours is imported.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER, PASSWORD = "owner-of-the-tests", "pass'word/with:signs-8d1c"
READER, READER_PASSWORD = "reader-of-the-tests", "another-password-77e2"
APPLICATION = "watchpost"
START_SECONDS = 30.0
_DEBIAN = Path("/usr/lib/postgresql/15/bin")
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "autovacuum": "off",
    "log_statement": "all",
    "log_line_prefix": "%a|",
}


class RunningPostgres:
    """
    A server with the database `postgres`, its owner, and a role that may only read.

    Attributes:
        port: On the loopback.
    """

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.port = _find_port()
        self._binaries = binaries
        self._folder = folder
        self._user = _user()
        self._process: subprocess.Popen[bytes] | None = None

    def initialise(self) -> None:
        """Make the server's files."""
        secret = self._folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        if self._user is not None:
            for path in (self._folder, secret):
                shutil.chown(path, self._user, self._user)
        command = [str(self._binaries / "initdb"), "--pgdata", str(self._data), "--locale=C"]
        options = ["--pwfile", str(secret), "--auth=scram-sha-256", "--no-sync", "--encoding=UTF8"]
        made = subprocess.run(
            [*command, *options, "--username", OWNER],
            capture_output=True,
            text=True,
            check=False,
            user=self._user,
            cwd=self._folder,
        )
        assert made.returncode == 0, made.stderr

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = {**_SETTINGS, "port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data, *options],
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self._folder,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, "PostgreSQL does not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it at once: whoever is connected is cut off."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(START_SECONDS)

    def reset(self) -> None:
        """Put it back to how it began: running, and empty but for the two roles."""
        if self._process is None or self._process.poll() is not None:
            self.start()
        self.execute("DROP SCHEMA IF EXISTS public, platform CASCADE")
        self.execute("CREATE SCHEMA public")
        self.execute(f'GRANT USAGE ON SCHEMA public TO "{READER}"')

    def url(
        self,
        user: str = OWNER,
        password: str = PASSWORD,
        database: str = "postgres",
        **parameters: str,
    ) -> str:
        """The URL that a platform would have."""
        credentials = f"{quote(user, safe='')}:{quote(password, safe='')}"
        query = f"?{urlencode(parameters)}" if parameters else ""
        return f"postgresql://{credentials}@127.0.0.1:{self.port}/{database}{query}"

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Connect as the owner, as the platform itself would."""
        return psycopg.connect(self.url(), autocommit=True, application_name="platform")

    def execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Execute one statement as the platform; answers its rows."""
        with self.connect() as connection:
            done = connection.execute(statement.encode(), values or None)
            return done.fetchall() if done.description else []

    def cut_off(self) -> None:
        """Terminate every connection of ours, as an administrator would."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
            APPLICATION,
        )

    def count_log_lines(self) -> int:
        """How long the log is by now."""
        return len(self._lines())

    def statements(self, since: int = 0) -> list[str]:
        """What Watchpost has sent since the log had *since* lines, one text each."""
        found = [line for line in self._lines()[since:] if line.startswith(f"{APPLICATION}|")]
        statements = (line.partition("  ") for line in found)
        return [text.strip() for head, _, text in statements if "LOG:" in head]

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def _lines(self) -> list[str]:
        return self._log.read_text(encoding="utf-8", errors="replace").splitlines()

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), self.connect():
            return True
        return False


@contextlib.contextmanager
def start_postgres() -> Iterator[RunningPostgres]:
    """Start a server of its own; skips the test where PostgreSQL 15 is missing."""
    binaries = _find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="watchpost-postgres-"))
    running = RunningPostgres(binaries, folder)
    try:
        running.initialise()
        running.start()
        running.execute(f"CREATE ROLE \"{READER}\" LOGIN PASSWORD '{READER_PASSWORD}'")
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _find_binaries() -> Path:
    on_path = shutil.which("initdb")
    for folder in (_DEBIAN, *([Path(on_path).parent] if on_path else [])):
        if (folder / "initdb").exists() and " 15." in _version(folder):
            return folder
    reason = "PostgreSQL 15 is missing: script/postgres installs it"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _version(folder: Path) -> str:
    asked = [str(folder / "initdb"), "--version"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout


def _user() -> str | None:
    """PostgreSQL refuses to run as root; its package brings a user along."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


def _find_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
