"""Ingestion: who may send, in which forms, and how events are read and counted."""

import gzip
import json
import time
import urllib.request
import zlib
from typing import Any

import pytest

from tests.sandbox.sentry.acme import Acme
from tests.sandboxes import Answer, send

EVENT_ID = "0123456789abcdef0123456789abcdef"
REJECTED = {"detail": "event submission rejected with_reason: ProjectId"}
EVENT = {
    "event_id": EVENT_ID,
    "timestamp": 1700000000.5,
    "platform": "python",
    "level": "fatal",
    "release": "shop@1.0",
    "environment": "production",
    "tags": {"shop": "yes"},
    "user": {"id": "7"},
    "sdk": {"name": "sentry.python", "version": "2.0"},
    "exception": {
        "values": [{"type": "KeyError", "value": "x"}, {"type": "ValueError", "value": "boom"}]
    },
    "breadcrumbs": {"values": [{"message": "before"}]},
}


@pytest.fixture
def key(web: Acme) -> dict[str, Any]:
    """The Default key of shop."""
    return dict(web.get("/projects/acme/shop/keys/").body[0])


def envelope(*items: tuple[dict[str, Any], bytes], **header: Any) -> bytes:
    """An envelope of items, each a header and a payload."""
    lines = [json.dumps(header).encode()]
    for item, payload in items:
        lines += [json.dumps(item).encode(), payload]
    return b"\n".join(lines) + b"\n"


def event_item(event: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """One event as an item with its length."""
    payload = json.dumps(event, indent=1).encode()
    return {"type": "event", "length": len(payload)}, payload


def post(acme: Acme, key: dict[str, Any], content: bytes, **headers: str) -> Answer:
    """Send an envelope, authenticated by the header that SDKs send."""
    sent = {
        "Content-Type": "application/x-sentry-envelope",
        "X-Sentry-Auth": f"Sentry sentry_key={key['public']}, sentry_version=7, sentry_client=x/1",
        **headers,
    }
    url = f"{acme.sandbox.sentry_url}/api/{key['projectId']}/envelope/"
    return send("POST", url, body=content, headers=sent)


def test_envelope_is_accepted_and_readable(web: Acme, key: dict[str, Any]) -> None:
    """An event sent in an envelope answers its id and can be read in full."""
    content = envelope(({"type": "session"}, b'{"sid": "1"}'), event_item(EVENT), event_id=EVENT_ID)
    answer = post(web, key, content)
    assert (answer.status, answer.body) == (200, {"id": EVENT_ID})
    shown = web.get(f"/projects/acme/shop/events/{EVENT_ID}/").body
    assert (shown["eventID"], shown["title"]) == (EVENT_ID, "ValueError: boom")
    assert shown["metadata"] == {"type": "ValueError", "value": "boom"}
    assert shown["dateCreated"] == "2023-11-14T22:13:20.500000Z"
    assert shown["release"]["version"] == "shop@1.0"
    assert {"key": "level", "value": "fatal"} in shown["tags"]
    assert {"key": "shop", "value": "yes"} in shown["tags"]
    assert [entry["type"] for entry in shown["entries"]] == ["exception", "breadcrumbs"]
    assert shown["sdk"] == {"name": "sentry.python", "version": "2.0"}


def test_frames_are_shown_in_the_apis_words(web: Acme, key: dict[str, Any]) -> None:
    """A frame keeps its order and gets the API's names; its source lines get their numbers."""
    frame = {
        "filename": "shop.py",
        "lineno": 7,
        "in_app": False,
        "pre_context": ["a", "b"],
        "context_line": "c",
        "post_context": ["d"],
    }
    thrown = {"type": "E", "stacktrace": {"frames": [frame, {"filename": "last.py"}]}}
    web.send_event(key, {"event_id": EVENT_ID, "exception": {"values": [thrown]}})
    entry = web.get(f"/projects/acme/shop/events/{EVENT_ID}/").body["entries"][0]
    frames = entry["data"]["values"][0]["stacktrace"]["frames"]
    assert [each["filename"] for each in frames] == ["shop.py", "last.py"]
    assert (frames[0]["lineNo"], frames[0]["inApp"]) == (7, False)
    assert frames[0]["context"] == [[5, "a"], [6, "b"], [7, "c"], [8, "d"]]


def test_events_are_listed_newest_first(web: Acme, key: dict[str, Any]) -> None:
    """The list has all events, the newest first, each with its project."""
    for message in ("first", "second"):
        web.send_event(key, {"message": message})
    listed = web.get("/projects/acme/shop/events/").body
    assert [event["title"] for event in listed] == ["second", "first"]
    assert listed[0]["projectID"] == str(key["projectId"])


def test_first_event_is_noted(web: Acme, key: dict[str, Any]) -> None:
    """The project's firstEvent is the time of its first event, and stays."""
    assert web.detail("shop")["firstEvent"] is None
    web.send_event(key, {"message": "x"})
    first = web.detail("shop")["firstEvent"]
    assert first is not None
    web.send_event(key, {"message": "y"})
    assert web.detail("shop")["firstEvent"] == first


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda content: zlib.compress(content, wbits=-15)),
        ("identity", bytes),
    ],
)
def test_compressed_bodies(web: Acme, key: dict[str, Any], encoding: str, encode: Any) -> None:
    """Bodies compressed by gzip or deflate are accepted."""
    content = encode(envelope(event_item(EVENT)))
    answer = post(web, key, content, **{"Content-Encoding": encoding})
    assert (answer.status, answer.body) == (200, {"id": EVENT_ID})


def test_three_ways_to_name_the_key(web: Acme, key: dict[str, Any]) -> None:
    """The key is taken from the header, the query, or the DSN in the envelope's header."""
    content = envelope(event_item(EVENT), dsn=key["dsn"]["public"])
    base = f"{web.sandbox.sentry_url}/api/{key['projectId']}"
    assert send("POST", f"{base}/envelope/", body=content).status == 200
    assert send("POST", f"{base}/envelope/?sentry_key={key['public']}", body=content).status == 200
    bare = envelope(event_item(EVENT))
    missing = send("POST", f"{base}/envelope/", body=bare)
    assert (missing.status, missing.body) == (
        401,
        {"detail": "missing authorization information"},
    )


def test_disabled_and_deleted_keys_are_refused(web: Acme, key: dict[str, Any]) -> None:
    """A disabled key is refused until it is enabled again; a deleted one for good."""
    path = f"/projects/acme/shop/keys/{key['id']}/"
    web.call("PUT", path, {"isActive": False})
    refused = web.send_event(key, {"message": "x"})
    assert (refused.status, refused.body) == (403, REJECTED)
    web.call("PUT", path, {"isActive": True})
    assert web.send_event(key, {"message": "x"}).status == 200
    web.call("DELETE", path)
    assert web.send_event(key, {"message": "x"}).body == REJECTED


def test_unknown_keys_and_other_projects_are_refused(web: Acme, key: dict[str, Any]) -> None:
    """An unknown key, another project's key and a deleted project's key get the same answer."""
    other = web.project("api", "web")
    assert web.send_event({**key, "public": "f" * 32}, {"message": "x"}).body == REJECTED
    assert web.send_event(key, {"message": "x"}, project=other["id"]).body == REJECTED
    assert web.send_event({**key, "public": "short"}, {"message": "x"}).status == 401
    web.call("DELETE", "/projects/acme/shop/")
    assert web.send_event(key, {"message": "x"}).body == REJECTED
    state = web.sandbox.state()["sentry"]
    assert state["sentry_events"] == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json\n",
        b'{}\n{"type": "event", "length": 99}\n{}',
        b'{}\n{"type": "event"}\nnot json',
        b'{}\n{"type": "event"}\n{"message": "\\ud800"}',
        b'{}\n{"type": "event"}\n{"extra": ' + b"[" * 100_000,
    ],
    ids=["nothing", "no header", "short payload", "no JSON", "half a character", "too deep"],
)
def test_broken_envelopes_are_400(web: Acme, key: dict[str, Any], content: bytes) -> None:
    """An envelope without header, with a short payload or with broken JSON is refused."""
    answer = post(web, key, content)
    assert (answer.status, answer.body["detail"]) == (400, "invalid event envelope")


def test_damaged_compression_is_400(web: Acme, key: dict[str, Any]) -> None:
    """A body that is not what its encoding says is refused; unknown encodings are 415."""
    assert post(web, key, b"plain", **{"Content-Encoding": "gzip"}).status == 400
    assert post(web, key, b"plain", **{"Content-Encoding": "compress"}).status == 415


def test_truncated_compression_is_400(web: Acme, key: dict[str, Any]) -> None:
    """A compressed body that ends too early is refused."""
    content = gzip.compress(envelope(event_item(EVENT)))[:-9]
    assert post(web, key, content, **{"Content-Encoding": "gzip"}).status == 400


def test_large_events_are_413(web: Acme, key: dict[str, Any]) -> None:
    """An event over one MiB is refused in both forms; so is a body that inflates without end."""
    event = {"message": "x" * 2**20}
    assert web.send_event(key, event).status == 413
    assert post(web, key, envelope(event_item(event))).status == 413
    bomb = zlib.compress(bytes(101 * 2**20))
    assert post(web, key, bomb, **{"Content-Encoding": "deflate"}).status == 413
    assert web.get("/projects/acme/shop/events/").body == []


def test_project_number_beyond_all_is_403(web: Acme, key: dict[str, Any]) -> None:
    """A number that no project can have is refused like any other unknown one."""
    answer = web.send_event(key, EVENT, project="9" * 30)
    assert (answer.status, answer.body) == (403, REJECTED)


def test_envelope_without_event_is_accepted(web: Acme, key: dict[str, Any]) -> None:
    """Sessions and reports are accepted and leave no event."""
    content = envelope(({"type": "client_report"}, b"{}"), event_id=EVENT_ID)
    assert post(web, key, content).body == {"id": EVENT_ID}
    assert web.get("/projects/acme/shop/events/").body == []


def test_limit_of_the_key(web: Acme, key: dict[str, Any]) -> None:
    """Over the key's limit an event gets 429 with the time to wait, and is counted as dropped."""
    limit = {"rateLimit": {"count": 2, "window": 3600}}
    web.call("PUT", f"/projects/acme/shop/keys/{key['id']}/", limit)
    answers = [web.send_event(key, {"message": "x"}) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    seconds = answers[2].headers["retry-after"]
    assert 0 < int(seconds) <= 3600
    assert answers[2].headers["x-sentry-rate-limits"] == (
        f"{seconds}:default;error;security:key:key_quota"
    )
    assert answers[2].body["detail"].startswith("Sentry dropped data due to a quota")
    stats = web.get(f"/projects/acme/shop/keys/{key['id']}/stats/").body
    assert sum(row["accepted"] for row in stats) == 2
    assert sum(row["dropped"] for row in stats) == 1
    assert sum(row["total"] for row in stats) == 3


def test_statistics_of_a_key(web: Acme, key: dict[str, Any]) -> None:
    """Statistics come per interval from since to until, and count only this key."""
    extra = web.key("shop")
    web.send_event(key, {"message": "x"})
    web.send_event(extra, {"message": "y"})
    now = int(time.time())
    path = f"/projects/acme/shop/keys/{key['id']}/stats/"
    rows = web.get(f"{path}?since={now - 86400}&until={now}&resolution=1d").body
    assert len(rows) == 2
    assert set(rows[0]) == {"ts", "total", "accepted", "filtered", "dropped"}
    assert rows[1]["ts"] % 86400 == 0
    assert (rows[1]["accepted"], rows[1]["total"], rows[0]["total"]) == (1, 1, 0)


@pytest.mark.parametrize("query", ["since=x", "resolution=1y", "since=10&until=5", "since=0"])
def test_bad_statistics_request_is_400(web: Acme, key: dict[str, Any], query: str) -> None:
    """A period or resolution that cannot be served is refused."""
    answer = web.get(f"/projects/acme/shop/keys/{key['id']}/stats/?{query}&x=1")
    assert (answer.status, answer.body) == (400, {"detail": "Invalid request data"})


def test_ingestion_has_no_api_limit(web: Acme, key: dict[str, Any]) -> None:
    """The limits of the API do not count events and do not show with them."""
    web.sandbox.set_limits(sentry={"per_second": 1, "concurrent": 1})
    answers = [web.send_event(key, {"message": "x"}) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert not [name for name in answers[0].headers if "rate-limit" in name]


def test_browsers_may_send(web: Acme, key: dict[str, Any]) -> None:
    """A page of any origin may send events and read how long to wait."""
    url = f"{web.sandbox.sentry_url}/api/{key['projectId']}/envelope/"
    preflight = send("OPTIONS", url, headers={"Origin": "https://shop.example"})
    assert preflight.status == 200
    assert "x-sentry-auth" in preflight.headers["access-control-allow-headers"]
    answer = web.send_event(key, {"message": "x"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-sentry-rate-limits" in answer.headers["access-control-expose-headers"]


def test_request_log_hides_the_key(web: Acme, key: dict[str, Any]) -> None:
    """The request log shows the call without the key."""
    web.sandbox.clear_log()
    web.send_event(key, {"message": "x"})
    logged = web.sandbox.log("sentry")
    assert logged[0]["path"] == f"/api/{key['projectId']}/store/"
    assert key["public"] not in json.dumps(logged)


def test_dsn_is_all_a_client_needs(web: Acme, key: dict[str, Any]) -> None:
    """The parts of the DSN alone, put together as SDKs do, reach the project."""
    scheme, rest = key["dsn"]["public"].split("://")
    public, host = rest.split("@")
    address, project = host.rsplit("/", 1)
    content = envelope(event_item(EVENT))
    request = urllib.request.Request(  # noqa: S310  loopback
        f"{scheme}://{address}/api/{project}/envelope/",
        content,
        {"X-Sentry-Auth": f"Sentry sentry_key={public}, sentry_version=7"},
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310  loopback
        assert json.loads(response.read()) == {"id": EVENT_ID}
    assert web.get(f"/projects/acme/shop/events/{EVENT_ID}/").status == 200
