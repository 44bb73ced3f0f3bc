"""
Pages of lists: cursors, ``per_page``, and the ``Link`` header with both relations.

A cursor reads ``value:offset:is_previous``. Offset lists count pages (``100:1:0``: page 1 of 100);
keyset lists carry the key of an item (``27:0:0``: from key 27 on) and how many items of that key
to skip.
Does not: fetch from the database; lists here are short, so each is cut from the whole.

Source: getsentry/sentry, src/sentry/api/paginator.py and src/sentry/utils/cursors.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sandbox.sentry.answers import bad_request

MOST_PER_PAGE = 100
NEGATIVE = "Pagination offset cannot be negative"

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Cursor:
    """One position in a list; *results* says whether anything is there."""

    value: int = 0
    offset: int = 0
    is_previous: bool = False
    results: bool = False

    def __str__(self) -> str:
        return f"{self.value}:{self.offset}:{int(self.is_previous)}"


@dataclass(frozen=True)
class Page:
    """The items of one page and the cursors of its neighbours."""

    items: list[dict[str, Any]]
    previous: Cursor
    following: Cursor


def read_per_page(query: dict[str, list[str]], default: int = MOST_PER_PAGE) -> int:
    """
    The page size asked for.

    Raises:
        Refused: 400 for anything but a number from 1 to 100.
    """
    asked = query.get("per_page")
    if not asked:
        return default
    try:
        size = int(asked[-1])
    except ValueError:
        raise bad_request({"detail": "Invalid per_page parameter."}) from None
    if not 1 <= size <= MOST_PER_PAGE:
        message = f"Invalid per_page value. Must be between 1 and {MOST_PER_PAGE}."
        raise bad_request({"detail": message})
    return size


def read_cursor(query: dict[str, list[str]]) -> Cursor:
    """
    The cursor asked for; the start of the list if none is given.

    Raises:
        Refused: 400 for what is no cursor.
    """
    asked = query.get("cursor")
    if not asked or not asked[-1]:
        return Cursor()
    try:
        value, offset, is_previous = (int(part) for part in asked[-1].split(":"))
    except ValueError:
        raise bad_request({"detail": "Invalid cursor parameter."}) from None
    return Cursor(value, offset, bool(is_previous))


def page_by_offset(rows: Rows, size: int, cursor: Cursor) -> Page:
    """
    One page of a list that is counted in pages.

    Raises:
        Refused: 400 for a page before the first.
    """
    start = cursor.offset * cursor.value
    if start < 0:
        raise bad_request({"detail": NEGATIVE})
    found = list(rows[start : start + (cursor.value or size) + 1])
    if cursor.value != size:
        found = found[-(size + 1) :]
    page = cursor.offset
    return Page(
        items=found[:size],
        previous=Cursor(size, page - 1, is_previous=True, results=page > 0),
        following=Cursor(size, page + 1, results=len(found) > size),
    )


def page_by_key(
    rows: Rows, size: int, cursor: Cursor, key: Callable[[dict[str, Any]], int]
) -> Page:
    """
    One page of a list that is sorted by a falling *key*.

    A previous page is read against the order, starting at the cursor's item; one item more than
    asked tells whether there are more.

    Raises:
        Refused: 400 for a negative count of items to skip.
    """
    if cursor.offset < 0:
        raise bad_request({"detail": NEGATIVE})
    found = _from_cursor(rows, size, cursor, key)
    following = _following(found, size, cursor, key)
    previous = _previous(found, size, cursor, key)
    if cursor.is_previous and previous.results:
        found = found[1:]
    elif not cursor.is_previous:
        found = found[:size]
    return Page(items=found, previous=previous, following=following)


def _from_cursor(
    rows: Rows, size: int, cursor: Cursor, key: Callable[[dict[str, Any]], int]
) -> list[dict[str, Any]]:
    if not cursor.is_previous:
        left = [row for row in rows if not cursor.value or key(row) <= cursor.value]
        return left[cursor.offset : cursor.offset + size + 1]
    left = [row for row in reversed(rows) if not cursor.value or key(row) >= cursor.value]
    # The cursor's own item is read too and dropped again, for it may have gone meanwhile.
    extra = 2 if cursor.value else 1
    stop = cursor.offset + size + extra
    found = left[cursor.offset : stop]
    if cursor.value and found and key(found[0]) == cursor.value:
        found = found[1:]
    elif cursor.value and len(found) == stop:
        found = found[:-1]
    return found[::-1]


def _following(
    found: list[dict[str, Any]], size: int, cursor: Cursor, key: Callable[[dict[str, Any]], int]
) -> Cursor:
    start = cursor.value or (key(found[0]) if found else 0)
    if cursor.is_previous:
        return Cursor(start, 0, results=True)
    if not found:
        return Cursor(start, cursor.offset)
    more = len(found) > size
    last = key(found[-1])
    if last == start:
        return Cursor(last, cursor.offset + size, results=more)
    shown = found[:-1] if more else found
    return Cursor(last, sum(key(row) == last for row in shown), results=more)


def _previous(
    found: list[dict[str, Any]], size: int, cursor: Cursor, key: Callable[[dict[str, Any]], int]
) -> Cursor:
    if not cursor.is_previous:
        more = bool(cursor.value or cursor.offset)
        return Cursor(key(found[0]) if found else 0, 0, is_previous=True, results=more)
    more = len(found) > size
    if not found:
        return Cursor(0, cursor.offset, is_previous=True, results=more)
    first = key(found[1] if more else found[0])
    same = sum(key(row) == first for row in found[1 if more else 0 :]) - 1
    offset = cursor.offset + size if first == cursor.value else same
    return Cursor(first, offset, is_previous=True, results=more)


def link_header(url: str, query: list[tuple[str, str]], page: Page) -> str:
    """The ``Link`` header of a page at *url* (no query string) asked for with *query*."""
    kept = "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in query if n != "cursor")
    relations = (("previous", page.previous), ("next", page.following))
    return ", ".join(
        f'<{url}?{kept}&cursor={cursor}>; rel="{name}"; '
        f'results="{str(cursor.results).lower()}"; cursor="{cursor}"'
        for name, cursor in relations
    )
