"""
The engine's run of a reviewed plan: with its permit, without checkpoints, to be interrupted once.

The first interrupt asks the engine to finish what runs and to begin nothing new; a second one asks
it to end at once, which gives the lock back; a third one kills it. SIGTERM, with which runners end
a job, is an interrupt too. Either way the next apply completes what is left: every create looks
first.

Does not: judge the plan. Source: design.md 9; docs/adr/0003-upsert-and-skipped-checkpoints.md,
docs/adr/0010-plans-are-hashed-and-permitted.md.
"""

from __future__ import annotations

import contextlib
import signal
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost.applying.outcome import Outcome, Tracker
from watchpost.engine import explain_failure
from watchpost.errors import ReadOnly
from watchpost.permit import PERMIT_VARIABLE, render_permit
from watchpost.plan import make_permit
from watchpost.transport import READ_ONLY_VARIABLE, is_read_only

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    from watchpost.engine import Engine, Finished
    from watchpost.planning import Planned

_INTERRUPTS = (signal.SIGINT, signal.SIGTERM)
_UP = ("up", "--yes", "--skip-preview", "--json", "--continue-on-error")


@dataclass
class Run:
    """One run of the engine that may be interrupted."""

    process: subprocess.Popen[str] | None = None
    interrupts: int = 0
    is_stopping: bool = False
    tell: Callable[[str], object] = field(default=lambda _: None)

    def started(self, process: subprocess.Popen[str]) -> None:
        """Remember the process that interrupts go to; one that came too early is passed on."""
        self.process = process
        if self.is_stopping:
            self._send(signal.SIGINT)

    def stop(self) -> None:
        """Ask the engine, once, to finish what runs and to begin nothing new."""
        if not self.is_stopping:
            self.is_stopping = True
            self._send(signal.SIGINT)

    def interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        """Take one interrupt of a person or of a runner."""
        self.interrupts += 1
        if self.interrupts == 1:
            self._say("interrupted: finishing what runs; interrupt again to end at once")
            self.stop()
        elif self.interrupts == 2:  # noqa: PLR2004 - the second one
            self._say("interrupted again: ending at once")
            self._send(signal.SIGINT)
        else:
            self._send(signal.SIGKILL)

    def _say(self, line: str) -> None:
        """Tell it, unless the signal came in the middle of another line."""
        with contextlib.suppress(RuntimeError):
            self.tell(line)

    def _send(self, number: int) -> None:
        """Signal the engine, not the plugins that do its work; they end with it."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)


def apply_plan(
    engine: Engine,
    planned: Planned,
    tell: Callable[[str], object],
    *,
    targets: Sequence[str] = (),
) -> Outcome:
    """
    Carry out a plan.

    Args:
        engine: The stack.
        planned: The plan and its preview.
        tell: Called with a line of progress.
        targets: URNs; empty means all.

    Raises:
        ReadOnly: Writes are switched off for this session.
        SettingsError: The engine did not begin: a lock, a passphrase, a broken state.
    """
    raise_if_writes_are_off()
    run = Run(tell=tell)
    tracker = Tracker(planned.plan, tell, run.stop)
    started = time.monotonic()
    with _permit_file(planned) as file, _interrupts_to(run):
        done = engine.with_settings(_settings(file)).stream(
            *_UP,
            *(word for urn in targets for word in ("--target", urn)),
            on_event=tracker.take,
            on_start=run.started,
        )
    if not run.interrupts:
        _raise_if_not_begun(engine, done, tracker)
    return tracker.finish(
        time.monotonic() - started,
        was_interrupted=run.interrupts > 0,
        errors=_unexplained(done, tracker, was_interrupted=run.interrupts > 0),
    )


def raise_if_writes_are_off() -> None:
    """
    Refuse where somebody has switched writes off for this session: they mean it.

    Raises:
        ReadOnly: Says by which variable.
    """
    if is_read_only():
        raise ReadOnly(
            READ_ONLY_VARIABLE,
            "writes are switched off here, so that nothing was applied",
            fix=f"unset {READ_ONLY_VARIABLE}, if writes are meant",
        )


def _settings(permit: Path) -> dict[str, str]:
    return {
        PERMIT_VARIABLE: str(permit),
        READ_ONLY_VARIABLE: "",
        "PULUMI_SKIP_CHECKPOINTS": "true",
    }


@contextlib.contextmanager
def _permit_file(planned: Planned) -> Iterator[Path]:
    """Write the permit where only this user can read it; it is gone after the run."""
    with tempfile.TemporaryDirectory(prefix="watchpost-") as folder:
        path = Path(folder, "permit.json")
        permit = make_permit(planned.plan, planned.preview)
        path.write_text(render_permit(permit), encoding="utf-8")
        yield path


@contextlib.contextmanager
def _interrupts_to(run: Run) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, run.interrupt) for each in _INTERRUPTS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _raise_if_not_begun(engine: Engine, done: Finished, tracker: Tracker) -> None:
    begun = tracker.stages or tracker.said or tracker.errors
    if done.exit_code and not begun:
        raise explain_failure(f"stack {engine.stack}", done)


def _unexplained(done: Finished, tracker: Tracker, *, was_interrupted: bool) -> list[str]:
    """Errors of a run that failed although nothing in it did."""
    if not done.exit_code or tracker.said or tracker.errors or was_interrupted:
        return []
    if any(stage == "failed" for stage in tracker.stages.values()):
        return []
    return [str(explain_failure("engine", done))]
