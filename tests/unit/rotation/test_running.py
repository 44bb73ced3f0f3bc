"""Whether a running app has the old DSN, row by row of the table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.rotation.keys import KEY_ID
from watchpost.coolify import Deployment, Row, Unreadable
from watchpost.rotation.running import compute_runner, holds

CHANGED = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
NEW = "https://fedcba9876543210fedcba9876543210@sentry.example.com/1"
OLD = f"https://{KEY_ID}@sentry.example.com/1"
ROW = Row("r1", "SENTRY_DSN", NEW, updated_at=CHANGED)
NAMES = ("SENTRY_DSN",)


def deployment(minutes: int, status: str = "finished") -> Deployment:
    """A deployment created so many minutes after the rows changed."""
    return Deployment(f"d{minutes}", status, CHANGED + timedelta(minutes=minutes), is_api=True)


@pytest.mark.parametrize(
    ("deployments", "verdict"),
    [
        ([deployment(1)], None),
        ([deployment(0)], None),
        ([deployment(-1)], "yes"),
        ([deployment(1, "in_progress"), deployment(-1)], "yes"),
        ([deployment(1, "queued"), deployment(-1)], "yes"),
        ([deployment(1, "failed"), deployment(-1)], "yes"),
        ([deployment(2, "failed"), deployment(1), deployment(-1)], None),
        ([deployment(1), deployment(-1, "in_progress")], "yes"),
        ([deployment(1, "failed")], "unknown"),
        ([], "unknown"),
        ("503", "unknown"),
    ],
)
def test_applications(deployments: list[Deployment] | str, verdict: str | None) -> None:
    """The last deployment that finished decides, failed ones never do."""
    runner = compute_runner("web", "application", [ROW], NAMES, KEY_ID, deployments)
    assert (runner and runner.verdict) == verdict


def test_services_go_by_the_mark() -> None:
    """A service has it as long as its mark says that a restart is owed."""
    owed = Row("r1", "SENTRY_DSN", NEW, comment="watchpost:acme/shop [restart owed]")
    done = Row("r1", "SENTRY_DSN", NEW, comment="watchpost:acme/shop")
    runner = compute_runner("queue", "service", [owed], NAMES, KEY_ID, [])
    assert runner is not None
    assert (runner.verdict, runner.why) == ("yes", "a restart is owed")
    assert compute_runner("queue", "service", [done], NAMES, KEY_ID, []) is None


def test_rows_that_hold_it_or_are_missing() -> None:
    """A row that holds it still, and one that is not written yet, are told without deployments."""
    held = compute_runner(
        "web", "application", [Row("r", "SENTRY_DSN", OLD)], NAMES, KEY_ID, [deployment(1)]
    )
    assert held is not None
    assert held.verdict == "yes"
    missing = compute_runner("web", "application", [], NAMES, KEY_ID, [deployment(1)])
    assert missing is not None
    assert (missing.verdict, missing.why) == (
        "unknown",
        "SENTRY_DSN is not written yet: run an apply",
    )


def test_row_without_a_time() -> None:
    """Where Coolify does not say when a row changed, nobody knows."""
    runner = compute_runner(
        "web", "application", [Row("r", "SENTRY_DSN", NEW)], NAMES, KEY_ID, [deployment(1)]
    )
    assert runner is not None
    assert runner.verdict == "unknown"


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (OLD, True),
        (OLD.upper(), True),
        (f'{{"sentry": {{"dsn": "{OLD}"}}}}', True),
        (NEW, False),
        (None, False),
        (Unreadable.LOCKED, False),
    ],
)
def test_holds(value: str | Unreadable | None, held: bool) -> None:  # noqa: FBT001 - a table
    """A DSN within a longer text is held too."""
    assert holds(Row("r", "ANY", value), KEY_ID) is held
