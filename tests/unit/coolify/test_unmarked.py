"""Apps that say `mark: false`: compared as any other, never written a mark, never ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.coolify.examples import (
    DSN,
    KEY,
    MOVED_DSN,
    OTHER_DSN,
    OWNER,
    SIBLING,
    STRANGER,
    after,
    environment,
    preview,
    row,
    variable,
)
from watchpost.coolify import (
    DesiredEnvironment,
    Effect,
    compute_removals,
    compute_writes,
    refusal_error,
)


def unmarked(**more: Any) -> DesiredEnvironment:
    """The app of the other examples, without marks."""
    return environment(**({"writes_marks": False} | more))


@pytest.mark.parametrize("comment", [None, "ask Eva", OWNER.mark, SIBLING.mark])
@pytest.mark.parametrize("value", [DSN, MOVED_DSN])
def test_rows_that_mean_the_same_are_left_as_they_are(comment: str | None, value: str) -> None:
    """No comment is written, whatever it says; a marked app would be marked."""
    rows = [row(comment=comment, value=value), preview(comment=comment)]
    plan = compute_writes(unmarked(), rows)
    assert (plan.writes, plan.refusals) == ((), ())
    marked = compute_writes(environment(), rows).writes
    assert len(marked) == (0 if comment == OWNER.mark else 2)


@pytest.mark.parametrize(
    "differing", [{"value": OTHER_DSN}, {"value": None}, {"is_buildtime": True}]
)
def test_an_unmarked_row_that_differs_is_refused(differing: dict[str, Any]) -> None:
    """It is nobody's, so that a value or a flag that differs is somebody's own."""
    plan = compute_writes(unmarked(), [row(comment=None, **differing), preview(comment=None)])
    assert plan.writes == ()
    assert [refusal.kind for refusal in plan.refusals] == ["foreign"]


def test_the_refusal_of_other_flags_says_so() -> None:
    """Both values are the same then, so that they would tell nothing."""
    rows = [row(comment=None, is_buildtime=True), preview(comment=None)]
    error = refusal_error(unmarked(), compute_writes(unmarked(), rows).refusals, KEY)
    assert "SENTRY_DSN: made by somebody else, with other build or run flags" in str(error)


def test_a_takeover_writes_no_mark_either() -> None:
    """`take_over: true` lets the entry write; the human's comment stays."""
    rows = [row(comment="ask Eva", value=OTHER_DSN), preview(comment=None)]
    (write,) = compute_writes(unmarked(take_over=True), rows).writes
    assert write.reasons == {"value"}
    assert write.row.value == DSN
    assert write.row.comment == "ask Eva"
    assert write.effect is Effect.RESTART


def test_a_marked_row_is_written_and_keeps_its_mark() -> None:
    """A mark that is there already goes on meaning the same."""
    rows = [row(value=OTHER_DSN), preview()]
    (write,) = compute_writes(unmarked(), rows).writes
    assert (write.row.value, write.row.comment) == (DSN, OWNER.mark)


def test_another_organization_stays_foreign() -> None:
    """Its mark is respected with or without ours."""
    plan = compute_writes(unmarked(take_over=True), [row(comment=STRANGER.mark), preview()])
    assert [refusal.kind for refusal in plan.refusals] == ["foreign"]


def test_missing_rows_are_made_without_a_mark() -> None:
    """What is declared and not there is made; the second round is empty."""
    first = compute_writes(unmarked(), [])
    assert [write.row.comment for write in first.writes] == [None, None]
    held = after([], first.writes)
    assert compute_writes(unmarked(), held).writes == ()


def test_unmarked_rows_are_never_removed() -> None:
    """Neither when the app leaves the manifest nor when the variable does."""
    rows = [row(comment=None), preview(comment=None), row(key="OLD", uuid="old", comment=None)]
    assert compute_removals({OWNER}, rows).writes == ()
    assert compute_writes(unmarked(variables={}), rows).writes == ()


def test_flags_of_a_service_do_not_count() -> None:
    """Services have none, so that theirs are no difference."""
    wanted = unmarked(variables={"SENTRY_DSN": variable()}, kind="service")
    plan = compute_writes(wanted, [row(comment=None, is_buildtime=True)])
    assert (plan.writes, plan.refusals) == ((), ())
