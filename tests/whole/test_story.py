"""The scripted story, as it is shown to newcomers: every chapter ends as it should."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.whole
ROOT = Path(__file__).resolve().parents[2]
CHAPTER = re.compile(r"^## .*$", re.MULTILINE)


def test_the_story_is_told_to_its_end() -> None:
    """
    Adopt 60 apps, apply and be felt by none, a pull request, a canary, drift with its issue, a
    repair, a rotation under traffic without a refused event, a removal that deletes nothing. The
    recorded story has the same chapters.
    """
    done = subprocess.run(
        [sys.executable, "-m", "script.story"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    recorded = (ROOT / "docs" / "story.md").read_text(encoding="utf-8")
    assert CHAPTER.findall(done.stdout) == CHAPTER.findall(recorded)
