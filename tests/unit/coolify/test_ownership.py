import pytest

from tests.unit.coolify.examples import (
    DSN,
    KEY,
    MOVED_DSN,
    OTHER_DSN,
    OWNER,
    SIBLING,
    STRANGER,
    environment,
    preview,
    row,
)
from watchpost.coolify import Row, Unreadable, compute_writes, fingerprint, refusal_error
from watchpost.coolify.ownership import Answer, may_write
from watchpost.errors import AmbiguousOwner, ForeignOwner

WRITE, KEEP, FOREIGN = Answer.WRITE, Answer.KEEP, Answer.FOREIGN


@pytest.mark.parametrize(
    ("mark", "value", "take_over", "answer"),
    [
        (OWNER.mark, DSN, False, WRITE),
        (OWNER.mark, OTHER_DSN, False, WRITE),
        (OWNER.mark, None, False, WRITE),
        (OWNER.mark, Unreadable.LOCKED, False, KEEP),
        (OWNER.mark, Unreadable.HIDDEN, True, KEEP),
        (SIBLING.mark, DSN, False, WRITE),
        (SIBLING.mark, OTHER_DSN, False, WRITE),
        (STRANGER.mark, DSN, False, FOREIGN),
        (STRANGER.mark, OTHER_DSN, True, FOREIGN),
        (STRANGER.mark, Unreadable.LOCKED, True, FOREIGN),
        (None, DSN, False, WRITE),
        (None, MOVED_DSN, False, WRITE),
        (None, OTHER_DSN, False, FOREIGN),
        (None, None, False, FOREIGN),
        (None, OTHER_DSN, True, WRITE),
        (None, Unreadable.LOCKED, False, KEEP),
        (None, Unreadable.HIDDEN, True, KEEP),
        ("ask Eva", OTHER_DSN, False, FOREIGN),
        ("ask Eva", DSN, False, WRITE),
    ],
)
def test_who_may_write_a_production_row(
    mark: str | None, value: str, *, take_over: bool, answer: Answer
) -> None:
    """The mark decides; without one the meaning, or the word of the entry, does."""
    wanted = environment(take_over=take_over)
    assert may_write(wanted, row(comment=mark, value=value), None) is answer


@pytest.mark.parametrize(
    ("production", "copy", "answer"),
    [
        (row(comment=None), preview(comment=None, value=DSN), WRITE),
        (row(comment=None, value=OTHER_DSN), preview(comment=None, value=OTHER_DSN), FOREIGN),
        (row(comment=None), preview(comment=None, value=OTHER_DSN), FOREIGN),
        (row(), preview(comment=None, value=DSN), FOREIGN),
        (row(comment=None), preview(comment=STRANGER.mark, value=DSN), FOREIGN),
        (None, preview(comment=None, value=DSN), FOREIGN),
        (None, preview(comment=None), WRITE),
    ],
)
def test_an_automatic_copy_goes_the_way_of_its_production_row(
    production: Row | None, copy: Row, answer: Answer
) -> None:
    """Coolify's own preview copy is adopted with its row; a human's preview row is not."""
    assert may_write(environment(), copy, production) is answer


def test_a_hand_made_variable_is_adopted_with_its_copy() -> None:
    """The preview copy is emptied, the production row is marked, and nothing is redeployed."""
    rows = [row(comment=None), preview(comment=None, value=DSN, is_buildtime=False)]
    plan = compute_writes(environment(), rows)
    assert plan.refusals == ()
    assert [(w.row.is_preview, set(w.reasons)) for w in plan.writes] == [
        (True, {"value", "mark"}),
        (False, {"mark"}),
    ]
    assert plan.effect == 0


def test_refusals_are_collected_before_anything_is_written() -> None:
    """Every row in the way is named at once, with both fingerprints and no value."""
    wanted = environment()
    rows = [row(value=OTHER_DSN, comment=None), preview(value="x", comment=STRANGER.mark)]
    plan = compute_writes(wanted, rows)
    error = refusal_error(wanted, plan.refusals, KEY)
    text = str(error)
    assert isinstance(error, ForeignOwner)
    assert error.path == "acme/shop: application shop-web"
    assert "SENTRY_DSN (preview): belongs to globex/shop" in text
    assert f"#{fingerprint(KEY, OTHER_DSN)} instead of #{fingerprint(KEY, DSN)}" in text
    assert "fedcba" not in text


def test_a_refusal_says_how_to_take_over() -> None:
    """A row of nobody's can be taken over by a word in the manifest."""
    wanted = environment()
    plan = compute_writes(wanted, [row(value=None, comment=None), preview()])
    text = str(refusal_error(wanted, plan.refusals, KEY))
    assert "(empty)" in text
    assert "take_over: true" in text


def test_duplicates_alone_are_ambiguous() -> None:
    """Two rows of one name, not all ours, are an error of their own."""
    wanted = environment()
    plan = compute_writes(wanted, [row(), row(uuid="twin", comment=None), preview()])
    error = refusal_error(wanted, plan.refusals, KEY)
    assert isinstance(error, AmbiguousOwner)
    assert "2 rows of this name" in str(error)
