"""
The first runs of a fleet: nothing is written by a preview, all of it by an up,
nothing by the next.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.sandboxes import send
from tests.whole.manifests import FLEET, SHOP, write_manifest
from tests.whole.observed import observe_projects, observe_rows, row_of

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole


def test_preview_writes_nothing(program: Program) -> None:
    """A preview of a fleet that does not exist yet sends no write to either service."""
    program.declare(write_manifest(FLEET))
    preview = program.engine.preview()
    assert preview.exit_code == 7
    assert len(preview.steps) > 10
    assert program.sandbox.writes() == []


def test_preview_of_pending_changes_writes_nothing(program: Program) -> None:
    """A preview with renames, new keys, new teams and changed variables pending sends no write."""
    program.declare(write_manifest(FLEET))
    program.up()
    changed = {
        **SHOP,
        "name": "Shop of tomorrow",
        "platform": "javascript-react",
        "teams": ["web"],
        "keys": {**SHOP["keys"], "staging": {}},
        "apps": [{**SHOP["apps"][0], "environment": "staging"}],
    }
    program.declare(write_manifest({**FLEET, "shop": changed}))
    program.sandbox.clear_log()
    preview = program.engine.preview()
    assert preview.exit_code == 7, preview.diagnostics
    assert {"shop", "shop/staging", "shop/shop-web"} <= {step.name for step in preview.steps}
    assert program.sandbox.writes() == []


def test_up_makes_all_of_it(program: Program) -> None:
    """One up makes teams, projects and keys, and writes each app's variables for both scopes."""
    program.declare(write_manifest(FLEET))
    program.up()
    projects = observe_projects(program.sandbox)
    assert projects["acme-shop"] == {
        "name": "Shop",
        "platform": "javascript-nextjs",
        "teams": ["platform", "web"],
        "keys": [("Default", True, "None"), ("preview", True, "{'window': 60, 'count': 100}")],
    }
    assert [label for label, *_ in projects["acme-api"]["keys"]] == ["Default"]
    rows = observe_rows(program.sandbox, ["shop-web"])["shop-web"]
    mark = "watchpost:acme/shop"
    assert ("SENTRY_DSN", False, "acme-shop/Default", False, True, mark) in rows
    assert ("SENTRY_DSN", True, "acme-shop/preview", False, True, mark) in rows
    assert ("NEXT_PUBLIC_SENTRY_DSN", False, "acme-shop/Default", True, False, mark) in rows
    assert ("SENTRY_AUTH_TOKEN", True, "", True, False, mark) in rows
    assert ("SENTRY_PROJECT", False, "acme-shop", True, False, mark) in rows


def test_second_up_changes_nothing(program: Program) -> None:
    """A second up reports no change and sends no write."""
    program.declare(write_manifest(FLEET))
    program.up()
    program.sandbox.clear_log()
    printed = program.up("--expect-no-changes")
    assert "unchanged" in printed
    assert program.sandbox.writes() == []


def test_order_and_layout_do_not_matter(program: Program) -> None:
    """The same fleet in another order and layout is no change."""
    program.declare(write_manifest(FLEET))
    program.up()
    program.sandbox.clear_log()
    backwards = dict(reversed(FLEET.items()))
    program.declare("# moved\n\n" + write_manifest(backwards).replace("\n", "  # same\n"))
    preview = program.engine.preview()
    assert preview.is_clean, preview.steps
    program.up("--expect-no-changes")
    assert program.sandbox.writes() == []


def test_outputs_tell_where_each_project_is(program: Program) -> None:
    """Outputs hold slug, id, page and apps in clear, and each key's DSN as a secret."""
    program.declare(write_manifest(FLEET))
    program.up()
    shop = program.engine.outputs()["shop"]
    assert shop["dsn"] == {"preview": "[secret]", "production": "[secret]"}
    shown = program.engine.run("stack", "output", "shop", "--show-secrets", "--json").stdout
    found = json.loads(shown)
    assert found["slug"] == "acme-shop"
    assert found["id"].isdigit()
    assert found["page"] == f"{program.sandbox.sentry_url}/organizations/acme/projects/acme-shop/"
    assert found["apps"] == ["shop-web"]
    assert sorted(found["dsn"]) == ["preview", "production"]
    assert found["dsn"]["production"] != found["dsn"]["preview"]


def test_the_dsn_in_the_app_works(program: Program) -> None:
    """An event sent with the DSN that the app holds arrives in the declared project."""
    program.declare(write_manifest(FLEET))
    program.up()
    dsn = urlsplit(row_of(program.sandbox, "shop-api", "SENTRY_DSN")["value"])
    store = f"http://{dsn.hostname}:{dsn.port}/api{dsn.path}/store/?sentry_key={dsn.username}"
    event = {"event_id": "a" * 32, "message": "hello", "platform": "python"}
    assert send("POST", store, body=event).status == 200
    listed = program.sandbox.sentry("GET", "/api/0/projects/acme/acme-api/events/").body
    assert [each["eventID"] for each in listed] == ["a" * 32]
