"""What the HTTP server turns away before a tool is looked for, and what its log tells of it."""

from __future__ import annotations

import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.clients.agents.agent import call
from tests.clients.agents.served import Fleet, serving
from tests.clients.agents.waiting import wait_for
from tests.sandboxes import Answer, send
from watchpost.agents.callers import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.fixture
def served(fleet: Fleet) -> Iterator[tuple[str, str]]:
    """A server's address, and a token for `shop`."""
    token = fleet.grant("shop-agent", "shop")
    with serving(fleet, fleet.desk()) as url:
        yield url, token


def ask(url: str, token: str | None, method: str = "POST", **headers: str) -> Answer:
    """List the tools by hand."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return send(method, url, token=token, body=LIST if method == "POST" else None, headers=named)


def test_a_good_token_is_let_in(served: tuple[str, str]) -> None:
    """The same request that is refused below is answered with a token."""
    answer = ask(*served)
    assert answer.status == 200
    assert len(answer.body["result"]["tools"]) == 3


def test_bad_tokens_are_one_answer(fleet: Fleet, served: tuple[str, str]) -> None:
    """None, a wrong one, half of one, an expired one, another scheme: 401, the same to the byte."""
    url, token = served
    expired = fleet.grant("expired", "shop", days=-1)
    answers = [
        ask(url, None),
        ask(url, "watchpost_wrong"),
        ask(url, token[:-1]),
        ask(url, expired),
        ask(url, None, Authorization=f"Basic {token}"),
        ask(url, None, Authorization=token),
        ask(url, None, Authorization="Bearer "),
        ask(f"{url}?access_token={token}", None),
    ]
    assert {answer.status for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["www-authenticate"] for answer in answers}) == 1
    assert answers[0].headers["www-authenticate"].startswith("Bearer ")
    assert fleet.requests() == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "localhost.evil.example:1"}, 421),
        ({"Host": "localhost:1"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://chat.example.com"}, 403),
        ({"Origin": "https://chat.example.com"}, 200),
        ({"Origin": "http://localhost:5173"}, 200),
        ({"Content_Type": "text/plain"}, 400),
    ],
)
def test_names_and_origins_are_checked(
    served: tuple[str, str], headers: dict[str, str], status: int
) -> None:
    """A page that reaches the port under another name, or of an unknown origin, reads nothing."""
    assert ask(*served, **headers).status == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 405),
        ("DELETE", "", 405),
        ("PUT", "", 405),
        ("PATCH", "", 405),
        ("OPTIONS", "", 405),
        ("POST", "/", 404),
        ("POST", "/../grants.yaml", 404),
        ("GET", "/.well-known/oauth-protected-resource", 404),
    ],
)
def test_there_is_one_address_and_one_verb(
    fleet: Fleet, served: tuple[str, str], method: str, path: str, status: int
) -> None:
    """Everything else is turned away, and no path that a client made up is in the log."""
    url, token = served
    assert ask(f"{url}{path}", token, method).status == status
    assert "grants.yaml" not in "".join(fleet.lines)


def test_nothing_is_remembered(served: tuple[str, str]) -> None:
    """No session is begun, none is asked for, and an id that a client makes up means nothing."""
    url, token = served
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}}
    params = {**hello, "clientInfo": {"name": "x", "version": "1"}}
    begun = send("POST", url, token=token, body={**LIST, "method": "initialize", "params": params})
    assert begun.status == 200
    assert "mcp-session-id" not in begun.headers
    assert ask(url, token, **{"Mcp-Session-Id": "zorblax"}).status == 200


class SlowGrants:
    """Grants of which one takes until another one was looked up."""

    def __init__(self) -> None:
        self.quick_came = threading.Event()

    def find(self, token: str, _: datetime) -> Caller | None:
        """Anybody, in time."""
        if token == "quick":
            self.quick_came.set()
        return Caller(token, frozenset(), may_resolve=False) if self.quick_came.wait(20) else None


def test_a_slow_table_holds_up_nobody_else(fleet: Fleet) -> None:
    """While one token is looked up another one is let in."""
    with (
        serving(fleet, fleet.desk(), grants=SlowGrants()) as url,
        ThreadPoolExecutor(1) as threads,
    ):
        slow = threads.submit(ask, url, "slow")
        assert ask(url, "quick").status == 200
        assert slow.result().status == 200


def test_a_body_has_a_limit(served: tuple[str, str]) -> None:
    """More than 64 KiB is refused, whether its length is said or not; what is no JSON as well."""
    url, token = served
    huge = json.dumps({**LIST, "params": {"x": "y" * 70_000}})
    assert send("POST", url, token=token, body=huge).status == 413
    assert _send_in_pieces(url, token, huge) == 413
    assert send("POST", url, token=token, body="{").status == 400
    assert send("POST", url, token=token, body="[" * 60_000).status == 400
    assert ask(url, token).status == 200


def _send_in_pieces(url: str, token: str, body: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    pieces = iter([body[:40_000].encode(), body[40_000:].encode()])
    connection.request("POST", parts.path, pieces, headers, encode_chunked=True)
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_log_names_the_caller_and_the_tool_alone(fleet: Fleet, served: tuple[str, str]) -> None:
    """One line per request, without tokens, arguments, addresses or texts of events."""
    url, token = served
    call(url, token, "project_error_detail", projectId="shop", issueId="zorblax-1")
    call(url, token, "project_recent_errors", projectId="shop", since="zorblax")
    ask(url, "watchpost_zorblax", Origin="https://zorblax.example")
    ask(f"{url}/zorblax", token)
    wait_for(lambda: " 404 " in fleet.lines[-1])  # a line follows its answer
    log = "\n".join(fleet.lines)
    words = [line.split() for line in fleet.lines]
    assert [each[1] for each in words][-2:] == ["403", "404"]
    told = [" ".join(each[4:]) for each in words if each[-1] != "-"]
    assert told == [
        "shop-agent project_error_detail denied",
        "shop-agent project_recent_errors refused",
    ]
    assert [secret for secret in (token, "zorblax", "Teapot") if secret in log] == []


def test_malformed_calls_are_answered_without_their_text(served: tuple[str, str]) -> None:
    """Arguments that are no object, no name, or another kind of name: nothing is repeated."""
    url, token = served
    params: list[Any] = [
        {"name": "project_wiring", "arguments": ["zorblax"]},
        {"arguments": {"zorblax": 1}},
        {"name": {"zorblax": 1}},
    ]
    for each in params:
        answer = send(
            "POST", url, token=token, body={**LIST, "method": "tools/call", "params": each}
        )
        assert answer.status in (200, 400)
        assert "error" in answer.body
        assert "zorblax" not in answer.text
        assert "Traceback" not in answer.text
