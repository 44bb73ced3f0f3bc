"""Many dynamic resources in one program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.whole.manifests import write_manifest
from tests.whole.observed import row_of
from tests.whole.program import prepare

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox

pytestmark = pytest.mark.whole
COUNT = 1100


def test_1100_dynamic_resources_work(tmp_path: Path, demo_sandbox: RunningSandbox) -> None:
    """
    A program with 1,100 dynamic resources is applied, and the next preview finds it clean.

    The SDK's pickler dies of recursion at about a thousand, for a provider with attributes.
    """
    program = prepare(tmp_path, demo_sandbox, {"PULUMI_SKIP_CHECKPOINTS": "true"})
    program.sandbox.set_limits(coolify={"limit": None})
    services = [f"service-{number:04}" for number in range(COUNT)]
    for name in services:
        body = {"uuid": name, "name": name, "project": "shop"}
        program.sandbox.control("POST", "/coolify/services", body)
    framework = {"SENTRY_DSN": {"from": "dsn", "run": True}}
    apps = [{"service": name, "framework": framework} for name in services]
    program.declare(write_manifest({"many": {"platform": "python", "apps": apps}}))
    printed = program.up()
    assert f"+ {COUNT + 5} created" in printed
    for name in (services[0], services[-1]):
        assert row_of(program.sandbox, name, "SENTRY_DSN", kind="services")["value"]
    assert program.engine.preview().is_clean
