"""Rate limits: headers, the two refusals, and what is counted together."""

import http.client
import time
from urllib.parse import urlsplit

import pytest

from tests.sandbox.sentry.acme import Acme

PATH = "/organizations/acme/projects/"
PREFIX = "x-sentry-rate-limit-"
WINDOW = "You are attempting to use this endpoint too frequently. Limit is 3 requests in 1 seconds"
AT_ONCE = (
    "You are attempting to go above the allowed concurrency for this endpoint. "
    "Concurrency limit is 2"
)


def wait_for_a_new_second() -> None:
    """Windows are whole seconds: wait for the start of one."""
    now = time.time()
    time.sleep(1 - now % 1 + 0.005)


def wait_for_room() -> None:
    """Begin where more than half of a window is left."""
    if time.time() % 1 > 0.4:
        wait_for_a_new_second()


@pytest.fixture
def limited(web: Acme) -> Acme:
    """Three calls per second, two at once, with time left in a window."""
    web.sandbox.set_limits(sentry={"per_second": 3, "concurrent": 2})
    wait_for_room()
    web.sandbox.reset_windows()
    return web


def test_no_headers_without_limits(acme: Acme) -> None:
    """With limits off answers carry no limit headers, as on a self-hosted server."""
    assert not [name for name in acme.get(PATH).headers if name.startswith(PREFIX)]


def test_headers_of_the_cloud_profile(acme: Acme) -> None:
    """Every answer carries limit, remaining, reset (epoch seconds) and the calls at once."""
    acme.sandbox.set_limits(sentry={"per_second": 40, "concurrent": 25})
    wait_for_room()
    before = int(time.time())
    headers = acme.get(PATH).headers
    assert headers[f"{PREFIX}limit"] == "40"
    assert headers[f"{PREFIX}remaining"] == "39"
    assert int(headers[f"{PREFIX}reset"]) in (before + 1, before + 2)
    assert headers[f"{PREFIX}concurrentlimit"] == "25"
    assert headers[f"{PREFIX}concurrentremaining"] == "24"


def test_errors_carry_the_headers_too(limited: Acme) -> None:
    """A 401 and both kinds of 404 count and show it."""
    answers = [
        limited.get(PATH, "nobody"),
        limited.get("/projects/acme/nothing/"),
        limited.get("/organizations/acme/workflows"),
    ]
    assert [answer.status for answer in answers] == [401, 404, 404]
    assert all(answer.headers[f"{PREFIX}limit"] == "3" for answer in answers)


def test_too_many_calls_in_a_window(limited: Acme) -> None:
    """The call over the limit is 429 with its text and no Retry-After; the next second is free."""
    remaining = [limited.get(PATH).headers[f"{PREFIX}remaining"] for _ in range(3)]
    assert remaining == ["2", "1", "0"]
    refused = limited.get(PATH)
    assert (refused.status, refused.body) == (429, {"detail": WINDOW})
    assert "retry-after" not in refused.headers
    assert refused.headers[f"{PREFIX}remaining"] == "0"
    wait_for_a_new_second()
    assert limited.get(PATH).status == 200


def test_methods_callers_and_keys_are_counted_apart(limited: Acme) -> None:
    """Each method, each caller, and the key lists have their own bucket; all else shares one."""
    for _ in range(2):
        limited.get(PATH)
    assert limited.get("/teams/acme/web/").status == 200
    assert limited.get(PATH).status == 429
    # Two tokens of one user are one caller.
    assert limited.get(PATH, "readonly").status == 429
    assert limited.get(PATH, "internal").status == 200
    assert limited.get("/projects/acme/shop/keys/").status == 200
    assert limited.get("/organizations/acme/project-keys/").status == 200
    assert limited.call("POST", "/organizations/acme/teams/", {"slug": "x"}).status == 201


def test_refused_call_changes_nothing(limited: Acme) -> None:
    """A call that is refused for its rate is not applied."""
    statuses = [
        limited.call("POST", "/organizations/acme/teams/", {"slug": f"t{n}"}).status
        for n in range(4)
    ]
    assert statuses == [201, 201, 201, 429]
    limited.sandbox.set_limits(sentry={"per_second": None, "concurrent": None})
    assert limited.get("/teams/acme/t3/").status == 404


def test_too_many_calls_at_once(limited: Acme) -> None:
    """The third call at once is 429 with its own text, while the window has room."""
    url = urlsplit(limited.sandbox.sentry_url)
    token = limited.sandbox.tokens["sentry"]["root"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    path = "/api/0/organizations/acme/teams/"
    slow = []
    for number in range(2):
        connection = http.client.HTTPConnection(url.hostname or "", url.port)
        body = f'{{"slug": "slow{number}"}}'.encode()
        connection.putrequest("POST", path)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            connection.putheader(name, value)
        connection.endheaders()
        # Half a body keeps the call being served.
        connection.send(body[:4])
        slow.append((connection, body[4:]))
    time.sleep(0.3)
    refused = limited.call("POST", "/organizations/acme/teams/", {"slug": "quick"})
    assert (refused.status, refused.body) == (429, {"detail": AT_ONCE})
    assert refused.headers[f"{PREFIX}concurrentremaining"] == "0"
    for connection, rest in slow:
        connection.send(rest)
        assert connection.getresponse().status == 201
        connection.close()
    wait_for_a_new_second()
    assert limited.call("POST", "/organizations/acme/teams/", {"slug": "quick"}).status == 201


def test_key_statistics_have_a_lower_limit(web: Acme) -> None:
    """The statistics of a key take twenty calls per second, whatever the rest takes."""
    web.sandbox.set_limits(sentry={"per_second": 40, "concurrent": 25})
    key = web.get("/projects/acme/shop/keys/").body[0]["id"]
    headers = web.get(f"/projects/acme/shop/keys/{key}/stats/").headers
    assert headers[f"{PREFIX}limit"] == "20"


def test_issues_have_a_lower_limit(web: Acme) -> None:
    """The issues of a project, and one issue, take five calls per second each."""
    web.sandbox.set_limits(sentry={"per_second": 40, "concurrent": 25})
    for path in ("/projects/acme/shop/issues/", "/issues/1/"):
        assert web.get(path).headers[f"{PREFIX}limit"] == "5"
