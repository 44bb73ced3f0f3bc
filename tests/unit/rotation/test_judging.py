"""What is done with a retired key, row by row of the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.rotation.keys import NOW, make_status
from watchpost.rotation import Acceptance, Action, Holder, Runner, Terms, judge

TERMS = Terms(NOW)
LONG_AGO = datetime(2026, 10, 28, tzinfo=UTC)


def test_quiet_and_unreferenced_is_disabled() -> None:
    """An active key that nobody holds and that is quiet is disabled, at the cost of permission."""
    step = judge(make_status(), TERMS)
    assert (step.action, step.reasons) == (Action.DISABLE, ())
    assert step.action.needs_permission


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"acceptance": Acceptance(is_known=False)}, "unknown when it last accepted an event"),
        ({"has_successor": False}, "accepts no events yet: run an apply"),
        ({"has_successor": None}, "accepts no events yet: run an apply"),
        ({"rows": (Holder("web", "SENTRY_DSN"),)}, "held by web SENTRY_DSN"),
        ({"rows": (Holder("web", "DSN", True),)}, "held by web DSN (preview)"),  # noqa: FBT003 - in order
        ({"rows": (Holder("web", "DSN", doubt="locked"),)}, "held by web DSN, locked"),
        ({"runners": (Runner("web", "yes", "old"),)}, "running in web: old"),
        ({"runners": (Runner("web", "unknown", "?"),)}, "running in web: ? (unknown)"),
        ({"troubles": ("rows of api: 503",)}, "could not check: rows of api: 503"),
        ({"shipped": True}, "shipped builds may hold it"),
    ],
)
def test_anything_else_waits(known: dict[str, Any], reason: str) -> None:
    """Whatever still uses the key, or is not known, keeps it active and is named."""
    step = judge(make_status(**known), TERMS)
    assert step.action == Action.WAIT
    assert len(step.reasons) == 1
    assert reason in step.reasons[0]


def test_what_could_not_be_checked_is_told_apart() -> None:
    """Waiting for an app is no failure; waiting because nobody answered is one."""
    assert not judge(make_status(rows=(Holder("a", "DSN"),)), TERMS).is_unchecked
    assert judge(make_status(troubles=("x",)), TERMS).is_unchecked
    assert judge(make_status(acceptance=Acceptance(is_known=False)), TERMS).is_unchecked


def test_previews_do_not_block() -> None:
    """Preview deployments, of which nobody knows whether they run, are told and do not block."""
    runner = Runner("web", "unknown", "previews may", blocks=False)
    assert judge(make_status(runners=(runner,)), TERMS).action == Action.DISABLE


@pytest.mark.parametrize(
    ("hours_ago", "quiet_hours", "action"),
    [
        (0, 24, Action.WAIT),
        (24, 24, Action.WAIT),
        (25, 24, Action.DISABLE),
        (25, 26, Action.WAIT),
        (1, 1, Action.WAIT),
        (2, 1, Action.DISABLE),
        (0, 0, Action.DISABLE),
    ],
)
def test_an_hour_that_the_quiet_hours_touch_counts(
    hours_ago: int, quiet_hours: int, action: Action
) -> None:
    """At half past twelve, an event in the hour of twelve the day before may be 24 hours ago."""
    hour = NOW.replace(minute=0) - timedelta(hours=hours_ago)
    status = make_status(acceptance=Acceptance(is_known=True, hour=hour))
    assert judge(status, replace(TERMS, quiet_hours=quiet_hours)).action == action


def test_disabled_by_hand_is_recorded_without_permission() -> None:
    """A key that is disabled already is only recorded: nothing is written to Sentry."""
    step = judge(make_status(state="disabled"), TERMS)
    assert step.action == Action.RECORD
    assert not step.action.needs_permission


def test_grace_days() -> None:
    """A disabled key is deleted once its grace days have passed, and not a day before."""
    status = make_status(state="disabled", disabled_on=datetime(2026, 10, 29, tzinfo=UTC))
    assert judge(status, TERMS).action == Action.DELETE
    step = judge(status, replace(TERMS, grace_days=31))
    assert step.action == Action.WAIT
    assert step.reasons == ("kept until 2026-11-29, 31 days after it was disabled",)


@pytest.mark.parametrize(
    "known",
    [{"rows": (Holder("web", "DSN"),)}, {"shipped": True}, {"troubles": ("rows of api: 503",)}],
)
def test_a_disabled_key_in_use_is_not_deleted(known: dict[str, Any]) -> None:
    """A row that holds it, shipped builds or an unanswered question keep a disabled key."""
    status = make_status(state="disabled", disabled_on=LONG_AGO, **known)
    assert judge(status, TERMS).action == Action.WAIT


def test_force_shipped() -> None:
    """--force-shipped treats it like any other, for both writes."""
    terms = replace(TERMS, is_shipped_forced=True)
    assert judge(make_status(shipped=True), terms).action == Action.DISABLE
    status = make_status(state="disabled", disabled_on=LONG_AGO, shipped=True)
    assert judge(status, terms).action == Action.DELETE


def test_a_row_that_nobody_can_read_waits_for_a_person() -> None:
    """A locked row may hold the key; --despite-unreadable lets it hold none back."""
    status = make_status(rows=(Holder("web", "DSN", doubt="locked, so nobody can read it"),))
    step = judge(status, TERMS)
    assert step.action == Action.WAIT
    assert "--despite-unreadable" in step.reasons[0]
    assert judge(status, replace(TERMS, is_doubt_accepted=True)).action == Action.DISABLE


def test_enabled_again_by_somebody() -> None:
    """A key that somebody enabled again is judged like any active one."""
    assert judge(make_status(disabled_on=LONG_AGO), TERMS).action == Action.DISABLE


def test_gone_and_unknown() -> None:
    """A key that Sentry has no more leaves the list; one it did not tell of waits."""
    assert judge(make_status(state="gone", key=None), TERMS).action == Action.DROP
    step = judge(make_status(state="unknown", troubles=("Sentry: no answer",)), TERMS)
    assert (step.action, step.is_unchecked) == (Action.WAIT, True)
    assert step.reasons == ("Sentry: no answer",)
