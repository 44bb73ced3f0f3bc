"""The engine's steps for records and the database's answers: what is written, kept or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.plan.previews import (
    CLIENT_KEY,
    KEY,
    PROJECT,
    created,
    deleted,
    manifest,
    preview,
    record,
    updated,
    urn,
)
from watchpost.engine import UNKNOWN, Diagnostic, PropertyChange, Refreshed, State
from watchpost.errors import Unplanned
from watchpost.plan import (
    Action,
    Answers,
    Change,
    Plan,
    build_plan,
    compute_costs,
    compute_hash,
    list_record_questions,
    make_permit,
)
from watchpost.records import fingerprint
from watchpost.records.forecast import RecordForecast

if TYPE_CHECKING:
    from watchpost.engine import Preview, Step

NAME = "shop/record"
ROW = "projects.slug=acme/shop"
DSN = "https://0123456789abcdef0123456789abcdef@sentry.example.com/7"
SLUG = fingerprint(KEY, "shop")
OTHER = "aaaaaaaa"
RECORDS: dict[str, Any] = {
    "url": "env:DATABASE_URL",
    "table": "projects",
    "key": {"column": "slug", "value": "{workspace}/{id}"},
    "set": {"sentry_dsn": "{dsn}", "sentry_slug": "{slug}"},
}
PROJECT_STEP = created("project", "shop", PROJECT)
KEY_STEP = created("key", "shop/production", CLIENT_KEY, PROJECT_STEP.urn)
WANTED = record(sentry_dsn=UNKNOWN, sentry_slug=SLUG)
NEW = created("record", NAME, WANTED, PROJECT_STEP.urn, KEY_STEP.urn)
CLEARED = record(sentry_slug=SLUG) | {"onRemove": "clear"}
GONE = deleted("record", NAME, CLEARED)


def forecast(verb: Any = "update", **before: str) -> RecordForecast:
    """What would be written to these columns, given what they hold."""
    return RecordForecast(verb, tuple(sorted(before)), before)


def build(found: Preview, answer: RecordForecast | None = None, **answers: Any) -> Plan:
    """The plan where every record in question has that answer."""
    questions = list_record_questions(found)
    forecasts = {each.step.urn: answer for each in questions} if answer else {}
    given = Answers(record_forecasts=forecasts, **answers)
    return build_plan(found, given, manifest(records=RECORDS), stack="tests", key=KEY)


def change(plan: Plan, name: str = NAME) -> Change:
    """The one change of a record of that name."""
    (found,) = [each for each in plan.changes if (each.kind, each.name) == ("record", name)]
    return found


def calls(plan: Plan) -> list[tuple[str, str]]:
    """Every write that the plan announces."""
    return [(each.service, each.what) for each in plan.calls]


def shown(plan: Plan) -> list[tuple[str, str, str]]:
    """Each column with both sides, as shown."""
    found = change(plan).record
    assert found is not None
    return [(each.column, each.before, each.after) for each in found.columns]


def test_a_new_record_is_told_column_by_column() -> None:
    """A public text stands in clear, a DSN by its key's words; one write is announced."""
    plan = build(preview(NEW), forecast(sentry_dsn="", sentry_slug=""))
    assert change(plan).action == Action.CREATE
    assert change(plan).title == f"record {ROW}"
    assert change(plan).position.startswith("projects.yaml:")
    assert shown(plan) == [
        ("sentry_dsn", "(null)", "shop/Default"),
        ("sentry_slug", "(null)", "shop"),
    ]
    assert calls(plan) == [("database", f"set sentry_dsn, sentry_slug of {ROW}")]


def test_what_somebody_else_set_up_is_shown_as_a_change() -> None:
    """A create that writes over something is none of the harmless ones."""
    plan = build(preview(NEW), forecast(sentry_dsn=OTHER, sentry_slug=""))
    assert change(plan).action == Action.CHANGE
    assert shown(plan)[0] == ("sentry_dsn", f"#{OTHER}", "shop/Default")


def test_a_row_that_is_so_already_is_not_written() -> None:
    """It is announced that nothing is written, and no write is."""
    plan = build(preview(NEW), forecast())
    assert change(plan).action == Action.CREATE
    assert shown(plan) == []
    assert calls(plan) == []


def test_a_row_that_is_inserted_is_called_so() -> None:
    """An inserted row has no side before, even where a column stays null."""
    plan = build(preview(NEW), forecast("insert", sentry_dsn="", sentry_slug=""))
    assert shown(plan)[1] == ("sentry_slug", "", "shop")
    assert calls(plan) == [("database", f"insert {ROW} with sentry_dsn, sentry_slug")]


def test_dsns_that_are_known_have_words() -> None:
    """One that stands there, one of a recorded key, and one that is null."""
    key = State(inputs=CLIENT_KEY, outputs={"name": "Default", "projectId": 7, "dsnPublic": DSN})
    wanted = fingerprint(KEY, DSN)
    step = updated("record", NAME, record(sentry_dsn=OTHER), record(sentry_dsn=wanted))
    looked = {urn("key", "shop/production"): Refreshed(key, key)}
    plan = build(
        preview(step, refreshed=looked),
        forecast(sentry_dsn=OTHER),
        found_dsns={OTHER: "…@1 unknown key"},
    )
    assert shown(plan) == [("sentry_dsn", "…@1 unknown key", "…@7 key Default")]
    null = updated("record", NAME, record(sentry_dsn=OTHER), record(sentry_dsn=""))
    assert shown(build(preview(null), forecast(sentry_dsn=OTHER)))[0][2] == "(null)"


def test_settings_and_columns_that_are_left_alone_are_told() -> None:
    """What changes of the record itself is shown, and no write is made up for it."""
    before, after = record(old=OTHER, sentry_slug=SLUG), record(sentry_slug=SLUG)
    step = updated("record", NAME, before, after | {"onRemove": "clear", "insert": True})
    plan = build(preview(step), forecast())
    sides = [(each.path, each.before, each.after) for each in change(plan).differences]
    assert sides == [
        ("insert", "no", "yes"),
        ("onRemove", "keep", "clear"),
        ("old", "declared", "left as it is"),
    ]
    assert calls(plan) == []


def test_a_record_that_goes_is_cleared_where_it_says_so() -> None:
    """The columns that still hold what we wrote become null; that is a removal."""
    plan = build(preview(GONE), forecast("clear", sentry_slug=SLUG))
    assert change(plan).action == Action.DELETE
    assert shown(plan) == [("sentry_slug", "shop", "(null)")]
    assert change(plan).differences == ()
    assert calls(plan) == [("database", f"clear sentry_slug of {ROW}")]


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ((deleted("record", NAME, CLEARED, is_retained=True),), "its row stays as it is"),
        ((deleted("record", NAME, WANTED),), "its row stays as it is"),
        (
            (GONE, created("record", "store/record", WANTED)),
            "another entry declares this row now",
        ),
        ((GONE,), "nothing is left to clear"),
    ],
    ids=["kept by the engine", "kept by the provider", "declared elsewhere", "nothing left"],
)
def test_a_record_that_goes_may_leave_its_row_alone(steps: tuple[Step, ...], reason: str) -> None:
    """Nothing is sent, and it is told why."""
    plan = build(preview(*steps), forecast("clear" if len(steps) == 1 else "update"))
    assert change(plan).action == Action.KEEP
    assert reason in change(plan).reason
    assert calls(plan) == []


@pytest.mark.parametrize(
    "moved",
    [
        {"url": "env:OTHER_URL"},
        {"table": "public.projects"},
        {"key": {"column": "id", "value": "7"}},
    ],
)
def test_a_row_that_may_be_declared_otherwise_is_left(moved: dict[str, Any]) -> None:
    """Another variable, table or column may lead to the same row; nobody knows, so it stays."""
    there = created("record", "store/record", WANTED | moved)
    (question,) = list_record_questions(preview(GONE, there))
    assert question.step.name == "store/record"
    plan = build(preview(GONE, there), forecast())
    assert change(plan).action == Action.KEEP
    assert "its row may be another entry's" in change(plan).reason
    other = created("record", "api/record", record("acme/api"))
    names = {each.step.name for each in list_record_questions(preview(GONE, there, other))}
    assert names == {NAME, "store/record", "api/record"}


@pytest.mark.parametrize("has_run_since", [False, True])
def test_what_somebody_else_wrote_is_not_taken_for_ours(*, has_run_since: bool) -> None:
    """What counts is what was written, not what was observed, now or by a run that failed since."""
    inputs = record(sentry_slug=OTHER) | {"onRemove": "clear"}
    step = deleted("record", NAME, inputs)
    assert step.old is not None
    written = {"written": {"sentry_slug": SLUG}}
    observed = replace(step.old, outputs=inputs | written)
    recorded = observed if has_run_since else replace(observed, inputs=CLEARED)
    step = replace(step, old=observed)
    found = preview(step, refreshed={step.urn: Refreshed(recorded, observed)})
    (question,) = list_record_questions(found)
    assert question.written == {"sentry_slug": SLUG}
    assert question.unchanged == frozenset()
    assert next(list_record_questions(preview(GONE))).unchanged == {"sentry_slug"}


def test_a_record_waits_for_its_project() -> None:
    """Where the project is refused nothing tells of it."""
    refused = Diagnostic("warning", "shop: set up otherwise", PROJECT_STEP.urn)
    found = preview(PROJECT_STEP, KEY_STEP, NEW, said=(refused,))
    plan = build(found, forecast(sentry_dsn="", sentry_slug=""))
    assert change(plan).action == Action.SKIP
    assert change(plan).reason == "waits for project shop, key Default of shop"
    assert change(plan).record is None
    assert calls(plan) == []


def test_what_the_database_would_refuse_is_skipped() -> None:
    """Its reason is shown, and the plan says that something is refused."""
    plan = build(preview(NEW), refusals={NEW.urn: "the table has no such row"})
    assert change(plan).reason == "refused: the table has no such row"
    assert (plan.refused, plan.unchecked) == ((NAME,), ())


def test_a_database_that_is_away_is_unchecked() -> None:
    """Nothing is announced, and nothing is called unchanged; it is listed once."""
    state = State(inputs=WANTED, outputs=WANTED | {"state": "unchecked", "reason": "away"})
    step = updated("record", NAME, WANTED, WANTED, "state")
    found = preview(step, refreshed={step.urn: Refreshed(state, state)})
    plan = build(found, failures={step.urn: "env:DATABASE_URL: away\n  fix: wait"})
    assert change(plan).reason == "could not look: env:DATABASE_URL: away"
    assert {each.name for each in plan.unchecked} == {NAME}
    assert plan.refused == ()


def test_a_record_that_answers_by_now_is_not_unchecked() -> None:
    """The look of the plan is newer than the engine's, whatever it finds."""
    state = State(inputs=WANTED, outputs=WANTED | {"state": "unchecked", "reason": "away"})
    step = updated("record", NAME, WANTED, WANTED, "state")
    found = preview(step, refreshed={step.urn: Refreshed(state, state)})
    assert build(found, forecast()).unchecked == ()
    assert build(found, refusals={step.urn: "no such row"}).unchecked == ()


def test_a_key_of_the_same_name_has_its_own_line() -> None:
    """A key may be called `record`; neither takes the other's position."""
    key = created("key", NAME, CLIENT_KEY)
    plan = build(preview(key, NEW), forecast())
    positions = {each.kind: each.position for each in plan.changes}
    assert positions["record"] not in {"", positions["key"]}
    assert change(build(preview(GONE), forecast("clear", x=OTHER))).position != ""
    old = deleted("record", "old/record", CLEARED)
    assert change(build(preview(old), forecast("clear", x=OTHER)), "old/record").position == ""


@pytest.mark.parametrize(
    "other",
    [
        forecast(sentry_dsn="", sentry_slug=OTHER),
        forecast(sentry_slug=""),
        forecast("insert", sentry_dsn="", sentry_slug=""),
        forecast(),
    ],
    ids=["before", "columns", "verb", "nothing"],
)
def test_each_write_counts_in_the_hash(other: RecordForecast) -> None:
    """A row that somebody changes after the review makes another plan."""
    reviewed = build(preview(NEW), forecast(sentry_dsn="", sentry_slug=""))
    assert compute_hash(build(preview(NEW), other)) != compute_hash(reviewed)


def test_the_row_and_the_value_count_in_the_hash() -> None:
    """Another row is another plan, and so is another value."""
    plans = [
        build(preview(created("record", NAME, inputs)), forecast(sentry_slug=""))
        for inputs in (
            record(sentry_slug=SLUG),
            record(sentry_slug=OTHER),
            record("acme/store", sentry_slug=SLUG),
        )
    ]
    assert len({compute_hash(each) for each in plans}) == 3


def test_the_permit_holds_what_is_announced() -> None:
    """Verb, column and value; a DSN that is not made yet may be any."""
    permit = make_permit(build(preview(NEW), forecast(sentry_dsn="", sentry_slug="")), preview(NEW))
    permit.raise_if_unplanned_record(ROW, "update", {"sentry_dsn": OTHER, "sentry_slug": SLUG})
    permit.raise_if_unplanned_record(ROW, "update", {"sentry_slug": SLUG})
    for name, verb, columns in (
        (ROW, "update", {"sentry_slug": OTHER}),
        (ROW, "update", {"sentry_slug": ""}),
        (ROW, "update", {"note": SLUG}),
        (ROW, "insert", {"sentry_slug": SLUG}),
        (ROW, "clear", {"sentry_slug": ""}),
        ("projects.slug=acme/api", "update", {"sentry_slug": SLUG}),
    ):
        with pytest.raises(Unplanned, match=f"does not {verb} {next(iter(columns))} of it"):
            permit.raise_if_unplanned_record(name, verb, columns)


def test_the_permit_lets_clear_only_what_is_announced() -> None:
    """What holds somebody else's value at the plan is not cleared after it."""
    plan = build(preview(GONE), forecast("clear", sentry_slug=SLUG))
    permit = make_permit(plan, preview(GONE))
    permit.raise_if_unplanned_record(ROW, "clear", {"sentry_slug": ""})
    with pytest.raises(Unplanned, match="sentry_dsn"):
        permit.raise_if_unplanned_record(ROW, "clear", {"sentry_slug": "", "sentry_dsn": ""})


@pytest.mark.parametrize("action", [Action.SKIP, Action.KEEP])
def test_what_is_not_done_is_not_permitted(action: Action) -> None:
    """Nobody has seen what would be written."""
    plan = build(preview(NEW), forecast(sentry_slug=""))
    undone = replace(plan, changes=(replace(change(plan), action=action),))
    with pytest.raises(Unplanned):
        make_permit(undone, preview(NEW)).raise_if_unplanned_record(
            ROW, "update", {"sentry_slug": SLUG}
        )


def test_statements_are_counted_where_there_are_records() -> None:
    """One look at each recorded row, one more before each write; nothing without records."""
    state = State(inputs=WANTED, outputs=WANTED)
    looked = {urn("record", name): Refreshed(state, state) for name in (NAME, "api/record")}
    plan = build(preview(NEW, refreshed=looked), forecast(sentry_dsn="", sentry_slug=""))
    assert [(each.service, each.reads, each.writes) for each in compute_costs(plan)] == [
        ("sentry", 0, 0),
        ("coolify", 0, 0),
        ("database", 3, 1),
    ]
    assert plan.operations == {NEW.urn: "create"}
    assert len(compute_costs(build(preview()))) == 2


def test_a_replacement_is_one_step() -> None:
    """The engine's own step in the middle of it says nothing."""
    step = replace(NEW, op="replace", changes=(PropertyChange("table", "update", "a", "b"),))
    assert list(list_record_questions(preview(step))) == []
    assert build(preview(step)).changes == ()
