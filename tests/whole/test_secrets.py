"""No secret appears where somebody could read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.whole.manifests import FLEET, write_manifest
from tests.whole.program import BUILD_TOKEN, FINGERPRINT_KEY

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole


def secrets_of(program: Program) -> dict[str, str]:
    """Everything that must not appear, by what it is."""
    keys = program.sandbox.sentry("GET", "/api/0/projects/acme/acme-shop/keys/").body
    return {
        "Sentry token": program.sandbox.tokens["sentry"]["internal"],
        "Coolify token": program.sandbox.tokens["coolify"]["root"].split("|")[-1],
        "build token": BUILD_TOKEN,
        "fingerprint key": FINGERPRINT_KEY,
        **{f"secret of key {key['label']}": key["secret"] for key in keys},
    }


def test_no_secret_in_output_state_or_log(program: Program) -> None:
    """Output, verbose logs, the plan, the state files and the request log hold no secret."""
    program.declare(write_manifest(FLEET))
    texts = {"first up": program.up("--diff", "--logtostderr", "-v=7")}
    row = program.sandbox.control("GET", "/coolify/applications/shop-api/rows")["rows"][-1]
    program.sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": "edited"})
    program.sandbox.add_fault(service="*", method="PUT|PATCH|POST", status=500, first=2)
    failed = program.engine.up("--diff")
    texts["failing up"] = failed.stdout + failed.stderr
    plan = program.engine.run("preview", "--refresh", "--json")
    texts["plan"] = plan.stdout + plan.stderr
    texts["outputs"] = json.dumps(program.engine.outputs())
    texts["request log"] = json.dumps(program.sandbox.log())
    for path in (program.folder / "state").rglob("*"):
        if path.is_file():
            texts[f"state {path.name}"] = path.read_text(encoding="utf-8")
    found = [
        (place, what)
        for place, text in texts.items()
        for what, secret in secrets_of(program).items()
        if secret in text
    ]
    assert found == []
    assert len(texts) > 5
