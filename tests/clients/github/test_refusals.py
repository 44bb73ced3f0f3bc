"""What can go wrong: settings, permissions, limits, files; each with a reason, none a secret."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from tests.clients.transport.servers import Reply, serving

if TYPE_CHECKING:
    from tests.clients.github.conftest import Runner


SAFE = {"is_destructive": False, "is_over_limit": False}


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("GITHUB_TOKEN", "", "GITHUB_TOKEN: no usable token given"),
        ("GITHUB_REPOSITORY", "", "GITHUB_REPOSITORY: no repository is named"),
        ("GITHUB_REPOSITORY", "acme/fleet/../x", "GITHUB_REPOSITORY: no repository is named"),
        ("GITHUB_API_URL", "http://ghe.example.com", "plain http to ghe.example.com is refused"),
        ("WATCHPOST_STACK", "", "stack: no stack is named"),
        ("WATCHPOST_STACK", "a -->", "stack: 'a -->' cannot be written into a marker"),
    ],
)
def test_settings_that_cannot_be(runner: Runner, variable: str, value: str, said: str) -> None:
    """Exit 1 with what to set; nothing is sent."""
    runner.patch.setenv(variable, value)
    body = runner.write("plan.md", "Text.")
    code, printed = runner.run("comment", "--pr", 1, "--body", body)
    assert code == 1
    assert said in printed
    assert runner.sandbox.log("github") == []


def test_a_token_that_may_not_write(runner: Runner) -> None:
    """A fork's token is refused; the message names the permission, not the token."""
    runner.use_token("fork")
    number, body = runner.open_pull(), runner.write("plan.md", "Text.")
    code, printed = runner.run("comment", "--pr", number, "--body", body)
    assert code == 1
    assert "GitHub answered 403: Resource not accessible by integration" in printed
    assert "One of these permissions would do: pull_requests=write" in printed
    assert runner.sandbox.tokens["github"]["fork"] not in printed
    assert runner.comments(number) == []


def test_a_token_that_is_wrong(runner: Runner) -> None:
    """Exit 1; the token is not repeated."""
    runner.patch.setenv("GITHUB_TOKEN", "ghs_0000")
    code, printed = runner.run("issue", "--close")
    assert code == 1
    assert "GitHub answered 401: Bad credentials" in printed
    assert "ghs_0000" not in printed


def test_writes_that_are_switched_off(runner: Runner) -> None:
    """WATCHPOST_READ_ONLY stops a comment before it leaves."""
    runner.patch.setenv("WATCHPOST_READ_ONLY", "1")
    number, body = runner.open_pull(), runner.write("plan.md", "Text.")
    code, printed = runner.run("comment", "--pr", number, "--body", body)
    assert code == 1
    assert "a write was asked for while writes are switched off" in printed
    assert runner.sandbox.writes("github") == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("plan.json", "{}", "not a plan"),
        ("plan.json", "[", "not a plan"),
        (
            "plan.json",
            json.dumps({"hash": "x", "headline": "", "consequence": "boom", **SAFE}),
            "not a plan",
        ),
        ("plan.md", " \n", "is empty"),
    ],
)
def test_files_that_cannot_be_posted(runner: Runner, name: str, text: str, said: str) -> None:
    """Exit 1 with the file's name; nothing is sent."""
    body, plan = runner.write("plan.md", "Text."), runner.write_plan()
    runner.write(name, text)
    code, printed = runner.run("comment", "--pr", 1, "--body", body, "--plan", plan)
    assert code == 1
    assert f"{name}: {said}" in printed
    assert runner.sandbox.log("github") == []


def test_a_file_that_is_not_there(runner: Runner) -> None:
    """Exit 1 with its name."""
    code, printed = runner.run("issue", "--body", runner.folder / "none.md")
    assert code == 1
    assert "none.md: cannot be read" in printed
    plan = runner.folder / "none.json"
    code, printed = runner.run("label", "--pr", 1, "--plan", plan)
    assert code == 1
    assert "none.json: not a plan\n  No such file or directory" in printed


def test_a_secondary_limit_is_waited_for(runner: Runner) -> None:
    """A 403 that names a wait is a limit: it is waited for, then the comment is written once."""
    number, body = runner.open_pull(), runner.write("plan.md", "Text.")
    runner.sandbox.add_fault(
        service="github",
        method="POST",
        status=403,
        headers={"Retry-After": "1"},
        body={"message": "You have exceeded a secondary rate limit."},
        first=1,
    )
    started = time.monotonic()
    assert runner.run("comment", "--pr", number, "--body", body)[0] == 0
    assert time.monotonic() - started >= 1
    assert len(runner.comments(number)) == 1


def test_a_used_up_limit_is_told(runner: Runner) -> None:
    """A window that ends in half an hour is not waited for; nothing is written."""
    number, body = runner.open_pull(), runner.write("plan.md", "Text.")
    nothing_left = {
        "X-RateLimit-Limit": "1000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Used": "1000",
        "X-RateLimit-Reset": str(int(time.time()) + 1800),
    }
    refusal = Reply(403, {"message": "API rate limit exceeded"}, nothing_left)
    with serving(refusal) as server:
        runner.patch.setenv("GITHUB_API_URL", server.url)
        code, printed = runner.run("comment", "--pr", number, "--body", body)
    assert code == 1
    assert "the rate limit of GitHub leaves no room in time" in printed
    assert len(server.calls) == 1


def test_it_speaks_githubs_dialect(runner: Runner) -> None:
    """Media type, version and bearer token; the URL's own path stays before every call."""
    with serving(Reply(200, [])) as server:
        runner.patch.setenv("GITHUB_API_URL", f"{server.url}/api/v1/")
        assert runner.run("issue", "--close")[0] == 0
    assert [call.path.partition("?")[0] for call in server.calls] == [
        "/api/v1/repos/acme/fleet/issues",
    ]
    headers = server.calls[0].headers
    assert headers["accept"] == "application/vnd.github+json"
    assert headers["x-github-api-version"] == "2022-11-28"
    assert headers["authorization"] == f"Bearer {runner.sandbox.tokens['github']['actions']}"
    assert headers["user-agent"] == "watchpost"


@pytest.mark.parametrize(
    "body", [{}, [{"number": 1}], [{"number": 1, "user": 2, "body": "", "state": "open"}]]
)
def test_an_answer_that_is_none(runner: Runner, body: object) -> None:
    """A login page or half an object is not taken for an empty list."""
    with serving(Reply(200, body)) as server:
        runner.patch.setenv("GITHUB_API_URL", server.url)
        code, printed = runner.run("issue", "--close")
    assert code == 1
    assert "answered" in printed
