"""
Measure Watchpost on this machine against the engine's own floor.

    script/bench [--projects 10,100,300] [--json FILE]

For each fleet size: up, second up and preview --refresh, with and without checkpoints, on the
sandbox. Each
is also run with providers that do nothing: that is the floor. The ratio is (seconds less the time
in which at
least one request was in flight) divided by the floor's seconds. All of it in one run, because
machines are noisy; nothing is asserted.

A project has two keys and one app of six variables. Sentry's and Coolify's rate limits are off.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.sandboxes import start_sandbox
from tests.whole.manifests import write_manifest
from tests.whole.program import Program, make_apps, prepare
from watchpost.render.table import render_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
COMMANDS: dict[str, Callable[[Program], int]] = {
    "up": lambda program: program.engine.up().exit_code,
    "second up": lambda program: program.engine.up().exit_code,
    "preview --refresh": lambda program: program.engine.preview().exit_code,
}
LAUNCHER = """\
#!/bin/sh
exec "$VIRTUAL_ENV/bin/python" -u {script} "$@"
"""


@dataclass(frozen=True)
class Measure:
    """One command on one fleet; times in seconds, requests counted by the sandbox."""

    projects: int
    checkpoints: bool
    command: str
    seconds: float
    sentry_requests: int
    coolify_requests: int
    in_flight_seconds: float
    floor_seconds: float

    @property
    def ratio(self) -> float:
        """How many times the floor our own work and the engine's take together."""
        return (self.seconds - self.in_flight_seconds) / self.floor_seconds


def main(argv: list[str]) -> int:
    """Measure all sizes, print a table as it grows, write JSON if asked."""
    parser = argparse.ArgumentParser(
        prog="script/bench",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--projects", default="10,100,300", help="fleet sizes")
    parser.add_argument("--json", type=Path, default=ROOT / ".watchpost" / "bench.json")
    options = parser.parse_args(argv)
    measures: list[Measure] = []
    for projects in (int(size) for size in options.projects.split(",")):
        for checkpoints in (True, False):
            print(
                f"{projects} projects, checkpoints {checkpoints} ...", file=sys.stderr, flush=True
            )
            measures += measure_fleet(projects, checkpoints=checkpoints)
    report = {
        **describe_machine(),
        "measures": [{**asdict(each), "ratio": each.ratio} for each in measures],
    }
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(render(measures))
    return 0


def measure_fleet(projects: int, *, checkpoints: bool) -> Iterator[Measure]:
    """All commands on one fleet: first with providers that do nothing, then with ours."""
    settings = {} if checkpoints else {"PULUMI_SKIP_CHECKPOINTS": "true"}
    with start_sandbox("empty", "--rate-limits", "none") as sandbox:
        make_apps(sandbox, [f"app-{number:03}" for number in range(projects)])
        sandbox.set_options(queue_limit=10 * projects)
        with tempfile.TemporaryDirectory() as folder:
            floor = prepare(Path(folder), sandbox, settings)
            make_idle(floor)
            floor.declare(fleet(projects))
            floor_seconds = {name: timed(floor, name) for name in COMMANDS}
        with tempfile.TemporaryDirectory() as folder:
            program = prepare(Path(folder), sandbox, settings)
            program.declare(fleet(projects))
            for name in COMMANDS:
                sandbox.clear_log()
                seconds = timed(program, name)
                yield Measure(
                    projects=projects,
                    checkpoints=checkpoints,
                    command=name,
                    seconds=seconds,
                    sentry_requests=program.requests("sentry"),
                    coolify_requests=program.requests("coolify"),
                    in_flight_seconds=busy_seconds(sandbox.log()),
                    floor_seconds=floor_seconds[name],
                )


def timed(program: Program, name: str) -> float:
    """Run one command, which must succeed, and say how long it took."""
    started = time.monotonic()
    exit_code = COMMANDS[name](program)
    seconds = time.monotonic() - started
    if exit_code:
        raise SystemExit(f"bench: {name} ended with {exit_code}")
    return seconds


def busy_seconds(requests: Iterable[dict[str, Any]]) -> float:
    """Length of the union of all requests' intervals."""
    total = 0.0
    until = 0.0
    for started, ended in sorted((each["started"], each["ended"]) for each in requests):
        total += max(0.0, ended - max(started, until))
        until = max(until, ended)
    return total


def fleet(projects: int) -> str:
    """A manifest of so many projects: two keys, one app, six variables each."""
    extra = {f"SENTRY_EXTRA_{number}": str(number) for number in range(4)}
    return write_manifest(
        {
            f"project-{number:03}": {
                "platform": "python",
                "keys": {"production": {"label": "Default"}, "preview": {}},
                "apps": [
                    {
                        "app": f"app-{number:03}",
                        "framework": "python",
                        "key": "production",
                        "preview_key": "preview",
                        "variables": extra,
                    }
                ],
            }
            for number in range(projects)
        },
        teams={"platform": {"name": "Platform"}},
    )


def make_idle(program: Program) -> None:
    """Put providers that do nothing in the place of ours."""
    for name in ("components", "providers"):
        (program.folder / name).unlink()
    shutil.copytree(ROOT / "components", program.folder / "components")
    target = program.folder / "components" / "coolify_provider.py"
    shutil.copyfile(ROOT / "script" / "idle" / "coolify_provider.py", target)
    launcher = program.folder / "providers" / "sentry" / "pulumi-resource-sentry"
    launcher.parent.mkdir(parents=True)
    launcher.write_text(LAUNCHER.format(script=ROOT / "script" / "idle" / "sentry_plugin.py"))
    launcher.chmod(0o755)


def describe_machine() -> dict[str, Any]:
    """When and on what this was measured."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "python": platform.python_version(),
    }


def render(measures: Iterable[Measure]) -> str:
    """The table, a row per command."""
    heading = (
        "projects",
        "checkpoints",
        "command",
        "seconds",
        "requests to Sentry",
        "to Coolify",
        "in flight s",
        "floor s",
        "ratio",
    )
    rows = [
        (
            str(each.projects),
            "on" if each.checkpoints else "off",
            each.command,
            f"{each.seconds:.1f}",
            str(each.sentry_requests),
            str(each.coolify_requests),
            f"{each.in_flight_seconds:.1f}",
            f"{each.floor_seconds:.1f}",
            f"{each.ratio:.2f}",
        )
        for each in measures
    ]
    return render_table(heading, rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
