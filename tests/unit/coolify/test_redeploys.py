from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.coolify.examples import OWNER, SIBLING, STRANGER, preview, row
from watchpost.coolify import (
    Deployment,
    Effect,
    Settlement,
    owed_effect,
    owing_rows,
    read_time,
    unsettled_rows,
)
from watchpost.coolify.redeploys import deployment_from_answer

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = {"SENTRY_DSN"}


def at(seconds: int) -> datetime:
    """The server's time, *seconds* after noon."""
    return NOON + timedelta(seconds=seconds)


def deployed(seconds: int, **more: object) -> Deployment:
    """A finished deployment, asked for *seconds* after noon."""
    fields: dict[str, object] = {"uuid": "d", "status": "finished", "created_at": at(seconds)}
    return Deployment(**(fields | more))  # type: ignore[arg-type]  # a test's freedom


@pytest.mark.parametrize(
    ("changed", "newest", "settled", "is_unchanged", "effect"),
    [
        (10, deployed(0), 10, True, Effect.NOTHING),
        (10, deployed(20), None, False, Effect.NOTHING),
        (10, None, None, False, Effect.NOTHING),
        (10, deployed(0), None, False, Effect.RESTART),
        (10, deployed(0), 5, False, Effect.RESTART),
        (10, deployed(0), 5, True, Effect.NOTHING),
        (10, deployed(7), 5, True, Effect.RESTART),
        (10, deployed(10, is_api=True), None, False, Effect.NOTHING),
        (10, deployed(10), None, False, Effect.RESTART),
        (10, deployed(20, status="failed"), None, False, Effect.NOTHING),
        (10, deployed(20, status="cancelled-by-user"), None, False, Effect.NOTHING),
    ],
)
def test_when_a_redeploy_is_owed(
    changed: int,
    newest: Deployment | None,
    settled: int | None,
    is_unchanged: bool,  # noqa: FBT001  # a column of the table
    effect: Effect,
) -> None:
    """
    Each line of the module's table, and the ties of one second.

    Kills: after new values (lines 4, 5), after a repair of a value that nobody deployed (6), after
    a repair of one that somebody did (7).
    """
    settlement = Settlement(
        None if settled is None else at(settled), NAMES if is_unchanged else frozenset()
    )
    rows = unsettled_rows([row(updated_at=at(changed))], NAMES, OWNER, settlement)
    assert owed_effect(owing_rows(rows, newest, settlement)) is effect


def test_a_build_time_row_owes_a_build() -> None:
    """The greatest effect of all rows is owed."""
    rows = [row(updated_at=at(9)), row(key="B", uuid="b", is_buildtime=True, updated_at=at(9))]
    unsettled = unsettled_rows(rows, {"SENTRY_DSN", "B"}, OWNER, Settlement())
    assert owed_effect(owing_rows(unsettled, deployed(0), Settlement())) is Effect.REBUILD


def test_only_our_declared_production_rows_count() -> None:
    """Preview rows, other names, other organizations and rows without any use owe nothing."""
    rows = [
        preview(updated_at=at(9)),
        row(key="OTHER", updated_at=at(9)),
        row(comment=None, updated_at=at(9)),
        row(comment=STRANGER.mark, updated_at=at(9)),
        row(is_runtime=False, updated_at=at(9)),
        row(updated_at=None),
    ]
    assert unsettled_rows(rows, NAMES, OWNER, Settlement()) == ()


def test_a_row_on_its_way_from_another_entry_counts() -> None:
    """The run of that entry may have been killed before it asked for the redeploy."""
    moving = row(comment=SIBLING.mark, updated_at=at(9))
    assert unsettled_rows([moving], NAMES, OWNER, Settlement()) == (moving,)


def test_a_time_without_a_zone_is_utc() -> None:
    """Times with and without a zone are compared with each other."""
    assert read_time("2026-11-23 12:00:00") == NOON
    assert read_time("2026-11-23T12:00:00.000000Z") == NOON
    assert read_time("soon") is None


def test_deployments_of_pull_requests_do_not_count() -> None:
    """They read other rows."""
    answer = {"deployment_uuid": "d", "status": "finished", "created_at": "2026-11-23T12:00:00Z"}
    assert deployment_from_answer(answer) == deployed(0)
    assert deployment_from_answer(answer | {"pull_request_id": 3}) is None
