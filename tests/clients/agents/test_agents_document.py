"""The page on coding agents: each of its snippets is run, or read as what it stands for."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.clients.agents.agent import visit
from tests.clients.agents.processes import environment_of, listening
from tests.clients.agents.served import Fleet, serving
from watchpost.__main__ import main
from watchpost.agents.arguments import InvalidArguments, read_arguments
from watchpost.agents.failures import DENIAL
from watchpost.agents.grants import parse_grants
from watchpost.agents.lines import write_line
from watchpost.agents.tools import TOOLS

if TYPE_CHECKING:
    from mcp_types import ListToolsResult

PAGE = (Path(__file__).resolve().parents[3] / "docs/agents.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    """The snippets of one kind."""
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def servers() -> list[dict[str, Any]]:
    """What the JSON snippets say of the server, stdio first."""
    return [json.loads(block)["mcpServers"]["watchpost"] for block in blocks("json")]


async def list_tools(client: Client) -> ListToolsResult:
    """What a client does first."""
    return await client.list_tools()


def test_the_snippet_for_stdio_starts_a_server(fleet: Fleet) -> None:
    """With this checkout in the place of its own and the tokens that it hands on, it serves."""
    stdio, _ = servers()
    arguments = [str(fleet.folder) if each == "/srv/fleet" else each for each in stdio["args"]]
    assert stdio["command"] == "watchpost"
    known = environment_of(fleet)
    handed = {name: known.pop(name) for name, value in stdio["env"].items() if value[2:-1] == name}
    assert [name for name in known if name.endswith("_TOKEN")] == []
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "watchpost", *arguments], env={**known, **handed}
    )

    async def sit() -> ListToolsResult:
        async with Client(stdio_client(server), cache=None) as client:
            return await list_tools(client)

    assert [tool.name for tool in anyio.run(sit).tools] == list(TOOLS)


def test_the_snippet_for_http_reaches_a_server(fleet: Fleet) -> None:
    """Its path and its header are those of a server with grants."""
    _, http = servers()
    token = fleet.grant("shop-agent", "shop")
    header = http["headers"]["Authorization"].replace("${WATCHPOST_AGENT_TOKEN}", token)
    assert header == f"Bearer {token}"
    with serving(fleet, fleet.desk()) as url:
        assert url.endswith(http["url"].removeprefix("https://agents.example.com"))
        tools = visit(url, header.removeprefix("Bearer "), list_tools).tools
    assert [tool.name for tool in tools] == [each for each in TOOLS if "resolve" not in each]


def test_the_grants_are_grants() -> None:
    """The YAML is read as a grants file is."""
    (block,) = blocks("yaml")
    (grant,) = parse_grants(block, "docs/agents.md").grants
    assert grant.caller.projects == {"shop"}


def test_the_commands_run(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those that make tokens make them; those that serve listen, on a free port."""
    monkeypatch.chdir(fleet.folder)
    commands = [
        line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines()
    ]
    assert len(commands) == 5
    making = [each for each in commands if "--new-token" in each]
    for command in making:
        assert main(shlex.split(command)[1:]) == 0
        assert capsys.readouterr().out.startswith("watchpost_")
    for command in set(commands).difference(making):
        with listening(fleet, *shlex.split(command.replace(":8765", ":0"))) as (url, _, __):
            assert url.endswith("/mcp")


def test_the_log_looks_so(capsys: pytest.CaptureFixture[str]) -> None:
    """A line has the time in UTC, as the page shows it."""
    (block,) = blocks("text")
    write_line("POST 200 31 ms shop-agent project_recent_errors answered")
    shown = block.splitlines()[1]
    assert re.sub(r"\d", "0", capsys.readouterr().err) == re.sub(r"\d", "0", f"{shown}\n")


def test_the_tools_take_what_the_page_says() -> None:
    """Each tool is in the table with its arguments, and with no other."""
    rows = {
        cells[1].strip(" `"): cells[2]
        for line in PAGE.splitlines()
        if (cells := line.split("|"))[1:2]
    }
    for name, tool in TOOLS.items():
        with pytest.raises(InvalidArguments, match=r"it has|must be") as caught:
            read_arguments(tool.arguments, {"zorblax": 1}, is_bound=True)
        has = str(caught.value).partition("it has ")[2].removesuffix(".")
        told = re.findall(r"`(\w+)`", rows[name])
        assert ", ".join(told) == ("" if has == "none" else has)


def test_the_denial_is_quoted() -> None:
    """The page quotes its first sentence."""
    assert f'"{DENIAL.partition(". ")[0]}."' in PAGE
