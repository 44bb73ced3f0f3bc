"""Names that others chose, in Sentry and in Coolify, give no orders to a terminal or a page."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.whole.command import assert_fit_to_be_seen, environment_of
from tests.whole.manifests import API, BILLING, write_manifest

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole
EVIL = "evil\x1b[2J\u202e<script>alert(1)</script>\nclean: 0 findings"
READING = (
    ("orphans",),
    ("orphans", "--format", "markdown"),
    ("explain", "billing"),
    ("doctor", "--list-apps"),
    ("verify", "--no-send"),
    ("adopt",),
    ("plan",),
    ("drift",),
)


def run_whatever(program: Program, *verb: str) -> str:
    """What a verb prints, whichever of its codes it ends with; 70 is none of them."""
    done = subprocess.run(
        [sys.executable, "-m", "watchpost", *verb],
        cwd=program.folder,
        env=environment_of(program),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in range(5), done.stderr
    assert_fit_to_be_seen(program, done.stdout + done.stderr)
    return done.stdout + done.stderr


def test_no_verb_hands_control_signs_on(program: Program) -> None:
    """An app and a key with such names and status: every verb shows the signs instead."""
    sandbox = program.sandbox
    program.declare(write_manifest({"api": API, "billing": BILLING}))
    sandbox.control("PATCH", "/coolify/applications/shop-web", {"name": EVIL})
    sandbox.control(
        "PATCH", "/coolify/applications/billing-api", {"name": EVIL, "status": f"running:{EVIL}"}
    )
    sandbox.sentry("POST", "/api/0/projects/acme/acme-billing/keys/", {"name": EVIL})
    for verb in READING:
        printed = run_whatever(program, *verb)
        assert "\x1b" not in printed, (verb, printed)
        assert "\u202e" not in printed, (verb, printed)
        assert "\nclean: 0 findings" not in printed, (verb, printed)
    page = program.folder / "fleet.html"
    run_whatever(program, "report", "--out", "fleet.html")
    assert "<script>alert" not in page.read_text(encoding="utf-8")
