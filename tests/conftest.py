"""
Fixtures that every test may ask for: a sandbox of each profile. And the figures at a run's end.

One process per profile and pytest worker, put back to its seed, with all limits, options, faults
and the log reset, before each test. What a test does to it is gone in the next.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests import tallies
from tests.postgres import RunningPostgres, start_postgres
from tests.sandboxes import RunningSandbox, start_sandbox

_COUNTED = "watchpost_tallies"


class Restorable:
    """A sandbox with what it takes to put it back to how it began."""

    def __init__(self, running: RunningSandbox) -> None:
        self.running = running
        self.snapshot = running.take_snapshot()
        self.limits = running.control("GET", "/limits")
        self.options = running.control("GET", "/options")

    def restored(self) -> RunningSandbox:
        """The sandbox as it began."""
        self.running.restore(self.snapshot)
        self.running.control("PUT", "/limits", self.limits)
        self.running.control("PATCH", "/options", self.options)
        return self.running


@pytest.fixture(scope="session")
def contracts_process() -> Iterator[Restorable]:
    """The worker's process with the profile contracts."""
    with start_sandbox("contracts") as running:
        yield Restorable(running)


@pytest.fixture(scope="session")
def demo_process() -> Iterator[Restorable]:
    """The worker's process with the profile demo."""
    with start_sandbox("demo") as running:
        yield Restorable(running)


@pytest.fixture(scope="session")
def empty_process() -> Iterator[Restorable]:
    """The worker's process with the profile empty."""
    with start_sandbox("empty") as running:
        yield Restorable(running)


@pytest.fixture
def contracts_sandbox(contracts_process: Restorable) -> RunningSandbox:
    """A sandbox that holds what the recorded scenarios expect."""
    return contracts_process.restored()


@pytest.fixture
def demo_sandbox(demo_process: Restorable) -> RunningSandbox:
    """A sandbox that holds the demo's fleet."""
    return demo_process.restored()


@pytest.fixture
def empty_sandbox(empty_process: Restorable) -> RunningSandbox:
    """A sandbox that holds one organization, one team and the tokens."""
    return empty_process.restored()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand a worker's counts to the process that reports."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_COUNTED] = tallies.take()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take a worker's counts; one that was killed has none."""
    tallies.add_all(getattr(node, "workeroutput", {}).get(_COUNTED, {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell of how many attempts how many got through."""
    for line in tallies.lines():
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def postgres_process() -> Iterator[RunningPostgres]:
    """The worker's PostgreSQL 15."""
    with start_postgres() as running:
        yield running


@pytest.fixture
def postgres(postgres_process: RunningPostgres) -> RunningPostgres:
    """A PostgreSQL 15 with an empty database."""
    postgres_process.reset()
    return postgres_process


_LOOPS: list[asyncio.AbstractEventLoop] = []


@pytest.fixture
def current_loop() -> None:
    """
    A current event loop, which Pulumi's mocks want and `asyncio.run` takes away.

    It is kept and never closed: its threads, which the mocks give loops of their own, end with it.
    """
    if not _LOOPS:
        _LOOPS.append(asyncio.new_event_loop())
    asyncio.set_event_loop(_LOOPS[0])
