"""The workflows are well formed, least privileged and pinned, as far as text can say."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.whole.expressions import Evaluator, list_expressions
from tests.whole.runner import ROOT, SKIPPED, load_workflow

NAMES = ("preview", "apply", "drift")
ACTIONS = {"actions/checkout", "actions/setup-python", "actions/upload-artifact"}
WORKFLOW_KEYS = {"name", "on", "permissions", "concurrency", "defaults", "env", "jobs"}
JOB_KEYS = {
    "needs",
    "if",
    "runs-on",
    "timeout-minutes",
    "environment",
    "permissions",
    "env",
    "steps",
}
STEP_KEYS = {"name", "id", "if", "uses", "with", "env", "run"}
PERMISSIONS = {
    ("preview", "validate"): {"contents": "read"},
    ("preview", "plan"): {"contents": "read", "pull-requests": "write"},
    ("apply", "apply"): {"contents": "read", "pull-requests": "write"},
    ("drift", "drift"): {"contents": "read", "issues": "write"},
}
# What may be seen by a run that only looks.
READING_SECRETS = {
    "STATE_ACCESS_KEY_ID",
    "STATE_SECRET_ACCESS_KEY",
    "PULUMI_CONFIG_PASSPHRASE",
    "SENTRY_READ_TOKEN",
    "COOLIFY_READ_TOKEN",
    "SENTRY_BUILD_TOKEN",
}


def text_of(name: str) -> str:
    """The workflow as it is written."""
    return (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")


def steps_of(name: str) -> list[dict[str, Any]]:
    """All steps of all jobs."""
    return [step for job in load_workflow(name)["jobs"].values() for step in job["steps"]]


def secrets_in(value: object) -> set[str]:
    """The names of the secrets that a part of a workflow uses."""
    return set(re.findall(r"secrets\.(\w+)", str(value)))


def test_there_are_three() -> None:
    """No workflow escapes these checks."""
    found = sorted(path.stem for path in (ROOT / ".github" / "workflows").iterdir())
    assert found == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_form_is_githubs(name: str) -> None:
    """Only known keys; a job says where and how long it runs; a step uses or runs."""
    document = load_workflow(name)
    assert set(document) == WORKFLOW_KEYS
    for job in document["jobs"].values():
        assert set(job) <= JOB_KEYS
        assert job["runs-on"] == "ubuntu-24.04"
        assert 1 <= job["timeout-minutes"] <= 60
        for step in job["steps"]:
            assert set(step) <= STEP_KEYS
            assert ("uses" in step) != ("run" in step)
            assert step["name"]
    for step in steps_of(name):
        assert ("uses" not in step) or step["name"] in SKIPPED


@pytest.mark.parametrize("name", NAMES)
def test_steps_run_in_strict_bash(name: str) -> None:
    """Named, the shell is `bash -eo pipefail`; left out, it would be without pipefail."""
    assert load_workflow(name)["defaults"] == {"run": {"shell": "bash"}}


@pytest.mark.parametrize("name", NAMES)
def test_permissions_are_the_least(name: str) -> None:
    """None for the workflow, and for each job what it needs."""
    document = load_workflow(name)
    assert document["permissions"] == {}
    for job, content in document["jobs"].items():
        assert content["permissions"] == PERMISSIONS[name, job]


@pytest.mark.parametrize("name", NAMES)
def test_actions_are_pinned(name: str) -> None:
    """By commit, with the version beside it, and no more than three of them."""
    lines = re.findall(r"uses: (.*)", text_of(name))
    assert lines
    for line in lines:
        found = re.fullmatch(r"([\w./-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+", line)
        assert found, line
        assert found[1] in ACTIONS


def test_an_action_is_pinned_to_one_commit() -> None:
    """The three workflows use the same version of each."""
    pins = {pin for name in NAMES for pin in re.findall(r"uses: (\S+)", text_of(name))}
    assert len(pins) == len(ACTIONS)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_written_into_a_script(name: str) -> None:
    """Values reach `run:` by the environment, never as text of the script."""
    for step in steps_of(name):
        assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("name", NAMES)
def test_every_expression_is_understood(name: str) -> None:
    """Each expression and condition is one that the tests' runner evaluates."""
    document = load_workflow(name)
    conditions = [part.get("if") for part in [*document["jobs"].values(), *steps_of(name)]]
    texts = [*list_expressions(text_of(name)), *(each for each in conditions if each)]
    assert texts
    for text in texts:
        Evaluator({}).evaluate(text)


@pytest.mark.parametrize("name", NAMES)
def test_secrets_reach_only_the_step_that_needs_them(name: str) -> None:
    """Neither workflow nor job has one, nor a step that is somebody else's action."""
    document = load_workflow(name)
    assert secrets_in(document["env"]) == set()
    for job in document["jobs"].values():
        assert secrets_in(job.get("env")) == set()
    for step in steps_of(name):
        assert secrets_in(step) == set() or step["name"] in {"Plan", "Apply", "Look for drift"}


@pytest.mark.parametrize("name", ["preview", "drift"])
def test_a_run_that_looks_has_no_secret_to_write_with(name: str) -> None:
    """Its tokens only read, and writes are switched off besides."""
    assert secrets_in(text_of(name)) == READING_SECRETS
    for step in steps_of(name):
        if secrets_in(step):
            assert step["env"]["WATCHPOST_READ_ONLY"] == "1"


@pytest.mark.parametrize("name", NAMES)
def test_a_checkout_leaves_no_token_behind(name: str) -> None:
    """The token of the run is not kept in the checkout's git configuration."""
    for step in steps_of(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"persist-credentials": False}


def test_no_code_of_a_fork_meets_a_secret() -> None:
    """Previews run on pull_request, whose forks get none, never on pull_request_target."""
    assert list(load_workflow("preview")["on"]) == ["pull_request"]
    for name in NAMES:
        assert "pull_request_target" not in text_of(name)
        assert "workflow_run" not in text_of(name)


def test_applies_wait_for_each_other_and_for_people() -> None:
    """One at a time for each stack, never cut off, and behind the environment's protection."""
    document = load_workflow("apply")
    assert document["jobs"]["apply"]["environment"] == "production"
    assert document["concurrency"]["cancel-in-progress"] is False
    assert set(document["on"]) == {"push", "workflow_dispatch"}
    assert document["on"]["push"]["branches"] == ["main"]


@pytest.mark.parametrize("name", NAMES)
def test_stacks_do_not_wait_for_each_other(name: str) -> None:
    """The group of concurrent runs bears the stack's name."""
    group = load_workflow(name)["concurrency"]["group"]
    for stack in ("production", "staging"):
        variables = {"WATCHPOST_STACK": stack} if stack != "production" else {}
        filled = Evaluator({"vars": variables}).fill(group)
        assert filled.startswith(f"watchpost-{name}-{stack}")
