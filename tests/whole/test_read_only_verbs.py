"""Every verb that only looks: no request but GET leaves it, whatever is pending or has drifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.whole.command import run
from tests.whole.manifests import BILLING, FLEET, SHOP, write_manifest
from tests.whole.test_drift import WRONG, disable_key, edit_row
from watchpost.commands import VERBS

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole
LOOKING = {
    ("plan", "--out", "plan.html"): 0,
    ("drift",): 2,
    ("doctor", "--list-apps"): None,
    ("orphans",): None,
    ("explain", "shop"): 0,
    ("health", "shop"): 0,
    ("report", "--out", "fleet.html"): 2,
    ("verify", "--no-send"): None,
}


def test_what_only_looks_never_writes(program: Program) -> None:
    """With changes pending and drift of both services: zero writes in the servers' log."""
    program.declare(write_manifest(FLEET))
    program.up()
    edit_row(program.sandbox, value=WRONG)
    disable_key(program.sandbox)
    shop = {**SHOP, "name": "Shopping", "on_remove": "delete"}
    program.declare(write_manifest({"shop": shop, "queue": FLEET["queue"], "billing": BILLING}))
    for words, code in LOOKING.items():
        assert words[0] in VERBS
        program.sandbox.clear_log()
        run(program, *words, code=code)
        assert program.sandbox.log() != [], words
        assert program.sandbox.writes() == [], words
