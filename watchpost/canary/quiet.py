"""
Verifying without sending: is each key there and active, and when did it last accept an event?

Where the server counts nothing by key, the project's newest event stands in, and says so.

Does not: write, or call an old event a fault: a quiet app may be a healthy one.

Source: sentry-api.md 6 (statistics).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from watchpost.canary.outcome import Outcome, State
from watchpost.errors import ApiError
from watchpost.sentry import find_newest_event_time, find_outcomes, newest_accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchpost.canary.resolution import Resolved
    from watchpost.sentry import Key, SentryClient

DAYS = 30
_AT_ONCE = 8


def check_quietly(
    client: SentryClient, organization: str, resolved: Sequence[Resolved]
) -> tuple[Outcome, ...]:
    """Say of each target whether its key is active, and when it last accepted an event."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(lambda each: _check(client, organization, each), resolved))


def _check(client: SentryClient, organization: str, resolved: Resolved) -> Outcome:
    key = resolved.key
    if key is None:
        return Outcome(resolved, "no key", reason=resolved.problem)
    try:
        last, reason = _last_event(client, organization, key)
    except ApiError as error:
        return Outcome(resolved, "unchecked", reason=error.summary)
    if not key.is_active:
        said = f"the key is disabled; {reason}" if reason else "the key is disabled"
        return Outcome(resolved, "disabled", reason=said, last_event=last)
    state: State = "active" if resolved.target.is_used else "unused"
    return Outcome(resolved, state, reason=reason, last_event=last)


def _last_event(client: SentryClient, organization: str, key: Key) -> tuple[datetime | None, str]:
    """When the last event came, to the hour, and what there is to say about it."""
    project = str(key.project_id)
    since = datetime.now(UTC) - timedelta(days=DAYS)
    outcomes = find_outcomes(client, organization, project, key.id, since=since, resolution="1h")
    if outcomes is not None:
        last = newest_accepted(outcomes)
        return last, "" if last else f"no event by this key in {DAYS} days"
    newest = find_newest_event_time(client, organization, project)
    known = "of the project; by key unknown" if newest else "none in the project"
    return newest, f"{known}: this server keeps no statistics of keys"
