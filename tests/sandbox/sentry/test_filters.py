"""Inbound filters and environments."""

from typing import Any

import pytest

from tests.sandbox.sentry.acme import MISSING, Acme

PATH = "/projects/acme/shop/filters/"


def states(acme: Acme) -> dict[str, Any]:
    """The state of each filter, keyed by id, in the order of the answer."""
    return {each["id"]: each["active"] for each in acme.get(PATH).body}


def put(acme: Acme, name: str, **fields: Any) -> Any:
    """Change a filter and return the answer."""
    return acme.call("PUT", f"{PATH}{name}/", fields)


def test_defaults(web: Acme) -> None:
    """All filters are off but the one for health checks; the order is the server's."""
    assert list(states(web).items()) == [
        ("browser-extensions", False),
        ("localhost", False),
        ("filtered-transaction", True),
        ("legacy-browsers", False),
        ("web-crawlers", False),
    ]


@pytest.mark.parametrize(
    ("name", "body", "state"),
    [
        ("localhost", {"active": True}, True),
        ("localhost", {"active": "yes"}, True),
        ("filtered-transaction", {}, False),
        ("legacy-browsers", {"active": True}, True),
        ("legacy-browsers", {"subfilters": ["safari", "ie", "ie"]}, ["ie", "safari"]),
        ("legacy-browsers", {"subfilters": []}, False),
        ("legacy-browsers", {"active": False, "subfilters": ["ie"]}, False),
    ],
)
def test_switching(web: Acme, name: str, body: dict[str, Any], state: Any) -> None:
    """A change answers 204 and shows; subfilters are sorted; a body of nothing switches off."""
    answer = put(web, name, **body)
    assert (answer.status, answer.text) == (204, "")
    assert states(web)[name] == state


def test_bad_filter_bodies(web: Acme) -> None:
    """Unknown ids are 404, unknown browsers and odd values 400."""
    assert put(web, "odd", active=True).body == MISSING
    answer = put(web, "legacy-browsers", subfilters=["netscape"])
    assert (answer.status, answer.body) == (
        *(400,),
        {"subfilters": ['"netscape" is not a valid choice.']},
    )
    assert put(web, "localhost", active="x").body == {"active": ["Must be a valid boolean."]}


def test_environment_comes_with_its_first_event(web: Acme) -> None:
    """An environment exists once an event carries its name; it can be hidden, never made."""
    key = web.get("/projects/acme/shop/keys/").body[0]
    path = "/projects/acme/shop/environments/"
    web.send_event(key, {"message": "x", "environment": "production"})
    assert [each["name"] for each in web.get(path).body] == ["production"]
    assert web.call("PUT", f"{path}production/", {"isHidden": True}).body["isHidden"] is True
    assert web.get(path).body == []
    assert [each["name"] for each in web.get(f"{path}?visibility=all").body] == ["production"]
    assert web.get(f"{path}?visibility=odd").status == 400
    assert web.get(f"{path}staging/").body == MISSING
