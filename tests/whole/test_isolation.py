"""One broken entry does not stop the others, and is named with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.whole.manifests import API, FLEET, QUEUE, SHOP, write_manifest
from tests.whole.observed import observe_projects, row_of

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole


def line_of(manifest: str, text: str) -> int:
    """Line number, from 1, of the first line that holds *text*."""
    return next(number for number, line in enumerate(manifest.splitlines(), 1) if text in line)


def test_missing_app_fails_alone(program: Program) -> None:
    """An app that is not in Coolify fails with its line; the other entries are made."""
    broken = {**QUEUE, "apps": [{"app": "no-such-app", "framework": "python"}]}
    manifest = write_manifest({"broken": broken, "api": API})
    program.declare(manifest)
    printed = program.failing_up()
    assert f"projects.yaml:{line_of(manifest, 'no-such-app')}:" in printed
    assert "no-such-app" in printed
    assert row_of(program.sandbox, "shop-api", "SENTRY_DSN")["value"]


def test_app_missing_by_name_fails_alone(program: Program) -> None:
    """A name that no app has fails with the names that are known there."""
    selector = {"project": "Shop", "environment": "production", "name": "shop-apo"}
    broken = {**QUEUE, "apps": [{"app": selector, "framework": "python"}]}
    program.declare(write_manifest({"broken": broken, "api": API}))
    printed = program.failing_up()
    assert "'shop-apo'" in printed
    assert "'shop-api'" in printed
    assert row_of(program.sandbox, "shop-api", "SENTRY_DSN")["value"]


def test_refused_slug_fails_alone(program: Program) -> None:
    """A slug that Sentry refuses fails with its line; the other entries are made."""
    program.sandbox.add_fault(
        service="sentry",
        method="POST",
        path="teams/acme/platform/projects/$",
        status=400,
        body={"slug": ["Enter a valid slug."]},
        first=1,
    )
    manifest = write_manifest({"api": API, "queue": QUEUE})
    program.declare(manifest)
    printed = program.failing_up("--parallel", "1")
    made = [
        slug for slug in ("acme-api", "acme-queue") if slug in observe_projects(program.sandbox)
    ]
    assert len(made) == 1
    failed = "queue" if made == ["acme-api"] else "api"
    assert f"projects.yaml:{line_of(manifest, f'  {failed}:')}:" in printed
    assert "Enter a valid slug" in printed


def test_500_for_one_project_fails_alone(program: Program) -> None:
    """
    A project for which Sentry fails all the time does not keep the others from being
    repaired.
    """
    program.declare(write_manifest({**FLEET, "api": {**API, "resolve_age_hours": 24}}))
    program.up()
    program.sandbox.sentry("PUT", "/api/0/projects/acme/acme-shop/", {"name": "by hand"})
    number = program.sandbox.sentry("GET", "/api/0/projects/acme/acme-api/").body["id"]
    program.sandbox.add_fault(
        service="sentry", path=f"projects/acme/(acme-api|{number})/", status=500
    )
    printed = program.failing_up()
    assert "projects.yaml:" in printed
    assert "projects.api" in printed
    program.sandbox.clear_faults()
    assert observe_projects(program.sandbox)["acme-shop"]["name"] == "Shop"


def test_deleted_app_fails_alone(program: Program) -> None:
    """An app that was deleted in Coolify fails its own resource; the others are repaired."""
    program.declare(write_manifest({"shop": SHOP, "api": API}))
    program.up()
    program.sandbox.control("DELETE", "/coolify/applications/shop-api")
    row = row_of(program.sandbox, "shop-web", "SENTRY_DSN")
    program.sandbox.control("DELETE", f"/coolify/rows/{row['uuid']}")
    printed = program.failing_up()
    assert "shop-api" in printed
    assert row_of(program.sandbox, "shop-web", "SENTRY_DSN")["value"] == row["value"]
