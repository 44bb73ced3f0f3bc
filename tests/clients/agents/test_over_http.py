"""The server over HTTP, driven by the SDK's own client, with tokens and without."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import anyio
import pytest
from mcp.shared.exceptions import MCPError

from tests.clients.agents.agent import Call, call, call_all, text_of, visit
from tests.clients.agents.served import QUICK, Fleet, send_error, serving
from tests.clients.agents.sitting import ALL, READING, REASON, drive
from tests.unit.manifest.documents import app, entry, manifest, write
from watchpost.agents.callers import Caller
from watchpost.agents.desk import Manners

if TYPE_CHECKING:
    from pathlib import Path

    from mcp import Client

SHOP = {"projectId": "shop"}
BOUND = Manners(bound="shop", step_seconds=QUICK.step_seconds)
LOCAL = Caller("agent of shop", frozenset({"shop"}), may_resolve=True)


@pytest.fixture(autouse=True)
def audit_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An audit log of this test."""
    path = tmp_path / "audit.jsonl"
    monkeypatch.setenv("WATCHPOST_AUDIT_LOG", str(path))
    return path


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_token_opens_every_tool(fleet: Fleet, audit_log: Path, mode: str) -> None:
    """In both eras of the protocol; the reason is kept with the grant's name."""
    token = fleet.grant("shop-agent", "shop", may_resolve=True)
    with serving(fleet, fleet.desk()) as url:
        visit(url, token, lambda client: drive(client, fleet, SHOP), mode)
    lines = [json.loads(line) for line in audit_log.read_text().splitlines()]
    assert [line["outcome"] for line in lines] == ["intended", "done"]
    assert {(line["actor"], line["reason"]) for line in lines} == {("shop-agent", REASON)}
    assert {line.split()[4] for line in fleet.lines if line.startswith("POST")} == {"shop-agent"}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_one_fixed_project_needs_no_name(fleet: Fleet, mode: str) -> None:
    """Then no schema, prompt or address has a project; a call that names one is refused."""
    with serving(fleet, fleet.desk(BOUND), caller=LOCAL) as url:
        visit(url, "", lambda client: drive(client, fleet, {}), mode)
        fleet.sandbox.clear_log()
        answer = call(url, "", "project_recent_errors", projectId="shop")
    assert answer.is_error
    assert "an argument that this tool does not have; it has since, limit" in text_of(answer)
    assert fleet.requests() == []


def test_a_fixed_project_can_ask_for_tokens_too(fleet: Fleet) -> None:
    """A token of another project is let in and sees nothing of the fixed one."""
    tokens = {name: fleet.grant(name, name) for name in ("shop", "ledger")}
    with serving(fleet, fleet.desk(BOUND)) as url:
        assert not call(url, tokens["shop"], "project_recent_errors").is_error
        denied = call(url, tokens["ledger"], "project_recent_errors")
    assert text_of(denied).startswith("There is no such project or issue")


def test_two_tokens_at_once_see_their_own(fleet: Fleet) -> None:
    """Twenty calls of two agents side by side: each reads its project, and never the other's."""
    tokens = {name: fleet.grant(name, name) for name in ("shop", "ledger")}
    seen: dict[str, str] = {}

    with serving(fleet, fleet.desk()) as url:

        async def both() -> None:
            async with anyio.create_task_group() as tasks:
                for name in tokens:
                    tasks.start_soon(anyio.to_thread.run_sync, ask, name)

        def ask(name: str) -> None:
            calls = [("project_recent_errors", {"projectId": name})] * 10
            seen[name] = "".join(map(text_of, call_all(url, tokens[name], calls)))

        anyio.run(both)
    assert seen["shop"].count("TeapotLost: ") == seen["ledger"].count("QuetzalLost: ") == 10
    assert "Quetzal" not in seen["shop"]
    assert "Teapot" not in seen["ledger"]


def test_who_may_not_resolve_has_no_tool_for_it(fleet: Fleet) -> None:
    """Such a token, a server that is read-only, and a process that is: three tools, none writes."""
    reader = fleet.grant("reader", "shop")
    writer = fleet.grant("writer", "shop", may_resolve=True)
    sent = {**SHOP, "issueId": fleet.issue("shop"), "reason": REASON}

    async def look(client: Client) -> None:
        assert [tool.name for tool in (await client.list_tools()).tools] == READING
        with pytest.raises(MCPError, match="There is no such tool here"):
            await client.call_tool("project_error_resolve", sent)

    with serving(fleet, fleet.desk()) as url:
        visit(url, reader, look)
    with serving(fleet, fleet.desk(Manners(is_read_only=True))) as url:
        visit(url, writer, look)
    assert fleet.sandbox.writes() == []


def test_a_read_only_process_has_no_tool_that_writes(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WATCHPOST_READ_ONLY takes the tool away, whatever a token may."""
    token = fleet.grant("writer", "shop", may_resolve=True)
    with serving(fleet, fleet.desk()) as url:

        async def names(client: Client) -> list[str]:
            return [tool.name for tool in (await client.list_tools()).tools]

        assert visit(url, token, names) == ALL
        monkeypatch.setenv("WATCHPOST_READ_ONLY", "1")
        assert visit(url, token, names) == READING


def test_unknown_names_are_not_repeated(fleet: Fleet) -> None:
    """A tool, a prompt and an address that do not exist: one sentence each, nothing of them."""
    token = fleet.grant("shop-agent", "shop")

    async def ask(client: Client) -> list[str]:
        told = []
        for attempt in (
            client.call_tool("zorblax", {}),
            client.get_prompt("zorblax"),
            client.get_prompt("project_health"),
            client.get_prompt("project_health", {**SHOP, "zorblax": "1"}),
            client.read_resource("zorblax://shop/digest"),
            client.read_resource("watchpost:///digest"),
            client.read_resource("watchpost://digest"),
            client.read_resource(f"watchpost://{'zorblax' * 40}/digest"),
        ):
            with pytest.raises(MCPError) as caught:
                await attempt
            told.append(str(caught.value))
        return told

    with serving(fleet, fleet.desk()) as url:
        told = visit(url, token, ask)
    assert set(told) == {"There is no such tool here.", "There is no such resource or prompt here."}


def declare_much(fleet: Fleet) -> None:
    """Give the project 40 more keys and 40 more apps, none of which is there yet."""
    keys = {"production": {"label": "Default"}, **{f"key-{n}": {} for n in range(40)}}
    apps = [app(app=f"a-rather-long-name-of-an-app-{n}", key="production") for n in range(40)]
    shop = entry(keys=keys, slug="acme-shop", apps=apps)
    write(fleet.folder, manifest(projects={"shop": shop}))


@pytest.mark.parametrize("most", [3_000, 8_000])
def test_an_answer_is_as_long_as_was_said(fleet: Fleet, most: int) -> None:
    """Text and figures together, with many issues, keys and apps; what is left out is told."""
    declare_much(fleet)
    for number in range(40):
        send_error(fleet.sandbox, "shop", f"Kind{chr(65 + number)}", "long " * 200)
    token = fleet.grant("shop-agent", "shop")
    calls: list[Call] = [
        ("project_recent_errors", {**SHOP, "limit": 50}),
        ("project_error_detail", {**SHOP, "issueId": fleet.issue("shop")}),
        ("project_wiring", SHOP),
    ]
    with serving(fleet, fleet.desk(most_characters=most)) as url:
        answers = call_all(url, token, calls)
    for answer in answers:
        figures = json.dumps(answer.structured_content, separators=(",", ":"), ensure_ascii=False)
        assert len(text_of(answer)) + len(figures) <= most
    assert answers[0].structured_content["isComplete"] is False
    assert "there are more" in text_of(answers[0])
    assert answers[2].structured_content["leftOut"] > 50


def test_a_project_that_sentry_lacks_is_told_to_its_own_agent(fleet: Fleet) -> None:
    """Whoever may see it learns that it is not made yet; whoever may not gets the denial."""
    own, other = fleet.grant("own", "shop"), fleet.grant("other", "ledger")
    fleet.sandbox.sentry("DELETE", "/api/0/projects/acme/acme-shop/")
    with serving(fleet, fleet.desk()) as url:
        told = text_of(call(url, own, "project_recent_errors", projectId="shop"))
        denied = text_of(call(url, other, "project_recent_errors", projectId="shop"))
    assert told.startswith("Sentry has no such project yet")
    assert denied.startswith("There is no such project or issue")
