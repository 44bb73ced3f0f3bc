"""
The command line on a stack of the tests, run as a user would: in a process of its own.

Every run is looked through: no traceback, no token, no key of a DSN may be shown, whatever went
wrong.

Does not: know a verb.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from tests.whole.program import BUILD_TOKEN, FINGERPRINT_KEY, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandboxes import RunningSandbox
    from tests.whole.program import Program

PATIENCE_SECONDS = 60.0
DSN = re.compile(r"://[0-9a-f]{32}@")


def environment_of(program: Program, **variables: str) -> dict[str, str]:
    """What a user has set; *variables* come on top, an empty one is taken away."""
    found = {
        **os.environ,
        **program.engine.environment,
        "WATCHPOST_STACK": "tests",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
        **variables,
    }
    return {name: value for name, value in found.items() if value or name not in variables}


def run(program: Program, *arguments: str, code: int | None = 0, **variables: str) -> str:
    """Run `watchpost`, which must end with *code* (None: any but a bug); return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "watchpost", *arguments],
        cwd=program.folder,
        env=environment_of(program, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=3 * PATIENCE_SECONDS,
    )
    printed = done.stdout + done.stderr
    assert code is None or done.returncode == code, f"ended with {done.returncode}\n{printed}"
    assert_fit_to_be_seen(program, printed)
    return printed


def start(program: Program, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start `watchpost` and go on; it prints both outputs to one pipe unless *options* say more."""
    wanted: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        **options,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "watchpost", *arguments],
        cwd=program.folder,
        env=environment_of(program),
        text=True,
        **wanted,
    )


def finish(program: Program, process: subprocess.Popen[str], code: int) -> str:
    """Wait for a command that was started, which must end with *code*; return what it printed."""
    printed, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == code, f"ended with {process.returncode}\n{printed}"
    assert_fit_to_be_seen(program, printed or "")
    return printed or ""


def assert_fit_to_be_seen(program: Program, text: str) -> None:
    """No traceback, and no secret."""
    assert "Traceback" not in text, text
    assert "BUG:" not in text, text
    environment = program.engine.environment
    secrets = [environment["SENTRY_AUTH_TOKEN"], environment["COOLIFY_TOKEN"]]
    for secret in (*secrets, BUILD_TOKEN, FINGERPRINT_KEY):
        assert secret not in text
    assert not DSN.search(text), text


def wait_until(is_so: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait until *is_so*, while the process runs; polls, because the sandbox tells no events."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "it did not come to it"
        time.sleep(0.02)


def wait_for_first_write(sandbox: RunningSandbox, process: subprocess.Popen[str]) -> None:
    """Wait until a service has answered a write: the apply is in the middle."""
    wait_until(sandbox.writes, process)
