"""
Checks of what runs the program: engine, language host, Python, packages, the Sentry plugin.

Does not: ask a service or the state backend.

Source: pulumi-engine.md 0 and 5; docs/adr/0008-engine-from-go-modules.md.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost.diagnosis.case import PROJECT_FILE, run_command
from watchpost.diagnosis.finding import Finding, failure, ok, warning
from watchpost.diagnosis.interpreter import PACKAGES
from watchpost.engine import find_pulumi

if TYPE_CHECKING:
    from watchpost.diagnosis.case import Case

OLDEST_ENGINE = (3, 252, 0)
OLDEST_PYTHON = (3, 11)
PLUGIN = "pulumi-resource-sentry"
HOST = "pulumi-language-python"
LOCK = "requirements.lock"
PLUGIN_SECONDS = 30.0
_BOOTSTRAP = "run `script/bootstrap`"


def check_checkout(case: Case) -> Finding:
    """Pulumi.yaml is here and can be read."""
    name = case.project_file.get("name")
    return ok("checkout", f"{PROJECT_FILE} of project {name} in {case.folder}")


def check_engine(case: Case) -> Finding:
    """There is an engine, new enough not to delete what it imports."""
    path = find_pulumi(case.folder)
    done = run_command([path, "version"], case.environment)
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", done.stdout)
    if done.exit_code or not found:
        return failure("engine", f"{path} does not tell its version", _BOOTSTRAP)
    version = tuple(int(part) for part in found.groups())
    if version < OLDEST_ENGINE:
        return failure(
            "engine",
            f"pulumi {found[0]} at {path} is older than {_dotted(OLDEST_ENGINE)}",
            f"{_BOOTSTRAP}, or install a newer Pulumi: before that it deletes what it imports",
        )
    return ok("engine", f"pulumi {found[0]} at {path}")


def check_host(case: Case) -> Finding:
    """The engine's Python host lies beside the engine or on PATH."""
    beside = Path(find_pulumi(case.folder)).resolve().parent / HOST
    found = str(beside) if beside.exists() else shutil.which(HOST, path=case.environment["PATH"])
    if found is None:
        return failure("language host", f"no {HOST} beside pulumi or on PATH", _BOOTSTRAP)
    return ok("language host", found)


def check_python(case: Case) -> Finding:
    """The virtual environment that Pulumi.yaml names is there, new enough, and imports the SDK."""
    interpreter = case.interpreter
    if not interpreter.exists():
        return failure("python", f"no interpreter at {interpreter}", _BOOTSTRAP)
    seen = case.python
    version = seen.version
    if version < OLDEST_PYTHON:
        what = f"Python {_dotted(version)} is older than {_dotted(OLDEST_PYTHON)}"
        return failure("python", what, f"make .venv with a newer Python: {_BOOTSTRAP}")
    if seen.missing:
        return failure("python", f"cannot import {', '.join(seen.missing)}", _BOOTSTRAP)
    return ok("python", f"Python {_dotted(version)} at {interpreter}; imports Pulumi's SDK")


def check_packages(case: Case) -> Finding:
    """What is installed is what the lock file pins."""
    lock = case.folder / LOCK
    if not lock.is_file():
        cure = f"restore {LOCK} from the repository"
        return warning("packages", f"no {LOCK} here to compare with", cure)
    pinned = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock.read_text("utf-8"), re.MULTILINE))
    installed = case.python.packages
    others = [
        f"{name} {installed.get(name, 'missing')} (pinned: {pinned[name]})"
        for name in PACKAGES
        if name in pinned and installed.get(name) != pinned[name]
    ]
    if others:
        return warning("packages", f"not as pinned: {', '.join(others)}", _BOOTSTRAP)
    return ok("packages", f"as {LOCK} pins them")


def check_plugin(case: Case) -> Finding:
    """Our plugin lies where Pulumi.yaml says, and starts."""
    plugins = (case.project_file.get("plugins") or {}).get("providers") or []
    path = next((each.get("path") for each in plugins if each.get("name") == "sentry"), None)
    if path is None:
        what = f"{PROJECT_FILE} names no folder for the plugin `sentry`"
        return failure("sentry plugin", what, "add it under `plugins.providers`, as the README has")
    program = case.folder / str(path) / PLUGIN
    if not program.is_file() or not os.access(program, os.X_OK):
        cure = "restore it from the repository; it must be executable"
        return failure("sentry plugin", f"no program at {program}", cure)
    said = _start(program, case.environment)
    if not said.isdecimal():
        words = f": {said.splitlines()[-1]}" if said else ""
        return failure("sentry plugin", f"{program} does not start{words}", _BOOTSTRAP)
    return ok("sentry plugin", f"{program} starts")


def _start(program: Path, environment: dict[str, str]) -> str:
    """Start the plugin as the engine does, take its port or its complaint, and end it."""
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            [str(program), "127.0.0.1:1"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as process,
    ):
        try:
            port = _first_line(process)
        finally:
            process.kill()
        complaints.seek(0)
        return port or complaints.read().decode(errors="replace").strip()


def _first_line(process: subprocess.Popen[bytes]) -> str:
    latest, said = time.monotonic() + PLUGIN_SECONDS, b""
    if process.stdout is None:
        return ""
    while b"\n" not in said and (left := latest - time.monotonic()) > 0:
        if not select.select([process.stdout], [], [], left)[0]:
            break
        piece = os.read(process.stdout.fileno(), 4096)
        if not piece:
            break
        said += piece
    return said.decode(errors="replace").strip()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
