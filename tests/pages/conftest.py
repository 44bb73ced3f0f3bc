"""A page of a fleet in four states, and a browser to read it with."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.browser import is_installed
from tests.fleets import load_fleet, make_report
from watchpost.fleet_report import render_report_page

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _needs_a_browser() -> None:
    """Skip where there is none; where everything must run, fail instead."""
    if os.environ.get("CI"):
        return
    pytest.importorskip("selenium", reason="selenium is not installed: run script/bootstrap")
    if not is_installed():
        pytest.skip("no chromium with its driver here: run script/browser")


@pytest.fixture
def page(tmp_path: Path) -> str:
    """Address of the report's page, as a file."""
    file = tmp_path / "fleet.html"
    file.write_text(render_report_page(make_report(load_fleet(tmp_path))), encoding="utf-8")
    return file.as_uri()
