"""Cursors of keyset lists, where several items may have one key."""

from typing import Any

from sandbox.sentry.paging import Cursor, Page, page_by_key


def rows(*keys: int) -> list[dict[str, Any]]:
    """Rows with these keys, each with a number of its own."""
    return [{"key": key, "number": number} for number, key in enumerate(keys)]


def page(found: list[dict[str, Any]], size: int, cursor: Cursor) -> Page:
    """One page by the rows' keys."""
    return page_by_key(found, size, cursor, key=lambda row: int(row["key"]))


def walk(found: list[dict[str, Any]], size: int) -> list[int]:
    """The numbers of all rows, as they are met by following the next cursors."""
    seen: list[int] = []
    cursor = Cursor()
    while True:
        one = page(found, size, cursor)
        seen += [row["number"] for row in one.items]
        if not one.following.results:
            return seen
        cursor = one.following


def test_equal_keys_are_met_once_each() -> None:
    """Items of one key are neither skipped nor repeated, whatever the size of the page."""
    for keys in ((9, 7, 7, 7, 3), (7, 7, 7, 7), (9, 8, 7, 6), (9, 9, 7, 7, 7, 7, 1)):
        for size in (1, 2, 3, 10):
            assert walk(rows(*keys), size) == list(range(len(keys)))


def test_page_back_from_the_middle() -> None:
    """Going back from the third page shows the second, with more on both sides."""
    found = rows(9, 8, 7, 6, 5, 4)
    third = page(found, 2, Cursor(5, 0))
    back = page(found, 2, third.previous)
    assert [row["key"] for row in back.items] == [7, 6]
    assert back.previous.results
    assert str(back.following).startswith("5:0:0")


def test_previous_of_a_vanished_item() -> None:
    """A previous page whose own item is gone meanwhile is still a whole page."""
    found = rows(9, 8, 6, 5)
    back = page(found, 2, Cursor(7, 0, is_previous=True))
    assert [row["key"] for row in back.items] == [9, 8]
    assert not back.previous.results


def test_nothing_before_an_empty_list() -> None:
    """An empty list has no neighbours in either direction."""
    for cursor in (Cursor(), Cursor(5, 0, is_previous=True)):
        one = page([], 2, cursor)
        assert (one.items, one.previous.results) == ([], False)
