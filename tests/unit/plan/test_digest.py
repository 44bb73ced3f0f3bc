"""The hash of a plan: what it covers, and what it must not depend on."""

import itertools
from dataclasses import replace

import pytest

from tests.unit.plan.plans import app_change, plan, project_change, row_write, skip, unchecked
from watchpost.coolify import Effect
from watchpost.plan import Action, Change, Difference, RowWrite, compute_hash, list_lines

ROW = row_write()
PREVIEW = row_write(name="SENTRY_ENVIRONMENT", is_preview=True)
BEFORE = (project_change(), app_change(ROW, PREVIEW), skip("waits for project shop"))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_the_order_of_changes_does_not_count(order: tuple[int, ...]) -> None:
    """Two makings of one plan may list its changes and rows otherwise."""
    changes = [BEFORE[each] for each in order]
    assert compute_hash(plan(*changes)) == compute_hash(plan(*BEFORE))
    swapped = (BEFORE[0], app_change(PREVIEW, ROW), BEFORE[2])
    assert compute_hash(plan(*swapped)) == compute_hash(plan(*BEFORE))


@pytest.mark.parametrize(
    "other",
    [
        replace(BEFORE[0], position="fleet/projects.yaml:33:3"),
        replace(BEFORE[0], title="project shop (id 102)"),
        replace(BEFORE[0], calls=()),
    ],
    ids=["position", "title", "calls"],
)
def test_what_differs_between_two_makings_does_not_count(other: Change) -> None:
    """Where a line stands, how things are called, how many requests it takes."""
    assert compute_hash(plan(other, *BEFORE[1:])) == compute_hash(plan(*BEFORE))


def test_estimates_notes_and_urns_do_not_count() -> None:
    """Nor does the stack's name."""
    other = replace(
        plan(*BEFORE, notes=("moved",), unreadable=("a: B",), refused=("shop",)),
        stack="other",
        reads={"sentry": 9},
        operations={"urn": "update"},
        fleet=frozenset({"shop"}),
        unchecked=(unchecked("api"),),
    )
    assert compute_hash(other) == compute_hash(plan(*BEFORE))


@pytest.mark.parametrize(
    "row",
    [
        replace(ROW, fingerprints=("aaaaaaaa", "bbbbbbbc")),
        replace(ROW, fingerprints=("aaaaaaab", "bbbbbbbb")),
        replace(ROW, fingerprints=("aaaaaaaa", "shop/Default")),
        replace(ROW, verb="create"),
        replace(ROW, name="OTHER_DSN"),
        replace(ROW, is_preview=True),
        replace(ROW, is_buildtime=True),
        replace(ROW, is_runtime=False),
        replace(ROW, reasons=("mark", "value")),
    ],
    ids=str,
)
def test_each_part_of_a_row_counts(row: RowWrite) -> None:
    """One token that differs is another plan."""
    other = app_change(row, PREVIEW)
    assert compute_hash(plan(BEFORE[0], other, BEFORE[2])) != compute_hash(plan(*BEFORE))


@pytest.mark.parametrize(
    "changes",
    [
        BEFORE[:2],
        (replace(BEFORE[0], action=Action.TAKE_OVER), *BEFORE[1:]),
        (replace(BEFORE[0], kind="team"), *BEFORE[1:]),
        (replace(BEFORE[0], name="store"), *BEFORE[1:]),
        (project_change(differences=()), *BEFORE[1:]),
        (project_change(differences=(Difference("name", "Shop", "S"),)), *BEFORE[1:]),
        (*BEFORE[:2], skip("waits for team web")),
    ],
)
def test_each_operation_counts(changes: tuple[Change, ...]) -> None:
    """What is done, to what, from what to what, and why something is not."""
    assert compute_hash(plan(*changes)) != compute_hash(plan(*BEFORE))


def test_the_consequence_counts() -> None:
    """An app that is built anew feels more than one that is restarted."""
    app = BEFORE[1].app
    assert app is not None
    rebuilt = replace(BEFORE[1], app=replace(app, redeploy=Effect.REBUILD))
    assert compute_hash(plan(BEFORE[0], rebuilt, BEFORE[2])) != compute_hash(plan(*BEFORE))


def test_lines_hold_no_shown_value_and_cannot_be_forged() -> None:
    """A name with quotes stays one part; what is shown of values is not in it."""
    lines = list_lines(plan(project_change(name='shop","x'), app_change(ROW)))
    assert r'["change","project","shop\",\"x",""]' in lines
    assert not any("key Default" in line for line in lines)
    assert lines == sorted(lines)
    assert len(compute_hash(plan())) == 16
