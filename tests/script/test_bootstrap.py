"""Preparing a checkout: which engine is taken, and what a machine without one is told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from script import bootstrap

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def fake_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Put a program of that name, which prints that text, alone on PATH."""

    def make(name: str, text: str) -> Path:
        program = tmp_path / "bin" / name
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho {text}\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))
        return program

    return make


@pytest.mark.parametrize("version", ["v3.252.0", "v3.259.1-dev", "v4.0.0"])
def test_installed_pulumi_is_used(fake_program: Callable[[str, str], Path], version: str) -> None:
    """A `pulumi` on PATH is taken from 3.252.0 on."""
    fake_program("pulumi", version)
    assert bootstrap.has_stock_pulumi()


def test_installed_pulumi_that_is_too_old_is_not_used(
    fake_program: Callable[[str, str], Path],
) -> None:
    """A `pulumi` before 3.252.0 deletes what it imports, so it is left alone."""
    fake_program("pulumi", "v3.251.9")
    assert not bootstrap.has_stock_pulumi()


def test_our_own_build_is_no_installed_pulumi(
    fake_program: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine in our cache does not count as installed, so that a new pin is built."""
    program = fake_program("pulumi", "v3.259.0")
    monkeypatch.setenv("WATCHPOST_CACHE", str(program.parent.parent))
    (program.parent.parent / "engine").mkdir()
    program.rename(program.parent.parent / "engine" / "pulumi")
    (program.parent / "pulumi").symlink_to(program.parent.parent / "engine" / "pulumi")
    assert not bootstrap.has_stock_pulumi()


def test_go_version_is_read(fake_program: Callable[[str, str], Path]) -> None:
    """The version of Go is compared by its numbers."""
    fake_program("go", "go version go1.26.8 linux/amd64")
    assert bootstrap.go_version() == (1, 26, 8)
    assert bootstrap.go_version() >= bootstrap.OLDEST_GO


def test_machine_without_an_engine_is_told_both_ways_out(tmp_path: Path) -> None:
    """Neither Pulumi nor Go on PATH: exit 1, and the message names both remedies."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "script" / "bootstrap.py")],
        env={"PATH": str(tmp_path), "WATCHPOST_CACHE": str(tmp_path), "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "install Pulumi" in done.stderr
    assert "install Go" in done.stderr


def test_machine_without_a_new_python_is_told_what_to_do(tmp_path: Path) -> None:
    """Without a Python of 3.11 or newer the script says so and how to name one."""
    dirname = shutil.which("dirname")
    assert dirname
    (tmp_path / "dirname").symlink_to(dirname)
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "script" / "bootstrap")],
        env={"PATH": str(tmp_path), "PYTHON": "no-such-python"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no Python of 3.11 or newer" in done.stderr
    assert "PYTHON=" in done.stderr
