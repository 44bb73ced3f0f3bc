"""Envelopes as SDKs build them, with more in them than events, and as nobody should."""

import json
from typing import Any

import pytest

from tests.sandbox.sentry.acme import Acme
from tests.sandboxes import Answer, send

EVENT_ID = "0123456789abcdef0123456789abcdef"
EVENT = b'{"event_id": "%s", "message": "kept"}' % EVENT_ID.encode()
# What is no event, by type: its payload, full of what an envelope is made of.
OTHERS = {
    "session": b'{"sid": "1", "status": "ok"}',
    "sessions": b'{"aggregates": []}',
    "transaction": b'{"type": "transaction", "event_id": "%s"}' % EVENT_ID.encode(),
    "check_in": b'{"monitor_slug": "nightly", "status": "ok"}',
    "client_report": b'{"discarded_events": []}',
    "user_report": b'{"event_id": "1"}',
    "log": b'{"items": []}',
    "attachment": b'\n{"type": "event"}\n{"message": "no event"}\n\n',
    "replay_recording": b"\x00\xff\n\x1f\x8b",
}


class Envelopes:
    """Sends envelopes to the project shop."""

    def __init__(self, web: Acme) -> None:
        self.web = web
        self.key: dict[str, Any] = web.get("/projects/acme/shop/keys/").body[0]

    def send(self, *lines: bytes, **headers: str) -> Answer:
        """Send the lines after an empty header."""
        return self.send_all(b"{}", *lines, **headers)

    def send_all(self, *lines: bytes, query: str | None = None, **headers: str) -> Answer:
        """Send the lines, the envelope's header among them."""
        asked = f"sentry_key={self.key['public']}" if query is None else query
        url = f"{self.web.sandbox.sentry_url}/api/{self.key['projectId']}/envelope/?{asked}"
        return send("POST", url, body=b"\n".join(lines) + b"\n", headers=headers)

    def kept(self) -> list[str]:
        """The titles of the events that the project has, newest first."""
        return [event["title"] for event in self.web.get("/projects/acme/shop/events/").body]


@pytest.fixture
def envelopes(web: Acme) -> Envelopes:
    """The project shop, ready to be sent envelopes."""
    return Envelopes(web)


def test_what_is_no_event_is_read_over(envelopes: Envelopes) -> None:
    """Whatever stands before and behind it, an event arrives, and nothing else does."""
    lines: list[bytes] = []
    for kind, payload in OTHERS.items():
        lines += [json.dumps({"type": kind, "length": len(payload)}).encode(), payload]
    answer = envelopes.send(*lines, b'{"type": "event"}', EVENT, *lines)
    assert (answer.status, answer.body) == (200, {"id": EVENT_ID})
    assert envelopes.kept() == ["kept"]


def test_an_event_comes_once_however_often_it_is_sent(envelopes: Envelopes) -> None:
    """The same event twice in one envelope, and in another one, is one event."""
    for _ in range(2):
        answer = envelopes.send(b'{"type": "event"}', EVENT, b'{"type": "event"}', EVENT)
        assert (answer.status, answer.body) == (200, {"id": EVENT_ID})
    assert envelopes.kept() == ["kept"]


def test_an_envelope_of_many_items(envelopes: Envelopes) -> None:
    """Thousands of items are read over one by one."""
    answer = envelopes.send(*[b'{"type": "x"}', b"{}"] * 10_000, b'{"type": "event"}', EVENT)
    assert (answer.status, envelopes.kept()) == (200, ["kept"])


def test_a_disabled_key_takes_nothing(envelopes: Envelopes) -> None:
    """What is no event is refused by a disabled key like an event."""
    key = f"/projects/acme/shop/keys/{envelopes.key['id']}/"
    envelopes.web.call("PUT", key, {"isActive": False})
    refused = {envelopes.send(b'{"type": "session"}', b"{}").status}
    refused.add(envelopes.send(b'{"type": "event"}', EVENT).status)
    assert (refused, envelopes.kept()) == ({403}, [])


@pytest.mark.parametrize("encoding", ["br", "zstd"])
def test_encodings_of_the_real_server_alone(envelopes: Envelopes, encoding: str) -> None:
    """An encoding that the sandbox cannot read is named, not taken for damage."""
    answer = envelopes.send(b"", **{"Content-Encoding": encoding})
    assert (answer.status, answer.body["detail"]) == (
        501,
        f"Not simulated: the content encoding {encoding}",
    )


@pytest.mark.parametrize(
    "payload",
    [
        b'{"extra": {"share": NaN}}',
        b'{"extra": {"share": -Infinity}}',
        b'{"extra": %s1%s}' % (b'{"a":' * 130, b"}" * 130),
        b'{"extra": %s}' % (b"[" * 100_000),
    ],
)
def test_what_is_no_json_for_the_server(envelopes: Envelopes, payload: bytes) -> None:
    """An event with what JSON does not have, or deeper than the server reads, is refused."""
    answer = envelopes.send(b'{"type": "event"}', payload)
    assert (answer.status, answer.body["causes"]) == (400, ["invalid JSON"])


def test_depths_that_are_read(envelopes: Envelopes) -> None:
    """An event as deep as the server reads is shown in full, by the control API too."""
    deep = b'{"event_id": "%s", "extra": %s1%s}' % (
        EVENT_ID.encode(),
        b'{"a":' * 126,
        b"}" * 126,
    )
    assert envelopes.send(b'{"type": "event"}', deep).status == 200
    assert envelopes.web.get(f"/projects/acme/shop/events/{EVENT_ID}/").status == 200
    path = f"/sentry/projects/{envelopes.key['projectId']}/events"
    assert len(envelopes.web.sandbox.control("GET", path)["events"]) == 1


def test_an_id_that_is_none_is_replaced(envelopes: Envelopes) -> None:
    """An event whose id is no 32 hexadecimal digits gets one."""
    payload = json.dumps({"event_id": f"{EVENT_ID}\n", "message": "kept"}).encode()
    answer = envelopes.send(b'{"type": "event"}', payload)
    assert answer.status == 200
    assert len(answer.body["id"]) == len(EVENT_ID)
    assert answer.body["id"] != EVENT_ID


def test_a_dsn_that_cannot_be_read(envelopes: Envelopes) -> None:
    """An envelope that names a broken DSN, and no key elsewhere, is not authenticated."""
    assert envelopes.send_all(b'{"dsn": "http://["}', query="").status == 401
