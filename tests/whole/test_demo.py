"""The demo, as a newcomer runs it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.whole
ROOT = Path(__file__).resolve().parents[2]


def test_demo_runs_and_leaves_nothing_that_git_sees() -> None:
    """`script/demo` ends with 0, shows drift and repair, and leaves only ignored files."""
    status = ["git", "-C", str(ROOT), "status", "--porcelain", "--untracked-files=all"]
    before = subprocess.run(status, capture_output=True, text=True, check=True).stdout
    done = subprocess.run(
        [str(ROOT / "script" / "demo")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No change and no write." in done.stdout
    assert "exit code 7" in done.stdout
    assert "Drift check: clean" in done.stdout
    assert subprocess.run(status, capture_output=True, text=True, check=True).stdout == before
