"""What Coolify refuses in the fields of a variable, and with which words."""

from typing import Any

import pytest

from tests.sandbox.coolify.app import App
from tests.sandboxes import Answer, send

REQUIRED = ["This field is required."]
FORMAT = ["The key field format is invalid."]
NOT_ALLOWED = ["This field is not allowed."]


def errors(answer: Answer) -> dict[str, list[str]]:
    """The errors of a 422."""
    assert answer.status == 422, answer.text
    assert answer.body["message"] == "Validation failed."
    found: dict[str, list[str]] = answer.body["errors"]
    return found


@pytest.mark.parametrize("key", ["", "  ", None])
def test_a_key_is_required(app: App, key: str | None) -> None:
    """An empty key is a missing key."""
    assert errors(app.create(key))["key"] == REQUIRED


@pytest.mark.parametrize("key", ["A-B", "1A", "A B", "Ä", "A/B", ".A", "A\nB"])
def test_keys_of_another_form_are_refused(app: App, key: str) -> None:
    """A key begins with a letter or _ and has letters, digits, _ and dots."""
    assert errors(app.create(key)) == {"key": FORMAT}


@pytest.mark.parametrize("key", ["A.B", "_A", "a1", "A" * 255])
def test_keys_of_the_right_form_are_taken(app: App, key: str) -> None:
    """Dots, underscores, lower case and 255 characters are fine."""
    assert app.create(key).status == 201


def test_a_key_has_at_most_255_characters(app: App) -> None:
    """The 256th character is too much."""
    assert errors(app.create("A" * 256)) == {
        "key": ["The key field must not be greater than 255 characters."]
    }


@pytest.mark.parametrize("value", [1, 1.5, True, False, [], ["a"], {"a": "b"}])
def test_a_value_is_text_or_null(app: App, value: object) -> None:
    """Numbers, booleans and structures are refused."""
    assert errors(app.create("A", value)) == {"value": ["The value field must be a string."]}


@pytest.mark.parametrize("flag", [True, False, 1, 0, "1", "0"])
def test_a_flag_can_be_said_in_six_ways(app: App, flag: object) -> None:
    """Booleans, 1 and 0, and both as text mean what they say."""
    assert app.create("A", is_buildtime=flag).status == 201
    assert app.row("A")["is_buildtime"] == (flag in (True, 1, "1"))


@pytest.mark.parametrize("flag", [None, "", "true", "yes", 2, [], 0.5])
@pytest.mark.parametrize("name", ["is_literal", "is_runtime", "is_shown_once"])
def test_anything_else_is_no_flag(app: App, name: str, flag: Any) -> None:
    """Null, words and other numbers are refused, with the name in words."""
    text = f"The {name.replace('_', ' ')} field must be true or false."
    assert errors(app.create("A", **{name: flag})) == {name: [text]}


def test_a_comment_has_at_most_256_characters(app: App) -> None:
    """The 257th character is too much."""
    assert app.create("A", comment="c" * 256).status == 201
    assert errors(app.create("B", comment="c" * 257)) == {
        "comment": ["The comment field must not be greater than 256 characters."]
    }
    assert errors(app.create("B", comment=5)) == {
        "comment": ["The comment field must be a string."]
    }


@pytest.mark.parametrize("field", ["colour", "is_build_time", "uuid", "order", "is_required"])
def test_unknown_fields_are_refused(app: App, field: str) -> None:
    """POST and PATCH refuse a field they do not know."""
    app.create("A")
    assert errors(app.create("B", **{field: "x"})) == {field: NOT_ALLOWED}
    assert errors(app.update(key="A", value="x", **{field: "x"})) == {field: NOT_ALLOWED}


def test_query_parameters_are_fields_too(app: App) -> None:
    """A query parameter that is no field is refused, one that is a field is taken."""
    refused = app.sandbox.coolify("POST", f"{app.path}/envs?colour=red", {"key": "A"})
    assert errors(refused) == {"colour": NOT_ALLOWED}
    assert app.sandbox.coolify("POST", f"{app.path}/envs?value=q", {"key": "A"}).status == 201
    assert app.row("A")["value"] == "q"


def test_all_faults_are_told_at_once(app: App) -> None:
    """One answer names every field at fault."""
    found = errors(app.create("A-B", 5, colour="red", is_literal=None))
    assert list(found) == ["key", "value", "is_literal", "colour"]


def test_the_app_is_looked_for_first(app: App) -> None:
    """An unknown app is a 404 whatever the fields, but for a body that is not JSON."""
    nowhere = App(app.sandbox, "/applications/aaaaaaaaaaaaaaaaaaaaaaaa")
    assert nowhere.create("A-B").status == 404
    assert nowhere.update(key="A-B").body == {"message": "Application not found"}
    url = f"{app.sandbox.coolify_url}/api/v1{nowhere.path}/envs"
    token = app.sandbox.tokens["coolify"]["root"]
    assert send("PATCH", url, token=token, body="{").status == 400


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("{", "Invalid JSON."),
        ("[]", "Invalid JSON."),
        ("null", "Invalid JSON."),
        ("0", "Invalid JSON."),
        ("{}", "Empty JSON."),
    ],
)
def test_an_update_needs_a_json_body(app: App, body: str, error: str) -> None:
    """PATCH tells bodies that are not JSON from those with nothing in them."""
    for path in ("/envs", "/envs/bulk"):
        url = f"{app.sandbox.coolify_url}/api/v1{app.path}{path}"
        answer = send("PATCH", url, token=app.sandbox.tokens["coolify"]["root"], body=body)
        assert (answer.status, answer.body) == (
            400,
            {"message": "Invalid request.", "error": error},
        )


def test_an_update_needs_the_content_type(app: App) -> None:
    """PATCH refuses JSON that is not called JSON; POST takes it for a form and misses the key."""
    url = f"{app.sandbox.coolify_url}/api/v1{app.path}/envs"
    token, kind = app.sandbox.tokens["coolify"]["root"], {"Content-Type": "text/plain"}
    answer = send("PATCH", url, token=token, body='{"key": "A"}', headers=kind)
    assert answer.body["error"] == "Content-Type must be application/json."
    answer = send("POST", url, token=token, body='{"key": "A"}', headers=kind)
    assert errors(answer) == {"key": REQUIRED}


@pytest.mark.parametrize(
    "body",
    [
        '{"key": "A", "value": NaN}',
        '{"key": "A", "value": "\\ud800"}',
        b'{"key": "A", "value": "\xff"}',
        '\ufeff{"key": "A", "value": "v"}',
        "[" * 5000 + "]" * 5000,
    ],
    ids=["nan", "half a pair", "not utf-8", "byte order mark", "too deep"],
)
def test_what_php_cannot_decode_is_not_json(app: App, body: str | bytes) -> None:
    """PATCH says so, and POST misses the key; neither is a server error."""
    path = f"{app.path}/envs"
    assert app.sandbox.coolify("PATCH", path, body).body["error"] == "Invalid JSON."
    errors = app.sandbox.coolify("POST", path, body).body["errors"]
    assert errors == {"key": ["This field is required."]}
