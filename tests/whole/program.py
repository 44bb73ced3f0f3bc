"""
The program in a folder of its own, on the real engine, against a running sandbox.

The folder holds links to this checkout and a manifest of the test's; backend and engine home lie in
it, so that tests cannot see each other.

Does not: assert; tests do.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchpost.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.sandboxes import RunningSandbox

ROOT = Path(__file__).resolve().parents[2]
LINKED = ("Pulumi.yaml", "__main__.py", "components", "providers", "watchpost", ".venv")
BUILD_TOKEN = "build-token-4f1c9be2"
FINGERPRINT_KEY = "fingerprint-key-of-the-tests"


@dataclass(frozen=True)
class Program:
    """A stack of the program: its folder, its engine and the sandbox it works on."""

    folder: Path
    engine: Engine
    sandbox: RunningSandbox

    def declare(self, manifest: str) -> None:
        """Write the manifest."""
        (self.folder / "projects.yaml").write_text(manifest, encoding="utf-8")

    def up(self, *arguments: str) -> str:
        """Apply, which must succeed; return what the engine printed."""
        done = self.engine.up("--skip-preview", *arguments)
        assert done.exit_code == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def failing_up(self, *arguments: str) -> str:
        """Apply, which must fail; return what the engine printed."""
        done = self.engine.up("--skip-preview", *arguments)
        assert done.exit_code == 1, done.stdout + done.stderr
        return done.stdout + done.stderr

    def resource(self, name: str) -> dict[str, Any]:
        """The recorded resource of that logical name."""
        return next(
            each for each in self.engine.resources() if each["urn"].rsplit("::", 1)[-1] == name
        )

    def requests(self, service: str) -> int:
        """How many requests the service has answered since the log was cleared."""
        return len(self.sandbox.log(service))


def prepare(
    folder: Path, sandbox: RunningSandbox, settings: Mapping[str, str] | None = None
) -> Program:
    """Make the folder, the stack and its configuration; no manifest yet."""
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    for name in ("stacks", "state", "home"):
        (folder / name).mkdir()
    environment = {
        "PULUMI_BACKEND_URL": f"file://{folder}/state",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "tests",
        "SENTRY_BASE_URL": sandbox.sentry_url,
        "COOLIFY_URL": sandbox.coolify_url,
        "SENTRY_AUTH_TOKEN": sandbox.tokens["sentry"]["internal"],
        "COOLIFY_TOKEN": sandbox.tokens["coolify"]["root"],
        "SENTRY_BUILD_TOKEN": BUILD_TOKEN,
        "COVERAGE_PROCESS_START": os.environ.get("COVERAGE_PROCESS_START", ""),
        **(settings or {}),
    }
    engine = Engine(folder, "tests", {name: value for name, value in environment.items() if value})
    for arguments in (
        ("stack", "init"),
        ("config", "set", "--secret", "watchpost:fingerprintKey", FINGERPRINT_KEY),
    ):
        done = engine.run(*arguments)
        assert done.exit_code == 0, done.stderr
    return Program(folder, engine, sandbox)


def make_apps(sandbox: RunningSandbox, uuids: Iterable[str], project: str = "fleet") -> None:
    """Make running applications that were deployed once, in a Coolify project of their own."""
    made = sandbox.control("POST", "/coolify/projects", {"uuid": project, "name": project.title()})
    for uuid in uuids:
        body = {"uuid": uuid, "name": uuid, "project": made["uuid"], "is_deployed": True}
        sandbox.control("POST", "/coolify/applications", {**body, "status": "running:healthy"})
