"""`watchpost drift` on the real engine: who and when, what is pending besides, and the repair."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.whole.command import run
from tests.whole.manifests import API, SHOP, write_manifest
from tests.whole.observed import observe_projects, row_of
from tests.whole.test_apply import example
from tests.whole.test_drift import SHOP_PATH, disable_key, edit_row

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole
WRONG = "https://0123456789abcdef0123456789abcdef@sentry.example.com/1"
NAME, KEY = "shop.name", "shop.keys.preview.active"
ROW = "shop.apps.shop-web.SENTRY_DSN"


def findings(program: Program, code: int = 2, **variables: str) -> dict[tuple[str, str], Any]:
    """What the second example of drift writes, by kind and path."""
    run(program, *example("drift", 1), code=code, **variables)
    assert (program.folder / "drift.md").read_text().startswith("## Drift check of `tests`: ")
    document = json.loads((program.folder / "drift.json").read_text())
    return {(each["kind"], each["path"]): each for each in document["findings"]}


def is_recent(text: str | None) -> bool:
    """Whether it is a moment of this test, with its zone."""
    return text is not None and datetime.fromisoformat(text) > datetime.now(UTC) - timedelta(
        minutes=10
    )


def test_drift_tells_who_and_when_and_repairs_what_is_not_pending(program: Program) -> None:
    """
    A renamed project, a disabled key and an edited DSN. With a token that may read the audit log
    Sentry's changes have a name and a time, with the usual one they are unknown; the row has its
    date. What the manifest changes too is told under both and not repaired; the rest is put back.
    """
    program.declare(write_manifest({"shop": SHOP}))
    program.up()
    assert "0 drifted, 0 pending" in run(program, *example("drift", 0))
    dsn = row_of(program.sandbox, "shop-web", "SENTRY_DSN")["value"]
    program.sandbox.sentry("PUT", SHOP_PATH, {"name": "By hand"})
    disable_key(program.sandbox)
    edit_row(program.sandbox, value=WRONG)
    program.declare(write_manifest({"shop": {**SHOP, "name": "By pull request"}}))
    program.sandbox.clear_log()

    usual = findings(program)
    assert set(usual) == {("drift", NAME), ("drift", KEY), ("drift", ROW), ("pending", NAME)}
    assert [usual["drift", path]["by"] for path in (NAME, KEY, ROW)] == ["unknown"] * 3
    assert usual["drift", NAME]["since"] is None
    assert is_recent(usual["drift", ROW]["since"])
    assert usual["drift", NAME]["position"].startswith("projects.yaml:")
    assert (usual["drift", NAME]["expected"], usual["drift", NAME]["observed"]) == (
        "Shop",
        "By hand",
    )
    assert usual["pending", NAME]["expected"] == "By pull request"
    assert usual["drift", ROW]["observed"].startswith("#")

    token = {"name": "auditor", "scopes": ["org:write", "project:read", "team:read"]}
    auditor = program.sandbox.control("POST", "/sentry/tokens", token)["token"]
    told = findings(program, SENTRY_AUTH_TOKEN=auditor)
    for path in (NAME, KEY):
        assert told["drift", path]["by"] not in {"", "unknown"}, told
        assert is_recent(told["drift", path]["since"])
    assert program.sandbox.writes() == []

    printed = run(program, "drift", "--repair", code=1)
    assert "not repaired: shop: the manifest changes it too; `watchpost apply` does both" in printed
    assert observe_projects(program.sandbox)["acme-shop"]["name"] == "By hand"
    assert row_of(program.sandbox, "shop-web", "SENTRY_DSN")["value"] == dsn
    assert set(findings(program)) == {("drift", NAME), ("pending", NAME)}


def test_exceptions(program: Program) -> None:
    """An ignored finding is told and does not count; an expired one is an error, and quickly so."""
    ignore = {"path": "api.name", "reason": "a campaign", "until": "2999-01-01"}
    program.declare(write_manifest({"api": API}, ignore=[ignore]))
    program.up()
    program.sandbox.sentry("PUT", "/api/0/projects/acme/acme-api/", {"name": "By hand"})
    printed = run(program, "drift")
    assert "0 drifted, 0 pending, 0 unreadable, 0 could not be checked, 1 ignored" in printed
    assert "api.name: a campaign (until 2999-01-01)" in printed
    program.declare(write_manifest({"api": API}, ignore=[{**ignore, "until": "2020-01-01"}]))
    program.sandbox.clear_log()
    assert "ignore[0].until: has expired" in run(program, "drift", code=1)
    assert program.sandbox.log() == []
