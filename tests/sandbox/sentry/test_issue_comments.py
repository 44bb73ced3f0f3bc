"""Comments on issues: who writes them, and how they are read."""

import pytest

from tests.sandbox.sentry.acme import MISSING
from tests.sandbox.sentry.crashing_shop import CrashingShop
from tests.sandboxes import Answer

HOUR_MS = 3_600_000


def comment(shop: CrashingShop, text: object, token: str = "root") -> Answer:  # noqa: S107  its name
    """Write a comment on the only issue."""
    return shop.acme.call("POST", shop.path(shop.only_id(), "comments/"), {"text": text}, token)


def test_a_comment_is_written_and_read(shop: CrashingShop) -> None:
    """A comment answers 201 with its author, and is then part of the list and of the history."""
    shop.crash()
    first = comment(shop, "  looks like the price list  ")
    assert first.status == 201
    assert (first.body["type"], first.body["data"]) == (
        *("note", {"text": "looks like the price list"}),
    )
    assert first.body["user"]["email"] == "admin@example.com"
    second = comment(shop, "fixed")
    listed = shop.acme.get(shop.path("SHOP-1", "comments/"))
    assert [note["id"] for note in listed.body] == [second.body["id"], first.body["id"]]
    assert 'rel="next"; results="false"' in listed.headers["link"]
    issue = shop.show()
    assert (issue["numComments"], issue["isSubscribed"]) == (2, True)
    assert [entry["type"] for entry in issue["activity"]] == ["note", "note", "first_seen"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "This field may not be blank."),
        (" \n", "This field may not be blank."),
        (None, "This field may not be null."),
        ([], "Not a valid string."),
    ],
)
def test_comments_without_text_are_refused(shop: CrashingShop, text: object, message: str) -> None:
    """A comment that says nothing is refused by its field."""
    shop.crash()
    answer = comment(shop, text)
    assert (answer.status, answer.body) == (400, {"text": [message]})
    assert shop.show()["numComments"] == 0


def test_nobody_says_the_same_twice_in_an_hour(shop: CrashingShop) -> None:
    """The same text by the same user is refused within an hour; another user may say it."""
    shop.crash()
    note = comment(shop, "same").body["id"]
    again = comment(shop, "same ")
    assert (again.status, again.body) == (
        400,
        {"detail": "You have already posted that comment."},
    )
    ann = shop.acme.token("ann", user=shop.acme.member("ann@acme.example", "owner")["user_id"])
    assert comment(shop, "same", ann).status == 201
    activity = {row["id"]: row for row in shop.acme.sandbox.control("GET", "/sentry/activity")}
    shop.edit("activity", note, at_ms=activity[int(note)]["at_ms"] - HOUR_MS)
    assert comment(shop, "same").status == 201


def test_who_is_no_user_does_not_comment(shop: CrashingShop) -> None:
    """A token without a user is refused, and so is one that may only read."""
    shop.crash()
    answer = comment(shop, "x", "internal")
    detail = "Key doesn't have permission to create Note"
    assert (answer.status, answer.body) == (403, {"detail": detail})
    assert comment(shop, "x", "readonly").status == 403


def test_comments_of_no_issue(shop: CrashingShop) -> None:
    """The comments of an unknown issue are missing."""
    assert shop.acme.get(shop.path("SHOP-9", "comments/")).body == MISSING
