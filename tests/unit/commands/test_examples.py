"""The examples in the help of the verbs that need no stack run as they stand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from watchpost.commands import VERBS

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = [example for verb in ("schema", "validate") for example in VERBS[verb].examples]


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_runs(tmp_path: Path, example: str) -> None:
    """In a folder with a manifest, the example ends with 0 and complains of nothing."""
    for folder in ("fleet", "docs", "bin"):
        (tmp_path / folder).mkdir()
    for place in ("projects.yaml", "fleet/projects.yaml"):
        shutil.copy(ROOT / "projects.yaml", tmp_path / place)
    command = tmp_path / "bin" / "watchpost"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m watchpost "$@"\n')
    command.chmod(0o755)
    path = os.pathsep.join([str(command.parent), os.environ["PATH"]])
    done = subprocess.run(
        ["sh", "-c", example],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
