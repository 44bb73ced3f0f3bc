"""The events of an issue: their list, each in full, and the one to look at first."""

from typing import Any

import pytest

from tests.sandbox.sentry.acme import MISSING
from tests.sandbox.sentry.searched_shop import HOUR, SearchedShop, error

NO_MATCH = "No matching event found, try changing the environments, date range, or query."
NO_EVENT = (
    "Event not found. The event ID may be incorrect, or it's age exceeded the retention period."
)
ISSUE = "/organizations/acme/issues/SHOP-1/events/"
FULL: dict[str, Any] = {
    "platform": "python",
    "release": "shop@1.0.0",
    "environment": "production",
    "dist": "7",
    "server_name": "web-1",
    "transaction": "/checkout",
    "logger": "shop.cart",
    "logentry": {"message": "order %s", "params": ["7"], "formatted": "order 7"},
    "tags": [["payment", "card"], ["empty", None]],
    "user": {
        "id": 7,
        "email": "mia@example.com",
        "ip_address": "{{auto}}",
        "geo": {"city": "Graz"},
        "plan": "gold",
    },
    "sdk": {"name": "sentry.python", "version": "2.75.0", "packages": []},
    "modules": {"shop": "1.0.0"},
    "extra": {"basket": ["mug"]},
    "contexts": {
        "trace": {"trace_id": "a" * 32, "span_id": "b" * 16},
        "runtime": {"name": "CPython", "version": "3.11"},
        "replay": {"replay_id": "c" * 32},
    },
    "breadcrumbs": [
        {"timestamp": 1700000000, "category": "auth", "message": "signed in"},
        {"timestamp": "2023-11-14T22:13:21Z", "type": "http", "level": "warning", "data": {"a": 1}},
    ],
    "request": {
        "method": "POST",
        "url": "https://shop.example/checkout?step=2#pay",
        "headers": {"host": "shop.example", "content-type": "text/plain", "Cookie": "a=1; b=2"},
        "data": {"order": 7},
        "env": {"SERVER_NAME": "web-1"},
    },
    "threads": {"values": [{"id": 1, "name": "main", "crashed": True}]},
}


def event(bare: SearchedShop, named: str, query: str = "") -> dict[str, Any]:
    """One event of the first issue in full."""
    answer = bare.acme.get(f"{ISSUE}{named}/{query}")
    assert answer.status == 200, answer.text
    return dict(answer.body)


def entries(shown: dict[str, Any]) -> dict[str, Any]:
    """The entries of an event in full, keyed by type."""
    return {entry["type"]: entry["data"] for entry in shown["entries"]}


def test_newest_events_come_first(bare: SearchedShop) -> None:
    """The list has the issue's events by when they happened, page by page, and no others."""
    old, new = bare.send(ago=HOUR), bare.send()
    middle = bare.send(ago=60)
    bare.send("Other")
    listed = bare.acme.get(ISSUE).body
    assert [each["eventID"] for each in listed] == [new, middle, old]
    assert {each["groupID"] for each in listed} == {bare.issues("issue:SHOP-1").body[0]["id"]}
    page = bare.acme.get(f"{ISSUE}?per_page=2")
    assert ([each["id"] for each in page.body], 'results="true"' in page.headers["link"]) == (
        [new, middle],
        True,
    )


def test_lists_in_full(bare: SearchedShop) -> None:
    """With full=true each event of the list is in full, else without its entries."""
    bare.send()
    assert "entries" in bare.acme.get(f"{ISSUE}?full=true").body[0]
    assert "entries" not in bare.acme.get(ISSUE).body[0]


def test_lists_are_narrowed(bare: SearchedShop) -> None:
    """Environment, period and query narrow the list; what nobody knows has no events."""
    old = bare.send(ago=3 * HOUR, environment="staging")
    new = bare.send(tags={"payment": "card"})
    found = {
        query: [each["id"] for each in bare.acme.get(f"{ISSUE}?{query}").body]
        for query in ("environment=staging", "statsPeriod=1h", "query=payment:card")
    }
    assert list(found.values()) == [[old], [new], [new]]
    assert bare.acme.get(f"{ISSUE}?environment=nowhere").body == []
    refused = bare.acme.get(f"{ISSUE}?statsPeriod=6x")
    assert (refused.status, refused.body["detail"]) == (400, "Invalid statsPeriod: '6x'")
    assert bare.acme.get(f"{ISSUE}?query=a%20OR%20b").status == 400


def test_latest_oldest_and_by_id(bare: SearchedShop) -> None:
    """The latest and the oldest event are found by these words, any of them by its id."""
    old, middle, new = (bare.send(ago=ago) for ago in (HOUR, 60, 0))
    assert [event(bare, named)["id"] for named in ("oldest", "latest", middle)] == [
        old,
        new,
        middle,
    ]
    number = bare.issues().body[0]["id"]
    for path in (f"/organizations/acme/issues/{number}/", f"/issues/{number}/"):
        assert bare.acme.get(f"{path}events/latest/").body["id"] == new


def test_neighbours(bare: SearchedShop) -> None:
    """An event names the ones before and after it, in the environments that are asked about."""
    old = bare.send(ago=HOUR, environment="staging")
    middle = bare.send(ago=60)
    new = bare.send(environment="staging")

    def neighbours(named: str, query: str = "") -> tuple[Any, Any]:
        shown = event(bare, named, query)
        return shown["previousEventID"], shown["nextEventID"]

    assert [neighbours(each) for each in (old, middle, new)] == [
        (None, middle),
        (old, new),
        (middle, None),
    ]
    assert neighbours(new, "?environment=staging") == (old, None)


def test_the_recommended_event_tells_most(bare: SearchedShop) -> None:
    """A stack trace counts most, then frames of the app, then breadcrumbs, then being newer."""
    same: dict[str, Any] = {"fingerprint": ["same"]}
    crumbs = [{"message": "a"}, {"message": "b"}]
    foreign = error("Crash")
    foreign["values"][0]["stacktrace"]["frames"][0]["in_app"] = False
    stackless = bare.send(exception=None, message="x", breadcrumbs=crumbs * 2, **same)
    assert event(bare, "recommended")["id"] == stackless
    foreign_id = bare.send(exception=foreign, breadcrumbs=crumbs, ago=10, **same)
    assert event(bare, "recommended")["id"] == foreign_id
    own = bare.send(ago=30, **same)
    assert event(bare, "recommended")["id"] == own
    newer = bare.send(ago=20, **same)
    assert event(bare, "recommended")["id"] == newer
    richer = bare.send(ago=40, breadcrumbs=crumbs, **same)
    assert event(bare, "recommended")["id"] == richer


def test_no_matching_event_is_404(bare: SearchedShop) -> None:
    """Words find no event where none matches; an id only one of its own issue."""
    bare.send(ago=3 * HOUR, environment="production")
    other = bare.send("Other", environment="staging")
    for query in ("?environment=staging", "?statsPeriod=1h", "?query=level:fatal"):
        for named in ("latest", "oldest", "recommended"):
            answer = bare.acme.get(f"{ISSUE}{named}/{query}")
            assert (answer.status, answer.body) == (404, {"detail": NO_MATCH})
    for named in (other, "f" * 32, "newest"):
        answer = bare.acme.get(f"{ISSUE}{named}/")
        assert (answer.status, answer.body) == (404, {"detail": NO_EVENT})
    assert bare.acme.get(f"{ISSUE}latest/?environment=nowhere").body == MISSING
    assert bare.acme.get(f"{ISSUE}latest/?query=is:foo").body == {"detail": "Invalid event query"}
    assert bare.acme.get("/organizations/acme/issues/SHOP-9/events/latest/").body == MISSING


def test_rate_limit(bare: SearchedShop) -> None:
    """Single events have a bucket of their own, of fifteen calls a second."""
    bare.send()
    bare.acme.sandbox.set_limits(sentry={"per_second": 40, "concurrent": 25})
    headers = bare.acme.get(f"{ISSUE}latest/").headers
    assert headers["x-sentry-rate-limit-limit"] == "15"


def test_what_an_event_says_of_itself(bare: SearchedShop) -> None:
    """An event in full has all that its client sent, in the API's words."""
    bare.send(**FULL)
    shown = event(bare, "latest")
    assert (shown["type"], shown["title"]) == ("error", "Crash: boom")
    assert (shown["location"], shown["message"]) == ("shop.py", "order 7")
    assert (shown["dist"], shown["platform"]) == ("7", "python")
    assert shown["release"]["version"] == "shop@1.0.0"
    assert "projects" not in shown["release"]
    assert shown["sdk"] == {"name": "sentry.python", "version": "2.75.0"}
    assert (shown["packages"], shown["context"]) == ({"shop": "1.0.0"}, {"basket": ["mug"]})
    assert shown["contexts"]["trace"] == {
        "type": "trace",
        "trace_id": "a" * 32,
        "span_id": "b" * 16,
    }
    assert shown["contexts"]["replay"]["replay_id"] == "c" * 32
    assert (len(shown["fingerprints"]), shown["errors"], shown["occurrence"]) == (1, [], None)


def test_user_of_an_event(bare: SearchedShop) -> None:
    """The user has the server's fields, and under data whatever else the client said."""
    bare.send(**FULL)
    assert event(bare, "latest")["user"] == {
        "id": "7",
        "email": "mia@example.com",
        "username": None,
        "ip_address": "127.0.0.1",
        "name": None,
        "geo": {"city": "Graz"},
        "data": {"plan": "gold"},
    }


def test_tags_of_an_event(bare: SearchedShop) -> None:
    """The tags are the client's and those that the server takes from the rest, by name."""
    bare.send(**FULL)
    assert [(tag["key"], tag["value"]) for tag in event(bare, "latest")["tags"]] == [
        ("dist", "7"),
        ("environment", "production"),
        ("level", "error"),
        ("logger", "shop.cart"),
        ("payment", "card"),
        ("release", "shop@1.0.0"),
        ("runtime", "CPython 3.11"),
        ("runtime.name", "CPython"),
        ("server_name", "web-1"),
        ("transaction", "/checkout"),
        ("url", "https://shop.example/checkout?step=2#pay"),
        ("user", "id:7"),
    ]


def test_request_of_an_event(bare: SearchedShop) -> None:
    """A request is shown with its query, headers and cookies as pairs."""
    bare.send(**FULL)
    assert entries(event(bare, "latest"))["request"] == {
        "method": "POST",
        "url": "https://shop.example/checkout",
        "query": [["step", "2"]],
        "fragment": "pay",
        "data": {"order": 7},
        "headers": [["Content-Type", "text/plain"], ["Host", "shop.example"]],
        "cookies": [["a", "1"], ["b", "2"]],
        "env": {"SERVER_NAME": "web-1"},
        "inferredContentType": "text/plain",
        "apiTarget": None,
    }


def test_other_entries_of_an_event(bare: SearchedShop) -> None:
    """Breadcrumbs come oldest first with the server's defaults; message and threads are there."""
    bare.send(**FULL)
    shown = event(bare, "latest")
    kinds = ["threads", "exception", "breadcrumbs", "message", "request"]
    assert [entry["type"] for entry in shown["entries"]] == kinds
    first, second = entries(shown)["breadcrumbs"]["values"]
    assert first == {
        "type": "default",
        "timestamp": "2023-11-14T22:13:20.000000Z",
        "level": "info",
        "message": "signed in",
        "category": "auth",
        "data": None,
        "event_id": None,
    }
    assert (second["type"], second["level"], second["data"]) == ("http", "warning", {"a": 1})
    message = {"message": "order %s", "formatted": "order 7", "params": ["7"]}
    assert entries(shown)["message"] == message
    assert entries(shown)["threads"]["values"][0]["name"] == "main"


def test_chains_keep_their_order(bare: SearchedShop) -> None:
    """A chain shows the cause first and what surfaced last, each with how it was caught."""
    cause, surfaced = error("Cause")["values"][0], error("Surfaced")["values"][0]
    surfaced["mechanism"] = {"type": "excepthook", "handled": False}
    surfaced["stacktrace"]["frames"].insert(0, {"filename": "lib.py", "in_app": False})
    bare.send(exception={"values": [cause, surfaced]})
    shown = entries(event(bare, "latest"))["exception"]
    assert [thrown["type"] for thrown in shown["values"]] == ["Cause", "Surfaced"]
    assert shown["values"][1]["mechanism"] == {"type": "excepthook", "handled": False}
    frames = shown["values"][1]["stacktrace"]["frames"]
    assert [(f["filename"], f["inApp"]) for f in frames] == [("lib.py", False), ("shop.py", True)]
    assert frames[1]["context"] == [[7, "    pay(order)"]]
    assert [t["stacktrace"]["hasSystemFrames"] for t in shown["values"]] == [False, True]


@pytest.mark.parametrize(
    "event",
    [
        {"user": "mia", "tags": "x", "contexts": [], "request": [], "breadcrumbs": 7},
        {"user": {}, "tags": {"a": {"b": 1}}, "contexts": {"os": "x"}, "request": {"url": 7}},
        {"exception": {"values": [None, {"stacktrace": {"frames": [None, 7]}}]}, "sdk": "x"},
        {"request": {"headers": "x", "cookies": [["a"], 7], "query_string": ["b"]}},
        {"breadcrumbs": [{"timestamp": "soon", "data": "x"}], "threads": [1], "debug_meta": []},
        {"message": {"formatted": 7}, "exception": [], "logentry": []},
    ],
)
def test_sections_of_any_shape_are_shown(bare: SearchedShop, event: dict[str, Any]) -> None:
    """Whatever shape a client gives a section, its event can be read and searched."""
    event_id = bare.acme.send_event(bare.key, {"exception": error("Odd"), **event}).body["id"]
    for path in (f"{ISSUE}{event_id}/", f"{ISSUE}?full=1", "/projects/acme/shop/events/"):
        assert bare.acme.get(path).status == 200
    query = "!user.id:x !http.url:y !error.mechanism:z !trace:a !stack.lineno:1 !has:b"
    assert len(bare.found(query)) == 1


@pytest.mark.parametrize("query", ["?sample=true", "latest/?llmFormat=xml"])
def test_forms_that_are_not_simulated_say_so(bare: SearchedShop, query: str) -> None:
    """An order or a form of events that the sandbox does not know is 501, not silence."""
    bare.send()
    assert bare.acme.get(f"{ISSUE}{query}").status == 501
