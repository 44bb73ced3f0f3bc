"""Whatever is declared and whatever Coolify holds: one round of writes is enough."""

import random

import pytest

from tests.unit.coolify.examples import DSN, OTHER_DSN, OWNER, SIBLING, after, environment, variable
from watchpost.coolify import DesiredEnvironment, Kind, Row, Unreadable, compute_writes

NAMES = ("A", "B", "C")
VALUES = (DSN, OTHER_DSN, "text", None)
MARKS = (OWNER.mark, SIBLING.mark, None, "ask Eva", "watchpost:globex/x")


def dice_of(seed: int) -> random.Random:
    """Throws that are the same in every run."""
    return random.Random(seed)  # noqa: S311  # a test's dice are no secret


def random_environment(dice: random.Random) -> DesiredEnvironment:
    """Some of the names, with any values and flags."""
    names = dice.sample(NAMES, dice.randint(0, 3))
    variables = {
        name: variable(
            value=dice.choice(VALUES),
            preview_value=dice.choice(VALUES),
            is_buildtime=dice.random() < 0.5,
            is_runtime=dice.random() < 0.5,
        )
        for name in names
    }
    kind: Kind = "service" if dice.random() < 0.3 else "application"
    return environment(variables, kind, take_over=dice.random() < 0.5)


def random_rows(dice: random.Random, *, is_service: bool) -> list[Row]:
    """Up to six rows of any kind, duplicates and locked ones included."""
    return [
        Row(
            uuid=f"row-{number}",
            key=dice.choice(NAMES),
            value=dice.choice((*VALUES, Unreadable.LOCKED)),
            is_preview=not is_service and dice.random() < 0.5,
            is_runtime=dice.random() < 0.5,
            is_buildtime=dice.random() < 0.5,
            is_literal=dice.random() < 0.5,
            comment=dice.choice(MARKS),
        )
        for number in range(dice.randint(0, 6))
    ]


@pytest.mark.parametrize("seed", range(0, 2000, 50))
def test_applying_the_writes_leaves_nothing_to_write(seed: int) -> None:
    """After the writes that were computed, none are computed."""
    for number in range(seed, seed + 50):
        dice = dice_of(number)
        wanted = random_environment(dice)
        rows = random_rows(dice, is_service=wanted.app.kind == "service")
        plan = compute_writes(wanted, rows)
        if not plan.refusals:
            again = compute_writes(wanted, after(rows, plan.writes))
            assert (again.writes, again.refusals) == ((), ()), number


@pytest.mark.parametrize("seed", range(0, 2000, 50))
def test_rows_that_are_not_ours_stay_as_they_are(seed: int) -> None:
    """No row of an undeclared name without exactly our mark, and no locked row, is touched."""
    for number in range(seed, seed + 50):
        dice = dice_of(number)
        wanted = random_environment(dice)
        rows = random_rows(dice, is_service=wanted.app.kind == "service")
        plan = compute_writes(wanted, rows)
        kept = {row for row in rows if _is_not_ours(row, wanted)}
        touched = {write.row.uuid for write in plan.writes}
        assert not {row.uuid for row in kept} & touched, number


def _is_not_ours(row: Row, wanted: DesiredEnvironment) -> bool:
    if row.key not in wanted.variables:
        return row.comment != OWNER.mark or not row.is_readable
    return row.comment == "watchpost:globex/x" or not row.is_readable


@pytest.mark.parametrize("seed", range(0, 2000, 50))
def test_no_declared_row_is_missing_between_two_writes(seed: int) -> None:
    """A production row that is there at the start is there after each single write."""
    for number in range(seed, seed + 50):
        dice = dice_of(number)
        wanted = random_environment(dice)
        rows = random_rows(dice, is_service=wanted.app.kind == "service")
        plan = compute_writes(wanted, rows)
        if plan.refusals:
            continue
        there = {row.place for row in rows if row.key in wanted.variables}
        for count in range(len(plan.writes) + 1):
            assert there <= {row.place for row in after(rows, plan.writes[:count])}, number
