"""The hash of the reviewed plan is read from our own comment, or there is a reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.github import Marker

if TYPE_CHECKING:
    from tests.clients.github.conftest import Runner

HASH = "sha256-0123456789abcdef"


def planned(runner: Runner) -> int:
    """A pull request with the comment of a plan; returns its number."""
    number, body = runner.open_pull(), runner.write("plan.md", "One app rebuilds.")
    runner.run("comment", "--pr", number, "--body", body, "--plan", runner.write_plan(hash=HASH))
    return number


def test_the_hash_of_a_merge(runner: Runner) -> None:
    """It is printed alone, so that a shell can take it."""
    commit = runner.merge(planned(runner))
    runner.sandbox.clear_log()
    assert runner.run("approved-hash", "--commit", commit) == (0, f"{HASH}\n")
    assert runner.sandbox.writes("github") == []


def test_a_forged_hash_does_not_count(runner: Runner) -> None:
    """Somebody's comment with our marker, older than ours, is not read."""
    number = runner.open_pull()
    forged = Marker("plan", "production", "sha256-evil00000000").render()
    runner.comment_as("outsider", number, forged)
    body = runner.write("plan.md", "Text.")
    runner.run("comment", "--pr", number, "--body", body, "--plan", runner.write_plan(hash=HASH))
    assert runner.run("approved-hash", "--commit", runner.merge(number)) == (0, f"{HASH}\n")


def test_only_a_forged_hash_is_none(runner: Runner) -> None:
    """Without a comment of ours nothing was approved."""
    number = runner.open_pull()
    runner.comment_as("outsider", number, Marker("plan", "production", "sha256-evil0000").render())
    code, printed = runner.run("approved-hash", "--commit", runner.merge(number))
    assert code == 1
    assert f"pull request #{number}: no plan of the stack production was approved" in printed
    assert "github-actions[bot] has written no plan there" in printed


def test_a_direct_push(runner: Runner) -> None:
    """Exit 1, what happened, and what to do."""
    commit = runner.sandbox.control("POST", "/github/commits")["sha"]
    code, printed = runner.run("approved-hash", "--commit", commit)
    assert code == 1
    assert printed == (
        f"commit {commit[:12]}: it came without a pull request, so that no plan was approved\n"
        "  It was pushed directly, or is not the last commit of a merge.\n"
        "  fix: run `watchpost plan` and then apply with the hash it prints, as docs/gitops.md "
        "says\n"
    )


def test_a_commit_of_an_open_pull_request(runner: Runner) -> None:
    """A pull request that is not merged approves nothing."""
    made = runner.sandbox.control("POST", "/github/pulls", {})
    code, printed = runner.run("approved-hash", "--commit", made["head_sha"])
    assert code == 1
    assert "came without a pull request" in printed


def test_a_plan_of_another_stack(runner: Runner) -> None:
    """Each stack has a plan of its own."""
    commit = runner.merge(planned(runner))
    code, printed = runner.run("approved-hash", "--commit", commit, "--stack", "staging")
    assert code == 1
    assert "no plan of the stack staging" in printed


def test_a_plan_that_could_not_be_made(runner: Runner) -> None:
    """A comment without a hash approves nothing, and replaces the hash of an earlier plan."""
    number = planned(runner)
    body = runner.write("plan.md", "The plan could not be made.")
    runner.run("comment", "--pr", number, "--body", body)
    code, printed = runner.run("approved-hash", "--commit", runner.merge(number))
    assert code == 1
    assert "The plan could not be made." in printed


def test_an_unknown_commit(runner: Runner) -> None:
    """GitHub's own words, and exit 1."""
    code, printed = runner.run("approved-hash", "--commit", "0" * 40)
    assert code == 1
    assert f"No commit found for SHA: {'0' * 40}" in printed
