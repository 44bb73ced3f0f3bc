"""Request bodies: what is not an object, not JSON, or not to be stored."""

import pytest

from tests.sandbox.sentry.acme import Acme

TEAMS = "/organizations/acme/teams/"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("null", "No data provided"),
        ("[]", "Invalid data. Expected a dictionary, but got list."),
        ("7", "Invalid data. Expected a dictionary, but got int."),
        ('"x"', "Invalid data. Expected a dictionary, but got str."),
    ],
)
def test_no_object_is_400(web: Acme, body: str, message: str) -> None:
    """A body that is JSON but no object is told so, wherever one is wanted."""
    for method, path in (
        ("POST", TEAMS),
        ("PUT", "/teams/acme/web/"),
        ("POST", "/teams/acme/web/projects/"),
        ("PUT", "/projects/acme/shop/"),
        ("POST", "/projects/acme/shop/keys/"),
        ("PUT", "/projects/acme/shop/filters/localhost/"),
    ):
        answer = web.call(method, path, body)
        assert (answer.status, answer.body) == (400, {"non_field_errors": [message]}), path


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"slug": NaN}', "Out of range float values are not JSON compliant: 'NaN'"),
        ('{"slug": "x"', "Expecting ',' delimiter: line 1 column 13 (char 12)"),
        (" ", "Expecting value: line 1 column 2 (char 1)"),
        ("{}x", "Extra data: line 1 column 3 (char 2)"),
        (b"\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ],
)
def test_no_json_is_400(acme: Acme, body: object, reason: str) -> None:
    """A body that is no JSON is told with the parser's words."""
    answer = acme.call("POST", TEAMS, body)
    assert (answer.status, answer.body) == (400, {"detail": f"JSON parse error - {reason}"})


def test_form_is_read(acme: Acme) -> None:
    """A form is taken too, as Django REST framework does; what it names comes as texts."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    made = acme.call("POST", TEAMS, "slug=web&name=The+Web", headers=headers)
    assert (made.status, made.body["name"]) == (201, "The Web")
    assert acme.call("POST", TEAMS, '{"slug": "api"}', headers=headers).status == 400


def test_what_the_database_cannot_hold_is_400(web: Acme) -> None:
    """Texts with a null character or half a surrogate pair are refused as fields."""
    answer = web.change("shop", name="a\0b", subjectPrefix="\ud800")
    assert answer.status == 400
    assert answer.body == {
        "name": ["Null characters are not allowed."],
        "subjectPrefix": ["Surrogate characters are not allowed: U+D800."],
    }


def test_own_failure_is_a_json_500(acme: Acme) -> None:
    """A body that breaks the parser is an internal error with its id, and nothing else breaks."""
    answer = acme.call("POST", TEAMS, "[" * 100_000)
    assert (answer.status, answer.body["detail"]) == (500, "Internal Error")
    assert len(answer.body["errorId"]) == 32
    assert acme.get(TEAMS).status == 200
