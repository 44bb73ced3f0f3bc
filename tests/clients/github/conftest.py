"""The command as a run of GitHub Actions calls it, against the simulated GitHub."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from watchpost.__main__ import main
from watchpost.github.settings import open_client

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox
    from watchpost.github import GitHubClient

REPOSITORY = "acme/fleet"


@dataclass(frozen=True)
class Runner:
    """A run's environment: the sandbox, a folder for its files, and how to call the command."""

    sandbox: RunningSandbox
    folder: Path
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def use_token(self, name: str) -> None:
        """Use another token from now on."""
        self.patch.setenv("GITHUB_TOKEN", self.sandbox.tokens["github"][name])

    def run(self, *words: object) -> tuple[int, str]:
        """Run `watchpost github` with *words*; returns its exit code and all that it printed."""
        code = main(["github", *(str(word) for word in words)])
        printed = self.capture.readouterr()
        return code, printed.out + printed.err

    def write(self, name: str, text: str) -> Path:
        """Write a file of the run."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def write_plan(self, **fields: Any) -> Path:
        """Write a plan as `watchpost plan --out plan.json` does, as far as it is read."""
        document = {
            "hash": "sha256-0123456789abcdef",
            "headline": "1 app rebuilds",
            "consequence": "rebuild",
            "is_destructive": False,
            "is_over_limit": False,
        }
        return self.write("plan.json", json.dumps({**document, **fields}))

    def open_pull(self) -> int:
        """Open a pull request; returns its number."""
        return int(self.sandbox.control("POST", "/github/pulls", {})["number"])

    def merge(self, number: int) -> str:
        """Merge a pull request; returns the commit that made."""
        merged = self.sandbox.control("POST", f"/github/pulls/{number}/merge")
        return str(merged["merge_commit_sha"])

    def comments(self, number: int) -> list[dict[str, Any]]:
        """The comments of a pull request, as the server has them."""
        path = f"/repos/{REPOSITORY}/issues/{number}/comments?per_page=100"
        found: list[dict[str, Any]] = self.sandbox.github("GET", path).body
        return found

    def comment_as(self, token: str, number: int, body: str) -> int:
        """Write a comment as somebody else; returns its id."""
        path = f"/repos/{REPOSITORY}/issues/{number}/comments"
        return int(self.sandbox.github("POST", path, {"body": body}, token=token).body["id"])

    def issues(self, label: str) -> list[dict[str, Any]]:
        """The issues of that label in any state, newest first."""
        path = f"/repos/{REPOSITORY}/issues?state=all&labels={label.replace(' ', '%20')}"
        found: list[dict[str, Any]] = self.sandbox.github("GET", path).body
        return found


@pytest.fixture
def runner(
    empty_sandbox: RunningSandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Runner:
    """A run that may write, of the stack production."""
    made = Runner(empty_sandbox, tmp_path, monkeypatch, capsys)
    monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
    monkeypatch.setenv("GITHUB_API_URL", empty_sandbox.github_url)
    monkeypatch.setenv("WATCHPOST_STACK", "production")
    made.use_token("actions")
    return made


@pytest.fixture
def client(runner: Runner) -> GitHubClient:
    """The client of that run."""
    return open_client(
        {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_API_URL": runner.sandbox.github_url,
            "GITHUB_TOKEN": runner.sandbox.tokens["github"]["actions"],
        }
    )
