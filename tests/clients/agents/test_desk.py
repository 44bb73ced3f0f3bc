"""The desk, where it must hold though what is behind it does not."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import anyio
import pytest

from watchpost.agents.answers import Answer
from watchpost.agents.callers import Caller
from watchpost.agents.desk import Manners
from watchpost.agents.digests import NO_ARGUMENTS
from watchpost.agents.failures import DENIAL
from watchpost.health.model import no_such_issue

if TYPE_CHECKING:
    from tests.clients.agents.served import Fleet
    from watchpost.agents.desk import Desk
    from watchpost.agents.looks import Look, Question, Services

AGENT = Caller("shop-agent", frozenset({"shop"}), may_resolve=True)
QUICK = Manners(step_seconds=0)


def ask(desk: Desk, project: str, look: Look, *, is_write: bool = False) -> Answer:
    """Ask one question."""

    async def run() -> Answer:
        return await desk.ask(AGENT, project, look, NO_ARGUMENTS, is_write=is_write)

    return anyio.run(run)


@pytest.mark.parametrize("project", ["ledger", "nobody"])
def test_what_is_answered_to_nobody_is_told_to_nobody(fleet: Fleet, project: str) -> None:
    """A denied call is denied, even if a service knew the project that cannot exist."""

    def answer(_: Services, question: Question) -> Answer:
        assert question.project.slug.startswith("none-")
        return Answer("what somebody else may see", {})

    assert ask(fleet.desk(QUICK), project, answer) == Answer(DENIAL, outcome="denied")


def test_what_only_looks_cannot_write(fleet: Fleet) -> None:
    """A look that tries to change something is stopped before anything is sent."""

    def write(services: Services, _: Question) -> Answer:
        services.sentry.transport.request("PUT", "/api/0/organizations/acme/issues/", json={})
        return Answer("written", {})

    desk = fleet.desk(QUICK)
    assert ask(desk, "shop", write).text == "Changes are switched off on this server."
    assert fleet.sandbox.writes() == []


def test_denials_are_given_in_the_order_of_their_calls(fleet: Fleet) -> None:
    """However long Sentry takes for one: the grid is counted from when a call began."""
    desk = fleet.desk(Manners(step_seconds=2.0))
    was_second_looked_for = threading.Event()
    denied: list[str] = []

    def first(_: Services, __: Question) -> Answer:
        assert was_second_looked_for.wait(20)
        time.sleep(0.05)  # in which the second one would be answered
        raise no_such_issue()

    def second(_: Services, __: Question) -> Answer:
        was_second_looked_for.set()
        raise no_such_issue()

    async def call(look: Look) -> None:
        answer = await desk.ask(AGENT, "shop", look, NO_ARGUMENTS)
        assert answer.text == DENIAL
        denied.append(look.__name__)

    async def both() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call, first)
            tasks.start_soon(call, second)

    anyio.run(both)
    assert denied == ["first", "second"]
