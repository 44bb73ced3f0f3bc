"""Changes to the manifest: renames in place, moves without a gap, removals that keep Sentry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.whole.manifests import API, FLEET, QUEUE, SHOP, write_manifest
from tests.whole.observed import observe_projects, raw_rows, row_of

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole


def project_id(program: Program, slug: str) -> str:
    """Sentry's id of the project."""
    found = program.sandbox.sentry("GET", f"/api/0/projects/acme/{slug}/").body
    return str(found["id"])


@pytest.mark.parametrize("change", [{"name": "Shopping"}, {"slug": "acme-store"}], ids=str)
def test_renames_never_replace(program: Program, change: dict[str, str]) -> None:
    """A new name or slug updates the project in place; id, keys and DSN stay."""
    program.declare(write_manifest(FLEET))
    program.up()
    before = project_id(program, "acme-shop")
    dsn = row_of(program.sandbox, "shop-web", "SENTRY_DSN")["value"]
    program.declare(write_manifest({**FLEET, "shop": {**SHOP, **change}}))
    preview = program.engine.preview()
    assert {step.op for step in preview.steps} == {"update"}, preview.steps
    program.up()
    assert project_id(program, change.get("slug", "acme-shop")) == before
    assert row_of(program.sandbox, "shop-web", "SENTRY_DSN")["value"] == dsn
    assert program.engine.preview().is_clean


def test_removed_entry_stays_in_sentry_and_leaves_the_app(program: Program) -> None:
    """An entry that goes keeps its project, teams and keys; our variables leave the app."""
    program.declare(write_manifest(FLEET))
    program.up()
    before = observe_projects(program.sandbox)
    program.declare(write_manifest({"shop": SHOP, "queue": QUEUE}))
    program.up()
    assert observe_projects(program.sandbox) == before
    left = raw_rows(program.sandbox, "shop-api")
    assert not [row for row in left if row["key"].startswith("SENTRY_")]
    assert [row for row in left if row["key"] == "DATABASE_URL"]
    assert program.engine.preview().is_clean


def test_on_remove_delete_takes_two_applies(program: Program) -> None:
    """
    An entry with `on_remove: delete` is deleted when it goes; its declaration alone deletes
    nothing.
    """
    program.declare(write_manifest({"api": {**API, "on_remove": "delete"}}))
    program.up()
    assert "acme-api" in observe_projects(program.sandbox)
    program.declare(write_manifest({"queue": QUEUE}))
    program.up()
    assert "acme-api" not in observe_projects(program.sandbox)


def test_app_moves_between_entries_without_a_gap(program: Program) -> None:
    """
    An app that moves to another entry is marked anew; no request removes or empties a
    variable.
    """
    program.declare(write_manifest({"api": API, "queue": QUEUE}))
    program.up()
    program.sandbox.clear_log()
    moved = {**QUEUE, "apps": [*QUEUE["apps"], *API["apps"]]}
    program.declare(write_manifest({"api": {**API, "apps": []}, "queue": moved}))
    program.up()
    row = row_of(program.sandbox, "shop-api", "SENTRY_DSN")
    assert row["comment"].startswith("watchpost:acme/queue")
    assert "DELETE" not in {each["method"] for each in program.sandbox.writes("coolify")}
    assert program.engine.preview().is_clean


def test_selector_by_name_and_by_uuid_mean_the_same_app(program: Program) -> None:
    """Writing a selector in the other form keeps every row."""
    program.declare(write_manifest({"api": API}))
    program.up()
    program.sandbox.clear_log()
    by_name = {"project": "Shop", "environment": "production", "name": "shop-api"}
    apps = [{"app": by_name, "framework": "fastapi"}]
    program.declare(write_manifest({"api": {**API, "apps": apps}}))
    program.up()
    assert program.sandbox.writes("coolify") == []
    assert row_of(program.sandbox, "shop-api", "SENTRY_DSN")["value"]
    assert program.engine.preview().is_clean


def test_entry_splits_into_parts_without_a_gap(program: Program) -> None:
    """An entry that becomes parts of one keeps its app wired at every moment."""
    program.declare(write_manifest({"shop": SHOP}))
    program.up()
    program.sandbox.clear_log()
    part = {name: SHOP[name] for name in ("platform", "teams", "keys", "apps")}
    parts = {"web": part, "api": {"platform": "python", "apps": API["apps"]}}
    program.declare(write_manifest({"shop": {"name": "Shop", "parts": parts}}))
    program.up()
    assert "DELETE" not in {each["method"] for each in program.sandbox.writes("coolify")}
    assert row_of(program.sandbox, "shop-web", "SENTRY_DSN")["value"]
    assert program.engine.preview().is_clean
