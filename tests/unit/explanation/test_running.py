"""Whether the running app has what its row says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watchpost.coolify import AppRef, Deployment, Row
from watchpost.explanation import Running, describe_running
from watchpost.wiring import ObservedApp, RowLink

CHANGED = datetime(2026, 11, 27, 9, 0, 30, tzinfo=UTC)


def row_link(
    comment: str = "watchpost:acme/shop", updated_at: datetime | None = CHANGED
) -> RowLink:
    """A production row."""
    row = Row("r", "SENTRY_DSN", "x", comment=comment, updated_at=updated_at)
    return RowLink(is_preview=False, state="wired", row=row)


def deployment(seconds: int, status: str = "finished", *, is_api: bool = False) -> Deployment:
    """One created so many seconds after the row was changed."""
    created = CHANGED.replace(second=30 + seconds)
    return Deployment(f"d{seconds}", status, created, is_api=is_api)


@pytest.mark.parametrize(
    ("running", "words"),
    [
        (Running(deployment(5)), "yes: deployment d5 of 2026-11-27 09:00:35 UTC is newer"),
        (Running(deployment(-5)), "no: the newest finished deployment, d-5 of "),
        (Running(deployment(0)), "no: the newest finished deployment, d0 of "),
        (Running(deployment(0, is_api=True)), "yes: deployment d0 of "),
        (Running(), "no: the app was never deployed"),
        (
            Running(None, deployment(9, "in_progress")),
            "no: the app was never deployed; deployment d9 is in progress",
        ),
        (Running(trouble="no answer"), "could not look: no answer"),
    ],
)
def test_an_application(running: Running, words: str) -> None:
    """The newest finished deployment decides; within one second, who asked for it."""
    app = ObservedApp(AppRef("application", "shop-web"))
    assert describe_running(app, row_link(), running).startswith(words)


def test_a_row_without_a_time() -> None:
    """Nobody knows."""
    app = ObservedApp(AppRef("application", "shop-web"))
    words = describe_running(app, row_link(updated_at=None), Running(deployment(5)))
    assert words.startswith("unknown: ")


def test_a_service() -> None:
    """Only its mark tells, and only of what is owed."""
    app = ObservedApp(AppRef("service", "shop-queue"))
    owed = row_link("watchpost:acme/shop [restart owed]")
    assert describe_running(app, owed, Running()) == "no: a restart is owed"
    assert describe_running(app, row_link(), Running()).startswith("unknown: ")


def test_nothing_is_said_of_what_is_not_there() -> None:
    """Neither of a row nor of an app."""
    app = ObservedApp(AppRef("application", "shop-web"))
    absent = RowLink(is_preview=False, state="missing")
    assert describe_running(app, absent, Running()) == ""
    assert describe_running(ObservedApp(missing="gone"), row_link(), Running()) == ""
