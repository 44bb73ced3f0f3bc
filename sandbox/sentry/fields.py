"""
Validation of request bodies, field by field, with the server's messages.

A field is a function that returns the value to store or raises :class:`Invalid`.
Does not: know which endpoint has which fields, or check one field against another.

Source: Django REST framework's serializer fields as the server uses them.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from sandbox.sentry.answers import bad_request

Field = Callable[[Any], Any]

REQUIRED = "This field is required."
NULL = "This field may not be null."
BLANK = "This field may not be blank."
NO_NUL = "Null characters are not allowed."
NO_DATA = "No data provided"
BAD_PATTERN = "This value does not match the required pattern."
BAD_SLUG = (
    "Enter a valid slug consisting of lowercase letters, numbers, underscores or hyphens. "
    "It cannot be entirely numeric."
)
_SURROGATE = re.compile("[\ud800-\udfff]")
SLUG = re.compile(r"^(?![0-9]+$)[a-z0-9_\-]+$")
TRUE = ("t", "y", "yes", "true", "on", "1")
FALSE = ("f", "n", "no", "false", "off", "0")


class Invalid(Exception):
    """A value that a field refuses; *errors* is a list of messages, or nested errors by name."""

    def __init__(self, errors: Any) -> None:
        super().__init__()
        self.errors = [errors] if isinstance(errors, str) else errors


def check(body: Any, fields: Mapping[str, Field], required: Collection[str] = ()) -> dict[str, Any]:
    """
    The values of the known *fields* that *body* has, keyed by name; others are ignored.

    Raises:
        Refused: 400 with all errors keyed by field name.
    """
    values, errors = collect(body, fields, required)
    if errors:
        raise bad_request(errors)
    return values


def collect(
    body: Any, fields: Mapping[str, Field], required: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Like :func:`check`, but returns values and errors for a caller that has more to check."""
    if body is None:
        raise bad_request({"non_field_errors": [NO_DATA]})
    if not isinstance(body, dict):
        seen = type(body).__name__
        message = f"Invalid data. Expected a dictionary, but got {seen}."
        raise bad_request({"non_field_errors": [message]})
    values: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in body:
            if name in required:
                errors[name] = [REQUIRED]
            continue
        try:
            values[name] = field(body[name])
        except Invalid as invalid:
            errors[name] = invalid.errors
    return values, errors


def nullable(field: Field) -> Field:
    """A field that accepts null and then gives None."""
    return lambda value: None if value is None else field(value)


def text(
    *,
    longest: int | None = None,
    blank: bool = False,
    pattern: re.Pattern[str] | None = None,
    bad_pattern: str = BAD_PATTERN,
) -> Field:
    """A string, trimmed; numbers are taken as their digits."""

    def field(value: Any) -> str:
        if value is None:
            raise Invalid(NULL)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Invalid("Not a valid string.")
        trimmed = str(value).strip()
        if not trimmed:
            if blank:
                return ""
            raise Invalid(BLANK)
        errors = []
        if longest is not None and len(trimmed) > longest:
            errors.append(f"Ensure this field has no more than {longest} characters.")
        errors += _unstorable(trimmed)
        if pattern is not None and not pattern.match(trimmed):
            errors.append(bad_pattern)
        if errors:
            raise Invalid(errors)
        return trimmed

    return field


def _unstorable(value: str) -> list[str]:
    """What is wrong with characters that a database cannot hold (Django REST framework's rule)."""
    errors = [NO_NUL] if "\0" in value else []
    surrogate = _SURROGATE.search(value)
    if surrogate:
        errors.append(f"Surrogate characters are not allowed: U+{ord(surrogate[0]):X}.")
    return errors


def slug(longest: int) -> Field:
    """A slug of at most *longest* characters, not all digits."""
    return text(longest=longest, pattern=SLUG, bad_pattern=BAD_SLUG)


def integer(*, least: int | None = None, most: int | None = None, blank: bool = False) -> Field:
    """A whole number within bounds; with *blank* an empty string gives None."""

    def field(value: Any) -> int | None:
        if value is None:
            raise Invalid(NULL)
        if blank and value == "":
            return None
        number = _whole_number(value)
        errors = []
        if most is not None and number > most:
            errors.append(f"Ensure this value is less than or equal to {most}.")
        if least is not None and number < least:
            errors.append(f"Ensure this value is greater than or equal to {least}.")
        if errors:
            raise Invalid(errors)
        return number

    return field


def _whole_number(value: Any) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise Invalid("A valid integer is required.")
    try:
        return int(re.sub(r"\.0*\s*$", "", str(value)))
    except ValueError:
        raise Invalid("A valid integer is required.") from None


def boolean(value: Any) -> bool:
    """True or false, also written as the usual words and digits."""
    if value is None:
        raise Invalid(NULL)
    word = str(value).lower() if isinstance(value, bool | str | int | float) else ""
    if word in TRUE or word == "1.0":
        return True
    if word in FALSE or word == "0.0":
        return False
    raise Invalid("Must be a valid boolean.")


def choice(allowed: Collection[str]) -> Field:
    """One of the *allowed* strings."""

    def field(value: Any) -> str:
        if value is None:
            raise Invalid(NULL)
        if value not in allowed:
            raise Invalid(f'"{value}" is not a valid choice.')
        return str(value)

    return field


def choices(allowed: Collection[str]) -> Field:
    """A list of *allowed* strings."""
    one = choice(allowed)

    def field(value: Any) -> list[str]:
        if value is None:
            raise Invalid(NULL)
        if not isinstance(value, list):
            raise Invalid(f'Expected a list of items but got type "{type(value).__name__}".')
        return [one(item) for item in value]

    return field


def items(one: Field) -> Field:
    """A list whose items the field *one* accepts."""

    def field(value: Any) -> list[Any]:
        if value is None:
            raise Invalid(NULL)
        if isinstance(value, str | dict) or not isinstance(value, list):
            raise Invalid(f'Expected a list of items but got type "{type(value).__name__}".')
        values, errors = [], {}
        for position, item in enumerate(value):
            try:
                values.append(one(item))
            except Invalid as invalid:
                errors[str(position)] = invalid.errors
        if errors:
            raise Invalid(errors)
        return values

    return field


def mapping(value: Any) -> dict[str, Any]:
    """An object with any content."""
    if value is None:
        raise Invalid(NULL)
    if not isinstance(value, dict):
        raise Invalid(f'Expected a dictionary of items but got type "{type(value).__name__}".')
    return value


def nested(fields: Mapping[str, Field]) -> Field:
    """An object with its own fields, none of them required."""

    def field(value: Any) -> dict[str, Any]:
        if value is None:
            raise Invalid(NULL)
        if not isinstance(value, dict):
            seen = type(value).__name__
            message = f"Invalid data. Expected a dictionary, but got {seen}."
            raise Invalid({"non_field_errors": [message]})
        values, errors = collect(value, fields)
        if errors:
            raise Invalid(errors)
        return values

    return field
