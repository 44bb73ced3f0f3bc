"""What became of a plan, told from streams of events that the engine really printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from watchpost import exits
from watchpost.applying import Outcome, Tracker
from watchpost.engine import Operation, name_of, read_event
from watchpost.errors import Unplanned
from watchpost.permit import Permit, Permitted
from watchpost.plan import Action, Change, Plan
from watchpost.render.outcome_text import (
    render_outcome_json,
    render_outcome_markdown,
    render_outcome_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

RECORDED = Path(__file__).parent / "recorded"
STACK = "urn:pulumi:tests::watchpost::"
COMPONENT = f"{STACK}watchpost:index:MonitoredProject$"
ENTRIES = ("api", "billing", "queue", "shop")
PROJECTS = {
    f"{COMPONENT}sentry:index/sentryProject:SentryProject::{name}": name for name in ENTRIES
}
APP = f"{COMPONENT}pulumi-python:dynamic/watchpost:CoolifyEnvironment::shop/shop-web"


def make_plan(*, without: str = "", skip: str = "", reason: str = "") -> Plan:
    """The plan that the recorded runs carried out: four projects and one app change."""
    names = [*ENTRIES, "shop/shop-web"]
    changes = [
        Change(
            Action.SKIP if name == skip else Action.CHANGE,
            "app" if "/" in name else "project",
            name,
            name.partition("/")[0],
            name,
            reason=reason if name == skip else "",
        )
        for name in names
        if name != without
    ]
    operations = {urn: "update" for urn in [*PROJECTS, APP] if name_of(urn) != without}
    return Plan("tests", tuple(changes), operations=operations)


def follow(name: str, plan: Plan, *, was_interrupted: bool = False) -> tuple[Outcome, list[str]]:
    """The outcome of a recorded run, and what was told while it went on."""
    told: list[str] = []
    tracker = Tracker(plan, told.append, lambda: told.append("STOP"))
    for line in (RECORDED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        event = read_event(line)
        if event is not None:
            tracker.take(event)
    return tracker.finish(14.2, was_interrupted=was_interrupted, errors=()), told


def test_failures_are_told_with_the_providers_words() -> None:
    """Two of five failed: each with its reason, once; the others are done; the exit code is 1."""
    outcome, told = follow("failed", make_plan())
    assert outcome.results == {
        "api": "done",
        "billing": "failed",
        "queue": "done",
        "shop": "done",
        "shop/shop-web": "failed",
    }
    assert outcome.reasons["billing"].endswith("Sentry answered 400: name: Invalid name.")
    assert "SENTRY_TRACES_SAMPLE_RATE" in outcome.reasons["shop/shop-web"]
    assert outcome.errors == ()
    assert outcome.exit_codes() == [exits.REFUSED]
    assert "failed  change billing" in told
    assert "done    change shop" in told
    assert "STOP" not in told


def test_the_report_has_one_line_per_project() -> None:
    """The table counts by top-level entry; every reason stands in full below it."""
    outcome, _ = follow("failed", make_plan())
    text = render_outcome_text(outcome)
    assert text.startswith("2 failed, 3 done; 14 s.\n")
    rows = [line.split()[:4] for line in text.splitlines() if line.startswith(ENTRIES)]
    assert ["billing", "0", "1", "0"] in rows
    assert ["shop", "1", "1", "0"] in rows
    assert "billing: failed\n  PUT /api/0/projects/acme/101/: Sentry answered 400" in text
    document = render_outcome_json(outcome)
    assert document["results"]["billing"] == "failed"
    assert document["exit_codes"] == [1]
    assert document["seconds"] == pytest.approx(14.2)


def test_an_interrupted_run_says_where_it_stands() -> None:
    """What ran is done, what had not begun is untouched, and nothing is called failed."""
    outcome, told = follow("interrupted", make_plan(), was_interrupted=True)
    assert outcome.results == {
        "api": "untouched",
        "billing": "done",
        "queue": "done",
        "shop": "untouched",
        "shop/shop-web": "untouched",
    }
    assert outcome.errors == ()
    assert outcome.exit_codes() == [exits.INTERRUPTED]
    assert len(told) == 2
    assert "the next apply completes the rest" in render_outcome_text(outcome)


def test_a_run_that_ends_amid_an_operation_leaves_it_unclear() -> None:
    """An operation that began, and of which nothing more was heard, is neither done nor failed."""
    tracker = Tracker(make_plan(), lambda _: None, lambda: None)
    tracker.take(Operation("started", "update", APP))
    outcome = tracker.finish(1, was_interrupted=True, errors=())
    assert outcome.results["shop/shop-web"] == "unclear"
    assert exits.worst_of(outcome.exit_codes()) == exits.INTERRUPTED


def test_what_a_permit_refuses_is_unplanned() -> None:
    """What a provider refused for the permit ends with 4, though its resource is planned."""
    outcome, told = follow("unplanned", make_plan())
    assert {outcome.results[name] for name in ENTRIES} == {"unplanned"}
    assert "the reviewed plan holds no update of it" in outcome.reasons["shop"]
    assert exits.UNSAFE in outcome.exit_codes()
    assert "STOP" not in told


REFUSED: dict[str, Callable[[Permit, str], None]] = {
    "operation": lambda permit, urn: permit.raise_if_unplanned(urn, "delete"),
    "field": lambda permit, urn: permit.raise_if_unplanned(urn, "update", ["slug"]),
    "input": lambda permit, urn: permit.raise_if_unplanned(urn, "update", (), {"name": "Other"}),
    "takeover": lambda permit, urn: permit.raise_if_unplanned_takeover(urn, "takes over the web"),
    "row": lambda permit, _: permit.raise_if_unplanned_rows("an app", [("A", False, "00000000")]),
    "redeploy": lambda permit, _: permit.raise_if_unplanned_redeploy("an app", "restart"),
    "record": lambda permit, _: permit.raise_if_unplanned_record("a row", "update", {"a": ""}),
}
PERMIT = Permit(
    {next(iter(PROJECTS)): Permitted("update", frozenset({"name"}), {"name": "Shop"})}, {}
)


@pytest.mark.parametrize("what", REFUSED)
def test_every_word_of_the_permit_is_known(what: str) -> None:
    """Whatever a permit refuses, its words are recognised as such."""
    urn = next(iter(PROJECTS))
    with pytest.raises(Unplanned) as refused:
        REFUSED[what](PERMIT, urn)
    tracker = Tracker(make_plan(), lambda _: None, lambda: None)
    tracker.said[urn] = f"Unplanned: {refused.value}"
    assert tracker.finish(1, was_interrupted=False, errors=()).results["api"] == "unplanned"


def test_an_operation_that_was_not_planned_stops_the_run() -> None:
    """What begins and is not in the plan stops the run, whatever comes of it; the code is 4."""
    outcome, told = follow("failed", make_plan(without="queue"))
    assert told.count("STOP") == 1
    assert outcome.was_stopped
    assert outcome.results["queue"] == "unplanned"
    assert outcome.reasons["queue"] == "update is not in the reviewed plan"
    assert exits.worst_of(outcome.exit_codes()) == exits.UNSAFE
    assert "It was stopped" in render_outcome_text(outcome)


def test_what_the_plan_skips_keeps_the_plans_reason() -> None:
    """What could not be done from the start is told with the plan's own reason."""
    outcome, _ = follow("failed", make_plan(skip="shop/shop-web", reason="no such app: shop-web"))
    assert outcome.results["shop/shop-web"] == "skipped"
    assert outcome.reasons["shop/shop-web"] == "no such app: shop-web"
    assert exits.REFUSED in outcome.exit_codes()


def test_a_team_and_an_entry_of_one_name_are_two() -> None:
    """The team `shop` and the project `shop` are told apart; teams have a line of their own."""
    team = f"{STACK}sentry:index/sentryTeam:SentryTeam::shop"
    plan = make_plan()
    plan.operations[team] = "create"
    tracker = Tracker(plan, lambda _: None, lambda: None)
    tracker.take(Operation("started", "create", team))
    tracker.take(Operation("failed", "create", team))
    outcome = tracker.finish(1, was_interrupted=False, errors=())
    assert outcome.results["team shop"] == "failed"
    assert outcome.results["shop"] == "untouched"
    assert outcome.reasons["team shop"] == "the engine tells no reason"


def test_a_key_and_a_record_of_one_name_are_two() -> None:
    """A key may be called `record`; what became of each is told, under its project."""
    record = f"{STACK}pulumi-python:dynamic/watchpost:PlatformRecord::shop/record"
    key = f"{STACK}sentry:index/sentryKey:SentryKey::shop/record"
    plan = make_plan()
    plan.operations.update({record: "update", key: "update"})
    tracker = Tracker(plan, lambda _: None, lambda: None)
    tracker.take(Operation("done", "update", key))
    tracker.take(Operation("failed", "update", record))
    outcome = tracker.finish(1, was_interrupted=False, errors=())
    assert outcome.results["shop/record"] == "done"
    assert outcome.results["record of shop"] == "failed"
    assert outcome.entries["record of shop"] == "shop"


def test_a_record_that_was_not_planned_stops_the_run() -> None:
    """A write to the platform's own table that nobody saw in the plan is not gone on with."""
    record = f"{STACK}pulumi-python:dynamic/watchpost:PlatformRecord::shop/record"
    told: list[str] = []
    tracker = Tracker(make_plan(), told.append, lambda: told.append("STOP"))
    tracker.take(Operation("started", "update", record))
    outcome = tracker.finish(1, was_interrupted=False, errors=())
    assert told == ["STOP"]
    assert outcome.results["record of shop"] == "unplanned"


def test_hostile_reasons_stay_within_their_fence() -> None:
    """A service's words cannot close their fence, mention anybody, or move a cursor."""
    reason = "```\n# @everyone\x1b[2J\n````"
    outcome = Outcome({"shop": "failed"}, {"shop": reason}, {}, (), 1)
    markdown = render_outcome_markdown(outcome)
    assert "`````text\n```\n# @everyone[U+001B][2J\n````\n`````" in markdown
    assert "\x1b" not in render_outcome_text(outcome)
    assert "@everyone" not in markdown.partition("`````")[0]
