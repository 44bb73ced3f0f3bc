"""What an agent is told while a service fails: one short sentence, and nothing of why."""

from __future__ import annotations

import gc
import json
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from tests.clients.agents.agent import call, text_of
from tests.clients.agents.served import NOBODY, QUICK, Fleet, serving
from tests.clients.agents.waiting import wait_for
from watchpost.agents.callers import Caller
from watchpost.agents.desk import Manners

if TYPE_CHECKING:
    from pathlib import Path

    from watchpost.agents.answers import Answer
    from watchpost.coolify import CoolifyClient

SHOP = {"projectId": "shop"}
AGENT = Caller("shop-agent", frozenset({"shop"}), may_resolve=True)
REASON = "totals are optional since 1.4.2, see #123"
SECRET = "what nobody should see"
UNCLEAR = "The issue may or may not be resolved now."


@pytest.fixture(autouse=True)
def audit_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An audit log of this test."""
    path = tmp_path / "audit.jsonl"
    monkeypatch.setenv("WATCHPOST_AUDIT_LOG", str(path))
    return path


def outcomes(path: Path) -> list[str]:
    """What the audit log says became of each act."""
    return [json.loads(line)["outcome"] for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"status": 503, "body": SECRET}, "Sentry does not answer. Ask again in a few minutes."),
        ({"drop": "before"}, "Sentry does not answer. Ask again in a few minutes."),
        ({"status": 429, "headers": {"Retry-After": "30"}}, "Sentry's rate limit is reached. Ask"),
        ({"status": 401, "body": SECRET}, "Sentry refuses this server's token. Tell whoever runs"),
        (
            {
                "status": 403,
                "body": {"detail": SECRET},
                "headers": {"WWW-Authenticate": 'error="insufficient_scope" scope="event:read"'},
            },
            "This server's token may not do that in Sentry.",
        ),
        ({"status": 200, "body": [SECRET]}, "Sentry answered something that this server does not"),
        ({"status": 200, "body": {"id": SECRET}}, "Sentry answered something that this server"),
        ({"latency_seconds": 1.0}, "Sentry took too long to answer. Ask again in a minute."),
    ],
    ids=["503", "dropped", "429", "401", "403", "another form", "incomplete", "slow"],
)
def test_a_failure_of_sentry_is_one_sentence(
    fleet: Fleet, fault: dict[str, Any], told: str
) -> None:
    """Each failure has its own, for every tool that reads; none shows a word of the answer."""
    token = fleet.grant("shop-agent", "shop")
    fleet.sandbox.add_fault(service="sentry", **fault)
    manners = Manners(step_seconds=QUICK.step_seconds, patience_seconds=0.4)
    with serving(fleet, fleet.desk(manners)) as url:
        answers = [
            call(url, token, "project_recent_errors", **SHOP),
            call(url, token, "project_error_detail", **SHOP, issueId=fleet.issue("shop")),
        ]
    for answer in answers:
        text = text_of(answer)
        assert answer.is_error
        assert text.startswith(told)
        assert len(text) < 200
        assert "http" not in text
    assert len(fleet.requests()) <= 2
    assert SECRET not in repr(answers)
    assert "Traceback" not in "".join(fleet.lines)


def test_a_sentry_that_is_down(fleet: Fleet) -> None:
    """Nobody listens at its address: said in a sentence that does not name the address."""
    token = fleet.grant("shop-agent", "shop")
    sentry = fleet.sentry("token", NOBODY)
    with serving(fleet, fleet.desk(sentry=sentry)) as url:
        answer = call(url, token, "project_recent_errors", **SHOP)
        wiring = call(url, token, "project_wiring", **SHOP)
    assert text_of(answer) == "Sentry does not answer. Ask again in a few minutes."
    assert wiring.structured_content["sentry"]["state"] == "unchecked"
    assert "127.0.0.1" not in text_of(answer) + text_of(wiring)


def test_a_sentry_that_is_slow_is_waited_for(fleet: Fleet) -> None:
    """An answer that comes late but within the patience is told."""
    token = fleet.grant("shop-agent", "shop")
    fleet.sandbox.add_fault(service="sentry", latency_seconds=0.3)
    with serving(fleet, fleet.desk()) as url:
        assert "TeapotLost" in text_of(call(url, token, "project_recent_errors", **SHOP))


def test_a_coolify_that_is_down_is_told_as_unchecked(fleet: Fleet) -> None:
    """The wiring is told as far as Sentry goes."""
    token = fleet.grant("shop-agent", "shop")
    fleet.sandbox.add_fault(service="coolify", status=503)
    with serving(fleet, fleet.desk()) as url:
        answer = call(url, token, "project_wiring", **SHOP)
    assert answer.structured_content["state"] == "unchecked"
    assert "no answer from Coolify" in text_of(answer)
    assert fleet.sandbox.writes() == []


def test_a_token_without_the_scope_cannot_resolve(fleet: Fleet, audit_log: Path) -> None:
    """The refusal of Sentry is told as such, and the audit log says that nothing was done."""
    token = fleet.grant("shop-agent", "shop", may_resolve=True)
    readonly = fleet.sentry(fleet.sandbox.tokens["sentry"]["readonly"])
    sent = {**SHOP, "issueId": fleet.issue("shop"), "reason": REASON}
    with serving(fleet, fleet.desk(sentry=readonly)) as url:
        answer = call(url, token, "project_error_resolve", **sent)
    assert text_of(answer).startswith("This server's token may not do that in Sentry.")
    assert outcomes(audit_log) == ["intended", "refused"]


def test_a_write_of_unknown_fate_says_so(fleet: Fleet, audit_log: Path) -> None:
    """Sentry applied it and broke off: the agent is told to look, and nothing is sent twice."""
    token = fleet.grant("shop-agent", "shop", may_resolve=True)
    fleet.sandbox.add_fault(service="sentry", method="PUT", drop="after")
    sent = {**SHOP, "issueId": fleet.issue("shop"), "reason": REASON}
    with serving(fleet, fleet.desk()) as url:
        answer = call(url, token, "project_error_resolve", **sent)
    assert text_of(answer).startswith(UNCLEAR)
    assert len(fleet.sandbox.writes()) == 1
    assert outcomes(audit_log) == ["intended", "unclear"]


def test_a_write_with_a_strange_answer_may_have_been_made(fleet: Fleet, audit_log: Path) -> None:
    """An answer to a write that means nothing to us is told like none."""
    token = fleet.grant("shop-agent", "shop", may_resolve=True)
    fleet.sandbox.add_fault(service="sentry", method="PUT", status=200, body=[SECRET])
    sent = {**SHOP, "issueId": fleet.issue("shop"), "reason": REASON}
    with serving(fleet, fleet.desk()) as url:
        answer = call(url, token, "project_error_resolve", **sent)
    assert text_of(answer).startswith(UNCLEAR)
    assert outcomes(audit_log) == ["intended", "unclear"]


def test_a_write_whose_outcome_is_not_kept_may_have_been_made(
    fleet: Fleet, audit_log: Path
) -> None:
    """The audit log is gone when the issue is resolved: that is not told as nothing done."""
    desk = fleet.desk()
    fleet.sandbox.add_fault(service="sentry", method="PUT", latency_seconds=0.4)
    sent = {**SHOP, "issueId": fleet.issue("shop"), "reason": REASON}
    answers: list[Answer] = []

    async def resolve() -> None:
        answers.append(await desk.call(AGENT, "project_error_resolve", sent))

    def lose_the_log() -> None:
        wait_for(audit_log.exists)
        audit_log.unlink()
        audit_log.mkdir()

    async def both() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(resolve)
            tasks.start_soon(anyio.to_thread.run_sync, lose_the_log)

    anyio.run(both)
    assert answers[0].text.startswith(UNCLEAR)
    assert "is resolved, but the audit log holds the intention alone" in "".join(fleet.lines)


def test_a_release_that_sentry_does_not_know(fleet: Fleet, audit_log: Path) -> None:
    """The agent is told that the release is the fault, and that nothing was changed."""
    token = fleet.grant("shop-agent", "shop", may_resolve=True)
    sent = {**SHOP, "issueId": fleet.issue("shop"), "reason": REASON, "inRelease": "ledger@9"}
    with serving(fleet, fleet.desk()) as url:
        answer = call(url, token, "project_error_resolve", **sent)
    assert text_of(answer).startswith("Sentry refused that, and nothing was changed.")
    assert "inRelease" in text_of(answer)
    assert outcomes(audit_log) == ["intended", "refused"]


def test_no_audit_log_no_change(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the reason cannot be kept nothing is resolved; the log says which file it is about."""
    monkeypatch.setenv("WATCHPOST_AUDIT_LOG", str(fleet.folder))
    token = fleet.grant("shop-agent", "shop", may_resolve=True)
    sent = {**SHOP, "issueId": fleet.issue("shop"), "reason": REASON}
    with serving(fleet, fleet.desk()) as url:
        answer = call(url, token, "project_error_resolve", **sent)
    assert text_of(answer).startswith("This server is not set up for that.")
    assert fleet.sandbox.writes() == []
    assert "SettingsError: the audit log cannot be used" in "".join(fleet.lines)


def test_a_bug_of_ours_is_called_one(fleet: Fleet) -> None:
    """The agent reads BUG, the log has the kind and the place, neither has the error's text."""

    def connect() -> CoolifyClient:
        raise RuntimeError(SECRET)

    token = fleet.grant("shop-agent", "shop")
    with serving(fleet, fleet.desk(connect_coolify=connect)) as url:
        answer = call(url, token, "project_wiring", **SHOP)
    assert text_of(answer).startswith("BUG: this server failed by a fault of its own.")
    assert f"BUG: RuntimeError at {__name__}:" in "\n".join(fleet.lines)
    assert SECRET not in text_of(answer) + "".join(fleet.lines)


def test_a_write_outlives_its_caller(fleet: Fleet, audit_log: Path) -> None:
    """Who hangs up while an issue is being resolved leaves no act without an outcome."""
    desk = fleet.desk()
    fleet.sandbox.add_fault(service="sentry", method="PUT", latency_seconds=0.4)
    sent = {**SHOP, "issueId": fleet.issue("shop"), "reason": REASON}

    async def hang_up() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(desk.call, AGENT, "project_error_resolve", sent)
            await anyio.to_thread.run_sync(wait_for, audit_log.exists)
            tasks.cancel_scope.cancel()
        await desk.finish_writes()

    anyio.run(hang_up)
    assert outcomes(audit_log) == ["intended", "done"]


def test_slow_looks_leave_room(fleet: Fleet) -> None:
    """Of one caller's thirty calls four are under way; who gives up makes no room for a fifth."""
    desk = fleet.desk(Manners(step_seconds=0, patience_seconds=0.2))
    fleet.sandbox.add_fault(service="sentry", latency_seconds=0.8)
    answers: list[Answer] = []

    async def ask() -> None:
        answers.append(await desk.call(AGENT, "project_recent_errors", SHOP))

    async def crowd() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(30):
                tasks.start_soon(ask)

    anyio.run(crowd)
    assert {answer.text for answer in answers} == {
        "Sentry took too long to answer. Ask again in a minute."
    }
    wait_for(lambda: len(fleet.requests()) == 8)  # two of each; none of a fifth follows
    assert len([each for each in fleet.requests() if "/projects/" in each]) == 4


def test_a_failure_that_nobody_waited_for_is_not_logged(
    fleet: Fleet, caplog: pytest.LogCaptureFixture
) -> None:
    """What fails after its caller gave up is gone; Python's own word for it would tell a path."""
    desk = fleet.desk(Manners(step_seconds=0, patience_seconds=0.1))
    fleet.sandbox.add_fault(service="sentry", latency_seconds=0.3, status=503)

    async def give_up() -> None:
        answer = await desk.call(AGENT, "project_recent_errors", SHOP)
        assert answer.text.startswith("Sentry took too long to answer.")
        await anyio.to_thread.run_sync(wait_for, lambda: len(fleet.requests()) == 1)
        await anyio.sleep(0.2)  # in which the thread that asked learns of it

    anyio.run(give_up)
    gc.collect()
    assert caplog.text == ""


def test_slow_looks_of_one_caller_hold_up_no_other(fleet: Fleet) -> None:
    """While all calls of one project hang, those of another are answered."""
    desk = fleet.desk(Manners(step_seconds=0, patience_seconds=5))
    other = Caller("ledger-agent", frozenset({"ledger"}), may_resolve=False)
    fleet.sandbox.add_fault(service="sentry", path="acme-shop", latency_seconds=1.0)
    told: list[str] = []

    async def ask(caller: Caller, project: str) -> None:
        answer = await desk.call(caller, "project_recent_errors", {"projectId": project})
        told.append(answer.text.partition(":")[0])

    async def crowd() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(12):
                tasks.start_soon(ask, AGENT, "shop")
            await anyio.lowlevel.checkpoint()  # in which they begin
            await ask(other, "ledger")
            tasks.cancel_scope.cancel()

    anyio.run(crowd)
    assert told == ["ledger"]
    wait_for(lambda: len(fleet.requests()) == 10)  # what was given up ends all the same
