"""Hostile events, sent by the public DSN and read by an agent with every tool it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests import tallies
from tests.clients.agents.agent import text_of, visit
from tests.clients.agents.served import Fleet, serving
from tests.hostile import CASES, Case, check_answer, check_document
from tests.hostile.sending import send_event

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from mcp import Client

SHOP = {"projectId": "shop"}
REASON = "the hostile event was looked at"


def test_every_tool_holds_hostile_events(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that an event says leaves the one fence of an answer, or gets into its figures."""
    monkeypatch.setenv("WATCHPOST_AUDIT_LOG", str(tmp_path / "audit.jsonl"))
    token = fleet.grant("shop-agent", "shop", may_resolve=True)

    async def sit(client: Client) -> dict[str, list[str]]:
        for issue in fleet.issues["shop"]:
            await _resolve(client, issue["id"])
        found = {case.name: await _look(client, fleet, case) for case in CASES}
        wiring = await client.call_tool("project_wiring", SHOP)
        return {**found, "wiring": _judge(wiring, Case("any of them", dict))}

    with serving(fleet, fleet.desk()) as url:
        faults = visit(url, token, sit)
    leaked = {name: found for name, found in faults.items() if found}
    tallies.add("hostile events sent, agents", len(CASES), len(leaked))
    assert leaked == {}
    assert [line for line in fleet.lines if "zorblax" in line.casefold()] == []


async def _look(client: Client, fleet: Fleet, case: Case) -> list[str]:
    """Send the case's event twice, use every tool on it, and say what is wrong with the answers."""
    answers = [
        each.status for each in send_event(fleet.sandbox, "acme", "acme-shop", case.make(), 2)
    ]
    recent = await client.call_tool("project_recent_errors", SHOP)
    faults = _judge(recent, case)
    for issue in recent.structured_content["errors"]:
        sent = {**SHOP, "issueId": issue["issueId"]}
        faults += _judge(await client.call_tool("project_error_detail", sent), case)
    (message,) = (await client.get_prompt("project_health", SHOP)).messages
    faults += check_answer(getattr(message.content, "text", ""), case)
    for issue in recent.structured_content["errors"]:
        faults += _judge(await _resolve(client, issue["issueId"]), case)
    is_told = len(recent.structured_content["errors"]) == (1 if answers == [200, 200] else 0)
    return faults if is_told else [*faults, "the issue is not told"]


async def _resolve(client: Client, issue: str) -> Any:
    sent = {**SHOP, "issueId": issue, "reason": REASON}
    return await client.call_tool("project_error_resolve", sent)


def _judge(answer: Any, case: Case) -> list[str]:
    figures = check_document(answer.structured_content, case, frozenset())
    return [*check_answer(text_of(answer), case), *figures]
