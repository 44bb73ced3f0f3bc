"""
One condition of a search, applied to what a field holds: equality, order, wildcards, free text.

Does not: know fields; sandbox.sentry.issue_matching finds what they hold.

Source: getsentry/sentry, src/sentry/api/event_search.py (translate_wildcard) and
src/sentry/search/events/filter.py.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
# What splits a text at its asterisks; a character after a backslash stands for itself.
_PIECES = re.compile(r"(\\.|\*)")


def is_met(present: Sequence[Any], comparison: str, wanted: Sequence[Any]) -> bool:
    """
    Whether what is *present* in a field meets a condition.

    An absent field is an empty text; of several values one is enough, and for ``!=`` none may be
    equal.
    """
    if comparison in _COMPARE:
        compare = _COMPARE[comparison]
        return any(compare(each, wanted[0]) for each in present if isinstance(each, int | float))
    present = [value for value in present if value is not None] or [""]
    is_equal = any(_equals(value, each) for value in present for each in wanted)
    return is_equal == (comparison == "=")


def _equals(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, str):
        return bool(value == wanted)
    parts = _parts(wanted)
    return str(value) == parts[0] if len(parts) == 1 else _is_like(str(value).lower(), parts)


def _parts(wanted: str) -> list[str]:
    """
    What stands between the asterisks of a text, in small letters; without asterisks the text.

    An asterisk with a backslash before it is a plain one.
    """
    parts = [""]
    for piece in _PIECES.split(wanted):
        if piece == "*":
            parts.append("")
        else:
            parts[-1] += piece.removeprefix("\\")
    return [part.lower() for part in parts] if parts[1:] else [wanted.replace(r"\*", "*")]


def _is_like(text: str, parts: Sequence[str]) -> bool:
    """Whether a text begins with the first part, ends with the last, and has the others between."""
    first, *others, last = parts
    if not (text.startswith(first) and text.endswith(last)):
        return False
    end = len(text) - len(last)
    return len(first) <= end and _has_in_order(text[len(first) : end], others)


def _has_in_order(text: str, parts: Sequence[str]) -> bool:
    # Never back: a pattern of many asterisks may take ages where it does not fit.
    place = 0
    for part in parts:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return True


def contains(text: str, wanted: Sequence[str]) -> bool:
    """Whether one of the texts is in the text, whatever the case of its letters."""
    lowered = text.lower()
    return any(_has_in_order(lowered, [part.lower() for part in _parts(each)]) for each in wanted)
