"""The early start of a preview."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from watchpost.previewing import READ_ONLY
from watchpost.transport import READ_ONLY_VARIABLE

ROOT = Path(__file__).resolve().parents[2]


def test_the_engine_is_told_what_the_transport_reads() -> None:
    """The one word under which nothing is written is the same on both sides."""
    assert READ_ONLY == {READ_ONLY_VARIABLE: "1"}


def test_no_client_is_imported_before_the_engine_works() -> None:
    """Starting a preview imports no HTTP client: that is done while the engine works."""
    code = "import sys, watchpost.previewing; sys.exit('httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0
