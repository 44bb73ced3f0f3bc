"""One app's errors, from its crash to the agent that works on it, on real parts."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from tests.whole.command import assert_fit_to_be_seen, environment_of, run
from tests.whole.manifests import API, write_manifest
from tests.whole.observed import finish_deployments
from watchpost.agents.failures import DENIAL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.whole.program import Program

pytestmark = pytest.mark.whole
APP = Path(__file__).with_name("health_app.py")
STUDIO = {**API, "name": "Studio", "apps": [{"app": "studio-api", "framework": "fastapi"}]}
REASON = "total() asks the price list for kettles now"
SHORT_ID = "ACME-SHOP-1"


@dataclass(frozen=True)
class Agent:
    """A coding agent: a client of the protocol that calls tools and reads what they answer."""

    client: Client
    program: Program

    async def call(self, tool: str, **arguments: object) -> str:
        """The text that one tool answers; all of the answer must be fit to be seen."""
        result = await self.client.call_tool(f"project_{tool}", arguments)
        text = "\n".join(each.text for each in result.content if each.type == "text")
        assert_fit_to_be_seen(self.program, f"{text}{result.structured_content}")
        return text


@pytest.fixture
def wired(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Two projects, each with an app that runs with the variables that `pulumi up` gave it."""
    program.declare(write_manifest({"shop": API, "studio": STUDIO}))
    program.up()
    for app in ("shop-api", "studio-api"):
        finish_deployments(program.sandbox, app)
    monkeypatch.setenv("WATCHPOST_AUDIT_LOG", str(program.folder / "audit.jsonl"))
    return program


def crash(program: Program, app: str, release: str, *words: str) -> None:
    """Run an app with the variables that its container has; its image knows its release."""
    path = f"/coolify/applications/{app}/running-environment"
    variables = program.sandbox.control("GET", path)["runtime"]
    done = subprocess.run(
        [sys.executable, APP.name, *words],
        cwd=APP.parent,
        env={**variables, "SENTRY_RELEASE": release},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "KeyError" in done.stderr


@asynccontextmanager
async def agent_of(program: Program, entry: str) -> AsyncIterator[Agent]:
    """An agent that works on one project: it starts a server, which needs no passphrase."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "watchpost", "mcp", "--project", entry],
        env=environment_of(program, PULUMI_CONFIG_PASSPHRASE=""),
        cwd=program.folder,
    )
    async with Client(server) as client:
        yield Agent(client, program)


async def work_on_shop(program: Program) -> dict[str, str]:
    """What an agent does at the start of a chat; what it is told, by step."""
    async with agent_of(program, "shop") as agent:
        recent = await agent.call("recent_errors")
        (short_id,) = re.findall(r"^([A-Z-]+-\w+): error", recent, re.MULTILINE)
        return {
            "wiring": await agent.call("wiring"),
            "recent": recent,
            "detail": await agent.call("error_detail", issueId=short_id),
            "resolved": await agent.call("error_resolve", issueId=short_id, reason=REASON),
        }


async def work_on_studio(program: Program, number: str) -> tuple[str, set[str]]:
    """What another project's agent sees of its own, and what it is told of the shop's issue."""
    async with agent_of(program, "studio") as agent:
        own = await agent.call("recent_errors") + await agent.call("wiring")
        told = set()
        for issue in (number, SHORT_ID, SHORT_ID.lower()):
            told.add(await agent.call("error_detail", issueId=issue))
            told.add(await agent.call("error_resolve", issueId=issue, reason=REASON))
        return own, told


def test_an_error_reaches_the_agent_of_its_project_and_no_other(wired: Program) -> None:
    """
    An app crashes three times, the digest names it, its agent reads the detail and resolves it with
    a reason that the log keeps; it crashes again in a newer release, and the next preamble calls it
    a regression. Another project's agent sees none of it.
    """
    for order in ("1041", "1042", "1043"):
        crash(wired, "shop-api", "shop@1.0.0", order, "tea", "kettle")
    crash(wired, "studio-api", "studio@7", "1", "lamp")

    digest = run(wired, "health", "shop")
    assert "shop, last 6h: 1 new, 0 regressed, 0 still growing" in digest
    assert f"{SHORT_ID}: new; 3 events, 3 users" in digest
    assert "KeyError: 'kettle'" in digest

    told = anyio.run(work_on_shop, wired)
    assert told["wiring"].startswith("Wiring of project shop: wired.")
    assert "cost += PRICES[item]" in told["detail"]
    assert "order 1043 has 2 items" in told["detail"]
    assert "shop@1.0.0" in told["detail"]
    assert told["resolved"].strip() == f"{SHORT_ID} is resolved now; it was unresolved."
    log = run(wired, "health", "shop", "--log")
    assert f"agent of shop: resolve {SHORT_ID}" in log
    assert REASON in log
    assert run(wired, "health", "shop", "--format", "preamble") == ""

    crash(wired, "shop-api", "shop@1.1.0", "1044", "kettle")
    preamble = run(wired, "health", "shop", "--format", "preamble")
    assert preamble.startswith("[PROJECT HEALTH]\nshop, last 6h: 0 new, 1 regressed")
    assert f"{SHORT_ID}: regressed; 4 events, 4 users" in preamble
    assert "latest release: shop@1.1.0" in preamble

    issue = shop_issue(wired)
    own, denials = anyio.run(work_on_studio, wired, str(issue["id"]))
    assert "KeyError: 'lamp'" in own
    assert "Wiring of project studio: wired." in own
    assert "shop" not in own.lower()
    assert "kettle" not in own
    assert denials == {DENIAL}
    assert shop_issue(wired)["status"] == "unresolved"
    for text in (digest, preamble, *told.values()):
        assert "lamp" not in text
        assert "studio" not in text.lower()


def shop_issue(program: Program) -> dict[str, Any]:
    """The shop's only issue as Sentry keeps it."""
    issues = program.sandbox.state()["sentry"]["sentry_issues"]
    (issue,) = (each for each in issues if "kettle" in each["title"])
    return issue
