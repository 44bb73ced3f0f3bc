"""Fields of request bodies: what each accepts, and its words for what it does not."""

from typing import Any

import pytest

from sandbox.sentry import fields
from sandbox.sentry.fields import Field, Invalid

BROWSERS = ("ie", "edge")


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        (fields.text(), "  x ", "x"),
        (fields.text(), 7, "7"),
        (fields.text(blank=True), "  ", ""),
        (fields.nullable(fields.text()), None, None),
        (fields.integer(), "12", 12),
        (fields.integer(), 3.0, 3),
        (fields.integer(blank=True), "", None),
        (fields.boolean, "on", True),
        (fields.boolean, 0, False),
        (fields.boolean, 1.0, True),
        (fields.boolean, 0.0, False),
        (fields.choice(BROWSERS), "ie", "ie"),
        (fields.choices(BROWSERS), ["ie", "edge"], ["ie", "edge"]),
        (fields.items(fields.text()), [" a ", 1], ["a", "1"]),
        (fields.mapping, {"a": 1}, {"a": 1}),
        (fields.nested({"n": fields.integer()}), {"n": 1, "other": 2}, {"n": 1}),
    ],
)
def test_accepted(field: Field, value: Any, stored: Any) -> None:
    """Each field gives the value that is stored."""
    assert field(value) == stored


@pytest.mark.parametrize(
    ("field", "value", "errors"),
    [
        (fields.text(), None, [fields.NULL]),
        (fields.text(), True, ["Not a valid string."]),
        (fields.integer(), None, [fields.NULL]),
        (fields.integer(), 1.5, ["A valid integer is required."]),
        (fields.integer(), True, ["A valid integer is required."]),
        (fields.boolean, None, [fields.NULL]),
        (fields.boolean, ["x"], ["Must be a valid boolean."]),
        (fields.choice(BROWSERS), None, [fields.NULL]),
        (fields.choice(BROWSERS), ["ie"], ["\"['ie']\" is not a valid choice."]),
        (fields.text(), "a\0b", [fields.NO_NUL]),
        (fields.text(), "\ud800", ["Surrogate characters are not allowed: U+D800."]),
        (fields.choices(BROWSERS), None, [fields.NULL]),
        (fields.choices(BROWSERS), "ie", ['Expected a list of items but got type "str".']),
        (fields.items(fields.text()), None, [fields.NULL]),
        (fields.items(fields.text()), {}, ['Expected a list of items but got type "dict".']),
        (fields.items(fields.text()), ["a", None], {"1": [fields.NULL]}),
        (fields.mapping, None, [fields.NULL]),
        (fields.mapping, [], ['Expected a dictionary of items but got type "list".']),
        (fields.nested({}), None, [fields.NULL]),
        (
            fields.nested({}),
            "x",
            {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]},
        ),
        (
            fields.slug(3),
            "Long!",
            ["Ensure this field has no more than 3 characters.", fields.BAD_SLUG],
        ),
    ],
)
def test_refused(field: Field, value: Any, errors: Any) -> None:
    """Each field refuses in the server's words, nested errors by position or name."""
    with pytest.raises(Invalid) as caught:
        field(value)
    assert caught.value.errors == errors
