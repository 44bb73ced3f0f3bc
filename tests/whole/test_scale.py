"""Many dynamic resources in one program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.whole.manifests import write_manifest

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole
COUNT = 1100


def test_1100_dynamic_resources_work(program: Program) -> None:
    """A program with 1,100 dynamic resources previews without a recursion error."""
    framework = {"SENTRY_DSN": {"from": "dsn", "run": True}}
    apps = [{"service": f"service-{number:04}", "framework": framework} for number in range(COUNT)]
    program.declare(write_manifest({"many": {"platform": "python", "apps": apps}}))
    preview = program.engine.preview()
    assert preview.exit_code == 7, preview.diagnostics
    assert sum(step.name.startswith("many/service-") for step in preview.steps) == COUNT
