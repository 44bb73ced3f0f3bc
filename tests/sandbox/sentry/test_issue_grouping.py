"""Which events make one issue, and what an issue is called."""

from typing import Any

import pytest

from tests.sandbox.sentry.crashing_shop import CrashingShop

Event = dict[str, Any]


def frame(filename: str, function: str, **fields: Any) -> Event:
    """A frame of the app."""
    return {"filename": filename, "function": function, "in_app": True, **fields}


def thrown(value: str = "x", kind: str = "ValueError", *frames: Event) -> Event:
    """One exception with its stack."""
    return {"type": kind, "value": value, "stacktrace": {"frames": list(frames)}}


def event(*chain: Event, **fields: Any) -> Event:
    """An event with a chain of exceptions."""
    return {"exception": {"values": list(chain)}, **fields}


CART, PAY = frame("cart.py", "total"), frame("pay.py", "charge")
LIBRARY = frame("lib/http.py", "send", in_app=False)
OTHER_LIBRARY = frame("lib/socket.py", "connect", in_app=False)

ALIKE = {
    "numbers": (event(thrown("item 17 of 20")), event(thrown("item 3 of 1,200.5"))),
    "UUIDs": (
        event(thrown("no cart 6f9619ff-8b86-d011-b42d-00c04fc964ff")),
        event(thrown("no cart 3F2504E04F8911D39A0C0305E82C3301")),
    ),
    "times": (
        event(thrown("closed since 2026-11-28T10:05:59.123Z")),
        event(thrown("closed since 2027-01-02 23:00:00+01:00")),
    ),
    "what comes after thousands of characters": (
        event(thrown("x" * 8192 + " of mia")),
        event(thrown("x" * 8192 + " of tom")),
    ),
    "hexadecimal": (event(thrown("at 0x7ffe12")), event(thrown("at 0xABCD"))),
    "hashes": (event(thrown("build 9fceb02d is bad")), event(thrown("build 0a1b2c3d4e is bad"))),
    "quoted ids": (event(thrown("no user 'u_81-x'")), event(thrown("no user 'a7'"))),
    "lines": (event(thrown("x", "E", {**CART, "lineno": 1})), event(thrown("x", "E", CART))),
    "library frames": (
        event(thrown("x", "E", LIBRARY, CART)),
        event(thrown("x", "E", OTHER_LIBRARY, CART, LIBRARY)),
    ),
    "depth of a recursion": (
        event(thrown("x", "E", CART, PAY)),
        event(thrown("x", "E", CART, CART, CART, PAY)),
    ),
    "module before file": (
        event(thrown("x", "E", {**CART, "module": "shop"})),
        event(thrown("x", "E", {**PAY, "function": "total", "module": "shop"})),
    ),
    "one exception, or a list of one": (event(thrown()), {"exception": [thrown()]}),
    "messages": ({"message": "took 12 ms"}, {"message": "took 7 ms"}),
    "templates": (
        {"logentry": {"message": "hello %s", "formatted": "hello ann", "params": ["ann"]}},
        {"logentry": {"message": "hello %s", "formatted": "hello bob", "params": ["bob"]}},
    ),
    "a message in two forms": ({"message": "stopped"}, {"logentry": {"formatted": "stopped"}}),
    "a fingerprint": (
        event(thrown("x", "E", CART), fingerprint=["checkout", 1]),
        {"message": "anything", "fingerprint": ["checkout", "1"]},
    ),
    "the default fingerprint": (
        event(thrown(), fingerprint=["{{ default }}"]),
        event(thrown(), fingerprint=[]),
    ),
    "levels and releases": (
        event(thrown(), level="fatal", release="1", environment="a"),
        event(thrown(), level="info", release="2", environment="b"),
    ),
}
DIFFERENT = {
    "a fingerprint, and a message that reads like it": (
        {"message": "checkout"},
        {"message": "anything", "fingerprint": ["checkout"]},
    ),
    "types": (event(thrown("x", "KeyError")), event(thrown("x", "ValueError"))),
    "words": (event(thrown("no cart")), event(thrown("no user"))),
    "quoted names": (event(thrown("'total'")), event(thrown("'price'"))),
    "codes in words": (event(thrown("E1001")), event(thrown("E1002"))),
    "functions of the app": (event(thrown("x", "E", CART)), event(thrown("x", "E", PAY))),
    "frames where none is the app's": (
        event(thrown("x", "E", LIBRARY)),
        event(thrown("x", "E", OTHER_LIBRARY)),
    ),
    "a cause": (event(thrown()), event(thrown("y", "KeyError"), thrown())),
    "an exception and a message": (event(thrown("x")), {"message": "ValueError: x"}),
    "fingerprints": (
        event(thrown(), fingerprint=["a"]),
        event(thrown(), fingerprint=["b"]),
    ),
    "a part of the fingerprint": (
        event(thrown(), fingerprint=["{{ default }}", "tenant-1"]),
        event(thrown(), fingerprint=["{{ default }}", "tenant-2"]),
    ),
    "the default in a fingerprint": (
        event(thrown("x", "E", CART), fingerprint=["{{default}}", "a"]),
        event(thrown("x", "E", PAY), fingerprint=["{{default}}", "a"]),
    ),
}


@pytest.mark.parametrize("what", ALIKE)
def test_alike_events_are_one_issue(shop: CrashingShop, what: str) -> None:
    """Events that differ in what varies from one to the next are of one issue, counted twice."""
    for each in ALIKE[what]:
        shop.send(**each)
    assert [shop.show(str(row["id"]))["count"] for row in shop.rows()] == ["2"]


@pytest.mark.parametrize("what", DIFFERENT)
def test_different_events_are_two_issues(shop: CrashingShop, what: str) -> None:
    """Events that differ in what they are about are of two issues."""
    for each in DIFFERENT[what]:
        shop.send(**each)
    assert len(shop.rows()) == 2


def test_projects_group_for_themselves(shop: CrashingShop) -> None:
    """The same event in two projects makes an issue in each, both with the first number."""
    shop.acme.project("api", "web")
    key = shop.acme.get("/projects/acme/api/keys/").body[0]
    shop.send(message="x")
    shop.acme.send_event(key, {"message": "x"})
    issues = [shop.show(str(row["id"])) for row in shop.rows()]
    assert [issue["shortId"] for issue in issues] == ["SHOP-1", "API-1"]


PYTHON = {
    "platform": "python",
    "exception": {
        "values": [
            thrown("cause", "OSError", frame("db.py", "connect")),
            thrown(
                "no price\nfor teapot",
                "CheckoutFailed",
                frame("app.py", "main", module="shop.app"),
                frame("cart.py", "total", module="shop.cart"),
                LIBRARY,
            ),
        ]
    },
}
SYNTHETIC = {**thrown("x", "Error", CART), "mechanism": {"type": "generic", "synthetic": True}}
E_X = {"type": "E", "value": "x"}
NAMES: dict[str, tuple[Event, Event]] = {
    "an exception": (
        PYTHON,
        {
            "title": "CheckoutFailed: no price",
            "culprit": "shop.cart in total",
            "type": "error",
            "metadata": {
                "type": "CheckoutFailed",
                "value": "no price\nfor teapot",
                "filename": "cart.py",
                "function": "total",
            },
        },
    ),
    "a transaction": ({**PYTHON, "transaction": "/pay"}, {"culprit": "/pay"}),
    "javascript": (
        event(thrown("x", "TypeError", CART), platform="javascript"),
        {"culprit": "total(cart.py)", "platform": "javascript"},
    ),
    "library frames alone": (
        event(thrown("x", "E", LIBRARY), platform="python"),
        {"culprit": "lib/http.py in send"},
    ),
    "no stack": (
        event({"type": "E"}, request={"url": "http://shop.example/pay"}),
        {
            "title": "E",
            "culprit": "http://shop.example/pay",
            "metadata": {"type": "E", "value": ""},
        },
    ),
    "no exception type": (event({"value": "x"}), {"title": "Error: x"}),
    "a frame without a place": (
        event(thrown("x", "E", CART, {"function": "eval", "in_app": True})),
        {"culprit": "cart.py in total", "metadata": {**E_X, "function": "eval"}},
    ),
    "an exception made up by the client": (
        event(SYNTHETIC),
        {"title": "total", "culprit": ""},
    ),
    "a message": (
        {"message": " first line\nsecond", "logger": "shop.jobs", "level": "warning"},
        {
            "title": "first line",
            "metadata": {"title": "first line"},
            "type": "default",
            "logger": "shop.jobs",
            "level": "warning",
            "platform": "other",
        },
    ),
    "nothing": ({}, {"title": "<unlabeled event>", "level": "error", "culprit": ""}),
    "long texts": (
        event(thrown("v" * 2000, "T" * 200)),
        {
            "title": f"{'T' * 125}...: {'v' * 97}...",
            "metadata": {"type": f"{'T' * 125}...", "value": f"{'v' * 1021}..."},
        },
    ),
}


@pytest.mark.parametrize("what", NAMES)
def test_names_of_issues(shop: CrashingShop, what: str) -> None:
    """Title, culprit and metadata come from the exception that surfaced, or from the message."""
    sent, expected = NAMES[what]
    shop.send(**sent)
    issue = shop.show()
    assert {name: issue[name] for name in expected} == expected


@pytest.mark.parametrize(
    "sent",
    [
        {"exception": "x"},
        {"exception": {"values": [None, "x", {"stacktrace": {"frames": [None, 7]}}]}},
        {"exception": {"values": [{"type": 7, "value": {"a": 1}, "mechanism": "x"}]}},
        {"fingerprint": "x", "tags": "x", "user": "x", "contexts": "x", "request": "x"},
        {"fingerprint": [None, {"a": 1}], "level": {"a": 1}, "release": 7, "environment": 8},
        {"logentry": ["x"], "timestamp": "yesterday", "tags": [["a"], "b", ["c", None]]},
        {"timestamp": 1e300, "user": {"id": {"a": 1}}, "logger": ["x"]},
        {"timestamp": "0001-01-01T00:00:00+14:00", "breadcrumbs": [{"timestamp": -1e12}]},
        event(thrown("x", "E", {**CART, "lineno": 3, "context_line": "", "pre_context": 7})),
        {"request": {"url": "http://[::1", "headers": [["a", 1], ["A", None], ["a", "x"]]}},
        {"threads": [{"stacktrace": 7}], "debug_meta": [], "sdk": [], "extra": [], "modules": 7},
    ],
)
def test_odd_shapes_are_issues_too(shop: CrashingShop, sent: Event) -> None:
    """An event whose sections are of another shape than documented is taken, and can be read."""
    sent_id = shop.send(**sent)
    assert shop.show()["count"] == "1"
    assert shop.acme.get(shop.path(shop.only_id(), f"events/{sent_id}/")).status == 200
