"""
Whether a text may stand in the manifest, by the manifest's own rules.

Does not: have rules of its own.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from watchpost.manifest.secrecy import find_secret_shape


def explain_value(rule: Any, value: str) -> str:
    """
    Why *value* breaks *rule*, one of the types of `watchpost.manifest.rules`; empty where it does
    not.

    What looks like a secret is refused whatever the rule, as the loader would.
    """
    if kind := find_secret_shape(value):
        return f"it looks like {kind}"
    try:
        _adapter(rule).validate_python(value, strict=True)
    except ValidationError as error:
        return str(error.errors()[0]["msg"])
    return ""


@cache
def _adapter(rule: Any) -> TypeAdapter[str]:
    return TypeAdapter(rule)
