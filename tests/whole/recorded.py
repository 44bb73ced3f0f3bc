"""
A program whose requests go through a recorder, planned and applied in this process.

Does not: assert; tests do.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.whole.program import prepare
from tests.whole.recorder import start_recorder
from tests.whole.written import read_names, translate
from watchpost.applying import apply_plan
from watchpost.planning import observe_plan
from watchpost.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from tests.sandboxes import RunningSandbox
    from tests.whole.program import Program
    from tests.whole.recorder import Recorder
    from watchpost.applying import Outcome
    from watchpost.plan import Plan
    from watchpost.planning import Planned


@dataclass(frozen=True)
class Recorded:
    """A program and the recorder between it and the sandbox."""

    program: Program
    recorder: Recorder

    @property
    def sandbox(self) -> RunningSandbox:
        """Both services."""
        return self.program.sandbox

    def plan(self) -> Planned:
        """Make a plan; what it sends is kept until `recorder.take`."""
        return observe_plan(Workspace(self.program.folder, self.program.engine))

    def apply(
        self, planned: Planned, tell: Callable[[str], object] = lambda _: None
    ) -> tuple[Outcome, Counter[str]]:
        """Apply a plan; the outcome, and what was sent in a plan's words."""
        self.recorder.take()
        before = self.sandbox.state()
        outcome = apply_plan(self.program.engine, planned, tell)
        names = read_names(before, self.sandbox.state())
        return outcome, translate(self.recorder.take(), names)


def announced(plan: Plan) -> Counter[str]:
    """Every write that a plan announces, in its words, counted."""
    return Counter(f"{each.service}: {each.what}" for each in plan.calls)


@contextlib.contextmanager
def prepare_recorded(
    folder: Path, sandbox: RunningSandbox, environment: pytest.MonkeyPatch
) -> Iterator[Recorded]:
    """Make a program in *folder*; its settings are set for this process, too."""
    services = {"sentry": sandbox.sentry_url, "coolify": sandbox.coolify_url}
    with start_recorder(**services) as recorder:
        urls = {
            "SENTRY_BASE_URL": recorder.urls["sentry"],
            "COOLIFY_URL": recorder.urls["coolify"],
        }
        program = prepare(folder, sandbox, urls)
        for name, value in program.engine.environment.items():
            environment.setenv(name, value)
        yield Recorded(program, recorder)
