"""
The figures of issues: how many events and users, first and last, over a period or of all time.

Does not: choose the period; the endpoint that was asked does.

Source: getsentry/sentry, src/sentry/api/serializers/models/group.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.sentry.call import Row, render_time_ms
from sandbox.store import Store


@dataclass(frozen=True)
class Period:
    """
    From *since_ms* on and before *until_ms*, in the named *environments*; absent parts are open.

    A period with nothing set is all time.
    """

    since_ms: int | None = None
    until_ms: int | None = None
    environments: tuple[str, ...] = ()


ALL_TIME = Period()


@dataclass(frozen=True)
class Figures:
    """Of one issue over one period; the times are None where it had no event."""

    count: int = 0
    users: int = 0
    first_seen_ms: int | None = None
    last_seen_ms: int | None = None

    def render(self) -> Row:
        """As an issue shows them: the count is text, the times are ISO 8601 or null."""
        first, last = self.first_seen_ms, self.last_seen_ms
        return {
            "count": str(self.count),
            "userCount": self.users,
            "firstSeen": None if first is None else render_time_ms(first),
            "lastSeen": None if last is None else render_time_ms(last),
        }


def figures_of(
    store: Store, issues: Sequence[Row], period: Period = ALL_TIME
) -> dict[int, Figures]:
    """The figures of issues' rows, keyed by issue id; every one of them has an entry."""
    counted = _counted(store, [issue["id"] for issue in issues], period)
    found = {issue["id"]: counted.get(issue["id"], Figures()) for issue in issues}
    if period != ALL_TIME:
        return found
    # Of all time the issue itself says when: its events may be gone, or moved by a test.
    return {issue["id"]: _of_all_time(issue, found[issue["id"]]) for issue in issues}


def _of_all_time(issue: Row, counted: Figures) -> Figures:
    return Figures(counted.count, counted.users, issue["first_seen_ms"], issue["last_seen_ms"])


def _counted(store: Store, ids: Sequence[int], period: Period) -> dict[int, Figures]:
    where, parameters = events_in(ids, period)
    rows = store.rows(
        "SELECT issue_id, COUNT(*) AS count, COUNT(DISTINCT user_key) AS users,"  # noqa: S608
        " MIN(occurred_ms) AS first, MAX(occurred_ms) AS last"
        f" FROM sentry_events WHERE {where} GROUP BY issue_id",
        *parameters,
    )
    return {
        row["issue_id"]: Figures(row["count"], row["users"], row["first"], row["last"])
        for row in rows
    }


def events_in(ids: Sequence[int], period: Period) -> tuple[str, list[object]]:
    """The condition for the events of these issues in a period, and its parameters."""
    conditions = [f"issue_id IN ({','.join('?' * len(ids))})"]
    parameters: list[object] = [*ids]
    if period.since_ms is not None:
        conditions.append("occurred_ms >= ?")
        parameters.append(period.since_ms)
    if period.until_ms is not None:
        conditions.append("occurred_ms < ?")
        parameters.append(period.until_ms)
    if period.environments:
        conditions.append(f"environment IN ({','.join('?' * len(period.environments))})")
        parameters += period.environments
    return " AND ".join(conditions), parameters
