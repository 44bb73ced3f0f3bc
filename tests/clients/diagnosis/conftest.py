"""A checkout without an engine, whose addresses and tokens come from the environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest

from tests.unit.diagnosis.examples import make_checkout
from tests.whole.manifests import FLEET, write_manifest
from watchpost.diagnosis import CHECKS, Case, Finding, examine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox

Examine = Callable[..., Mapping[str, Finding]]


@pytest.fixture
def checkout(tmp_path: Path, demo_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The checkout, with the manifest of the demo's apps."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("SENTRY_BASE_URL", demo_sandbox.sentry_url)
    monkeypatch.setenv("COOLIFY_URL", demo_sandbox.coolify_url)
    monkeypatch.setenv("SENTRY_AUTH_TOKEN", demo_sandbox.tokens["sentry"]["internal"])
    monkeypatch.setenv("COOLIFY_TOKEN", demo_sandbox.tokens["coolify"]["root"])
    monkeypatch.setenv("SENTRY_BUILD_TOKEN", "given")
    make_checkout(tmp_path)
    (tmp_path / "projects.yaml").write_text(write_manifest(FLEET), encoding="utf-8")
    return tmp_path


@pytest.fixture
def look(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Examine:
    """Examine the checkout with other variables; findings by name."""

    def examined(**variables: str) -> Mapping[str, Finding]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return {each.name: each for each in examine(Case(checkout, "tests"), CHECKS)}

    return examined
