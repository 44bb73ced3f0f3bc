"""
Traffic: events that apps send, each with the DSN that its last finished deployment carried.

Does not: assert how they were answered; tests do.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from tests.sandboxes import send

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.sandboxes import RunningSandbox


class Traffic:
    """Sends events of each app with the DSN that its last finished deployment carried."""

    def __init__(self, sandbox: RunningSandbox, apps: Iterable[str]) -> None:
        self._sandbox = sandbox
        self._apps = tuple(apps)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.sent: Counter[tuple[str, str, int]] = Counter()
        self.rounds = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def wait_for_rounds(self, count: int = 2) -> None:
        """Return once each app has sent so many more events."""
        wanted, deadline = self.rounds + count, time.monotonic() + 60
        while self.rounds < wanted:
            assert self._thread.is_alive(), "the traffic ended early"
            assert time.monotonic() < deadline, "the traffic stands still"
            time.sleep(0.01)

    def statuses(self) -> set[int]:
        """Every status that an event was answered with."""
        return {status for _, _, status in self.sent}

    def keys_of(self, app: str) -> set[str]:
        """Public keys that the app has sent by."""
        return {key for name, key, _ in self.sent if name == app}

    def _run(self) -> None:
        while not self._stop.is_set():
            for app in self._apps:
                self._send(app)
            self.rounds += 1
            time.sleep(0.02)

    def _send(self, app: str) -> None:
        path = f"/coolify/applications/{app}/running-environment"
        dsn = urlsplit(self._sandbox.control("GET", path)["runtime"]["SENTRY_DSN"])
        url = f"{self._sandbox.sentry_url}/api{dsn.path}/store/?sentry_key={dsn.username}"
        status = send("POST", url, body={"message": f"hello from {app}"}).status
        self.sent[app, str(dsn.username), status] += 1
