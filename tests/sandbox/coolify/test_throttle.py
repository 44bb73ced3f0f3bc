"""The rate limit and its headers."""

import time

from tests.sandboxes import Answer, RunningSandbox, send


def limits(answer: Answer) -> tuple[str | None, str | None]:
    """Limit and remaining as the headers say."""
    return answer.headers.get("x-ratelimit-limit"), answer.headers.get("x-ratelimit-remaining")


def test_every_answer_counts_down(contracts_sandbox: RunningSandbox) -> None:
    """Answers of any status say the limit and what is left of it."""
    ask = contracts_sandbox.coolify
    assert limits(ask("GET", "/version")) == ("200", "199")
    assert limits(ask("GET", "/applications/nowhere")) == ("200", "198")
    assert limits(ask("POST", "/deploy", token="read")) == ("200", "197")
    assert limits(ask("POST", "/applications/railpack-hono/envs", {})) == ("200", "196")


def test_a_user_has_one_count_for_all_tokens(contracts_sandbox: RunningSandbox) -> None:
    """Tokens of one user share their count, another user has its own."""
    ask = contracts_sandbox.coolify
    assert limits(ask("GET", "/version", token="read"))[1] == "199"
    assert limits(ask("GET", "/version", token="sensitive"))[1] == "198"
    assert limits(ask("GET", "/version", token="foreign"))[1] == "199"
    assert limits(ask("GET", "/version", token="memberread"))[1] == "199"


def test_the_first_user_is_counted_by_address(contracts_sandbox: RunningSandbox) -> None:
    """Its id is 0, so that it shares its count with health checks and unknown routes."""
    url = contracts_sandbox.coolify_url
    assert limits(contracts_sandbox.coolify("GET", "/version"))[1] == "199"
    assert limits(send("GET", f"{url}/api/v1/health"))[1] == "198"
    assert limits(send("GET", f"{url}/api/v1/no-such-route"))[1] == "197"
    assert limits(send("GET", f"{url}/api/health")) == ("1000", "996")


def test_the_limit_is_reached(contracts_sandbox: RunningSandbox) -> None:
    """The answer says in how many seconds and at which moment the window ends."""
    contracts_sandbox.set_limits(coolify={"limit": 3})
    answers = [contracts_sandbox.coolify("GET", "/version") for _ in range(5)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
    last = answers[-1]
    assert last.body == {"message": "Too Many Attempts."}
    assert limits(last) == ("3", "0")
    wait = int(last.headers["retry-after"])
    assert 55 <= wait <= 60
    assert abs(int(last.headers["x-ratelimit-reset"]) - time.time() - wait) <= 2


def test_only_a_429_says_when_to_come_back(contracts_sandbox: RunningSandbox) -> None:
    """Answers within the limit have neither Retry-After nor a reset time."""
    headers = contracts_sandbox.coolify("GET", "/version").headers
    assert {"retry-after", "x-ratelimit-reset"} & set(headers) == set()


def test_the_429_is_a_page_without_json(contracts_sandbox: RunningSandbox) -> None:
    """A client that does not ask for JSON first gets HTML with the same headers."""
    contracts_sandbox.set_limits(coolify={"limit": 0})
    url = contracts_sandbox.coolify_url + "/api/v1/version"
    token = contracts_sandbox.tokens["coolify"]["root"]
    for accept in ("*/*", "text/html, application/json", "application/json;q=0.5, text/html"):
        answer = send("GET", url, token=token, headers={"Accept": accept})
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.text.startswith('<!DOCTYPE html>\n<html lang="en">')
        assert "Too Many Requests" in answer.text
        assert int(answer.headers["retry-after"]) > 0


def test_a_window_ends(contracts_sandbox: RunningSandbox) -> None:
    """After the window the count begins anew."""
    contracts_sandbox.set_limits(coolify={"limit": 1, "window_seconds": 0.3})
    assert contracts_sandbox.coolify("GET", "/version").status == 200
    assert contracts_sandbox.coolify("GET", "/version").headers["retry-after"] == "1"
    time.sleep(0.35)
    assert contracts_sandbox.coolify("GET", "/version").status == 200


def test_no_limit_no_headers(contracts_sandbox: RunningSandbox) -> None:
    """With the limit off nothing is counted."""
    contracts_sandbox.set_limits(coolify={"limit": None})
    assert limits(contracts_sandbox.coolify("GET", "/version")) == (None, None)
