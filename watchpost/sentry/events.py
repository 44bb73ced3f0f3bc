"""
What Sentry tells of events: one by its id, a project's newest, and how many came by a key.

Does not: read what an event says, beyond its tags; anybody with a DSN can write that.

Source: sentry-api.md 6 (statistics) and 11; getsentry/sentry, project_key_stats.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from watchpost.errors import Invalid, NotFound
from watchpost.sentry.payloads import moment_or_none
from watchpost.transport import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watchpost.sentry.client import SentryClient

# A poll is asked again by the next poll.
_POLL = RetryPolicy(attempts=2, deadline_seconds=15.0, read_seconds=10.0)


@dataclass(frozen=True)
class Outcomes:
    """
    How many events came by one key in one interval.

    Attributes:
        start: When the interval begins.
        accepted: Taken and kept.
        filtered: Taken and put aside by an inbound filter.
        dropped: Refused by a rate limit or a quota.
    """

    start: datetime
    accepted: int
    filtered: int
    dropped: int


def find_event_tags(
    client: SentryClient, organization: str, project: str, event_id: str
) -> Mapping[str, str] | None:
    """Tags of one event by name; None where Sentry does not show the event, or not yet."""
    path = _project_path(organization, project, "events", event_id)
    try:
        event = client.transport.request("GET", path, retry=_POLL).as_object()
    except NotFound:
        return None
    pairs = [pair for pair in event.get("tags") or () if isinstance(pair, dict)]
    return {str(pair.get("key")): str(pair.get("value")) for pair in pairs}


def find_newest_event_time(
    client: SentryClient, organization: str, project: str, retry: RetryPolicy | None = None
) -> datetime | None:
    """When the project's newest event happened; None where it has none that is kept."""
    path = _project_path(organization, project, "events")
    listed = client.transport.request("GET", path, params={"per_page": 1}, retry=retry).as_list()
    return moment_or_none(listed[0].get("dateCreated")) if listed else None


def find_outcomes(
    client: SentryClient,
    organization: str,
    project: str,
    key: str,
    *,
    since: datetime,
    resolution: str,
) -> tuple[Outcomes, ...] | None:
    """
    What became of the events of one key since *since*, oldest interval first.

    Args:
        client: The server.
        organization: Its slug.
        project: Id or slug.
        key: The key's id.
        since: With a zone.
        resolution: Length of an interval: `10s`, `1h` or `1d`.

    Returns:
        None where the server keeps no such statistics, as one without an event store.
    """
    path = _project_path(organization, project, "keys", key, "stats")
    until = datetime.now(UTC)
    params: dict[str, str | int | list[str]] = {
        "since": int(since.timestamp()),
        "until": int(until.timestamp()) + 1,
        "resolution": resolution,
    }
    try:
        buckets = client.transport.request("GET", path, params=params).as_list()
    except (Invalid, NotFound):
        return None
    return tuple(sorted(map(_outcomes, buckets), key=lambda each: each.start))


def newest_accepted(outcomes: tuple[Outcomes, ...]) -> datetime | None:
    """When the newest interval began in which an event was accepted; None where none was."""
    return next((each.start for each in reversed(outcomes) if each.accepted > 0), None)


def _outcomes(bucket: Mapping[str, Any]) -> Outcomes:
    def count(name: str) -> int:
        return int(bucket.get(name) or 0)

    start = datetime.fromtimestamp(float(bucket.get("ts") or 0), UTC)
    return Outcomes(start, count("accepted"), count("filtered"), count("dropped"))


def _project_path(organization: str, project: str, *segments: str) -> str:
    parts = ("projects", organization, project, *segments)
    return "/".join(["/api/0", *(quote(part, safe="") for part in parts), ""])
