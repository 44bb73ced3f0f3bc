"""Requests that no client sends, as bytes on a socket: ambiguous, malformed, or never finished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.agents.served import Fleet, running, serving
from tests.clients.agents.waiting import wait_for
from tests.clients.agents.wire import LIST, MODERN, connect, exchange, modern, read_answer, request
from watchpost.agents.access import read_access
from watchpost.agents.connections import HurriedConnection
from watchpost.agents.http import MOST_UNDER_WAY, make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOP = {"projectId": "shop"}


@pytest.fixture
def served(fleet: Fleet) -> Iterator[tuple[str, str]]:
    """A server's address, and a token for `shop`."""
    token = fleet.grant("shop-agent", "shop")
    with serving(fleet, fleet.desk()) as url:
        yield url, token


def call_of(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a call."""
    return {"name": tool, "arguments": arguments}


Line = tuple[str, ...]
AMBIGUOUS: list[tuple[Line, dict[str, Any], int]] = [
    ((), {}, 200),
    ((), {"line": "POST /mcp HTTP/1.0"}, 200),
    ((), {"line": "POST /mcp HTTP/1.0", "hosts": ()}, 421),
    ((), {"hosts": ()}, 400),
    ((), {"hosts": ("localhost", "evil.example")}, 400),
    ((), {"hosts": ("evil.example", "localhost")}, 400),
    (("X-Forwarded-Host: localhost",), {"hosts": ("evil.example",)}, 421),
    ((), {"line": "POST http://evil.example/mcp HTTP/1.1"}, 404),
    ((), {"line": "POST http://localhost/mcp HTTP/1.1", "hosts": ("evil.example",)}, 421),
    ((), {"line": "POST /mcp"}, 400),
    ((), {"line": "TRACE /mcp HTTP/1.1"}, 405),
    (("Origin: http://localhost", "Origin: https://evil.example"), {}, 400),
    (("Origin: https://evil.example", "Origin: http://localhost"), {}, 400),
    (("Origin: ",), {}, 403),
    (("Authorization: Bearer watchpost_wrong",), {}, 400),
    (("Authorization: Basic eDp5",), {}, 400),
    (("Transfer-Encoding: chunked",), {}, 400),
    (("Content-Length: 5",), {}, 400),
    (("Content-Type: text/plain",), {}, 400),
]


def test_what_can_be_read_in_two_ways_is_refused(served: tuple[str, str]) -> None:
    """Whom a proxy took a request for, and whom we do, must not differ: each header counts once."""
    url, token = served
    for more, changes, status in AMBIGUOUS:
        assert exchange(url, request(token, LIST, *more, **changes))[0] == status, (more, changes)


def test_a_token_counts_as_it_is_written(served: tuple[str, str]) -> None:
    """Nothing is trimmed, folded or taken from elsewhere."""
    url, token = served
    for shown in (
        f"Authorization: Bearer  {token}",
        f"Authorization: Bearer\t{token}",
        f'Authorization: Bearer "{token}"',
        f"Authorization: Bearer {token}\u00a0",
        f"Authorization: Bearer {token}, Bearer {token}",
        f"Authorization: Bearer {token.upper()}",
        "Authorization: Bearer ",
        "Authorization: Bearer",
        f"Proxy-Authorization: Bearer {token}",
        f"Cookie: Authorization=Bearer {token}",
    ):
        wanted = f"Authorization: Bearer {token}".encode()
        sent = request(token).replace(wanted, shown.encode("latin-1"))
        assert exchange(url, sent)[0] == 401, shown


MALFORMED = [
    b'{"zorblax',
    b'["zorblax"]',
    b'{"jsonrpc": "2.0", "id": 1, "method": {"zorblax": 1}}',
    b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": ["zorblax"]}',
    b'{"jsonrpc": "2.0", "id": 1, "method": "zorblax/list"}',
    b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": ["zorblax"]}}',
    b'{"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "zorblax:"}}',
    b'{"jsonrpc": "2.0", "id": 1, "method": "completion/complete", "params": {"zorblax": 1}}',
    b'{"jsonrpc": "2.0", "id": ' + b"9" * 6_000 + b', "method": "zorblax"}',
]


def test_no_refusal_repeats_what_was_sent(served: tuple[str, str]) -> None:
    """Neither ours nor the SDK's, in both eras; each is an error of the protocol."""
    url, token = served
    for body in MALFORMED:
        for version in ((), (f"MCP-Protocol-Version: {MODERN}",)):
            _, told = exchange(url, request(token, body, *version))
            assert b'"error"' in told, body
            assert b"zorblax" not in told, body
            assert b"pydantic" not in told, body


ABSENT = (
    "completion/complete",
    "logging/setLevel",
    "resources/subscribe",
    "subscriptions/listen",
    "tasks/list",
    "tasks/result",
    "sampling/createMessage",
    "elicitation/create",
    "roots/list",
)


def test_what_is_not_offered_is_not_there(served: tuple[str, str]) -> None:
    """No completion, subscription, task or log level, in both eras: there is no such method."""
    url, token = served
    for method in ABSENT:
        legacy = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {}}
        for sent in (request(token, legacy), modern(token, method, {})):
            _, told = exchange(url, sent)
            assert b"There is no such method here." in told or b"Invalid request param" in told


def test_odd_names_of_arguments_are_refused(served: tuple[str, str]) -> None:
    """A name that is no text, which JSON can spell, is an unknown argument like others."""
    url, token = served
    sent = call_of("project_recent_errors", {**SHOP, "\ud800": 1})
    _, told = exchange(url, modern(token, "tools/call", sent))
    assert b"an argument that this tool does not have" in told


def test_lists_are_for_their_caller_alone(served: tuple[str, str]) -> None:
    """No cache may answer one caller with what another one may see."""
    url, token = served
    for method in ("tools/list", "resources/list", "prompts/list", "server/discover"):
        _, told = exchange(url, modern(token, method, {}))
        assert b'"cacheScope":"private"' in told, method


class Impatient(HurriedConnection):
    """A connection that waits for a moment."""

    head_seconds = 0.3


@pytest.mark.parametrize("begun", [b"", b"POST /mcp HTTP/1.1\r\nHost: loc"])
@pytest.mark.parametrize("is_kept", [False, True])
def test_who_sends_no_request_is_hung_up_on(fleet: Fleet, begun: bytes, *, is_kept: bool) -> None:
    """A connection without a whole head does not keep its place, be it the first or a later one."""
    token = fleet.grant("shop-agent", "shop")
    with (
        serving(fleet, fleet.desk(), connection=Impatient) as url,
        connect(url) as connection,
    ):
        if is_kept:
            connection.sendall(request(token))
            assert read_answer(connection)[0] == 200
        connection.sendall(begun)
        assert connection.recv(1) == b""


def test_a_refused_request_does_not_keep_its_connection(fleet: Fleet) -> None:
    """Who has no token and never ends his request is hung up on too."""
    fleet.grant("shop-agent", "shop")
    unfinished = request("wrong").replace(b"Content-Length: ", b"Content-Length: 1")
    with (
        serving(fleet, fleet.desk(), connection=Impatient) as url,
        connect(url) as connection,
    ):
        connection.sendall(unfinished)
        assert read_answer(connection)[0] == 401
        assert connection.recv(1) == b""


def test_silent_connections_keep_nobody_out(served: tuple[str, str]) -> None:
    """Many that send nothing leave room for one that does."""
    url, token = served
    silent = [connect(url) for _ in range(150)]
    assert exchange(url, request(token))[0] == 200
    for connection in silent:
        connection.close()


def test_a_slow_answer_is_waited_for(fleet: Fleet) -> None:
    """The hurry is about requests, not about answers."""
    token = fleet.grant("shop-agent", "shop")
    fleet.sandbox.add_fault(service="sentry", latency_seconds=0.5)
    body = {**LIST, "method": "tools/call", "params": call_of("project_recent_errors", SHOP)}
    with serving(fleet, fleet.desk(), connection=Impatient) as url:
        assert exchange(url, request(token, body))[0] == 200


def test_one_caller_takes_no_room_from_others(fleet: Fleet) -> None:
    """More requests than one may have under way are told to wait; others are answered."""
    crowd, other = fleet.grant("crowd", "shop"), fleet.grant("other", "shop")
    begun = request(crowd).replace(b"Content-Length: ", b"Content-Length: 1")
    with serving(fleet, fleet.desk()) as url:
        connections = [connect(url) for _ in range(2 * MOST_UNDER_WAY)]
        for connection in connections:
            connection.sendall(begun)
        # They are let in one after the other, so that an early one may still find room.
        wait_for(lambda: exchange(url, request(crowd)) == (429, b"Too many calls at once."))
        assert exchange(url, request(other))[0] == 200
        for connection in connections:
            connection.close()
        wait_for(lambda: exchange(url, request(crowd))[0] == 200)


def test_a_bug_before_the_desk_is_called_one(fleet: Fleet) -> None:
    """An error that nobody foresaw reaches a client in our words, in both eras."""
    access = read_access("127.0.0.1:0", [], [], has_tokens=False, is_behind=False)
    app = make_app(fleet.desk(), access, fleet.lines.append)  # which has no caller for anybody
    legacy = {**LIST, "method": "resources/list"}
    with running(app, access) as url:
        for sent in (request("", legacy), modern("", "resources/list", {})):
            _, told = exchange(url, sent)
            assert b"BUG: this server failed by a fault of its own." in told
            assert b"caller" not in told
    assert "BUG: RuntimeError at watchpost.agents.http:" in "".join(fleet.lines)
