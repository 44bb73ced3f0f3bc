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
from watchpost.coolify.declared import DeclaredApps
from watchpost.coolify.rows import Unreadable
from watchpost.coolify.values import fingerprint
from watchpost.errors import NotFound, SettingsError, Unauthorized
from watchpost.permit import REMOVAL, find_permit
from watchpost.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from watchpost.coolify.client import App
    from watchpost.coolify.redeploys import Deployment
    from watchpost.coolify.rows import AppRef, Row
    from watchpost.coolify.writes import Effect, Write

TOKEN_VARIABLE = "COOLIFY_TOKEN"  # noqa: S105  # the name of a variable
DEFAULT_QUEUE_PATIENCE_SECONDS = 60.0
# An update follows its read within one engine run. Whatever is written goes over what a human may
# have done since, so that a look does not last long.
_LOOKS_LAST_SECONDS = 30.0
_OLDEST = (4, 0, 0, 469)
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-beta\.(\d+))?")
T = TypeVar("T")
K = TypeVar("K")


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


class Looks(Generic[K, T]):
    """
    What a read has just seen, kept for the update that may follow in the same process.

    Args:
        fetch: Looks.
        last_seconds: How long a look may be used for an update.
    """

    def __init__(self, fetch: Callable[[K], T], last_seconds: float = _LOOKS_LAST_SECONDS) -> None:
        self._fetch = fetch
        self._last_seconds = last_seconds
        self._seen: dict[K, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def observe(self, key: K) -> T:
        """Look now, and keep what is seen."""
        value = self._fetch(key)
        with self._lock:
            self._seen[key] = (time.monotonic(), value)
        return value

    def take(self, key: K) -> T:
        """Answer what was just seen, once; look otherwise."""
        with self._lock:
            seen = self._seen.pop(key, None)
        if seen and time.monotonic() - seen[0] < self._last_seconds:
            return seen[1]
        return self._fetch(key)


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

    Attributes:
        client: Its API.
        patience: What is left of the patience with full queues.
        declared: What this run declares.
        rows: Rows as just read, by app.
        newest_deployments: The newest deployment as just read, by application uuid.
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
        self.declared = DeclaredApps()
        self._version = Once(self.client.get_version)
        self._applications = Once(
            lambda: {one.uuid: one for one in self.client.list_applications()}
        )
        self._services = Once(lambda: {one.uuid: one for one in self.client.list_services()})
        self.rows: Looks[AppRef, tuple[Row, ...]] = Looks(self.client.list_rows)
        self.newest_deployments: Looks[str, Deployment | None] = Looks(
            self.client.find_newest_deployment
        )

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()

    def raise_if_unplanned(self, app: AppRef, writes: Iterable[Write]) -> None:
        """
        Refuse writes that the reviewed plan of this run does not hold; see `watchpost.permit`.

        Raises:
            Unplanned: Names the variables; nothing was sent.
        """
        permit = find_permit()
        if permit is not None:
            rows = [
                (
                    write.row.key,
                    write.row.is_preview,
                    REMOVAL
                    if write.verb == "delete" or isinstance(write.row.value, Unreadable)
                    else fingerprint(self.fingerprint_key, write.row.value),
                )
                for write in writes
            ]
            permit.raise_if_unplanned_rows(str(app), rows)

    def raise_if_unplanned_redeploy(self, app: AppRef, effect: Effect) -> None:
        """
        Refuse a redeploy that the reviewed plan of this run does not hold.

        Raises:
            Unplanned: It was not asked for; the next run sees that it is owed.
        """
        permit = find_permit()
        if permit is not None:
            permit.raise_if_unplanned_redeploy(str(app), effect.name.lower())

    def is_running(self, app: AppRef) -> bool:
        """Tell whether the app's containers run; an app that is not listed does not."""
        listed = self._listed(app)
        return listed is not None and listed.is_running

    def status_unless_stopped(self, app: AppRef) -> str:
        """Answer the status of an app that is there but may not run; empty for a stopped one."""
        listed = self._listed(app)
        return "" if listed is None or listed.is_stopped else listed.status or "unknown"

    def _listed(self, app: AppRef) -> App | None:
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
