"""
`watchpost mcp` as a process of its own, in a checkout that has a stack's name and no engine.

Does not: check anything; a test does.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.agents.served import Fleet

ROOT = Path(__file__).resolve().parents[3]
_LISTENING = re.compile(r"listening on (http://\S+)")
STOP_SECONDS = 20.0


def environment_of(fleet: Fleet, **variables: str) -> dict[str, str]:
    """What whoever runs the server has set."""
    (fleet.folder / "Pulumi.yaml").write_text("name: watchpost\nruntime: python\n")
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "COVERAGE_PROCESS_START": os.environ.get("COVERAGE_PROCESS_START", ""),
        "WATCHPOST_STACK": "tests",
        "WATCHPOST_AUDIT_LOG": str(fleet.folder / "audit.jsonl"),
        "SENTRY_BASE_URL": fleet.sandbox.sentry_url,
        "SENTRY_AUTH_TOKEN": fleet.sandbox.tokens["sentry"]["internal"],
        "COOLIFY_URL": fleet.sandbox.coolify_url,
        "COOLIFY_TOKEN": fleet.sandbox.tokens["coolify"]["root"],
        **variables,
    }


@contextlib.contextmanager
def listening(
    fleet: Fleet, *arguments: str
) -> Iterator[tuple[str, subprocess.Popen[str], list[str]]]:
    """Run a `watchpost mcp --http` command: its address, the process, its first lines."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=fleet.folder,
        env=environment_of(fleet),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        lines: list[str] = []
        while not (found := _LISTENING.search(lines[-1] if lines else "")):
            line = process.stderr.readline()
            assert line, f"it ended: {lines}"
            lines.append(line)
        yield found[1], process, lines
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
