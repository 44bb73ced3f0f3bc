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
# An asterisk that no backslash, or an even number of them, stands before.
_WILDCARD = re.compile(r"(?<!\\)(?:\\\\)*\*")


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
    if not _WILDCARD.search(wanted):
        return str(value) == wanted.replace(r"\*", "*")
    return bool(re.fullmatch(_pattern(wanted), str(value), re.IGNORECASE | re.DOTALL))


def _pattern(wanted: str) -> str:
    """The pattern of a text in which an asterisk that is not escaped stands for anything."""
    parts = re.split(r"(\\.|\*)", wanted)
    return "".join(".*" if part == "*" else re.escape(part.removeprefix("\\")) for part in parts)


def contains(text: str, wanted: Sequence[str]) -> bool:
    """Whether one of the texts is in the text, whatever the case of its letters."""
    for each in wanted:
        pattern = _pattern(each) if _WILDCARD.search(each) else re.escape(each)
        if re.search(pattern, text, re.IGNORECASE | re.DOTALL):
            return True
    return False
