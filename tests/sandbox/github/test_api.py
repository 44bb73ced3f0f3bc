"""The simulated GitHub answers as the documentation, and public records of its answers, say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandboxes import send

if TYPE_CHECKING:
    from tests.sandboxes import RunningSandbox

REPOSITORY = "/repos/acme/fleet"


def open_pull(sandbox: RunningSandbox, **fields: str) -> dict[str, Any]:
    """Open a pull request; returns its number and the commit at its head."""
    made: dict[str, Any] = sandbox.control("POST", "/github/pulls", fields)
    return made


def comments_of(number: int) -> str:
    """The path of a pull request's comments."""
    return f"{REPOSITORY}/issues/{number}/comments"


def test_comments_are_made_listed_edited_and_deleted(empty_sandbox: RunningSandbox) -> None:
    """By ascending id, each with its author."""
    path = comments_of(open_pull(empty_sandbox)["number"])
    first = empty_sandbox.github("POST", path, {"body": "one"}, token="actions")
    empty_sandbox.github("POST", path, {"body": "two"})
    assert first.status == 201
    assert first.body["user"]["login"] == "github-actions[bot]"
    assert first.body["user"]["type"] == "Bot"
    one = f"{REPOSITORY}/issues/comments/{first.body['id']}"
    assert empty_sandbox.github("PATCH", one, {"body": "uno"}).body["body"] == "uno"
    listed = empty_sandbox.github("GET", path).body
    assert [(each["body"], each["user"]["login"]) for each in listed] == [
        ("uno", "github-actions[bot]"),
        ("two", "ada"),
    ]
    assert empty_sandbox.github("DELETE", one).status == 204
    assert empty_sandbox.github("DELETE", one).status == 404
    assert [each["body"] for each in empty_sandbox.github("GET", path).body] == ["two"]


def test_lists_are_paged_by_link(empty_sandbox: RunningSandbox) -> None:
    """At most 100 a page; the header leads on, and the last page has no next."""
    path = comments_of(open_pull(empty_sandbox)["number"])
    for number in range(103):
        empty_sandbox.github("POST", path, {"body": str(number)})
    assert len(empty_sandbox.github("GET", path).body) == 30
    page = empty_sandbox.github("GET", f"{path}?per_page=200")
    assert len(page.body) == 100
    following = page.headers["link"].partition(">")[0].removeprefix("<")
    assert 'rel="next"' in page.headers["link"]
    last = send("GET", following, token=empty_sandbox.tokens["github"]["root"])
    assert [each["body"] for each in last.body] == ["100", "101", "102"]
    assert 'rel="next"' not in last.headers["link"]


def test_a_run_has_no_user(empty_sandbox: RunningSandbox) -> None:
    """A person's token names its user; a run's gets 403."""
    assert empty_sandbox.github("GET", "/user").body["login"] == "ada"
    refused = empty_sandbox.github("GET", "/user", token="actions")
    assert refused.status == 403
    assert refused.body == {
        "message": "Resource not accessible by integration",
        "documentation_url": "https://docs.github.com/rest/users/users#get-the-authenticated-user",
        "status": "403",
    }


def test_a_token_for_a_fork_only_reads(empty_sandbox: RunningSandbox) -> None:
    """It lists comments and may not write one; the answer says which permission would do."""
    path = comments_of(open_pull(empty_sandbox)["number"])
    assert empty_sandbox.github("GET", path, token="fork").status == 200
    refused = empty_sandbox.github("POST", path, {"body": "x"}, token="fork")
    assert refused.status == 403
    assert refused.body["message"] == "Resource not accessible by integration"
    assert refused.headers["x-accepted-github-permissions"] == "pull_requests=write"


def test_the_permission_of_what_it_is_counts(empty_sandbox: RunningSandbox) -> None:
    """Comments of a pull request take pull_requests, an issue takes issues."""
    number = open_pull(empty_sandbox)["number"]
    permissions = {"issues": "write"}
    body = {"name": "narrow", "login": "github-actions[bot]", "permissions": permissions}
    token = empty_sandbox.control("POST", "/github/tokens", body)["token"]
    comment = empty_sandbox.github_url + comments_of(number)
    issue = f"{empty_sandbox.github_url}{REPOSITORY}/issues"
    assert send("POST", comment, token=token, body={"body": "x"}).status == 403
    assert send("POST", issue, token=token, body={"title": "x"}).status == 201


def test_who_is_unknown_sees_nothing(empty_sandbox: RunningSandbox) -> None:
    """A wrong token gets 401; without one a private repository is not there."""
    url = f"{empty_sandbox.github_url}{REPOSITORY}/issues"
    wrong = send("GET", url, token="ghs_wrong")
    assert (wrong.status, wrong.body["message"]) == (401, "Bad credentials")
    assert send("GET", url).status == 404
    assert send("GET", f"{empty_sandbox.github_url}/user").status == 401
    assert empty_sandbox.github("GET", "/repos/acme/other/issues").status == 404


def test_what_is_not_simulated_says_so(empty_sandbox: RunningSandbox) -> None:
    """501 with the call for a path of the API, 404 for any other."""
    answer = empty_sandbox.github("GET", f"{REPOSITORY}/milestones")
    assert (answer.status, answer.body["message"]) == (
        501,
        "not simulated: GET /repos/acme/fleet/milestones",
    )
    assert empty_sandbox.github("GET", "/nowhere").status == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "fault"),
    [
        (
            "POST",
            "/issues/1/comments",
            {"body": "x" * 65_537},
            {
                "resource": "IssueComment",
                "code": "unprocessable",
                "field": "data",
                "message": "Body is too long (maximum is 65536 characters)",
            },
        ),
        (
            "POST",
            "/issues/1/comments",
            {"body": " "},
            {
                "resource": "IssueComment",
                "code": "custom",
                "field": "body",
                "message": "body cannot be blank",
            },
        ),
        (
            "POST",
            "/issues",
            {"title": "x", "body": "x" * 65_537},
            {
                "resource": "Issue",
                "code": "custom",
                "field": "body",
                "message": "body is too long (maximum is 65536 characters)",
            },
        ),
        (
            "POST",
            "/labels",
            {"name": "bug", "color": "red"},
            {"resource": "Label", "code": "invalid", "field": "color"},
        ),
        (
            "PATCH",
            "/issues/1",
            {"state": "gone"},
            {"resource": "Issue", "code": "invalid", "field": "state"},
        ),
    ],
)
def test_values_are_validated(
    empty_sandbox: RunningSandbox, method: str, path: str, body: object, fault: dict[str, str]
) -> None:
    """422 with the fault; nothing is written."""
    open_pull(empty_sandbox)
    before = empty_sandbox.state()["github"]
    answer = empty_sandbox.github(method, REPOSITORY + path, body)
    assert (answer.status, answer.body["message"]) == (422, "Validation Failed")
    assert answer.body["errors"] == [fault]
    assert empty_sandbox.state()["github"] == before


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("{", 400, "Problems parsing JSON"),
        ("[]", 400, "Body should be a JSON object"),
        ("{}", 422, 'Invalid request.\n\n"body" wasn\'t supplied.'),
        (
            '{"body": 1}',
            422,
            "Invalid request.\n\nFor 'properties/body', 1 is not a string.",
        ),
    ],
)
def test_bodies_that_cannot_be(
    empty_sandbox: RunningSandbox, body: str, status: int, message: str
) -> None:
    """Each with its reason."""
    path = comments_of(open_pull(empty_sandbox)["number"])
    answer = empty_sandbox.github("POST", path, body)
    assert (answer.status, answer.body["message"]) == (status, message)


def test_labels_are_put_on_and_taken_off(empty_sandbox: RunningSandbox) -> None:
    """A label that does not exist is made; one that is not worn cannot be removed."""
    labels = f"{REPOSITORY}/issues/{open_pull(empty_sandbox)['number']}/labels"
    color = {"name": "watchpost: rebuild", "color": "d93f0b"}
    assert empty_sandbox.github("POST", f"{REPOSITORY}/labels", color).status == 201
    twice = empty_sandbox.github("POST", f"{REPOSITORY}/labels", color)
    assert twice.body["errors"][0]["code"] == "already_exists"
    put = empty_sandbox.github("POST", labels, {"labels": ["watchpost: rebuild", "new"]})
    assert [(each["name"], each["color"]) for each in put.body] == [
        ("watchpost: rebuild", "d93f0b"),
        ("new", "ededed"),
    ]
    taken = empty_sandbox.github("DELETE", f"{labels}/watchpost%3A%20rebuild")
    assert [each["name"] for each in taken.body] == ["new"]
    gone = empty_sandbox.github("DELETE", f"{labels}/watchpost%3A%20rebuild")
    assert (gone.status, gone.body["message"]) == (404, "Label does not exist")
    assert empty_sandbox.github("GET", f"{REPOSITORY}/labels/NEW").body["name"] == "new"
    assert empty_sandbox.github("GET", f"{REPOSITORY}/labels/none").status == 404


def test_issues_are_filtered_closed_and_opened_again(empty_sandbox: RunningSandbox) -> None:
    """By state and label, newest first; pull requests are issues, too."""
    pull = open_pull(empty_sandbox)["number"]
    path = f"{REPOSITORY}/issues"
    one = empty_sandbox.github("POST", path, {"title": "one", "labels": ["drift"]}).body
    empty_sandbox.github("POST", path, {"title": "two"})
    listed = empty_sandbox.github("GET", path).body
    assert [each["title"] for each in listed] == ["two", "one", "Change the fleet"]
    assert [each["number"] for each in listed if "pull_request" in each] == [pull]
    closed = empty_sandbox.github("PATCH", f"{path}/{one['number']}", {"state": "closed"}).body
    assert (closed["state"], closed["state_reason"]) == ("closed", "completed")
    assert empty_sandbox.github("GET", f"{path}?labels=drift").body == []
    found = empty_sandbox.github("GET", f"{path}?labels=drift&state=all").body
    assert [each["title"] for each in found] == ["one"]
    opened = empty_sandbox.github("PATCH", f"{path}/{one['number']}", {"state": "open"}).body
    assert (opened["state"], opened["state_reason"], opened["closed_at"]) == (
        "open",
        "reopened",
        None,
    )


def test_a_commit_knows_its_pull_request(empty_sandbox: RunningSandbox) -> None:
    """A merge names the pull request, a push to the branch none, an unknown commit is refused."""
    pull = open_pull(empty_sandbox)
    merged = empty_sandbox.control("POST", f"/github/pulls/{pull['number']}/merge")
    sha = merged["merge_commit_sha"]
    found = empty_sandbox.github("GET", f"{REPOSITORY}/commits/{sha}/pulls", token="actions").body
    assert [(each["number"], each["merge_commit_sha"]) for each in found] == [(pull["number"], sha)]
    pushed = empty_sandbox.control("POST", "/github/commits")["sha"]
    assert empty_sandbox.github("GET", f"{REPOSITORY}/commits/{pushed}/pulls").body == []
    unknown = empty_sandbox.github("GET", f"{REPOSITORY}/commits/{'0' * 40}/pulls")
    assert (unknown.status, unknown.body["message"]) == (
        422,
        f"No commit found for SHA: {'0' * 40}",
    )


def test_an_enterprise_server_has_a_prefix(empty_sandbox: RunningSandbox) -> None:
    """The same calls answer below /api/v3, and links stay there."""
    path = comments_of(open_pull(empty_sandbox)["number"])
    for text in ("a", "b"):
        empty_sandbox.github("POST", f"/api/v3{path}", {"body": text})
    page = empty_sandbox.github("GET", f"/api/v3{path}?per_page=1")
    assert page.headers["link"].startswith(f"<{empty_sandbox.github_url}/api/v3{path}?")


def test_the_rate_limit_is_told_and_kept(empty_sandbox: RunningSandbox) -> None:
    """Every answer has the headers; beyond the limit 403 with nothing left."""
    empty_sandbox.set_limits(github={"limit": 2})
    first = empty_sandbox.github("GET", "/user")
    assert first.headers["x-ratelimit-limit"] == "2"
    assert first.headers["x-ratelimit-remaining"] == "1"
    assert first.headers["x-ratelimit-used"] == "1"
    assert int(first.headers["x-ratelimit-reset"]) > 1_700_000_000
    empty_sandbox.github("GET", "/user")
    refused = empty_sandbox.github("GET", "/user")
    assert (refused.status, refused.headers["x-ratelimit-remaining"]) == (403, "0")
    assert refused.body["message"].startswith("API rate limit exceeded")
    assert empty_sandbox.github("GET", "/user", token="actions").status == 403
    assert empty_sandbox.log("github")[-1]["token"] == "actions"
