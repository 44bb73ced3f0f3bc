import pytest

from tests.unit.coolify.examples import (
    DSN,
    MOVED_DSN,
    OTHER_DSN,
    OWNER,
    SIBLING,
    environment,
    preview,
    row,
    variable,
)
from watchpost.coolify import Effect, Row, Unreadable, compute_removals, compute_writes
from watchpost.coolify.writes import Write


def shown(writes: tuple[Write, ...]) -> list[tuple[str, str, bool]]:
    """Verb, name and scope of each write, in order."""
    return [(write.verb, write.row.key, write.row.is_preview) for write in writes]


def test_the_second_round_is_empty() -> None:
    """Rows that are as declared need nothing."""
    plan = compute_writes(environment(), [row(), preview()])
    assert not any((plan.writes, plan.refusals, plan.unreadable, plan.notes))
    assert plan.effect is Effect.NOTHING


def test_a_new_variable_gets_its_preview_row_first() -> None:
    """Coolify copies a new production row into a missing preview row, so that one goes first."""
    plan = compute_writes(environment(), [])
    assert shown(plan.writes) == [("create", "SENTRY_DSN", True), ("create", "SENTRY_DSN", False)]
    first, second = (write.row for write in plan.writes)
    assert first.value is None
    assert second.value == DSN
    assert first.comment == second.comment == OWNER.mark


def test_all_preview_rows_go_before_all_production_rows_and_deletes_go_last() -> None:
    """The order holds over all variables, so that no row is copied and none is missing."""
    wanted = environment({name: variable() for name in ("B", "A")})
    old = [row(key="OLD", uuid="1"), row(key="OLD", uuid="2", is_preview=True)]
    assert shown(compute_writes(wanted, old).writes) == [
        ("create", "A", True),
        ("create", "B", True),
        ("create", "A", False),
        ("create", "B", False),
        ("delete", "OLD", False),
        ("delete", "OLD", True),
    ]


def test_the_order_of_rows_and_variables_does_not_matter() -> None:
    """The same desired and observed state gives the same writes."""
    rows = [row(value="x"), preview(value="y"), row(key="OLD", uuid="1"), row(key="X", uuid="2")]
    one = compute_writes(environment({"A": variable(), "SENTRY_DSN": variable()}), rows)
    other = compute_writes(environment({"SENTRY_DSN": variable(), "A": variable()}), rows[::-1])
    assert one == other


def test_a_service_has_no_preview_rows() -> None:
    """Only the production row is written, and a restart is all it takes."""
    plan = compute_writes(environment(kind="service"), [])
    assert shown(plan.writes) == [("create", "SENTRY_DSN", False)]
    assert plan.effect is Effect.RESTART


def test_flags_of_a_service_are_left_alone() -> None:
    """Coolify ignores flags of services, so that differing ones are no difference."""
    wanted = environment({"SENTRY_DSN": variable(is_buildtime=False)}, kind="service")
    assert compute_writes(wanted, [row(is_buildtime=True)]).writes == ()


def test_an_update_keeps_what_is_not_ours() -> None:
    """Literal and multiline flags and the human's text are written back as they were."""
    kept = row(value="x", is_literal=True, is_multiline=True, comment=f"{OWNER.mark} ask Eva")
    (write,) = compute_writes(environment(), [kept, preview()]).writes
    assert (write.row.is_literal, write.row.is_multiline) == (True, True)
    assert write.row.comment == f"{OWNER.mark} ask Eva"
    assert write.row.value == DSN


@pytest.mark.parametrize(
    ("held", "is_multiline", "value", "expected"),
    [
        ("x", False, "one\ntwo", True),
        ("x", True, "one", True),
        ("one\ntwo", False, "one\ntwo", False),
        (None, None, "one\ntwo", True),
        (None, None, "one", False),
    ],
)
def test_a_value_of_several_lines_is_marked_as_such(
    held: str | None, value: str, *, is_multiline: bool | None, expected: bool
) -> None:
    """Coolify quotes it then; a human's flag stays, and none is set where nothing is written."""
    rows = [] if held is None else [row(value=held, comment=None, is_multiline=is_multiline)]
    wanted = environment({"SENTRY_DSN": variable(value=value)}, take_over=True)
    (write,) = (each for each in compute_writes(wanted, rows).writes if not each.row.is_preview)
    assert write.row.is_multiline is expected


def test_a_preview_value_is_written_where_one_is_declared() -> None:
    """The preview row reads the preview key's DSN, or nothing."""
    wanted = environment({"SENTRY_DSN": variable(preview_value=OTHER_DSN)})
    (write,) = compute_writes(wanted, [row(), preview()]).writes
    assert (write.row.is_preview, write.row.value) == (True, OTHER_DSN)
    assert write.effect is Effect.NOTHING


def test_a_missing_preview_row_is_made_empty() -> None:
    """An absent preview row would fall back to the production value."""
    (write,) = compute_writes(environment(), [row()]).writes
    assert (write.verb, write.row.is_preview, write.row.value) == ("create", True, None)


def test_a_moved_ingest_host_is_a_note() -> None:
    """A DSN of the same key and project stays as it is written, and is mentioned."""
    plan = compute_writes(environment(), [row(value=MOVED_DSN), preview()])
    assert plan.writes == ()
    assert len(plan.notes) == 1
    assert "SENTRY_DSN" in plan.notes[0]


def test_a_row_of_the_same_meaning_is_only_marked() -> None:
    """Adoption changes the comment and nothing else, and redeploys nothing."""
    plan = compute_writes(environment(), [row(value=MOVED_DSN, comment=None), preview()])
    (write,) = plan.writes
    assert write.reasons == {"mark"}
    assert write.row.value == MOVED_DSN
    assert plan.effect is Effect.NOTHING


def test_extra_rows_with_our_mark_are_removed_first() -> None:
    """Of our equal duplicates one stays, and nothing is redeployed."""
    rows = [row(uuid="first"), row(uuid="twin"), preview()]
    plan = compute_writes(environment(), rows)
    assert [(write.verb, write.row.uuid) for write in plan.writes] == [("delete", "twin")]
    assert plan.effect is Effect.NOTHING


def test_of_our_duplicates_the_one_that_differs_is_mended() -> None:
    """It may be the one that runs, and only an update leaves a trace of the redeploy it owes."""
    plan = compute_writes(environment(), [row(), row(uuid="twin", value="x"), preview()])
    assert [(write.verb, write.row.uuid) for write in plan.writes] == [
        ("delete", "row"),
        ("update", "twin"),
    ]
    assert [write.effect for write in plan.writes] == [Effect.NOTHING, Effect.RESTART]


@pytest.mark.parametrize("comment", [None, SIBLING.mark, "watchpost:globex/shop"])
def test_duplicates_that_are_not_all_ours_are_refused(comment: str | None) -> None:
    """A row of somebody else is never removed, and never written over by chance."""
    plan = compute_writes(environment(), [row(), row(uuid="twin", comment=comment), preview()])
    assert [refusal.kind for refusal in plan.refusals] == ["duplicate"]


def test_undeclared_rows_with_exactly_our_mark_are_removed() -> None:
    """Rows of other entries, of other organizations and of nobody stay."""
    rows = [
        row(),
        preview(),
        row(key="OLD", uuid="ours"),
        row(key="OLD", uuid="sibling", comment=SIBLING.mark),
        row(key="OLD", uuid="longer", comment="watchpost:acme/shop-two"),
        row(key="OLD", uuid="nobody", comment=None),
    ]
    plan = compute_writes(environment(), rows)
    assert [(write.verb, write.row.uuid) for write in plan.writes] == [("delete", "ours")]
    assert plan.effect is Effect.NOTHING
    assert "redeploys nothing" in plan.notes[0]


def test_undeclared_rows_of_the_former_owner_are_removed() -> None:
    """An app that another entry declares now leaves no variable of the former one behind."""
    wanted = environment(former_owner=SIBLING)
    rows = [row(), preview(), row(key="OLD", uuid="sibling", comment=SIBLING.mark)]
    assert [write.row.uuid for write in compute_writes(wanted, rows).deletes] == ["sibling"]


def test_an_unreadable_row_is_kept_and_named() -> None:
    """What nobody can read is neither equal nor different."""
    for why in Unreadable:
        plan = compute_writes(environment(), [row(value=why), preview()])
        assert (plan.writes, plan.refusals, plan.unreadable) == ((), (), ("SENTRY_DSN",))


def test_a_delete_removes_exactly_its_own_mark() -> None:
    """Deleting a resource finds our rows by their mark alone, declared or not."""
    rows = [row(), preview(), row(uuid="s", comment=SIBLING.mark), row(uuid="n", comment=None)]
    deletes = compute_removals({OWNER}, rows).writes
    assert [write.row.uuid for write in deletes] == ["row", "preview"]


def test_a_delete_leaves_what_is_declared() -> None:
    """Both rows of a name that another resource of the run declares stay."""
    rows = [row(), preview(), row(key="OLD", uuid="old")]
    deletes = compute_removals({OWNER}, rows, {"SENTRY_DSN"}).writes
    assert [write.row.uuid for write in deletes] == ["old"]


def test_a_row_that_somebody_locked_is_never_deleted() -> None:
    """Nobody could put back what it holds: it is named and stays; a hidden one is still ours."""
    locked = row(key="OLD", uuid="locked", value=Unreadable.LOCKED)
    hidden = row(key="OLDER", uuid="hidden", value=Unreadable.HIDDEN)
    for found in (
        compute_removals({OWNER}, [locked, hidden]),
        compute_writes(environment({}), [locked, hidden]),
    ):
        assert [write.row.uuid for write in found.writes] == ["hidden"]
        assert found.unreadable == ("OLD",)
        assert any(note.startswith("OLD:") and "locked" in note for note in found.notes)


@pytest.mark.parametrize(
    ("before", "flags", "effect"),
    [
        ({}, {}, Effect.NOTHING),
        ({"value": "x"}, {}, Effect.RESTART),
        ({"value": "x"}, {"is_buildtime": True}, Effect.REBUILD),
        ({"value": "x"}, {"is_buildtime": True, "is_runtime": False}, Effect.REBUILD),
        ({"value": "x"}, {"is_buildtime": False, "is_runtime": False}, Effect.NOTHING),
        ({"is_buildtime": True}, {}, Effect.NOTHING),
        ({}, {"is_buildtime": True}, Effect.REBUILD),
        ({"is_runtime": False, "is_buildtime": True}, {"is_buildtime": True}, Effect.RESTART),
        ({"comment": None}, {}, Effect.NOTHING),
        ({"comment": SIBLING.mark}, {}, Effect.NOTHING),
    ],
)
def test_the_effect_of_an_update(
    before: dict[str, object], flags: dict[str, bool], effect: Effect
) -> None:
    """A new value or an added flag takes a redeploy; a narrowed flag or a mark takes none."""
    wanted = environment({"SENTRY_DSN": variable(**flags)})
    same_flags = {"is_buildtime": flags.get("is_buildtime", False), "is_preview": True}
    held: list[Row] = [row(**before), preview(**same_flags)]
    production = [w for w in compute_writes(wanted, held).writes if not w.row.is_preview]
    assert max((write.effect for write in production), default=Effect.NOTHING) is effect


def test_no_value_shows_in_a_repr() -> None:
    """Rows, writes, refusals and declarations can be logged."""
    wanted = environment()
    refused = compute_writes(wanted, [row(value=OTHER_DSN, comment=None), preview()])
    for shown_object in (wanted, refused, compute_writes(wanted, [])):
        assert "0123456789abcdef" not in repr(shown_object)
        assert "fedcba9876543210" not in repr(shown_object)
