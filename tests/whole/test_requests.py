"""How many requests a run costs, counted by the sandbox."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.whole.manifests import API, FLEET, QUEUE, SHOP, write_manifest
from tests.whole.observed import finish_deployments, row_of

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole


def asked(program: Program, service: str) -> Counter[str]:
    """Requests of the service as `METHOD path`, counted."""
    return Counter(f"{each['method']} {each['path']}" for each in program.sandbox.log(service))


def test_preview_without_changes_costs_three_lists_and_one_read_per_app(program: Program) -> None:
    """A drift check of a small fleet: three requests to Sentry, one per app to Coolify."""
    program.declare(write_manifest(FLEET))
    program.up()
    program.sandbox.clear_log()
    assert program.engine.preview().is_clean
    assert asked(program, "sentry").total() == 3, asked(program, "sentry")
    assert asked(program, "coolify").total() == 3, asked(program, "coolify")


def test_a_project_with_digests_is_read_alone(program: Program) -> None:
    """Each project that declares digests or a resolve age costs one request more."""
    extra = {"resolve_age_hours": 24, "digests_min_delay_seconds": 120}
    program.declare(write_manifest({"shop": {**SHOP, **extra}, "queue": QUEUE}))
    program.up()
    program.sandbox.clear_log()
    assert program.engine.preview().is_clean
    assert asked(program, "sentry").total() == 4, asked(program, "sentry")


def test_without_the_organization_wide_key_list(program: Program) -> None:
    """An older server costs one key list per project instead, after one 404."""
    program.declare(write_manifest(FLEET))
    program.up()
    program.sandbox.set_options(project_keys_endpoint=False)
    program.sandbox.clear_log()
    assert program.engine.preview().is_clean
    assert asked(program, "sentry").total() == 3 + 3, asked(program, "sentry")


def test_creating_a_project_with_two_keys_costs_at_most_five(program: Program) -> None:
    """In the update, a new project with two keys and one team costs at most five requests."""
    program.declare(write_manifest({"queue": QUEUE}))
    program.up()
    program.sandbox.clear_log()
    two_keys = {**API, "keys": {"production": {"label": "Default"}, "preview": {}}, "apps": []}
    program.declare(write_manifest({"queue": QUEUE, "api": two_keys}))
    program.up("--refresh=false")
    assert asked(program, "sentry").total() <= 5, asked(program, "sentry")


def test_changed_app_costs_its_writes_one_read_back_and_one_look(program: Program) -> None:
    """One changed value: read, write, read back, restart, look, and the lists of the run."""
    program.declare(write_manifest({"api": API}))
    program.up()
    finish_deployments(program.sandbox, "shop-api")
    row = row_of(program.sandbox, "shop-api", "SENTRY_DSN")
    program.sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": "https://x.example"})
    program.sandbox.clear_log()
    program.up()
    counted = asked(program, "coolify")
    assert counted["GET /api/v1/applications/shop-api/envs"] == 2
    assert counted["PATCH /api/v1/applications/shop-api/envs"] == 1
    assert counted["POST /api/v1/applications/shop-api/restart"] == 1
    looks = [name for name in counted if name.startswith("GET /api/v1/deployments")]
    assert sum(counted[name] for name in looks) == 1, counted
    others = counted.total() - 4 - sum(counted[name] for name in looks)
    assert others <= 3, counted
