"""
Measure whether time tells an agent what it may not know: the denials side by side.

    script/bench agents [--calls 200] [--at-once 4]

A server with grants is called over HTTP by the SDK's own client: for a project that is not granted,
for one that does not exist, for an issue of another project, and for one that does not exist. They
take turns, so that a slow moment of the machine meets them alike. Medians are compared as a server
answers; with a Sentry that takes 0.3 s longer for an issue that exists; and without the grid of
time on which it answers, to show what that rounds away. Requests to Sentry are counted. Nothing is
asserted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import anyio

from script.bench import describe_machine
from tests.clients.agents.agent import visit
from tests.clients.agents.served import Fleet, make_fleet, serving
from tests.sandboxes import start_sandbox
from watchpost.agents.desk import Manners
from watchpost.agents.timing import STEP_SECONDS
from watchpost.render.table import render_table

if TYPE_CHECKING:
    from mcp import Client

TOOL = "project_error_detail"
SLOWER_SECONDS = 0.3
HEADING = ("denied", "median ms", "range ms", "of all medians", "requests to Sentry per call")


def main(argv: list[str]) -> int:
    """Measure with a fast and a slow Sentry and without the grid; print a table of each."""
    parser = argparse.ArgumentParser(
        prog="script/bench agents",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--calls", type=int, default=200, help="calls of each kind")
    parser.add_argument("--at-once", type=int, default=4, help="calls that are under way at once")
    options = parser.parse_args(argv)
    with (
        start_sandbox("demo", "--rate-limits", "none") as sandbox,
        tempfile.TemporaryDirectory() as folder,
    ):
        fleet = make_fleet(sandbox, Path(folder))
        token = fleet.grant("bench", "shop")
        for step, slower in ((STEP_SECONDS, 0.0), (STEP_SECONDS, SLOWER_SECONDS), (0.0, 0.0)):
            print(f"answers on a grid of {step:g} s; an issue that exists takes {slower:g} s more")
            if slower:
                path = f"/issues/{fleet.issue('ledger')}/"
                sandbox.add_fault(service="sentry", path=path, latency_seconds=slower)
            print(measure(fleet, token, Manners(step_seconds=step), options.calls, options.at_once))
            sandbox.clear_faults()
    print(describe_machine())
    return 0


def measure(fleet: Fleet, token: str, manners: Manners, calls: int, at_once: int) -> str:
    """Call each kind so many times, in turns; a table of the medians."""
    kinds = list_kinds(fleet)
    seconds: dict[str, list[float]] = {name: [] for name in kinds}

    async def one(client: Client, name: str, limiter: anyio.CapacityLimiter) -> None:
        async with limiter:
            began = time.perf_counter()
            answer = await client.call_tool(TOOL, kinds[name])
            seconds[name].append(time.perf_counter() - began)
            if not answer.is_error:
                raise SystemExit(f"bench: {name} was answered")

    async def all_of_them(client: Client) -> None:
        limiter = anyio.CapacityLimiter(at_once)
        async with anyio.create_task_group() as tasks:
            for _ in range(calls):
                for name in kinds:
                    tasks.start_soon(one, client, name, limiter)

    fleet.sandbox.clear_log()
    with serving(fleet, fleet.desk(manners)) as url:
        visit(url, token, all_of_them)
    return render(seconds, len(fleet.requests()) / (calls * len(kinds)))


def list_kinds(fleet: Fleet) -> dict[str, dict[str, Any]]:
    """The calls that are denied, by what is wrong with them."""
    issue = fleet.issue("ledger")
    return {
        "project not granted": {"projectId": "ledger", "issueId": issue},
        "project not there": {"projectId": "nobody", "issueId": issue},
        "issue of another": {"projectId": "shop", "issueId": issue},
        "issue not there": {"projectId": "shop", "issueId": "999999"},
    }


def render(seconds: dict[str, list[float]], requests: float) -> str:
    """The table, and how far the medians are apart."""
    medians = {name: median(taken) * 1000 for name, taken in seconds.items()}
    middle = median(medians.values())
    rows = [
        (
            name,
            f"{medians[name]:.1f}",
            f"{min(taken) * 1000:.1f} to {max(taken) * 1000:.1f}",
            f"{medians[name] / middle:.3f}",
            f"{requests:.2f}",
        )
        for name, taken in seconds.items()
    ]
    ratio = max(medians.values()) / min(medians.values())
    return f"{render_table(HEADING, rows)}\nlargest median / smallest: {ratio:.3f}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
