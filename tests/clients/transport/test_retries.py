"""Retries, deadline and redirects, over real sockets."""

import contextlib
import socket
import threading
import time

import pytest

from tests.clients.transport.servers import Reply, serving
from watchpost.errors import (
    ApiError,
    ApiUnavailable,
    Moved,
    NotFound,
    RateLimited,
    SettingsError,
    UnclearWrite,
)
from watchpost.transport import RetryPolicy, Transport

QUICK = RetryPolicy(attempts=3, base_seconds=0.01, deadline_seconds=5, read_seconds=0.3)
TOKEN = "secret-token-0123"


def transport(url: str, retry: RetryPolicy = QUICK) -> Transport:
    """A transport with little patience."""
    return Transport("Test", url, TOKEN, token_variable="TEST_TOKEN", retry=retry)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [0, 408, 429, 500, 502, 503, 504])
def test_idempotent_verbs_are_repeated(method: str, status: int) -> None:
    """A dropped answer or a passing fault is tried again."""
    with serving(Reply(status), Reply(200, {"ok": True})) as server:
        assert transport(server.url).request(method, "/x").body == {"ok": True}
        assert server.methods == [method, method]


@pytest.mark.parametrize("status", [0, 408, 500, 502, 503, 504])
def test_post_is_never_repeated_after_an_unclear_answer(status: int) -> None:
    """The write may have been applied: the caller looks first."""
    with serving(Reply(status)) as server:
        with pytest.raises(UnclearWrite):
            transport(server.url).request("POST", "/x", json={})
        assert server.methods == ["POST"]


def test_post_is_repeated_after_a_429() -> None:
    """A refused write was surely not applied."""
    with serving(Reply(429), Reply(201, {"id": 1})) as server:
        assert transport(server.url).request("POST", "/x").status == 201


def test_post_is_repeated_when_nobody_listens() -> None:
    """A refused connection applied nothing, and the last error says so."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(ApiUnavailable, match="no answer from Test") as caught:
            transport(url).request("POST", "/x")
    assert not isinstance(caught.value, UnclearWrite)
    assert "after 3 attempts" in caught.value.detail


def test_slow_answer_is_a_fault() -> None:
    """An answer that does not come in time is repeated, or unclear."""

    def slow(_: object) -> Reply:
        time.sleep(0.6)
        return Reply()

    with serving(slow, Reply(200, 1)) as server:
        assert transport(server.url).request("GET", "/x").body == 1
    with serving(slow) as server, pytest.raises(UnclearWrite):
        transport(server.url).request("POST", "/x")


def test_attempts_are_bounded() -> None:
    """After the last attempt the fault is raised as what it is."""
    with serving(Reply(503)) as server:
        with pytest.raises(ApiUnavailable, match="503"):
            transport(server.url).request("GET", "/x")
        assert len(server.calls) == 3


def test_deadline_ends_an_operation() -> None:
    """A wait that would pass the deadline is not begun."""
    retry = RetryPolicy(attempts=50, base_seconds=0.2, deadline_seconds=0.5)
    started = time.monotonic()
    with serving(Reply(503)) as server, pytest.raises(ApiUnavailable):
        transport(server.url, retry).request("GET", "/x")
    assert time.monotonic() - started < 1.5


def test_retry_after_is_honoured() -> None:
    """The service says how long to wait, and is not asked before."""
    refused = Reply(429, headers={"Retry-After": "1"})
    started = time.monotonic()
    with serving(refused, Reply()) as server:
        transport(server.url).request("GET", "/x")
    assert time.monotonic() - started >= 1


def test_retry_after_beyond_the_deadline_is_reported_at_once() -> None:
    """Nobody waits for an hour."""
    started = time.monotonic()
    with serving(Reply(429, headers={"Retry-After": "3600"})) as server:
        with pytest.raises(RateLimited):
            transport(server.url).request("GET", "/x")
        assert len(server.calls) == 1
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_redirects_are_not_followed(method: str) -> None:
    """A redirect is an answer: the object has another name, which the body tells."""
    body = {"slug": "new", "detail": {"extra": {"slug": "new"}}}
    with serving(Reply(302, body, {"Location": "/elsewhere"})) as server:
        with pytest.raises(Moved) as caught:
            transport(server.url).request(method, "/x")
        assert caught.value.body == body
        assert len(server.calls) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_lasting_answers_are_not_repeated(status: int) -> None:
    """What will not pass is raised at once."""
    with serving(Reply(status)) as server:
        with pytest.raises(ApiError):
            transport(server.url).request("GET", "/x")
        assert len(server.calls) == 1


def test_request_says_what_it_wants() -> None:
    """JSON is asked for first, the token is sent, and a body has its type."""
    with serving(Reply()) as server:
        transport(server.url).request("POST", "/x", params={"a": "1"}, json={"b": 2})
        call = server.calls[0]
    assert call.headers["accept"] == "application/json"
    assert call.headers["authorization"] == f"Bearer {TOKEN}"
    assert call.headers["content-type"] == "application/json"
    assert (call.path, call.body) == ("/x?a=1", b'{"b":2}')


def test_token_is_never_shown() -> None:
    """Neither repr, message nor the error's body holds it, even if the service repeats it."""
    body = {"detail": f"bad token {TOKEN}"}
    with serving(Reply(401, body)) as server:
        subject = transport(server.url)
        with pytest.raises(ApiError) as caught:
            subject.request("GET", "/x")
    shown = f"{subject!r} {caught.value} {caught.value!r} {caught.value.body}"
    assert TOKEN not in shown
    assert "TEST_TOKEN" in shown


@pytest.mark.parametrize("token", ["", "  ", "two words", "naïve"])
def test_unusable_token_is_refused(token: str) -> None:
    """What cannot be a token is refused before any call, and not shown."""
    with pytest.raises(SettingsError, match="no usable token") as caught:
        Transport("Test", "http://127.0.0.1:1", token)
    assert not token.strip() or token not in str(caught.value)


def test_not_found_names_the_call() -> None:
    """The message says which call it was, and what the service said."""
    with (
        serving(Reply(404, {"detail": "Project does not exist"})) as server,
        pytest.raises(NotFound) as caught,
    ):
        transport(server.url).request("GET", "/api/0/projects/acme/x/")
    assert str(caught.value) == (
        "GET /api/0/projects/acme/x/: Test answered 404: Project does not exist"
    )


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_answer_that_trickles_in_is_cut_off(method: str) -> None:
    """The deadline holds for the whole answer, not for each piece of it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        feeder = threading.Thread(target=_trickle, args=(listener,))
        feeder.start()
        patience = RetryPolicy(attempts=1, deadline_seconds=0.5, read_seconds=0.4)
        subject = transport(f"http://127.0.0.1:{listener.getsockname()[1]}", patience)
        begin = time.monotonic()
        with pytest.raises(ApiUnavailable) as caught:
            subject.request(method, "/x")
        assert time.monotonic() - begin < 1.5
        assert isinstance(caught.value, UnclearWrite) is (method == "POST")
        feeder.join()


def _trickle(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection, contextlib.suppress(OSError):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
        for _ in range(40):
            connection.sendall(b"1")
            time.sleep(0.05)


def test_broken_encoding_is_a_fault() -> None:
    """An answer that cannot be unpacked is one that did not come."""
    broken = Reply(200, text="no gzip", headers={"Content-Encoding": "gzip"})
    with serving(broken) as server:
        with pytest.raises(UnclearWrite):
            transport(server.url).request("POST", "/x")
        with pytest.raises(ApiUnavailable):
            transport(server.url).request("GET", "/x")
