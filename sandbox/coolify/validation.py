"""
Laravel's validation of the fields of a variable, with its texts.

Does not: decide which fields are allowed at all; that differs by endpoint.

Source: coolify-api.md section 3.3.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*\Z")
KEY_LENGTH = 255
COMMENT_LENGTH = 256
APPLICATION_FLAGS = (
    "is_preview",
    "is_literal",
    "is_multiline",
    "is_shown_once",
    "is_runtime",
    "is_buildtime",
)
SERVICE_FLAGS = ("is_literal", "is_multiline", "is_shown_once")
APPLICATION_FIELDS = ("key", "value", *APPLICATION_FLAGS, "comment")

Errors = dict[str, list[str]]


def faults_of(fields: Mapping[str, Any], flags: Iterable[str]) -> Errors:
    """What is wrong with *fields*, keyed by field; empty when they hold."""
    found = {"key": _key_faults(fields.get("key")), "value": _value_faults(fields.get("value"))}
    for flag in flags:
        if flag in fields and not is_boolean(fields[flag]):
            name = flag.replace("_", " ")
            found[flag] = [f"The {name} field must be true or false."]
    found["comment"] = _comment_faults(fields.get("comment"))
    return {field: faults for field, faults in found.items() if faults}


def is_boolean(value: Any) -> bool:
    """Whether Laravel takes *value* for true or false."""
    if isinstance(value, bool):
        return True
    return (isinstance(value, int) and value in (0, 1)) or value in ("0", "1")


def is_true(value: Any) -> bool:
    """The meaning of a value that :func:`is_boolean`, or of a missing one: false."""
    return value in (True, 1, "1")


def _key_faults(key: Any) -> list[str]:
    if key is None or key in ([], {}):
        return ["This field is required."]
    faults = [] if isinstance(key, str) else ["The key field must be a string."]
    if isinstance(key, str) and len(key) > KEY_LENGTH:
        faults.append(f"The key field must not be greater than {KEY_LENGTH} characters.")
    if not isinstance(key, str) or not KEY.match(key):
        faults.append("The key field format is invalid.")
    return faults


def _value_faults(value: Any) -> list[str]:
    return [] if value is None or isinstance(value, str) else ["The value field must be a string."]


def _comment_faults(comment: Any) -> list[str]:
    if comment is None:
        return []
    if not isinstance(comment, str):
        return ["The comment field must be a string."]
    if len(comment) > COMMENT_LENGTH:
        return [f"The comment field must not be greater than {COMMENT_LENGTH} characters."]
    return []
