"""What exists already: taken over where that only adds, refused with a list where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.whole.manifests import BILLING, write_manifest
from tests.whole.observed import observe_projects, row_of

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole


def test_existing_project_is_taken_over_with_its_key(program: Program) -> None:
    """A project of that slug keeps its id and its Default key; nothing is made beside them."""
    before = program.sandbox.sentry("GET", "/api/0/projects/acme/acme-billing/").body
    keys = program.sandbox.sentry("GET", "/api/0/projects/acme/acme-billing/keys/").body
    program.declare(write_manifest({"billing": BILLING}))
    program.up()
    after = program.sandbox.sentry("GET", "/api/0/projects/acme/acme-billing/").body
    assert after["id"] == before["id"]
    assert program.sandbox.sentry("GET", "/api/0/projects/acme/acme-billing/keys/").body == keys


def test_app_that_had_its_dsn_is_not_redeployed(program: Program) -> None:
    """Adopting rows that already mean the same writes their marks and asks for no redeploy."""
    program.declare(write_manifest({"billing": BILLING}))
    before = row_of(program.sandbox, "billing-api", "SENTRY_DSN")
    program.sandbox.clear_log()
    program.up()
    after = row_of(program.sandbox, "billing-api", "SENTRY_DSN")
    assert after["value"] == before["value"]
    assert after["comment"].startswith("watchpost:acme/billing")
    asked = [each["path"] for each in program.sandbox.writes("coolify")]
    assert not [path for path in asked if "deploy" in path or "restart" in path]


def test_preview_announces_a_takeover(program: Program) -> None:
    """The preview says which project is taken over, before anything is done."""
    program.declare(write_manifest({"billing": BILLING}))
    preview = program.engine.preview()
    assert any("acme-billing" in each.message for each in preview.diagnostics), preview.diagnostics


def test_takeover_that_changes_something_is_refused_with_the_list(program: Program) -> None:
    """A takeover that would rename and re-platform is refused; the message lists both."""
    wanted = {**BILLING, "name": "Invoices", "platform": "node"}
    program.declare(write_manifest({"billing": wanted}))
    printed = program.failing_up()
    assert "Billing" in printed
    assert "Invoices" in printed
    assert "python-fastapi" in printed
    assert "take_over: true" in printed
    assert observe_projects(program.sandbox)["acme-billing"]["name"] == "Billing"


def test_takeover_is_done_where_the_entry_says_so(program: Program) -> None:
    """`take_over: true` lets the entry change what somebody else set up."""
    wanted = {**BILLING, "name": "Invoices", "platform": "node", "take_over": True}
    program.declare(write_manifest({"billing": wanted}))
    program.up()
    project = observe_projects(program.sandbox)["acme-billing"]
    assert (project["name"], project["platform"]) == ("Invoices", "node")


def test_row_of_somebody_else_is_refused(program: Program) -> None:
    """An unmarked row of another value is kept; the message names it, but not its value."""
    body = {"key": "SENTRY_DSN", "value": "https://elsewhere.example.com/7", "is_preview": False}
    program.sandbox.coolify("POST", "/applications/shop-api/envs", body)
    entry = {"platform": "python", "apps": [{"app": "shop-api", "framework": "python"}]}
    program.declare(write_manifest({"api": entry}))
    printed = program.failing_up()
    assert "SENTRY_DSN" in printed
    assert "elsewhere" not in printed
    row = row_of(program.sandbox, "shop-api", "SENTRY_DSN")
    assert row["value"] == "https://elsewhere.example.com/7"
