"""Adopting a fleet that people made by hand, on the real engine: 60 apps, and no app feels it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.commands.command_line import run
from tests.whole.brownfield import Brownfield
from tests.whole.program import Program, prepare
from watchpost.manifest import load_manifest

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.sandboxes import RunningSandbox

pytestmark = pytest.mark.whole


@dataclass(frozen=True)
class Adopted:
    """A fleet made by hand and the stack that adopts it."""

    program: Program
    fleet: Brownfield

    def command(self, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of our commands on the stack."""
        where = ("-C", str(self.program.folder), "-s", "tests")
        variables = self.program.engine.full_environment()
        return run(verb, *where, *arguments, variables=variables)

    @property
    def manifest(self) -> Path:
        """Where the manifest lies."""
        return self.program.folder / "projects.yaml"


@pytest.fixture
def adopted(tmp_path: Path, empty_sandbox: RunningSandbox) -> Adopted:
    """The fleet, and an empty stack without a manifest."""
    return Adopted(prepare(tmp_path, empty_sandbox), Brownfield(empty_sandbox))


def test_adopt_then_apply_is_felt_by_no_app(adopted: Adopted) -> None:
    """
    `adopt` sends reads alone: three lists to Sentry, two to Coolify and one per app. Applying its
    manifest to an empty state writes marks and nothing else: every value, flag, deployment and
    everything in Sentry stays. The second plan is empty, and so is a second adoption.
    """
    fleet, sandbox = adopted.fleet, adopted.fleet.sandbox
    assert len(fleet.apps) == 60
    done = adopted.command("adopt", "--organization", "acme", "--write")
    assert done.returncode == 0, done.stdout + done.stderr
    assert sandbox.writes() == []
    assert len(sandbox.log("sentry")) == 3
    assert len(sandbox.log("coolify")) == 2 + 60
    manifest = load_manifest(adopted.manifest)
    assert {app.selector.label for app in manifest.apps} == fleet.declarable
    before, comments = fleet.felt(), fleet.comments()
    adopted.program.up()
    assert fleet.felt() == before
    changed = {uuid for uuid, text in fleet.comments().items() if text != comments[uuid]}
    assert {fleet.comments()[uuid].split("/")[0] for uuid in changed} == {"watchpost:acme"}  # type: ignore[union-attr]
    assert len(changed) >= 2 * len(fleet.declarable) - 4
    preview = adopted.program.engine.preview()
    assert preview.is_clean, preview
    text = adopted.manifest.read_text()
    assert adopted.command("adopt", "--write").returncode == 0
    assert adopted.manifest.read_text() == text


def test_without_marks_not_even_a_comment_is_written(adopted: Adopted) -> None:
    """
    With `--no-mark` applying sends Coolify no write at all; Sentry refuses each attempt to make
    what is there, and holds what it held. The second plan is empty.
    """
    done = adopted.command("adopt", "--organization", "acme", "--write", "--no-mark")
    assert done.returncode == 0, done.stdout + done.stderr
    before, comments = adopted.fleet.felt(), adopted.fleet.comments()
    adopted.program.up()
    assert adopted.fleet.sandbox.writes("coolify") == []
    assert {each["status"] for each in adopted.fleet.sandbox.writes("sentry")} <= {409}
    assert (adopted.fleet.felt(), adopted.fleet.comments()) == (before, comments)
    preview = adopted.program.engine.preview()
    assert preview.is_clean, preview


def test_what_is_told_of_the_mess(adopted: Adopted) -> None:
    """Each piece of the mess is a caveat; the same stands in the manifest; no secret in either."""
    done = adopted.command("adopt", "--organization", "acme", "--format", "json")
    report = json.loads(done.stdout)
    told: dict[str, list[str]] = {}
    for caveat in report["caveats"]:
        told.setdefault(caveat["kind"], []).append(f"{caveat['subject']}: {caveat['detail']}")
    for kind, words in EXPECTED.items():
        assert any(words in line for line in told[kind]), (kind, words, told.get(kind))
    text = report["manifest"]
    assert "ambiguous (certain)" in text
    assert "# key old" in text
    assert "sntrys_not-to-be-read" not in done.stdout + done.stderr
    for dsn in adopted.fleet.dsns.values():
        assert dsn not in done.stdout + done.stderr
    assert not re.search(r"https?://[0-9a-f]{32}@", done.stdout + done.stderr)


EXPECTED: dict[str, Any] = {
    "entry-refused": "p49: Sentry has no platform for it",
    "app-refused": "disabled",
    "ambiguous": "hold DSNs of several projects: p02, p03",
    "left-out": "OTHER_SENTRY_DSN: production holds …@9 key (unknown): it is another server's",
    "key-left-out": "p48, key Twice: 2 keys of this project have this label",
    "previews": "App 43 (app-43)",
    "shared-key": "p00, key production: App 00 (app-00), App 43 (app-43)",
    "odd-name": "App 45 (app-45): ERROR_TRACKER_URL",
    "unmanaged": "SENTRY_AUTH_TOKEN: App 02 (app-02)",
    "no-app": "p48",
    "no-project": "App 55 (app-55)",
}
