"""The request log."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from sandbox.requestlog import LoggedRequest, RequestLog
from tests.sandboxes import RunningSandbox, send


def test_a_request_is_told_by_what_it_asked(contracts_sandbox: RunningSandbox) -> None:
    """Service, method, path, query, status, name of the token, beginning and end."""
    before = time.time()
    contracts_sandbox.coolify("GET", "/applications?tag=blue", token="read")
    contracts_sandbox.sentry("GET", "/api/0/organizations/acme/")
    first, second = contracts_sandbox.log()
    assert before - 1 <= first.pop("started") <= first.pop("ended") <= time.time() + 1
    assert first == {
        "service": "coolify",
        "method": "GET",
        "path": "/api/v1/applications",
        "query": "tag=blue",
        "status": 200,
        "token": "read",
    }
    assert (second["service"], second["token"]) == ("sentry", "root")
    assert contracts_sandbox.log("sentry") == [second]


def test_it_can_be_cleared(contracts_sandbox: RunningSandbox) -> None:
    """After DELETE it is empty; the control API itself is never in it."""
    contracts_sandbox.coolify("GET", "/version")
    contracts_sandbox.clear_log()
    assert contracts_sandbox.log() == []


def test_it_holds_no_secrets(contracts_sandbox: RunningSandbox) -> None:
    """Neither tokens, nor bodies, nor query parameters that may be secret are in it."""
    contracts_sandbox.coolify(
        "POST", "/applications/railpack-hono/envs", {"key": "A", "value": "hush"}
    )
    contracts_sandbox.coolify("GET", "/applications?api_token=hush&tag=x&dsn_key=hush")
    send("GET", contracts_sandbox.coolify_url + "/api/v1/version", token="hush")
    text = json.dumps(contracts_sandbox.log())
    assert "hush" not in text
    assert "tag=x" in text
    for tokens in contracts_sandbox.tokens.values():
        assert not [token for token in tokens.values() if token in text]


def test_only_writes(contracts_sandbox: RunningSandbox) -> None:
    """The client of the tests tells writes from reads."""
    contracts_sandbox.coolify("GET", "/version")
    contracts_sandbox.coolify("POST", "/deploy")
    assert [each["method"] for each in contracts_sandbox.writes()] == ["POST"]


def test_requests_in_flight_overlap(contracts_sandbox: RunningSandbox) -> None:
    """Beginning and end show which requests were served at the same time."""
    contracts_sandbox.add_fault(service="coolify", latency_seconds=0.2)
    threads = [
        threading.Thread(target=contracts_sandbox.coolify, args=("GET", "/version"))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = contracts_sandbox.log()
    assert max(each["started"] for each in log) < min(each["ended"] for each in log)


def test_a_faulty_request_is_told_with_its_token(contracts_sandbox: RunningSandbox) -> None:
    """The name is there though the service never saw the request."""
    contracts_sandbox.add_fault(status=503)
    contracts_sandbox.coolify("GET", "/version", token="read")
    contracts_sandbox.coolify("GET", "/no-such-route", token="write")
    contracts_sandbox.sentry("GET", "/api/0/organizations/acme/", token="readonly")
    found = [(each["status"], each["token"]) for each in contracts_sandbox.log()]
    assert found == [(503, "read"), (503, "write"), (503, "readonly")]


def test_nothing_is_missing_of_many_at_once(contracts_sandbox: RunningSandbox) -> None:
    """Two hundred requests over twenty connections at once are all there, once each."""
    contracts_sandbox.set_limits(coolify={"limit": None})
    paths = [f"/applications/{number}" for number in range(200)]
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda path: contracts_sandbox.coolify("GET", path), paths))
    log = contracts_sandbox.control("GET", "/log")
    assert sorted(each["path"] for each in log["requests"]) == sorted(
        f"/api/v1{path}" for path in paths
    )
    assert log["forgotten"] == 0


def test_its_memory_is_bounded() -> None:
    """The oldest requests are forgotten, and counted, when there are too many."""
    log = RequestLog(kept=2)
    for number in range(3):
        log.add(LoggedRequest("coolify", "GET", str(number), "", 200, None, number, number))
    assert [each["path"] for each in log.as_json()] == ["1", "2"]
    assert log.forgotten == 1
    log.clear()
    assert (log.as_json(), log.forgotten) == ([], 0)
