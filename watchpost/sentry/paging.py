"""
Walking Sentry's lists page by page, as the `Link` header leads.

Does not: guess cursors or count items: a page may be short and still not be the last.
Source: sentry-api.md 4.2.
"""

from __future__ import annotations

import re

_RELATION = re.compile(r"<[^<>]*>\s*((?:;\s*[a-z]+=\"[^\"]*\"\s*)+)")
_PARAMETER = re.compile(r"([a-z]+)=\"([^\"]*)\"")


def next_cursor(link: str) -> str | None:
    """The cursor of the next page that a `Link` header names, or None on the last page."""
    for relation in _RELATION.findall(link):
        parameters = dict(_PARAMETER.findall(relation))
        if parameters.get("rel") == "next" and parameters.get("results") == "true":
            return parameters.get("cursor")
    return None
