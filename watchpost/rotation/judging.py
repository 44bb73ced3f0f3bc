"""
What to do with a retired key, from what is known of it.

    in Sentry     manifest says       and                                  then
    gone          anything            nothing                              drop it from the list
    disabled      no disabled_on      nothing                              record disabled_on
    disabled      disabled_on         held by a row                        wait
    disabled      disabled_on         the grace days have passed           delete it, drop it
    disabled      disabled_on         they have not                        wait
    active        anything            quiet, replaced, held by nobody      disable it, record it
    active        anything            anything else, or unknown            wait, and say for what
    unknown       anything            anything                             wait

Does not: know permissions or a clock. Source: docs/rotation.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from watchpost.rotation.status import RetiredStatus

NO_STATISTICS = (
    "this server keeps no statistics of it; when you are sure, disable it in Sentry by hand, and "
    "this command goes on from there"
)
_HOUR = timedelta(hours=1)


class Action(StrEnum):
    """What is done with one retired key."""

    WAIT = "wait"
    RECORD = "record"
    DISABLE = "disable"
    DELETE = "delete"
    DROP = "drop"

    @property
    def needs_permission(self) -> bool:
        """Whether the limits count it as `key-delete`."""
        return self in (Action.DISABLE, Action.DELETE)


@dataclass(frozen=True)
class Terms:
    """
    When a key may be disabled and deleted.

    Attributes:
        now: In UTC.
        quiet_hours: For how long no event may have been accepted; 0 asks for no quiet.
        grace_days: How long a disabled key is kept.
        is_shipped_forced: Whether keys of shipped builds are treated like others.
        is_doubt_accepted: Whether rows that nobody can read hold no key back.
    """

    now: datetime
    quiet_hours: int = 24
    grace_days: int = 30
    is_shipped_forced: bool = False
    is_doubt_accepted: bool = False


@dataclass(frozen=True)
class Step:
    """
    One retired key and what to do with it.

    Attributes:
        status: What is known of it.
        action: What is done.
        reasons: Why it waits; empty for any other action.
        is_unchecked: Whether it waits because something could not be checked.
    """

    status: RetiredStatus
    action: Action
    reasons: tuple[str, ...] = ()
    is_unchecked: bool = False


def judge(status: RetiredStatus, terms: Terms) -> Step:
    """Decide what to do with one retired key, by the table above."""
    recorded = status.place.retired.disabled_on
    match status.state:
        case "unknown":
            return Step(status, Action.WAIT, status.troubles, is_unchecked=True)
        case "gone":
            return Step(status, Action.DROP)
        case "disabled" if recorded is None:
            return Step(status, Action.RECORD)
        case "disabled":
            return _step(status, Action.DELETE, tuple(_keeps_from_delete(status, terms)))
        case _:
            return _step(status, Action.DISABLE, tuple(_keeps_from_disable(status, terms)))


def _step(status: RetiredStatus, action: Action, reasons: tuple[str, ...]) -> Step:
    is_unknown = not status.acceptance.is_known and action == Action.DISABLE
    is_unchecked = bool(reasons) and (is_unknown or status.is_unchecked)
    return Step(status, Action.WAIT if reasons else action, reasons, is_unchecked)


def _keeps_from_delete(status: RetiredStatus, terms: Terms) -> Iterator[str]:
    recorded = status.place.retired.disabled_on
    due = (recorded or terms.now) + timedelta(days=terms.grace_days)
    if due > terms.now:
        yield f"kept until {due:%Y-%m-%d}, {terms.grace_days} days after it was disabled"
    yield from _shipped(status, terms)
    yield from (f"held by {row}" for row in status.rows if not row.doubt)
    yield from (f"could not check: {each}" for each in status.troubles)


def _keeps_from_disable(status: RetiredStatus, terms: Terms) -> Iterator[str]:
    yield from _shipped(status, terms)
    if not status.has_successor:
        yield f"'{status.place.label}', which replaces it, accepts no events yet: run an apply"
    yield from _not_quiet(status, terms)
    yield from _held(status, terms)
    yield from (f"running in {each}" for each in status.runners if each.blocks)
    yield from (f"could not check: {each}" for each in status.troubles)


def _held(status: RetiredStatus, terms: Terms) -> Iterator[str]:
    """Rows that hold the key; one that nobody can read may hold it, until a person decides."""
    yield from (f"held by {row}" for row in status.rows if not row.doubt)
    if not terms.is_doubt_accepted:
        how = "say --despite-unreadable if it does not hold this key"
        yield from (f"perhaps held by {row}: {how}" for row in status.rows if row.doubt)


def _shipped(status: RetiredStatus, terms: Terms) -> Iterator[str]:
    if status.place.is_shipped and not terms.is_shipped_forced:
        yield "shipped builds may hold it: say --force-shipped if none does"


def _not_quiet(status: RetiredStatus, terms: Terms) -> Iterator[str]:
    """An hour that the quiet hours touch counts: the statistics do not say which minute it was."""
    if not status.acceptance.is_known:
        yield f"unknown when it last accepted an event: {NO_STATISTICS}"
        return
    hour = status.acceptance.hour
    quiet_since = terms.now - timedelta(hours=terms.quiet_hours)
    if terms.quiet_hours and hour is not None and hour + _HOUR > quiet_since:
        until = hour + _HOUR + timedelta(hours=terms.quiet_hours)
        seen = f"an event in the hour of {hour:%Y-%m-%d %H:%M}"
        yield f"not quiet: {seen}; ask again after {until:%Y-%m-%d %H:%M} UTC"
