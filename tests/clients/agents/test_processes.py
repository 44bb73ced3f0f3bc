"""`watchpost mcp` as users run it: over stdio and HTTP, its end, its refusals, its log."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.clients.agents.agent import call, text_of, visit
from tests.clients.agents.processes import STOP_SECONDS, environment_of, listening
from tests.clients.agents.served import Fleet, serving
from tests.clients.agents.sitting import REASON, drive
from tests.clients.agents.waiting import wait_for
from tests.clients.agents.wire import ENVELOPE, LIST, connect, request
from tests.sandboxes import send
from watchpost.commands import VERBS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_stdio_opens_every_tool(fleet: Fleet, tmp_path: Path, mode: str) -> None:
    """`watchpost mcp --project shop` serves it in both eras, without engine or passphrase."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", *shlex.split(VERBS["mcp"].examples[0])],
        env=environment_of(fleet),
        cwd=fleet.folder,
    )
    errors = tmp_path / "stderr"

    async def sit() -> None:
        with errors.open("w") as stream:
            transport = stdio_client(server, errlog=stream)
            async with Client(transport, mode=mode, cache=None) as client:
                await drive(client, fleet, {})

    anyio.run(sit)
    assert errors.read_text() == ""
    (first, _) = (fleet.folder / "audit.jsonl").read_text().splitlines()
    assert json.loads(first)["actor"] == "agent of shop"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_stdio_ends_by_a_signal(fleet: Fleet, number: signal.Signals, code: int) -> None:
    """While it waits for the client's next line: 0 for SIGTERM, 130 for SIGINT, nothing printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "watchpost", "mcp", "--project", "shop"],
        cwd=fleet.folder,
        env=environment_of(fleet),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "x", "version": "1"},
    }
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    process.send_signal(number)
    assert process.wait(STOP_SECONDS) == code
    _, errors = process.communicate()
    assert errors == ""


def test_a_signal_over_stdio_cuts_no_write_off(fleet: Fleet) -> None:
    """What is being resolved is seen through to its line in the audit log."""
    process = subprocess.Popen(
        [sys.executable, "-m", "watchpost", "mcp", "--project", "shop"],
        cwd=fleet.folder,
        env=environment_of(fleet),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    sent = {"issueId": fleet.issue("shop"), "reason": REASON}
    params = {"name": "project_error_resolve", "arguments": sent, **ENVELOPE}
    fleet.sandbox.add_fault(service="sentry", method="PUT", latency_seconds=0.5)
    audit_log = fleet.folder / "audit.jsonl"
    assert process.stdin is not None
    process.stdin.write(json.dumps({**LIST, "method": "tools/call", "params": params}) + "\n")
    process.stdin.flush()
    wait_for(audit_log.exists)
    process.terminate()
    assert process.wait(STOP_SECONDS) == 0
    assert process.communicate()[1] == ""
    outcomes = [json.loads(line)["outcome"] for line in audit_log.read_text().splitlines()]
    assert outcomes == ["intended", "done"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_http_serves_and_ends(fleet: Fleet, number: signal.Signals, code: int) -> None:
    """The tools are served until a signal comes, and no secret is in the log."""
    token = fleet.grant("shop-agent", "shop", may_resolve=True)
    serve = "watchpost mcp --http 127.0.0.1:0 --grants grants.yaml"
    with listening(fleet, *serve.split()) as (url, process, lines):
        visit(url, token, lambda client: drive(client, fleet, {"projectId": "shop"}))
        process.send_signal(number)
        assert process.wait(STOP_SECONDS) == code
        assert process.stderr is not None
        log = "".join([*lines, *process.stderr.readlines()])
    assert "shop-agent project_error_resolve answered" in log
    assert "Traceback" not in log
    for secret in (token, "Teapot", REASON, fleet.sandbox.tokens["sentry"]["internal"]):
        assert secret not in log


def test_an_impatient_end_cuts_no_write_off(fleet: Fleet) -> None:
    """Who presses Ctrl-C again and again waits for what is being resolved, and reads no stack."""
    token = fleet.grant("lead", "shop", may_resolve=True)
    sent = {"projectId": "shop", "issueId": fleet.issue("shop"), "reason": REASON}
    params = {"name": "project_error_resolve", "arguments": sent}
    fleet.sandbox.add_fault(service="sentry", method="PUT", latency_seconds=1.6)
    audit_log = fleet.folder / "audit.jsonl"
    with (
        listening(fleet, *shlex.split("watchpost mcp --http 127.0.0.1:0 --grants grants.yaml")) as (
            url,
            process,
            _,
        ),
        connect(url) as connection,
    ):
        connection.sendall(request(token, {**LIST, "method": "tools/call", "params": params}))
        wait_for(audit_log.exists)
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.4)
        assert process.stderr is not None
        told = process.stderr.read()
    assert process.returncode == 130
    outcomes = [json.loads(line)["outcome"] for line in audit_log.read_text().splitlines()]
    assert outcomes == ["intended", "done"]
    assert "Traceback" not in told


def test_a_token_is_revoked_while_it_serves(fleet: Fleet) -> None:
    """Taking the block out of the file is enough: the very next request is refused."""
    kept, gone = fleet.grant("kept", "shop"), fleet.grant("gone", "shop")
    serve = VERBS["mcp"].examples[1].replace(":8765", ":0")
    with listening(fleet, *shlex.split(serve)) as (url, _, __):
        assert not call(url, gone, "project_wiring", projectId="shop").is_error
        blocks = fleet.grants.read_text().split("  - ")
        fleet.grants.write_text("  - ".join(each for each in blocks if "name: gone" not in each))
        assert not call(url, kept, "project_wiring", projectId="shop").is_error
        assert send("POST", url, token=gone, body={}).status == 401
        assert send("POST", url, token=kept, body={}).status == 400


def test_a_new_project_needs_no_restart(fleet: Fleet) -> None:
    """An entry added to the manifest is served; a manifest that breaks leaves all as it was."""
    token = fleet.grant("platform", "shop", "studio")
    manifest = fleet.folder / "projects.yaml"
    with serving(fleet, fleet.desk()) as url:
        before = call(url, token, "project_recent_errors", projectId="studio")
        assert text_of(before).startswith("There is no such project or issue")
        text = manifest.read_text()
        manifest.write_text(text.replace("\n  vault:", "\n  studio:"))
        found = call(url, token, "project_recent_errors", projectId="studio")
        assert "OcelotLost" in text_of(found)
        manifest.write_text("version: 1")
        again = call(url, token, "project_recent_errors", projectId="studio")
        assert not again.is_error
    told = [line for line in fleet.lines if "projects.yaml" in line]
    assert len(told) == 2
    assert "read again, 3 projects" in told[0]
    assert "not taken over: " in told[1]
