"""
Measure what `watchpost plan` costs over the engine's own preview.

    script/bench plan [--projects 100] [--changed 10] [--rounds 5]

One fleet is applied, then some apps are edited by hand. `pulumi preview --refresh --json` and
`watchpost plan` run in turns, so that a slow moment of the machine meets both; the ratio is that of
their medians. Requests are counted: a plan may ask for one more per changed app. Nothing is
asserted.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from script.bench import describe_machine, fleet
from tests.sandboxes import start_sandbox
from tests.whole.program import Program, make_apps, prepare
from watchpost.render.table import render_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandboxes import RunningSandbox

SETTINGS = {"PULUMI_SKIP_CHECKPOINTS": "true"}
CHANGES_FOUND = 2


def main(argv: list[str]) -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        prog="script/bench plan",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--projects", type=int, default=100, help="size of the fleet")
    parser.add_argument("--changed", type=int, default=10, help="apps with pending changes")
    parser.add_argument("--rounds", type=int, default=5, help="times that each is measured")
    options = parser.parse_args(argv)
    with (
        start_sandbox("empty", "--rate-limits", "none") as sandbox,
        tempfile.TemporaryDirectory() as folder,
    ):
        program = make_fleet(Path(folder), sandbox, options.projects, options.changed)
        print(measure(program, options.rounds))
    print(describe_machine())
    return 0


def make_fleet(folder: Path, sandbox: RunningSandbox, projects: int, changed: int) -> Program:
    """An applied fleet, some of whose apps were edited by hand since."""
    names = [f"app-{number:03}" for number in range(projects)]
    make_apps(sandbox, names)
    sandbox.set_options(queue_limit=10 * projects)
    program = prepare(folder, sandbox, SETTINGS)
    program.declare(fleet(projects))
    program.up()
    for name in names[:changed]:
        rows = sandbox.control("GET", f"/coolify/applications/{name}/rows")["rows"]
        row = next(each for each in rows if each["key"] == "SENTRY_EXTRA_0")
        sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": "edited"})
    return program


def measure(program: Program, rounds: int) -> str:
    """Run both in turns and compare their medians."""
    commands: dict[str, Callable[[], int]] = {
        "pulumi preview --refresh --json": lambda: preview(program),
        "watchpost plan": lambda: plan(program),
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    requests: dict[str, tuple[int, int]] = {}
    for _ in range(rounds):
        for name, run in commands.items():
            program.sandbox.clear_log()
            started = time.monotonic()
            code = run()
            seconds[name].append(time.monotonic() - started)
            requests[name] = program.requests("sentry"), program.requests("coolify")
            if code not in (0, CHANGES_FOUND):
                raise SystemExit(f"bench: {name} ended with {code}")
    floor = median(seconds["pulumi preview --refresh --json"])
    rows = [
        (
            name,
            f"{median(taken):.2f}",
            f"{min(taken):.2f} to {max(taken):.2f}",
            *(str(count) for count in requests[name]),
            f"{median(taken) / floor:.2f}",
        )
        for name, taken in seconds.items()
    ]
    heading = ("command", "median s", "range s", "requests to Sentry", "to Coolify", "ratio")
    return render_table(heading, rows)


def preview(program: Program) -> int:
    """Run the engine's own preview."""
    return program.engine.run("preview", "--refresh", "--json").exit_code


def plan(program: Program) -> int:
    """Run our plan as a person would."""
    command = [sys.executable, "-m", "watchpost", "plan", "--stack", program.engine.stack]
    done = subprocess.run(
        [*command, "--cwd", str(program.folder), "--detailed-exitcode"],
        env={**os.environ, **program.engine.environment},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
