"""Ownership rules: grammar, owners, and what is shown."""

from typing import Any

import pytest

from tests.sandbox.sentry.acme import GATE, Acme

PATH = "/projects/acme/shop/ownership/"
OWNER = "admin@example.com"


def put(acme: Acme, token: str = "root", **fields: Any) -> Any:  # noqa: S107  a token's name
    """Change the ownership of shop and return the answer."""
    return acme.call("PUT", PATH, fields, token=token)


def test_never_configured(web: Acme) -> None:
    """Without rules everything is the default and no time is known."""
    assert web.get(PATH).body == {
        "raw": None,
        "fallthrough": True,
        "dateCreated": None,
        "lastUpdated": None,
        "isActive": True,
        "autoAssignment": "Auto Assign to Issue Owner",
        "codeownersAutoSync": True,
        "schema": None,
    }


def test_rules_are_stored_trimmed(web: Acme) -> None:
    """The text is trimmed; the schema names the owners with their ids."""
    answer = put(web, raw=f"  path:src/* #web {OWNER.upper()}\n# a comment\nurl:x #web\n")
    assert answer.status == 200
    shown = web.get(PATH).body
    assert shown["raw"] == f"path:src/* #web {OWNER.upper()}\n# a comment\nurl:x #web"
    team = int(web.get("/teams/acme/web/").body["id"])
    first = shown["schema"]["rules"][0]
    assert first["matcher"] == {"type": "path", "pattern": "src/*"}
    assert first["owners"][0] == {"type": "team", "name": "web", "id": team}
    assert first["owners"][1]["name"] == OWNER
    assert shown["dateCreated"] is not None


@pytest.mark.parametrize(
    ("raw", "matcher"),
    [
        ("src/* #web", ("path", "src/*")),
        ("url:https://x/* #web", ("url", "https://x/*")),
        ("module:a.b #web", ("module", "a.b")),
        ("tags.browser:Chrome #web", ("tags.browser", "Chrome")),
        ('path:"with space/*" #web', ("path", "with space/*")),
        ("other:x #web", ("path", "other:x")),
    ],
)
def test_matchers(web: Acme, raw: str, matcher: tuple[str, str]) -> None:
    """A pattern is a path unless a known type stands before its colon; quotes keep spaces."""
    rule = put(web, raw=raw).body["schema"]["rules"][0]
    assert (rule["matcher"]["type"], rule["matcher"]["pattern"]) == matcher


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            "path:a #nobody",
            "Invalid rule owners: Team #nobody does not have access to project 'shop'.",
        ),
        (
            "path:a #other",
            "Invalid rule owners: Team #other does not have access to project 'shop'.",
        ),
        (
            "path:a x@y.z #nobody",
            (
                "Invalid rule owners: Team #nobody does not have access to project 'shop'. "
                "User x@y.z is not a member of this organization."
            ),
        ),
        (
            "path:a dev@acme.example",
            "Invalid rule owners: User dev@acme.example does not have access to project 'shop'.",
        ),
        ("path:src/*", "Missing owner in rule: path:src/*"),
        ("just-a-path", "Missing owner in rule: path:just-a-path"),
        ("path:a #web\npath:b\t#web", "Parse error: ownership (line 2, column 7)"),
        (
            "codeowners:a #web",
            "Codeowner type paths can only be added by importing CODEOWNER files",
        ),
        ("x" * 100_001, "Raw needs to be <= 100000 characters in length"),
    ],
)
def test_bad_rules_are_400(web: Acme, raw: str, message: str) -> None:
    """Each fault has the server's text and changes nothing."""
    web.team("other")
    web.member("dev@acme.example", "member")
    answer = put(web, raw=raw)
    assert (answer.status, answer.body) == (400, {"raw": [message]})
    assert web.get(PATH).body["raw"] is None


def test_words_are_owners(web: Acme) -> None:
    """A sentence parses as a path and its owners, so it fails on the owners."""
    message = put(web, raw="this is not a rule").body["raw"][0]
    assert message.startswith("Invalid rule owners: User a is not a member")


def test_owner_that_lost_access_leaves_the_schema_only(web: Acme) -> None:
    """After a team is unbound raw stays as written and the schema leaves it out."""
    put(web, raw=f"path:a #web\npath:b #web {OWNER}")
    web.team("api")
    web.call("POST", "/projects/acme/shop/teams/api/")
    web.call("DELETE", "/projects/acme/shop/teams/web/")
    shown = web.get(PATH).body
    assert shown["raw"] == f"path:a #web\npath:b #web {OWNER}"
    assert [rule["matcher"]["pattern"] for rule in shown["schema"]["rules"]] == ["b"]


def test_partial_update(web: Acme) -> None:
    """Fields that are not sent stay; an empty raw clears the rules."""
    put(web, raw="path:a #web", fallthrough=False)
    shown = put(web, autoAssignment="Turn off Auto-Assignment", codeownersAutoSync=False).body
    assert (shown["raw"], shown["fallthrough"]) == ("path:a #web", False)
    assert shown["autoAssignment"] == "Turn off Auto-Assignment"
    assert shown["codeownersAutoSync"] is False
    assert put(web, raw="").body["raw"] is None


def test_unknown_assignment(web: Acme) -> None:
    """An unknown assignment is told nested in the field's own name."""
    answer = put(web, autoAssignment="Somebody")
    assert answer.status == 400
    assert answer.body == {"autoAssignment": {"autoAssignment": "Invalid selection."}}


def test_reader_may_write_rules_only(web: Acme) -> None:
    """With project:read a body of only raw passes, anything else is refused."""
    assert put(web, token="readonly", raw="path:a #web").status == 200
    answer = put(web, token="readonly", fallthrough=False)
    assert (answer.status, answer.body) == (403, {"detail": GATE})


def test_body_that_is_no_object(web: Acme) -> None:
    """The keys of a body are listed first: a reader's list is refused, null is a failure."""
    path = "/projects/acme/shop/ownership/"
    assert web.call("PUT", path, [], token="readonly").status == 403
    assert web.call("PUT", path, []).status == 400
    assert web.call("PUT", path, "null").status == 500


def test_closed_membership_restricts_assigning(web: Acme) -> None:
    """Without open membership and team:admin one assigns only teams one is a member of."""
    web.team("api")
    web.call("POST", "/projects/acme/shop/teams/api/")
    web.close_membership()
    member = web.member("dev@acme.example", "member")
    teams = {row["slug"]: row["id"] for row in web.sandbox.control("GET", "/sentry/teams")}
    body = {"team": teams["api"], "member": member["id"]}
    web.sandbox.control("POST", "/sentry/team-members", body)
    token = web.token("dev", user="dev@acme.example")
    assert put(web, token=token, raw="path:a #api").status == 200
    message = "You do not have permission to assign ownership to one or more teams."
    assert put(web, token=token, raw="path:a #web").body == {"raw": [message]}
