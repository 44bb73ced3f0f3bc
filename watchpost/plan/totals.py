"""
What a plan costs: requests, and the seconds they take under the services' limits.

Writes are exact. Reads are what the providers need to look at everything once more; they grow by
one for each answer that calls for another look. The database of records is counted in statements,
and only where there are records.

Does not: measure. Source: docs/performance.md; reference/sentry-api.md 4.1; coolify-api.md 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.engine import type_of
from watchpost.plan.model import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchpost.engine import Preview
    from watchpost.plan.model import AppChange, Change, Plan, Service

PAGE = 100
SENTRY_PER_SECOND = 40
COOLIFY_PER_MINUTE = 200
_SETTINGS = ("digestsMinDelay", "digestsMaxDelay", "resolveAge")
_DYNAMIC = {"coolifyenvironment": "app", "platformrecord": "record"}


@dataclass(frozen=True, slots=True)
class Cost:
    """
    Requests to one service, and the seconds that its limit makes them take at least; of the
    database, which has no limit, statements.
    """

    service: Service
    reads: int
    writes: int
    seconds: int

    @property
    def calls(self) -> int:
        """All requests."""
        return self.reads + self.writes


def count_reads(preview: Preview, changes: Iterable[Change]) -> dict[Service, int]:
    """Count the requests that an apply needs for looking, by service that is needed at all."""
    counts = {"project": 0, "key": 0, "team": 0, "app": 0, "settings": 0, "record": 0}
    for urn, looked in preview.refreshed.items():
        word = type_of(urn).rpartition(":")[2].removeprefix("Sentry").lower()
        word = _DYNAMIC.get(word, word)
        if word in counts:
            counts[word] += 1
        if word == "project" and any(looked.recorded.inputs.get(each) for each in _SETTINGS):
            counts["settings"] += 1
    sentry = sum(math.ceil(counts[each] / PAGE) for each in ("project", "key", "team"))
    sentry += counts["settings"]
    coolify, database = counts["app"], counts["record"]
    for change in changes:
        if change.app is not None:
            coolify += _reads_of_app(change.action, change.app)
        elif change.record is not None:
            database += 1
        elif change.kind not in _DYNAMIC.values():
            sentry += _looks_first(change)
    needed: dict[Service, int] = {"database": database} if database else {}
    return {"sentry": sentry, "coolify": coolify, **needed}


def _looks_first(change: Change) -> bool:
    """Whether the plugin reads an object of Sentry before it writes: all but a new project."""
    is_key = change.kind == "key" and change.action == Action.CREATE
    return is_key or change.action in {Action.CHANGE, Action.TAKE_OVER}


def _reads_of_app(action: Action, app: AppChange) -> int:
    """Rows once, read back once after writes, and one look at a redeploy."""
    return (action == Action.CREATE) + bool(app.rows) + bool(app.redeploy)


def compute_costs(plan: Plan) -> tuple[Cost, ...]:
    """What an apply of *plan* costs Sentry and Coolify, and the database where it is needed."""
    sentry = _cost(plan, "sentry")
    coolify = _cost(plan, "coolify")
    sentry_seconds = math.ceil(sentry.calls / SENTRY_PER_SECOND)
    # A fixed window: the first is used up at once, each further one has to be waited for.
    coolify_seconds = 60 * max(0, math.ceil(coolify.calls / COOLIFY_PER_MINUTE) - 1)
    database = _cost(plan, "database")
    return (
        Cost("sentry", sentry.reads, sentry.writes, sentry_seconds),
        Cost("coolify", coolify.reads, coolify.writes, coolify_seconds),
        *([database] if database.calls else []),
    )


def _cost(plan: Plan, service: Service) -> Cost:
    writes = sum(call.service == service for call in plan.calls)
    return Cost(service, plan.reads.get(service, 0), writes, 0)
