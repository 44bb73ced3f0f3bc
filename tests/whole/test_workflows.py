"""
The three workflows, step by step as a runner runs them, on the real engine and the sandbox.

Their `run:` steps are taken from the files in `.github/workflows`; what the tests' runner takes for
done is listed in `tests.whole.runner.SKIPPED`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.whole.manifests import API, FLEET, SHOP, write_manifest
from tests.whole.program import BUILD_TOKEN, FINGERPRINT_KEY, Program, prepare
from tests.whole.runner import REPOSITORY, Run, Runner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox

pytestmark = pytest.mark.whole
MAIN = "refs/heads/main"


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


@pytest.fixture
def repository(tmp_path: Path, demo_sandbox: RunningSandbox) -> Repository:
    """A repository set up as docs/gitops.md says, with the stack `tests`."""
    program = prepare(tmp_path, demo_sandbox)
    for name, url in (
        ("sentry:baseUrl", demo_sandbox.sentry_url),
        ("coolify:url", demo_sandbox.coolify_url),
    ):
        assert program.engine.run("config", "set", name, url).exit_code == 0
    tokens = demo_sandbox.tokens
    secrets = {
        "PULUMI_CONFIG_PASSPHRASE": "tests",
        "SENTRY_READ_TOKEN": tokens["sentry"]["readonly"],
        "COOLIFY_READ_TOKEN": tokens["coolify"]["sensitive"],
        "SENTRY_AUTH_TOKEN": tokens["sentry"]["internal"],
        "COOLIFY_TOKEN": tokens["coolify"]["root"],
        "SENTRY_BUILD_TOKEN": BUILD_TOKEN,
    }
    variables = {"PULUMI_BACKEND_URL": f"file://{tmp_path}/state", "WATCHPOST_STACK": "tests"}
    return Repository(program, Runner(tmp_path, demo_sandbox, secrets, variables))


def said(run: Run, job: str) -> str:
    """What a job printed, for the message of a failed assertion."""
    return run.jobs[job].printed


def raise_if_secret_shown(repository: Repository, *texts: str) -> None:
    """No secret of the repository, nor the stack's key, stands in any of *texts*."""
    whole = "\n".join(texts)
    for secret in [*repository.runner.secrets.values(), FINGERPRINT_KEY]:
        assert secret == "tests" or secret not in whole


def test_a_pull_request_gets_one_comment_edited_in_place(repository: Repository) -> None:
    """Pushed again, the same comment says the new plan; nothing is written to either service."""
    one = {"api": API}
    number = repository.open_pull(write_manifest(one))
    repository.sandbox.clear_log()
    first = repository.preview(number)
    assert first.jobs["validate"].outcome == "success", said(first, "validate")
    assert first.jobs["plan"].outcome == "success", said(first, "plan")
    (comment,) = repository.comments(number)
    assert comment["body"].startswith("<!-- watchpost:plan stack=tests hash=")
    assert "shop-api" in comment["body"]
    assert first.jobs["plan"].summary in comment["body"] + "\n"
    assert repository.labels(number) == ["watchpost: restart"]

    repository.program.declare(write_manifest(FLEET))
    second = repository.preview(number)
    assert second.jobs["plan"].outcome == "success", said(second, "plan")
    (edited,) = repository.comments(number)
    assert edited["id"] == comment["id"]
    assert edited["body"].splitlines()[0] != comment["body"].splitlines()[0]
    assert "shop-web" in edited["body"]
    assert repository.labels(number) == ["watchpost: rebuild"]
    assert repository.service_writes() == []
    raise_if_secret_shown(repository, edited["body"], said(first, "plan"), said(second, "plan"))

    repository.sandbox.clear_log()
    third = repository.preview(number)
    assert third.jobs["plan"].outcome == "success", said(third, "plan")
    assert repository.sandbox.writes("github") == []


def test_a_plan_over_a_limit_fails_after_it_was_shown(repository: Repository) -> None:
    """The comment and the label `unsafe` are there; the check is red."""
    number = repository.open_pull(write_manifest({"shop": SHOP}, limits={"rebuild": 0}))
    run = repository.preview(number)
    job = run.jobs["plan"]
    assert job.outcome == "failure"
    assert job.steps == {
        **dict.fromkeys(job.steps, "success"),
        "Verdict": "failure",
    }
    assert "A limit is exceeded" in job.printed
    assert len(repository.comments(number)) == 1
    assert repository.labels(number) == ["watchpost: unsafe"]


def test_a_manifest_that_is_wrong_is_not_planned(repository: Repository) -> None:
    """Validation fails first; there is no comment."""
    number = repository.open_pull("version: 1\n")
    run = repository.preview(number)
    assert run.jobs["validate"].steps["Validate"] == "failure"
    assert run.jobs["plan"].outcome == "skipped"
    assert repository.comments(number) == []


def test_a_plan_that_cannot_be_made_is_said_so(repository: Repository) -> None:
    """The comment loses its hash, so that nothing is approved, and the check is red."""
    number = repository.open_pull(write_manifest({"api": API}))
    path = f"/repos/{REPOSITORY}/issues/{number}/comments"
    old = {"body": "<!-- watchpost:plan stack=tests hash=sha256-00000000 -->\nOld plan."}
    repository.sandbox.github("POST", path, old, token="actions")
    repository.runner.secrets["PULUMI_CONFIG_PASSPHRASE"] = "wrong"  # type: ignore[index]  # a dict
    run = repository.preview(number)
    assert run.jobs["plan"].steps["Verdict"] == "failure"
    (comment,) = repository.comments(number)
    assert comment["body"].splitlines()[0] == "<!-- watchpost:plan stack=tests -->"
    assert "The plan could not be made (exit code 1)" in comment["body"]


def test_a_fork_is_validated_only(repository: Repository) -> None:
    """No secret, no plan, no comment; the summary says so."""
    number = repository.open_pull(write_manifest(FLEET), repository="mallory/fleet")
    repository.sandbox.clear_log()
    run = repository.preview(number, head="mallory/fleet")
    assert run.jobs["validate"].outcome == "success", said(run, "validate")
    assert run.jobs["plan"].outcome == "skipped"
    assert "### Validated only" in run.jobs["validate"].summary
    assert "This pull request comes from a fork" in run.jobs["validate"].summary
    assert repository.sandbox.log() == []


def test_nothing_runs_before_the_set_up(repository: Repository) -> None:
    """Without a state backend only the manifest is checked."""
    number = repository.open_pull(write_manifest(FLEET))
    repository.runner.variables.pop("PULUMI_BACKEND_URL")  # type: ignore[attr-defined]  # a dict
    repository.sandbox.clear_log()
    assert repository.preview(number).jobs["plan"].outcome == "skipped"
    assert repository.drift().jobs["drift"].outcome == "skipped"
    assert repository.apply("0" * 40).jobs["apply"].outcome == "skipped"
    assert repository.sandbox.log() == []
