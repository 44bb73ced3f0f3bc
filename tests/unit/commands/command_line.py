"""
Runs the command line as a user would: in a process of its own.

Does not: import anything of ours.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def run(
    *arguments: str, folder: Path = ROOT, variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `python -m watchpost` with *arguments* in *folder* and return what came of it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **(variables or {})}
    return subprocess.run(
        [sys.executable, "-m", "watchpost", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
