"""`watchpost adopt` and `watchpost orphans` as a user runs them, on a stack against the sandbox."""

from __future__ import annotations

import json
import os
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.unit.commands.command_line import run
from tests.whole.manifests import BILLING, write_manifest
from tests.whole.observed import row_of
from watchpost.commands import VERBS
from watchpost.manifest import load_manifest

if TYPE_CHECKING:
    import subprocess

    from tests.whole.program import Program

pytestmark = pytest.mark.whole
BILLING_PREVIEWS = {**BILLING, "apps": [{**BILLING["apps"][0], "preview_key": "production"}]}


def command(program: Program, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the stack, in its folder."""
    path = f"{program.folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    variables = {**program.engine.full_environment(), "WATCHPOST_STACK": "tests", "PATH": path}
    return run(*words, folder=program.folder, variables=variables)


@pytest.mark.parametrize(
    "example", [example for verb in ("adopt", "orphans") for example in VERBS[verb].examples]
)
def test_the_examples_of_the_help_run(program: Program, example: str) -> None:
    """Each of them ends with 0, or with 2 where something was found, and writes to no service."""
    program.declare(write_manifest({"billing": BILLING}))
    done = command(program, *shlex.split(example)[1:])
    assert done.returncode == (2 if "orphans" in example else 0), done.stdout + done.stderr
    assert program.sandbox.writes() == []


def test_adopt_prints_the_manifest_and_its_caveats_apart(program: Program) -> None:
    """Without a place to write to, stdout is the manifest and stderr the summary."""
    done = command(program, "adopt", "--organization", "acme")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# yaml-language-server: ")
    assert "1 project" in done.stderr
    assert "previews that report with the same key as production (1):" in done.stderr
    program.declare(done.stdout)
    (app,) = load_manifest(program.folder / "projects.yaml").apps
    assert app.selector.label == "billing-api"


def test_adopt_never_writes_over_a_file(program: Program) -> None:
    """`--out` wants a new file; `--write` on a complete manifest leaves it byte for byte."""
    text = "# ours\n" + write_manifest({"billing": BILLING_PREVIEWS})
    program.declare(text)
    refused = command(program, "adopt", "--out", "projects.yaml")
    assert refused.returncode == 1
    assert "the file exists already" in refused.stderr
    assert command(program, "adopt", "--write").returncode == 0
    assert (program.folder / "projects.yaml").read_text() == text


def test_without_manifest_and_organization(program: Program) -> None:
    """Both commands say what is missing."""
    for verb in ("adopt", "orphans"):
        done = command(program, verb)
        assert done.returncode == 1
        assert "--organization SLUG" in done.stderr


def test_adopt_writes_nothing_where_a_service_is_down(program: Program) -> None:
    """Half a fleet is no manifest: exit 3, no file."""
    program.sandbox.add_fault(service="coolify", path="/api/v1/services", status=500)
    done = command(program, "adopt", "--organization", "acme", "--write")
    assert done.returncode == 3
    assert "Coolify's services" in done.stderr
    assert not (program.folder / "projects.yaml").exists()


def test_orphans_without_a_manifest(program: Program) -> None:
    """It says so and works; every kind has its count, zero included."""
    done = command(program, "orphans", "--organization", "acme")
    assert done.returncode == 2
    assert done.stdout.startswith("There is no manifest")
    assert "apps without a DSN: 6\n" in done.stdout
    assert "variables with the DSN of a deleted key: 0\n" in done.stdout
    assert "keys without an accepted event in 30 days: 1\n" in done.stdout


def test_orphans_as_json_and_markdown(program: Program) -> None:
    """Both name the same findings; JSON lists every exit code that applies."""
    program.declare(write_manifest({"billing": BILLING}))
    row = row_of(program.sandbox, "billing-api", "SENTRY_DSN")
    foreign = "https://ffffffffffffffffffffffffffffffff@elsewhere.example/9"
    program.sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": foreign})
    done = command(program, "orphans", "--format", "json")
    report = json.loads(done.stdout)
    assert report["counts"]["foreign-key"] == 1
    assert (report["exit_code"], report["exit_codes"], done.returncode) == (2, [2], 2)
    (finding,) = (each for each in report["findings"] if each["kind"] == "foreign-key")
    assert (finding["app"], finding["variable"], finding["preview"]) == (
        "billing-api",
        "SENTRY_DSN",
        False,
    )
    shown = command(program, "orphans", "--format", "markdown").stdout
    assert "| variables with the DSN of a foreign key | 1 |" in shown
    assert "another server" in shown
    for text in (done.stdout, shown):
        assert "ffff" not in text
        assert "elsewhere" not in text
    assert program.sandbox.writes() == []


def test_orphans_with_a_dead_service(program: Program) -> None:
    """Coolify is down: exit 3, and what Sentry tells is reported."""
    program.declare(write_manifest({"billing": BILLING}))
    program.sandbox.add_fault(service="coolify", status=401)
    done = command(program, "orphans", "--format", "json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["exit_codes"]) == (3, [2, 3])
    assert report["counts"]["app-without-dsn"] is None
    assert report["counts"]["quiet-key"] == 1
    assert any("Coolify's applications" in each["what"] for each in report["unchecked"])
