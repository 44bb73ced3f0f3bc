"""
What one process knows of one Coolify, asked for at most once.

Threads share it: a listing that several of them need is fetched by the first, and the others wait
for it. Rows seen by a read serve the update that follows in the same process.

Does not: decide or write. Nothing is kept beyond the process.

Source: design.md 5 (one GET per app and phase, at most three more per run).
"""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

from watchpost.coolify.client import CoolifyClient, is_app_gone
from watchpost.errors import NotFound, SettingsError, Unauthorized
from watchpost.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchpost.coolify.client import Application, Service
    from watchpost.coolify.rows import AppRef, Row

TOKEN_VARIABLE = "COOLIFY_TOKEN"  # noqa: S105  # the name of a variable
DEFAULT_QUEUE_PATIENCE_SECONDS = 60.0
# An update follows its read within one engine run; what is older was seen in another one.
_ROWS_LAST_SECONDS = 300.0
_OLDEST = (4, 0, 0, 469)
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-beta\.(\d+))?")
T = TypeVar("T")


class Once(Generic[T]):
    """A value fetched by the first who asks; a failed fetch is tried again by the next."""

    def __init__(self, fetch: Callable[[], T]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._values: list[T] = []

    def get(self) -> T:
        """The value; raises what the fetch raises."""
        with self._lock:
            if not self._values:
                self._values.append(self._fetch())
            return self._values[0]

    def forget(self) -> None:
        """Let the next who asks fetch it anew."""
        with self._lock:
            self._values.clear()


class QueuePatience:
    """How long this process may still wait for full deployment queues, all apps together."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._lock = threading.Lock()

    def left_seconds(self) -> float:
        """What is left of it."""
        with self._lock:
            return max(0.0, self._left)

    def spend(self, seconds: float) -> None:
        """Take time away that was spent on a deploy."""
        with self._lock:
            self._left -= seconds


class CoolifySession:
    """
    One Coolify as one process sees it.

    Args:
        url: Where it is; plain http only to loopback.
        token: Its API token.
        fingerprint_key: The stack's key for naming values.
        queue_patience_seconds: How long full deployment queues may be waited for, all together.
    """

    def __init__(
        self,
        url: str,
        token: str,
        fingerprint_key: bytes,
        queue_patience_seconds: float = DEFAULT_QUEUE_PATIENCE_SECONDS,
    ) -> None:
        self._transport = Transport("Coolify", url, token, token_variable=TOKEN_VARIABLE)
        self.client = CoolifyClient(self._transport)
        self.fingerprint_key = fingerprint_key
        self.patience = QueuePatience(queue_patience_seconds)
        self._version = Once(self.client.get_version)
        self._applications = Once(
            lambda: {one.uuid: one for one in self.client.list_applications()}
        )
        self._services = Once(lambda: {one.uuid: one for one in self.client.list_services()})
        self._rows: dict[AppRef, tuple[float, tuple[Row, ...]]] = {}
        self._rows_lock = threading.Lock()

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()

    def observe_rows(self, app: AppRef) -> tuple[Row, ...]:
        """Ask for the rows of one app, and keep them for the update that may follow."""
        rows = self.client.list_rows(app)
        with self._rows_lock:
            self._rows[app] = (time.monotonic(), rows)
        return rows

    def take_rows(self, app: AppRef) -> tuple[Row, ...]:
        """Answer the rows just observed, once; ask for them otherwise."""
        with self._rows_lock:
            seen_at, rows = self._rows.pop(app, (0.0, ()))
        if seen_at and time.monotonic() - seen_at < _ROWS_LAST_SECONDS:
            return rows
        return self.client.list_rows(app)

    def is_running(self, app: AppRef) -> bool:
        """Tell whether the app's containers run; an app that is not listed does not."""
        listed = self._listed(app)
        return listed is not None and listed.is_running

    def _listed(self, app: AppRef) -> Application | Service | None:
        if app.kind == "application":
            return self._applications.get().get(app.uuid)
        return self._services.get().get(app.uuid)

    def is_gone(self, error: NotFound, app: AppRef) -> bool:
        """
        Tell an app that was deleted from a token that sees none.

        Another team's apps answer 404 as well. So the team's list must be readable, must hold
        something, and must lack the app.

        Raises:
            Unauthorized: The list is empty: most likely the token is of another team.
        """
        if not is_app_gone(error, app):
            return False
        if self._listed(app) is not None:
            (self._applications if app.kind == "application" else self._services).forget()
        listed = self._applications.get() if app.kind == "application" else self._services.get()
        if listed or self._applications.get() or self._services.get():
            return app.uuid not in listed
        raise Unauthorized(
            str(app),
            "Coolify shows no application and no service at all to this token",
            detail="Most likely it belongs to another team; nothing is taken for deleted.",
            fix=f"check {TOKEN_VARIABLE}: it must be of the team that owns the apps",
        )

    def raise_if_too_old(self) -> None:
        """
        Refuse to write to a Coolify whose API is known to differ.

        Raises:
            SettingsError: It is older than v4.0.0-beta.469.
        """
        version = self._version.get()
        match = _VERSION.match(version)
        if match is None:
            return
        major, minor, patch, beta = (int(part) if part else 10_000 for part in match.groups())
        if (major, minor, patch, beta) < _OLDEST:
            raise SettingsError(
                "coolify:url",
                f"Coolify {version} is too old",
                detail="Before v4.0.0-beta.469 its API writes other fields and wipes values.",
                fix="update Coolify to v4.2.0 or later",
            )
