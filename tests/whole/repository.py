"""
A repository on GitHub that keeps a fleet: its checkout, its pull requests, and its workflows, run
as a runner runs them.

Does not: assert; tests do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.whole.program import BUILD_TOKEN, Program, prepare
from tests.whole.runner import REPOSITORY, Run, Runner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox

MAIN = "refs/heads/main"
DRIFT, UNCHECKED = "watchpost: drift", "watchpost: unchecked"


@dataclass
class Repository:
    """A repository on GitHub that keeps a fleet: its checkout and what runs in it."""

    program: Program
    runner: Runner

    @property
    def sandbox(self) -> RunningSandbox:
        """The services."""
        return self.program.sandbox

    def open_pull(self, manifest: str, **fields: str) -> int:
        """Open a pull request that brings *manifest*."""
        self.program.declare(manifest)
        return int(self.sandbox.control("POST", "/github/pulls", fields)["number"])

    def preview(self, number: int, head: str = REPOSITORY) -> Run:
        """Run the preview of a pull request."""
        pull = {"number": number, "head": {"repo": {"full_name": head}}}
        return self.runner.run("preview", "pull_request", {"pull_request": pull})

    def merge(self, number: int) -> str:
        """Merge a pull request; returns the commit."""
        merged = self.sandbox.control("POST", f"/github/pulls/{number}/merge")
        return str(merged["merge_commit_sha"])

    def apply(self, commit: str) -> Run:
        """Run the apply of a push to the branch."""
        return self.runner.run("apply", "push", {}, sha=commit, ref=MAIN)

    def drift(self) -> Run:
        """Run the scheduled check."""
        return self.runner.run("drift", "schedule", {}, ref=MAIN)

    def comments(self, number: int) -> list[dict[str, Any]]:
        """The comments of a pull request."""
        path = f"/repos/{REPOSITORY}/issues/{number}/comments"
        found: list[dict[str, Any]] = self.sandbox.github("GET", path).body
        return found

    def labels(self, number: int) -> list[str]:
        """The labels of a pull request."""
        path = f"/repos/{REPOSITORY}/issues/{number}/labels"
        return [each["name"] for each in self.sandbox.github("GET", path).body]

    def issues(self) -> dict[str, dict[str, Any]]:
        """The issues by their one label, pull requests left out."""
        path = f"/repos/{REPOSITORY}/issues?state=all"
        found = [each for each in self.sandbox.github("GET", path).body if each["labels"]]
        return {each["labels"][0]["name"]: each for each in found if "pull_request" not in each}

    def service_writes(self) -> list[dict[str, Any]]:
        """What was written to Sentry and Coolify since the log was cleared."""
        return [*self.sandbox.writes("sentry"), *self.sandbox.writes("coolify")]


def prepare_repository(folder: Path, sandbox: RunningSandbox) -> Repository:
    """A repository set up as docs/gitops.md says, with the stack `tests`."""
    program = prepare(folder, sandbox)
    for name, url in (
        ("sentry:baseUrl", sandbox.sentry_url),
        ("coolify:url", sandbox.coolify_url),
    ):
        assert program.engine.run("config", "set", name, url).exit_code == 0
    tokens = sandbox.tokens
    secrets = {
        "PULUMI_CONFIG_PASSPHRASE": "tests",
        "SENTRY_READ_TOKEN": tokens["sentry"]["readonly"],
        "COOLIFY_READ_TOKEN": tokens["coolify"]["sensitive"],
        "SENTRY_AUTH_TOKEN": tokens["sentry"]["internal"],
        "COOLIFY_TOKEN": tokens["coolify"]["root"],
        "SENTRY_BUILD_TOKEN": BUILD_TOKEN,
    }
    variables = {"PULUMI_BACKEND_URL": f"file://{folder}/state", "WATCHPOST_STACK": "tests"}
    return Repository(program, Runner(folder, sandbox, secrets, variables))
