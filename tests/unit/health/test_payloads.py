"""What is read of an event, and that no payload can make the reading fail."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.health.answers import (
    crumb_json,
    event_json,
    frame_json,
    issue_json,
    thrown_json,
)
from watchpost.health.detail_text import render_detail
from watchpost.health.detailing import make_detail
from watchpost.health.document import detail_document
from watchpost.health.model import HealthProject
from watchpost.sentry.issues import Issue
from watchpost.sentry.payloads import Event, without_query

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOP = HealthProject("shop", "acme", "acme-shop")
ISSUE = Issue.from_json(issue_json())


def _deep(levels: int) -> object:
    value: object = "x"
    for _ in range(levels):
        value = [{"next": value}]
    return value


STRANGE: tuple[object, ...] = (
    None,
    True,
    -7,
    10**400,
    float("nan"),
    float("inf"),
    "",
    "\ud800\x1b[2J\u202e",
    [],
    [None, 7, "x", [[]], {}],
    {},
    {"values": 7, "version": {}, "frames": "x", "type": [], "data": []},
    _deep(300),
)


def test_an_event_is_read_whole() -> None:
    """Exceptions with frames and source, breadcrumbs, request, release and environment."""
    event = Event.from_json(event_json())
    (thrown,) = event.exceptions
    assert (thrown.kind, thrown.value, thrown.is_handled) == ("KeyError", "'total'", False)
    (frame,) = thrown.frames
    assert (frame.filename, frame.function, frame.line) == ("shop/cart.py", "total_of", 41)
    assert frame.context[1] == (41, "    return cart['total']")
    assert event.breadcrumbs[0].message == "opened the cart"
    assert (event.method, event.url) == ("POST", "https://shop.example/checkout")
    assert (event.release, event.environment) == ("shop@1.4.0", "production")


def test_what_may_hold_secrets_is_not_read() -> None:
    """Headers, cookies, body, query, user, extra data and local variables are nowhere."""
    assert "s3cr3t" not in repr(Event.from_json(event_json()))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://shop.example/cart", "https://shop.example/cart"),
        ("https://a:b@c@shop.example/cart?x=1", "https://shop.example/cart"),
        ("//a:b@shop.example/#x", "//shop.example/"),
        ("a:b@shop.example/cart", "shop.example/cart"),
        ("/cart/@me?x#y", "/cart/@me"),
        ("https://[::1/cart", "https://[::1/cart"),
        ("", ""),
    ],
)
def test_a_url_is_shown_without_user_and_query(url: str, shown: str) -> None:
    """What may hold a password or a token goes, also from a URL that is none."""
    assert without_query(url) == shown


def test_a_breadcrumb_of_a_request_says_which() -> None:
    """An HTTP request has no message, so that one is made from its data, without the query."""
    data = {"method": "GET", "url": "https://api.example/v1?key=s3cr3t", "status_code": 502}
    crumbs = [crumb_json(message=None, category="http", data=data)]
    (crumb,) = Event.from_json(event_json(breadcrumbs=crumbs)).breadcrumbs
    assert crumb.message == "GET https://api.example/v1 502"


def test_a_message_may_have_a_stack() -> None:
    """A log message with a stack of its own and no exception keeps both."""
    stack = {"type": "stacktrace", "data": {"frames": [frame_json()]}}
    message = {"type": "message", "data": {"formatted": "3 orders lost", "message": "%s lost"}}
    event = Event.from_json(event_json(entries=[message, stack]))
    detail = make_detail(SHOP, ISSUE, event)
    assert (detail.message, len(detail.exceptions[0].frames)) == ("3 orders lost", 1)


def test_frames_of_the_app_are_told() -> None:
    """Others are counted; where none is the app's, all are told."""
    others = [frame_json(inApp=False, function=f"f{number}") for number in range(4)]
    stack = {"frames": [*others, frame_json()]}
    (thrown,) = make_detail(SHOP, ISSUE, _event(thrown_json(stacktrace=stack))).exceptions
    assert ([frame.function for frame in thrown.frames], thrown.left_out) == (["total_of"], 4)
    foreign = {"frames": others}
    (thrown,) = make_detail(SHOP, ISSUE, _event(thrown_json(stacktrace=foreign))).exceptions
    assert (len(thrown.frames), thrown.left_out) == (4, 0)


@pytest.mark.parametrize("said", [None, "false", 1, [0]])
def test_only_a_plain_yes_makes_a_frame_the_apps(said: object) -> None:
    """What else an SDK says of it is no yes."""
    (thrown,) = _event(thrown_json(stacktrace={"frames": [frame_json(inApp=said)]})).exceptions
    assert not thrown.frames[0].is_in_app


def test_of_two_entries_of_one_type_the_first_counts() -> None:
    """A sender can add another, and cannot hide what is there."""
    entries = event_json()["entries"]
    (again,) = event_json(exceptions=[thrown_json(value="another")])["entries"][:1]
    event = Event.from_json(event_json(entries=[*entries, again]))
    assert [each.value for each in event.exceptions] == ["'total'"]


@pytest.mark.parametrize("value", ["\x1b[2J", "0" * 33, "latest", 7, None, ["0" * 32], _deep(300)])
def test_an_id_that_is_none_is_not_told(value: object) -> None:
    """It would stand outside of what is untrusted."""
    assert Event.from_json(event_json(eventID=value)).id == ""
    assert len(Event.from_json(event_json()).id) == 32


def test_a_long_chain_keeps_its_ends() -> None:
    """The cause and what surfaced last are told, and how many stand between."""
    chain = [thrown_json(value=f"number {number}") for number in range(40)]
    detail = make_detail(SHOP, ISSUE, _event(*chain))
    values = [thrown.value for thrown in detail.exceptions]
    assert values == ["number 0", "number 36", "number 37", "number 38", "number 39"]
    assert detail.exceptions_left_out == 35


def test_moments_are_told_in_utc() -> None:
    """Whatever zone they come in; one that is none, or before all time, is left out."""
    event = Event.from_json(event_json(dateCreated="2026-11-28T13:30:00+02:00"))
    assert "the event of 2026-11-28 11:30Z" in render_detail(make_detail(SHOP, ISSUE, event))
    for odd in ("0001-01-01T00:00:00+14:00", "yesterday", "9999-12-31T23:59:59-14:00"):
        assert Event.from_json(event_json(dateCreated=odd)).at is None


def test_no_value_of_any_field_makes_it_fail() -> None:
    """Each field of a full event is replaced by twelve strange values; all can be told."""
    whole = event_json(exceptions=[thrown_json(), thrown_json()])
    tried = 0
    for path in _paths(whole):
        for value in STRANGE:
            if path not in {("eventID",), ("id",)}:
                _tell(_with(whole, path, value))
                tried += 1
    assert tried > 1_000


def test_an_event_without_anything_can_be_told() -> None:
    """Only its id is Sentry's own; nothing else need be there."""
    assert "ACME-SHOP-1A" in _tell({"id": "0af7651916cd43dd8448eb211c80319c"})


@pytest.mark.parametrize("name", ["id", "shortId", "project", "status", "count", "firstSeen"])
def test_an_issue_without_figures_is_none(name: str) -> None:
    """What Sentry itself always tells must be there."""
    lacking = issue_json()
    del lacking[name]
    with pytest.raises(KeyError):
        Issue.from_json(lacking)


def test_an_issue_may_lack_what_senders_choose() -> None:
    """Title, culprit, level and releases may be missing or of any type."""
    for value in STRANGE:
        odd = dict.fromkeys(("title", "culprit", "level", "firstRelease", "lastRelease"), value)
        detail = make_detail(SHOP, Issue.from_json(issue_json(**odd)), None, "gone")
        json.dumps(detail_document(detail), allow_nan=False)
        render_detail(detail).encode()


def _event(*exceptions: object) -> Event:
    return Event.from_json(event_json(exceptions=list(exceptions)))


def _tell(data: dict[str, Any]) -> str:
    detail = make_detail(SHOP, ISSUE, Event.from_json(data))
    json.dumps(detail_document(detail), allow_nan=False).encode()
    text = render_detail(detail)
    text.encode()
    return text


def _paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _paths(each, (*path, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _paths(each, (*path, number))


def _with(whole: dict[str, Any], path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    changed = copy.deepcopy(whole)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed
