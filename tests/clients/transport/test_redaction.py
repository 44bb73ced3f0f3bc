"""What a service says in a refusal is shown without the secrets in it."""

import json

import pytest

from tests.clients.transport.servers import Call, Reply, serving
from watchpost.errors import ApiError
from watchpost.transport import RetryPolicy, Transport

TOKEN = "sntrys_ab/cd+ef=="
SECRET = 'hunter2/ with a "quote" and an é'
QUICK = RetryPolicy(attempts=2, base_seconds=0.01, deadline_seconds=5)


def shown(error: ApiError) -> str:
    """Everything that could reach a log."""
    return f"{error} {error!r} {error.body}"


@pytest.mark.parametrize("status", [400, 409, 422, 500])
@pytest.mark.parametrize("escape_slashes", [False, True])
def test_echoed_value_is_struck_out(status: int, *, escape_slashes: bool) -> None:
    """A refusal that repeats the request does not make a message show a variable's value."""

    def echo(call: Call) -> Reply:
        text = json.dumps({"message": "bad", "errors": json.loads(call.body)})
        return Reply(status, text=text.replace("/", "\\/") if escape_slashes else text)

    body = {"key": "LOG_LEVEL", "data": [{"value": SECRET}]}
    with serving(echo) as server, pytest.raises(ApiError) as caught:
        Transport("Test", server.url, TOKEN, retry=QUICK).request("POST", "/envs", json=body)
    assert "hunter2" not in shown(caught.value)
    assert "LOG_LEVEL" in shown(caught.value)


def test_secret_half_of_a_dsn_is_struck_out() -> None:
    """The old form of a DSN holds a secret before its host."""
    body = {"detail": "see https://public:0123secret@o1.ingest.sentry.io/7"}
    with serving(Reply(400, body)) as server, pytest.raises(ApiError) as caught:
        Transport("Test", server.url, TOKEN).request("GET", "/x")
    assert "0123secret" not in shown(caught.value)
    assert "o1.ingest.sentry.io/7" in shown(caught.value)


def test_answers_are_left_whole() -> None:
    """What was asked for is not struck out: a key's answer holds its secret DSN."""
    body = {"secret": "0123secret", "dsn": "https://public:0123secret@host/7"}
    with serving(Reply(200, body)) as server:
        answer = Transport("Test", server.url, TOKEN).request("PUT", "/x", json=body)
    assert answer.body == body


def test_token_in_any_form_of_json_is_struck_out() -> None:
    """PHP writes a slash with a backslash before it."""
    text = json.dumps({"detail": TOKEN}).replace("/", "\\/")
    with serving(Reply(400, text=text)) as server, pytest.raises(ApiError) as caught:
        Transport("Test", server.url, TOKEN).request("GET", "/x")
    assert "cd+ef" not in shown(caught.value)


def test_query_is_not_in_a_message() -> None:
    """The message names verb and path; what was asked with them stays out."""
    with serving(Reply(404, {})) as server, pytest.raises(ApiError) as caught:
        Transport("Test", server.url, TOKEN).request("GET", "/x", params={"query": "hunter2"})
    assert "hunter2" not in shown(caught.value)
