"""`pulumi import` of objects that exist, with the ids of the upstream provider."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.whole.manifests import SHOP, write_manifest

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole
TYPES = {
    "team": "sentry:index/sentryTeam:SentryTeam",
    "project": "sentry:index/sentryProject:SentryProject",
    "key": "sentry:index/sentryKey:SentryKey",
}


def test_import_then_preview_is_empty(program: Program) -> None:
    """Team, project and both keys imported into an empty state leave nothing to change."""
    shop = {**SHOP, "apps": []}
    program.declare(write_manifest({"shop": shop}))
    program.up()
    keys = program.sandbox.sentry("GET", "/api/0/projects/acme/acme-shop/keys/").body
    ids = {each["label"]: each["id"] for each in keys}
    resources = [
        {
            "type": "watchpost:index:MonitoredProject",
            "name": "parent",
            "logicalName": "shop",
            "component": True,
        },
        {"type": TYPES["team"], "name": "platform", "id": "acme/platform"},
        {"type": TYPES["project"], "name": "shop", "id": "acme/acme-shop", "parent": "parent"},
        {
            "type": TYPES["key"],
            "name": "production",
            "logicalName": "shop/production",
            "id": f"acme/acme-shop/{ids['Default']}",
            "parent": "parent",
        },
        {
            "type": TYPES["key"],
            "name": "preview",
            "logicalName": "shop/preview",
            "id": f"acme/acme-shop/{ids['preview']}",
            "parent": "parent",
        },
    ]
    forget_everything(program)
    path = program.folder / "import.json"
    path.write_text(json.dumps({"resources": resources}), encoding="utf-8")
    done = program.engine.run(
        "import",
        "--file",
        str(path),
        "--yes",
        "--skip-preview",
        "--generate-code=false",
        "--protect=false",
    )
    assert done.exit_code == 0, done.stdout + done.stderr
    program.sandbox.clear_log()
    preview = program.engine.preview()
    changed = [step for step in preview.steps if step.type in TYPES.values()]
    assert changed == []
    program.up()
    assert program.sandbox.writes("sentry") == []


def forget_everything(program: Program) -> None:
    """Empty the recorded state; the services keep what they hold."""
    for command in (("stack", "rm", "--yes", "--force", "--preserve-config"), ("stack", "init")):
        done = program.engine.run(*command)
        assert done.exit_code == 0, done.stderr
