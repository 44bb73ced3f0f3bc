"""
Which client keys accepted an event lately, from Sentry's statistics.

Only active keys of projects that ever had an event are asked about: one request each, at most
twenty in a second, which is what Sentry allows for them.

Does not: judge. Source: reference/sentry-api.md 6 (statistics).
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from watchpost.adoption.inventory import Unchecked
from watchpost.errors import ApiError
from watchpost.sentry.events import find_outcomes, newest_accepted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from watchpost.adoption.inventory import Inventory
    from watchpost.sentry import Key, SentryClient

_PER_SECOND = 20
_AT_ONCE = 4


@dataclass(frozen=True)
class Activity:
    """
    What is known of the keys that were asked about, by id.

    Attributes:
        quiet: Those that accepted no event.
        unknown: Those of which the server keeps no statistics.
        unchecked: What could not be asked.
    """

    quiet: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    unchecked: tuple[Unchecked, ...] = field(default=())


def keys_to_ask(inventory: Inventory, left_out: Collection[str]) -> Iterator[Key]:
    """Yield the keys whose statistics are needed; *left_out* are ids of keys on their way out."""
    for key in inventory.keys:
        project = inventory.project_by_id.get(str(key.project_id))
        if key.is_active and project and project.has_events and key.id not in left_out:
            yield key


def observe_activity(
    sentry: SentryClient, inventory: Inventory, days: int, left_out: Collection[str] = ()
) -> Activity:
    """Ask about each key that needs it; a failure is told, and the others are asked."""
    since = datetime.now(UTC) - timedelta(days=days)
    pace = Pace(_PER_SECOND)

    def look(key: Key) -> bool | ApiError | None:
        pace.wait()
        try:
            outcomes = find_outcomes(
                sentry,
                inventory.organization,
                str(key.project_id),
                key.id,
                since=since,
                resolution="1d",
            )
        except ApiError as error:
            return error
        return None if outcomes is None else newest_accepted(outcomes) is not None

    keys = list(keys_to_ask(inventory, left_out))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip((key.id for key in keys), pool.map(look, keys), strict=True))
    failed = [answer for answer in answers.values() if isinstance(answer, ApiError)]
    return Activity(
        frozenset(key for key, answer in answers.items() if answer is False),
        frozenset(key for key, answer in answers.items() if answer is None),
        (Unchecked(f"statistics of {len(failed)} keys", str(failed[0].summary)),) if failed else (),
    )


class Pace:
    """
    Lets callers through at a steady pace. Thread-safe.

    Args:
        per_second: How many in a second.
    """

    def __init__(self, per_second: float) -> None:
        self._between_seconds = 1 / per_second
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when it is this caller's turn."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._between_seconds
        time.sleep(turn - now)
