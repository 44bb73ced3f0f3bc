"""The engine's steps and Coolify's answers, put together: what waits, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.coolify.examples import OWNER
from tests.unit.plan.previews import (
    CLIENT_KEY,
    KEY,
    PROJECT,
    TEAM,
    created,
    deleted,
    environment,
    manifest,
    preview,
    updated,
    urn,
)
from watchpost.coolify import (
    Forecast,
    Row,
    Settlement,
    Unreadable,
    compute_removals,
    compute_writes,
    fingerprint,
)
from watchpost.engine import UNKNOWN, Diagnostic, Refreshed, State
from watchpost.plan import Action, Answers, Change, Plan, build_plan, list_questions

if TYPE_CHECKING:
    from watchpost.engine import Preview, Step
    from watchpost.plan import Question

APP = "shop/shop-web"
NEW, OLD = "bbbbbbbb", "aaaaaaaa"
TEAM_STEP = created("team", "web", TEAM)
PROJECT_STEP = created("project", "shop", PROJECT, TEAM_STEP.urn)
KEY_STEP = created("key", "shop/production", CLIENT_KEY, PROJECT_STEP.urn)
APP_STEP = created("app", APP, environment(SENTRY_DSN=UNKNOWN), KEY_STEP.urn)


def row(name: str, value: Any = OLD, **fields: Any) -> Row:
    """A row with our mark, its value given by its fingerprint."""
    ours: dict[str, Any] = {"is_buildtime": False, "comment": OWNER.mark}
    return Row(f"{name}-{fields.get('is_preview', False)}", name, value, **(ours | fields))


def rows(name: str, value: Any = OLD, **fields: Any) -> tuple[Row, ...]:
    """The production row and its empty preview row."""
    return row(name, value, **fields), row(name, None, is_preview=True)


def answer(found: Preview, held: tuple[Row, ...]) -> Answers:
    """What Coolify answers where every app in question holds these rows."""
    questions = list(list_questions(found))
    forecasts = {each.step.urn: forecast(each, held) for each in questions}
    return Answers(forecasts, dict.fromkeys(forecasts, held))


def forecast(question: Question, held: tuple[Row, ...]) -> Forecast:
    """Only the writes; redeploys are `watchpost.coolify.forecast`'s."""
    if question.desired is None:
        return Forecast(compute_removals({question.owner}, held, question.declared))
    return Forecast(compute_writes(question.desired, held))


def build(*steps: Step, held: tuple[Row, ...] = (), said: tuple[Diagnostic, ...] = ()) -> Plan:
    """The plan of these steps."""
    found = preview(*steps, said=said)
    return build_plan(found, answer(found, held), manifest(), stack="tests", key=KEY)


def change(plan: Plan, kind: str, name: str) -> Change:
    """The one change of that kind and name."""
    (found,) = [each for each in plan.changes if (each.kind, each.name) == (kind, name)]
    return found


def calls(plan: Plan) -> list[str]:
    """What an apply sends."""
    return [call.what for call in plan.calls]


def test_a_refused_project_takes_along_what_waits_for_it() -> None:
    """Its keys are not made, its apps not written, and each says for what it waits."""
    refused = Diagnostic(
        "warning", "shop: set up otherwise\n  - name\n  fix: write", PROJECT_STEP.urn
    )
    plan = build(TEAM_STEP, PROJECT_STEP, KEY_STEP, APP_STEP, said=(refused,))
    assert calls(plan) == ["create team web"]
    reasons = {each.name: each.reason for each in plan.of(Action.SKIP)}
    assert reasons == {
        "shop": "refused: shop: set up otherwise; - name",
        "shop/production": "waits for project shop",
        APP: "waits for key Default of shop",
    }
    assert set(plan.refused) == set(reasons)


def test_what_could_not_be_looked_at_is_unchecked_and_not_refused() -> None:
    """Nobody has to mend it; another run may see it."""
    said = Diagnostic("warning", "could not check this resource\nGET /x: 503", PROJECT_STEP.urn)
    plan = build(TEAM_STEP, PROJECT_STEP, KEY_STEP, said=(said,))
    assert [each.name for each in plan.unchecked] == ["shop"]
    assert change(plan, "project", "shop").reason == "could not look: GET /x: 503"
    assert plan.refused == ("shop/production",)


def test_an_app_that_could_not_be_asked_is_unchecked() -> None:
    """Nothing is said of its rows."""
    found = preview(APP_STEP)
    answers = Answers(failures={APP_STEP.urn: "GET /x: 503\nmore"})
    plan = build_plan(found, answers, manifest(), stack="tests", key=KEY)
    assert change(plan, "app", APP).reason == "could not look: GET /x: 503"
    assert [each.name for each in plan.unchecked] == [APP]


def test_an_app_that_was_not_found_is_refused() -> None:
    """The reason is what the selector said."""
    inputs = environment(SENTRY_DSN=NEW) | {"uuid": None, "selector": "no app 'x'\nknown: y"}
    plan = build(created("app", APP, inputs))
    assert change(plan, "app", APP).reason == "no such app: no app 'x'"
    assert plan.refused == (APP,)


def test_an_app_that_is_gone_is_refused() -> None:
    """Nobody has to look again: the manifest declares what is not there."""
    answers = Answers(absent=frozenset({APP_STEP.urn}))
    plan = build_plan(preview(APP_STEP), answers, manifest(), stack="tests", key=KEY)
    assert change(plan, "app", APP).reason == "no such app: Coolify has no application shop-web"
    assert (plan.refused, plan.unchecked) == ((APP,), ())


def test_a_new_dsn_counts_as_project_and_label() -> None:
    """Production's is written over what is there, by words alone."""
    plan = build(APP_STEP, held=rows("SENTRY_DSN"))
    app = change(plan, "app", APP).app
    assert app is not None
    ((before, after),) = [(each.before, each.after) for each in app.rows]
    assert (before, after) == (f"#{OLD}", "shop/Default")
    assert app.rows[0].fingerprints == (OLD, "shop/Default")


def test_rows_that_are_in_the_way_are_told_by_fingerprint() -> None:
    """A refusal skips the whole app."""
    by_hand = row("SENTRY_DSN", comment=None)
    step = created("app", APP, environment(SENTRY_DSN=NEW, OTHER=NEW))
    plan = build(step, held=(by_hand, row("OTHER", comment="watchpost:globex/x")))
    reason = change(plan, "app", APP).reason
    assert f"SENTRY_DSN: made by somebody else, with #{OLD} instead of" in reason
    assert "OTHER: belongs to globex/x" in reason
    assert calls(plan) == []


def test_rows_are_removed_once_where_a_selector_changes_its_form() -> None:
    """The new resource removes what is no longer declared; the former one finds it gone."""
    gone = environment(GONE=OLD, SENTRY_DSN=OLD)
    new = created("app", "shop/by-name", environment(SENTRY_DSN=OLD))
    held = (*rows("SENTRY_DSN"), *rows("GONE"))
    plan = build(new, deleted("app", APP, gone), held=held)
    assert sorted(calls(plan)) == [
        "delete GONE (preview) of application shop-web",
        "delete GONE of application shop-web",
    ]
    assert change(plan, "app", APP).action == Action.KEEP


def test_a_removal_that_may_hit_an_app_that_was_not_found_is_refused() -> None:
    """The provider refuses it as well: the app may be the very one."""
    lost = created("app", "shop/lost", environment(SENTRY_DSN=NEW) | {"uuid": None})
    gone = deleted("app", APP, environment(SENTRY_DSN=OLD))
    plan = build(lost, gone, held=rows("SENTRY_DSN"))
    assert calls(plan) == []
    assert change(plan, "app", APP).action == Action.SKIP
    assert "SENTRY_DSN" in change(plan, "app", APP).reason
    other = created("app", "shop/lost", environment(ELSE=NEW) | {"uuid": None})
    assert len(calls(build(other, gone, held=rows("SENTRY_DSN")))) == 2


def test_a_removal_leaves_what_another_entry_declares() -> None:
    """An app that moves is marked anew, and nothing of it is deleted."""
    moved = environment(SENTRY_DSN=OLD) | {"owner": "acme/studio"}
    gone = deleted("app", APP, environment(SENTRY_DSN=OLD))
    plan = build(created("app", "studio/shop-web", moved), gone, held=rows("SENTRY_DSN"))
    assert sorted(calls(plan)) == [
        "update SENTRY_DSN (preview) of application shop-web",
        "update SENTRY_DSN of application shop-web",
    ]


@pytest.mark.parametrize(("declared", "action"), [(OLD, Action.CHANGE), (NEW, Action.SKIP)])
def test_a_value_that_nobody_can_read_is_left_to_a_person(declared: str, action: Action) -> None:
    """An update that is about nothing else is no change, and is refused with its reason."""
    locked = rows("SENTRY_DSN", Unreadable.LOCKED)
    before, after = environment(SENTRY_DSN=OLD), environment(SENTRY_DSN=declared)
    step = updated(
        "app", APP, before, after | {"redeploy": "never" if declared == OLD else "if-needed"}
    )
    found = change(build(step, held=locked), "app", APP)
    assert found.action == action
    assert ("SENTRY_DSN" in found.reason) == (action == Action.SKIP)


def test_positions_are_those_of_the_manifest() -> None:
    """A team, an entry, its key and its app; what is gone has none."""
    gone = deleted("project", "old", PROJECT | {"slug": "old"}, is_retained=True)
    plan = build(TEAM_STEP, PROJECT_STEP, KEY_STEP, APP_STEP, gone)
    where = {(each.kind, each.name): each.position for each in plan.changes}
    assert where["project", "old"] == ""
    named = [where[each] for each in where if each != ("project", "old")]
    assert all(each.startswith("projects.yaml:") for each in named)
    assert len(set(named)) == len(named)


def test_changes_are_listed_worst_first() -> None:
    """Then by name."""
    gone = deleted("project", "old", PROJECT)
    plan = build(PROJECT_STEP, updated("team", "web", TEAM, TEAM | {"name": "W"}), gone)
    assert [each.action for each in plan.changes] == [
        Action.DELETE,
        Action.CHANGE,
        Action.CREATE,
    ]
    assert plan.operations == {
        PROJECT_STEP.urn: "create",
        urn("team", "web"): "update",
        urn("project", "old"): "delete",
    }


def test_what_was_observed_is_told_without_a_step() -> None:
    """Unreadable rows, notes, and what could not be checked."""
    outputs = {"unreadable": ["A"], "notes": ["moved"], "state": "unchecked", "reason": "503\nx"}
    looked = Refreshed(State(), State(outputs=outputs))
    found = replace(preview(), refreshed={urn("app", APP): looked})
    plan = build_plan(found, Answers(), manifest(), stack="tests", key=KEY)
    assert plan.unreadable == (f"{APP}: A",)
    assert plan.notes == (f"{APP}: moved",)
    assert [(each.name, each.reason) for each in plan.unchecked] == [(APP, "503")]
    assert plan.fleet == {"shop"}
    assert not plan.has_changes


def test_an_update_is_asked_with_what_was_recorded() -> None:
    """Rows that hold what was recorded are settled up to then."""
    step = updated("app", APP, environment(SENTRY_DSN=OLD), environment(SENTRY_DSN=NEW))
    outputs = {**environment(SENTRY_DSN=OLD), "settledAt": "2026-11-28T09:00:00+00:00"}
    state = State(inputs=environment(SENTRY_DSN=OLD), outputs=outputs)
    found = replace(preview(step), refreshed={step.urn: Refreshed(state, state)})
    (question,) = list_questions(found)
    settled = question.recorded.settlement(rows("SENTRY_DSN"))
    assert settled.unchanged == {"SENTRY_DSN"}
    assert settled.settled_at is not None
    assert question.recorded.settlement(rows("SENTRY_DSN", NEW)).unchanged == frozenset()
    owed = replace(question.recorded, outputs={**outputs, "owedRedeploy": True})
    assert owed.settlement(rows("SENTRY_DSN")).unchanged == ()
    assert replace(question.recorded, outputs={}).settlement(()) == Settlement()
    assert fingerprint(KEY, "x") != NEW


@pytest.mark.parametrize(("only", "count"), [(None, 1), ([], 0), ([PROJECT_STEP.urn], 1)])
def test_a_later_removal_is_a_change_of_the_run_that_is_about_it(
    only: list[str] | None, count: int
) -> None:
    """A repair of something else leaves it unrecorded."""
    old = State("shop", PROJECT, PROJECT, is_retained=True)
    found = replace(
        preview(),
        refreshed={PROJECT_STEP.urn: Refreshed(old, old)},
        declared={PROJECT_STEP.urn: State("shop", PROJECT)},
    )
    plan = build_plan(found, Answers(), manifest(), stack="tests", key=KEY, only=only)
    assert len(plan.changes) == count
    assert plan.has_changes == bool(count)
