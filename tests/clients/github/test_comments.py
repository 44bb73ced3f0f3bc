"""One comment per pull request: found again, edited in place, and only if it is ours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from watchpost.github import Marker, keep_comment
from watchpost.github.bodies import compose_body
from watchpost.github.settings import open_client

if TYPE_CHECKING:
    from tests.clients.github.conftest import Runner
    from watchpost.github import GitHubClient

PLAN = Marker("plan", "production")


def test_a_comment_is_made_then_edited_in_place(runner: Runner) -> None:
    """The first run makes it, the next edits it; it begins with the marker and bears the hash."""
    number = runner.open_pull()
    body, plan = runner.write("plan.md", "One app rebuilds.\n"), runner.write_plan()
    assert runner.run("comment", "--pr", number, "--body", body, "--plan", plan) == (
        0,
        f"comment on #{number} created: 1 app rebuilds\n",
    )
    (made,) = runner.comments(number)
    assert made["body"] == (
        "<!-- watchpost:plan stack=production hash=sha256-0123456789abcdef -->\nOne app rebuilds."
    )
    runner.write("plan.md", "Two apps rebuild.\n")
    plan = runner.write_plan(hash="sha256-fedcba9876543210", headline="2 apps rebuild")
    code, printed = runner.run("comment", "--pr", number, "--body", body, "--plan", plan)
    assert (code, printed) == (0, f"comment on #{number} updated: 2 apps rebuild\n")
    (edited,) = runner.comments(number)
    assert edited["id"] == made["id"]
    assert edited["body"] == (
        "<!-- watchpost:plan stack=production hash=sha256-fedcba9876543210 -->\nTwo apps rebuild."
    )


def test_a_second_run_writes_nothing(runner: Runner) -> None:
    """The same text again sends no write."""
    number, body = runner.open_pull(), runner.write("plan.md", "One app rebuilds.\n")
    runner.run("comment", "--pr", number, "--body", body)
    runner.sandbox.clear_log()
    code, printed = runner.run("comment", "--pr", number, "--body", body)
    assert (code, printed) == (0, f"comment on #{number} unchanged\n")
    assert runner.sandbox.writes("github") == []
    assert len(runner.sandbox.log("github")) == 2  # who am I, and the comments


def test_it_is_found_behind_a_hundred_others(runner: Runner) -> None:
    """All pages are looked through, from below an Enterprise Server's prefix, too."""
    runner.patch.setenv("GITHUB_API_URL", f"{runner.sandbox.github_url}/api/v3")
    number, body = runner.open_pull(), runner.write("plan.md", "One.")
    for each in range(101):
        runner.comment_as("root", number, f"chatter {each}")
    runner.run("comment", "--pr", number, "--body", body)
    runner.sandbox.clear_log()
    runner.write("plan.md", "Two.")
    assert runner.run("comment", "--pr", number, "--body", body)[1].endswith("updated\n")
    path = f"/api/v3/repos/acme/fleet/issues/{number}/comments"
    pages = [each["query"] for each in runner.sandbox.log("github") if each["path"] == path]
    assert pages == ["per_page=100", "per_page=100&page=2"]
    assert [each["method"] for each in runner.sandbox.writes("github")] == ["PATCH"]


def test_somebody_elses_comment_with_our_marker_is_left_alone(runner: Runner) -> None:
    """A forged comment is neither edited nor deleted, and ours is made beside it."""
    number, body = runner.open_pull(), runner.write("plan.md", "Ours.")
    forged = f"{Marker('plan', 'production', 'sha256-evil0000').render()}\nNothing to see."
    runner.comment_as("outsider", number, forged)
    runner.run("comment", "--pr", number, "--body", body)
    found = [(each["user"]["login"], each["body"]) for each in runner.comments(number)]
    assert found == [
        ("mallory", forged),
        ("github-actions[bot]", f"{PLAN.render()}\nOurs."),
    ]


def test_a_marker_quoted_below_is_none(runner: Runner) -> None:
    """Only the first line marks; a comment of the same bot that quotes one is not ours."""
    number, body = runner.open_pull(), runner.write("plan.md", "Ours.")
    quoting = f"You said:\n{PLAN.render()}"
    runner.comment_as("actions", number, quoting)
    runner.run("comment", "--pr", number, "--body", body)
    assert next(each["body"] for each in runner.comments(number)) == quoting


def test_stacks_and_markers_have_comments_of_their_own(runner: Runner) -> None:
    """Two stacks and two kinds make three comments."""
    number, body = runner.open_pull(), runner.write("plan.md", "Text.")
    for options in ((), ("--stack", "staging"), ("--marker", "apply")):
        assert runner.run("comment", "--pr", number, "--body", body, *options)[0] == 0
    first_lines = [each["body"].splitlines()[0] for each in runner.comments(number)]
    assert first_lines == [
        "<!-- watchpost:plan stack=production -->",
        "<!-- watchpost:plan stack=staging -->",
        "<!-- watchpost:apply stack=production -->",
    ]


def test_of_two_the_older_stays(runner: Runner) -> None:
    """Where two runs made one each, the next keeps the lowest id and deletes the other."""
    number, body = runner.open_pull(), runner.write("plan.md", "Now.")
    first = runner.comment_as("actions", number, f"{PLAN.render()}\nA")
    runner.comment_as("actions", number, f"{PLAN.render()}\nB")
    assert runner.run("comment", "--pr", number, "--body", body)[0] == 0
    assert [(each["id"], each["body"]) for each in runner.comments(number)] == [
        (first, f"{PLAN.render()}\nNow.")
    ]


def test_many_at_once_leave_one(runner: Runner) -> None:
    """Eight runs that start together end with one comment, which says what one of them said."""
    number, sandbox = runner.open_pull(), runner.sandbox
    sandbox.add_fault(service="github", method="GET", latency_seconds=0.05)

    def post(each: int) -> str:
        client = open_client(
            {
                "GITHUB_REPOSITORY": "acme/fleet",
                "GITHUB_API_URL": sandbox.github_url,
                "GITHUB_TOKEN": sandbox.tokens["github"]["actions"],
            }
        )
        return keep_comment(client, number, PLAN, compose_body(PLAN, f"run {each}"))

    with ThreadPoolExecutor(8) as pool:
        assert {*pool.map(post, range(8))} <= {"created", "updated"}
    (left,) = runner.comments(number)
    assert left["body"].startswith(f"{PLAN.render()}\nrun ")


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_create_of_unclear_fate_makes_one(runner: Runner, drop: str) -> None:
    """Whether the dropped request was applied or not, there is one comment in the end."""
    number, body = runner.open_pull(), runner.write("plan.md", "Once.")
    runner.sandbox.add_fault(service="github", method="POST", drop=drop, first=1)
    assert runner.run("comment", "--pr", number, "--body", body)[0] == 0
    assert [each["body"] for each in runner.comments(number)] == [f"{PLAN.render()}\nOnce."]


def test_a_persons_token_edits_its_own_comment(runner: Runner) -> None:
    """The author is asked for, not assumed: a run's comment is not a person's."""
    number, body = runner.open_pull(), runner.write("plan.md", "Text.")
    runner.run("comment", "--pr", number, "--body", body)
    runner.use_token("root")
    runner.run("comment", "--pr", number, "--body", body)
    runner.run("comment", "--pr", number, "--body", body)
    assert [each["user"]["login"] for each in runner.comments(number)] == [
        "github-actions[bot]",
        "ada",
    ]


def test_an_apps_token_says_who_it_is(runner: Runner) -> None:
    """WATCHPOST_GITHUB_LOGIN names the author where a token may not ask."""
    number, body = runner.open_pull(), runner.write("plan.md", "Text.")
    fields = {"name": "app", "login": "fleet[bot]", "permissions": {"pull_requests": "write"}}
    token = runner.sandbox.control("POST", "/github/tokens", fields)["token"]
    runner.patch.setenv("GITHUB_TOKEN", token)
    runner.patch.setenv("WATCHPOST_GITHUB_LOGIN", "fleet[bot]")
    for _ in range(2):
        assert runner.run("comment", "--pr", number, "--body", body)[0] == 0
    assert [each["user"]["login"] for each in runner.comments(number)] == ["fleet[bot]"]


def test_a_text_that_is_too_long_is_cut_and_says_so(runner: Runner) -> None:
    """Whole lines, open blocks closed, the count of what is shown, and the server takes it."""
    number = runner.open_pull()
    text = "<details>\n```\n" + "\n".join(f"{each} \N{ROCKET}" for each in range(20_000))
    body = runner.write("plan.md", text)
    assert runner.run("comment", "--pr", number, "--body", body)[0] == 0
    (made,) = runner.comments(number)
    posted = made["body"]
    assert len(posted) <= 65_536
    assert posted.count("```") == 2
    assert "</details>" in posted
    assert "**Cut here:** 65" in posted.splitlines()[-1]
    assert "of 168903 characters" in posted.splitlines()[-1]


def test_it_is_the_pull_request_of_a_merge(runner: Runner) -> None:
    """After a merge the commit stands for the number."""
    number = runner.open_pull()
    body, commit = runner.write("apply.md", "Done."), runner.merge(number)
    words = ("comment", "--commit", commit, "--body", body, "--marker", "apply")
    assert runner.run(*words) == (0, f"comment on #{number} created\n")
    assert [each["body"] for each in runner.comments(number)] == [
        "<!-- watchpost:apply stack=production -->\nDone."
    ]


def test_login_is_asked_for_once(client: GitHubClient, runner: Runner) -> None:
    """A run's token may not ask; then it is the run's bot."""
    assert [client.login, client.login] == ["github-actions[bot]"] * 2
    assert [each["path"] for each in runner.sandbox.log("github")] == ["/user"]


def test_a_create_that_never_gets_through_is_told(runner: Runner) -> None:
    """Three tries, each after a look; then exit 1 with what is unclear."""
    number, body = runner.open_pull(), runner.write("plan.md", "Never.")
    runner.sandbox.add_fault(service="github", method="POST", drop="before")
    code, printed = runner.run("comment", "--pr", number, "--body", body)
    assert code == 1
    assert "the write may or may not have been applied" in printed
    assert [each["method"] for each in runner.sandbox.writes("github")] == ["POST"] * 3
    assert runner.comments(number) == []
