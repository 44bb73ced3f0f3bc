"""
A plan is complete: what an apply then sends is exactly what the plan announced, for random fleets.

One run of the engine holds three fleets, each with its own world before, its first apply, edits of
its manifest and of both services, and a second apply. On a failure the seed, the manifest, what was
done by hand, and both lists are shown; `FLEETS_SEED=7 pytest ...` runs that seed alone.
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.whole.program import BUILD_TOKEN
from tests.whole.random_edits import edit_manifest
from tests.whole.random_fleets import RandomFleet, World, render
from tests.whole.random_hands import edit_services, finish_deployments
from tests.whole.recorded import Recorded, announced, prepare_recorded
from watchpost.plan import Action, compute_hash
from watchpost.render.plan_json import PlanDocument, render_plan_json
from watchpost.reviewing import review_plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.sandboxes import RunningSandbox
    from watchpost.plan import Plan
    from watchpost.planning import Planned

pytestmark = pytest.mark.whole
RUNS = 10
FLEETS_PER_RUN = 3
SEEDS = [int(os.environ["FLEETS_SEED"])] if "FLEETS_SEED" in os.environ else range(RUNS)


class Run:
    """Random fleets of one seed, in a program whose requests are recorded."""

    def __init__(self, recorded: Recorded, seed: int) -> None:
        self.recorded = recorded
        self.world = World(recorded.sandbox)
        self.seed = seed
        self.fleets = [
            RandomFleet(Random(f"{seed}/{number}"), f"f{number}")  # noqa: S311  # no secret
            for number in range(FLEETS_PER_RUN)
        ]

    def plan(self) -> Planned:
        """Make a plan, which must send no write, be valid and hold no value."""
        self.recorded.recorder.take()
        planned = self.recorded.plan()
        assert self.recorded.recorder.take() == [], "a plan must not write"
        text = render_plan_json(review_plan(planned))
        PlanDocument.model_validate_json(text)
        assert not [each for each in self.secrets() if each in text]
        return planned

    def apply(self, planned: Planned) -> None:
        """Apply a plan; what is sent must be what it announces."""
        outcome, sent = self.recorded.apply(planned)
        told = f"{self.describe(planned.plan)}\n{dict(outcome.results)}\n{dict(outcome.reasons)}"
        expected = announced(planned.plan)
        assert sent == expected, (
            f"announced, not sent: {dict(expected - sent)}\n"
            f"sent, not announced: {dict(sent - expected)}\n{told}"
        )
        assert set(outcome.results.values()) <= {"done", "skipped"}, told
        assert not outcome.was_stopped, told

    def expect_nothing_left(self) -> None:
        """A plan after an apply holds nothing but what was refused."""
        plan = self.plan().plan
        left = [each for each in plan.changes if each.action != Action.SKIP]
        assert left == [], f"{left}\n{self.describe(plan)}"

    def secrets(self) -> set[str]:
        """Every value and DSN that a plan must not show."""
        state = self.recorded.sandbox.state()
        values = {each["value"] or "" for each in state["coolify"]["coolify_rows"]}
        keys = {f"{each['public']}@" for each in state["sentry"]["sentry_keys"]}
        keys |= {each["secret"] for each in state["sentry"]["sentry_keys"]}
        return {each for each in values if "plain-" in each or "//" in each} | keys | {BUILD_TOKEN}

    def describe(self, plan: Plan) -> str:
        """All that a failing seed is understood from."""
        changes = "\n".join(
            f"  {each.action.word} {each.kind} {each.name} {each.reason}"
            f" {[call.what for call in each.calls]}"
            for each in plan.changes
        )
        stories = "\n".join(f"  {line}" for each in self.fleets for line in each.story)
        manifest = (self.recorded.program.folder / "projects.yaml").read_text(encoding="utf-8")
        return f"seed {self.seed}\n{changes}\n{stories}\n{manifest}"

    def declare(self) -> None:
        """Write the manifest."""
        self.recorded.program.declare(render(self.fleets))


@pytest.fixture
def run(
    tmp_path: Path,
    empty_sandbox: RunningSandbox,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Run]:
    """Random fleets of one seed against an empty sandbox, through the recorder."""
    with prepare_recorded(tmp_path, empty_sandbox, monkeypatch) as recorded:
        yield Run(recorded, request.param)


@pytest.mark.parametrize("run", SEEDS, indirect=True)
def test_an_apply_sends_what_its_plan_announced(run: Run) -> None:
    """
    Twice: from the world before, and after edits of everything. Plans repeat, with equal hashes,
    and one that follows an apply is empty but for what was refused.
    """
    for fleet in run.fleets:
        fleet.populate()
        run.world.make(fleet)
    run.declare()
    first = run.plan()
    if run.seed % 2 == 0:
        assert compute_hash(run.plan().plan) == compute_hash(first.plan)
    run.apply(first)
    for fleet in run.fleets:
        finish_deployments(run.world, fleet)
    run.expect_nothing_left()
    for fleet in run.fleets:
        edit_manifest(fleet)
        edit_services(run.world, fleet)
    run.declare()
    run.apply(run.plan())
    run.expect_nothing_left()
