"""`watchpost verify` on a stack: both examples of its help, and what it ends with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.unit.commands.command_line import run
from tests.whole.manifests import API, SHOP, write_manifest

if TYPE_CHECKING:
    import subprocess

    from tests.whole.program import Program

pytestmark = pytest.mark.whole


@pytest.fixture
def wired(program: Program) -> Program:
    """A stack whose projects and keys exist in Sentry; nothing is applied."""
    program.declare(write_manifest({"shop": SHOP, "api": API}))
    projects = "/api/0/teams/acme/web/projects/"
    for slug in ("acme-shop", "acme-api"):
        program.sandbox.sentry("POST", projects, {"name": slug, "slug": slug})
    keys = "/api/0/projects/acme/acme-shop/keys/"
    program.sandbox.sentry("POST", keys, {"name": "preview"})
    program.sandbox.clear_log()
    return program


def verify(program: Program, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `watchpost verify` on the stack."""
    environment = {**program.engine.environment, "WATCHPOST_STACK": "tests", **variables}
    return run("verify", *arguments, folder=program.folder, variables=environment)


def test_first_example(wired: Program) -> None:
    """`watchpost verify shop --timeout 30` sends by the keys of one entry and sees both."""
    done = verify(wired, "shop", "--timeout", "30")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("seen") >= 2
    assert "acme-api" not in done.stdout
    assert len(wired.sandbox.writes()) == 2


def test_second_example(wired: Program) -> None:
    """`watchpost verify --no-send --format json` writes nothing and tells each key's last event."""
    done = verify(wired, "--no-send", "--format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert [each["state"] for each in document["keys"]] == ["active"] * 3
    assert wired.sandbox.writes() == []


def test_codes(wired: Program) -> None:
    """Read-only and usage are refused with 1, an unknown entry too; a dead Sentry is 3."""
    refused = verify(wired, WATCHPOST_READ_ONLY="1")
    assert (refused.returncode, wired.sandbox.writes()) == (1, [])
    assert "writes are switched off" in refused.stderr
    assert verify(wired, "shopp").returncode == 1
    assert verify(wired, "--timeout", "nan").returncode == 1
    wired.sandbox.add_fault(service="sentry", status=503, body={})
    dead = verify(wired, "shop")
    assert dead.returncode == 3, dead.stderr
    assert "Sentry answered 503" in dead.stderr
