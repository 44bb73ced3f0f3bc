"""
Pages of a list that is sorted by a falling score, as searches for issues are.

A cursor reads ``score:offset:is_previous``: so many items after the first of that score.
Does not: score anything.

Source: getsentry/sentry, src/sentry/api/paginator.py (SequencePaginator).
"""

from bisect import bisect_left
from collections.abc import Sequence

from sandbox.sentry.call import Row
from sandbox.sentry.paging import Cursor, Page

Scored = tuple[int, Row]


def page_by_score(scored: Sequence[Scored], size: int, cursor: Cursor) -> Page:
    """One page of *scored* items; of equal scores the item with the greater id comes first."""
    ranked = sorted(scored, key=lambda each: (-each[0], -each[1]["id"]))
    falling = [-score for score, _ in ranked]
    start = _position(falling, cursor) + cursor.offset
    if cursor.is_previous:
        high = min(max(start, 0), len(ranked))
        low = max(high - size, 0)
    else:
        low = max(start, 0)
        high = min(low + size, len(ranked))
    return Page(
        items=[item for _, item in ranked[low:high]],
        previous=_cursor(falling, low, cursor, is_previous=True),
        following=_cursor(falling, high, cursor, is_previous=False),
    )


def _position(falling: Sequence[int], cursor: Cursor) -> int:
    if not cursor.value:
        return len(falling) if cursor.is_previous else 0
    return bisect_left(falling, -cursor.value)


def _cursor(falling: Sequence[int], position: int, asked: Cursor, *, is_previous: bool) -> Cursor:
    """The cursor of a page that begins, or for a previous one ends, at a position."""
    if not falling:
        return Cursor(asked.value, asked.offset, is_previous)
    value = falling[min(position, len(falling) - 1)]
    offset = position - bisect_left(falling, value)
    more = position > 0 if is_previous else position < len(falling)
    return Cursor(-value, offset, is_previous, results=more)
