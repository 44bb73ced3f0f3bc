"""What stands outside a fence has the form that Sentry gives it, or the answer is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.health.answers import issue_json
from watchpost.sentry.issues import Issue, IssueProject

HOSTILE = ("\ud800", "1\n>>>untrusted", "\x1b[2J", "1 2", "<b>", "\u202e1", [["x"]], {"a": 1}, "")


def lifetime(**changes: Any) -> dict[str, Any]:
    """An issue whose figures of all time have these *changes*."""
    return issue_json(lifetime=issue_json()["lifetime"] | changes)


@pytest.mark.parametrize("value", [*HOSTILE, None, "SHOP-1A", "-1", "\u0661", "9" * 40, 1.5])
def test_an_id_is_digits(value: object) -> None:
    """Of an issue and of a project; no other text goes into a path, a query or a figure."""
    project = {"id": value, "slug": "acme-shop"}
    for odd in (issue_json(id=value), issue_json(project=project)):
        with pytest.raises(ValueError, match="not digits"):
            Issue.from_json(odd)
    with pytest.raises(ValueError, match="not digits"):
        IssueProject.from_json(project)


@pytest.mark.parametrize("value", [each for each in HOSTILE if each] + ["x" * 101])
def test_a_short_id_is_one_word(value: object) -> None:
    """Letters, digits and what slugs have between them."""
    with pytest.raises(ValueError, match="no short id"):
        Issue.from_json(issue_json(shortId=value))


def test_an_issue_without_a_short_id_goes_by_its_number() -> None:
    """Issues of very old servers have none."""
    assert Issue.from_json(issue_json(shortId=None)).short_id == "4217"


@pytest.mark.parametrize("value", [-1, "9" * 4_000, 2**63, "x", None, float("inf")])
@pytest.mark.parametrize("name", ["count", "userCount"])
def test_a_count_is_a_number_that_can_be(name: str, value: object) -> None:
    """Of the period and of all time; one of thousands of digits would fill an answer."""
    for odd in (issue_json(**{name: value}), lifetime(**{name: value})):
        with pytest.raises((ValueError, TypeError, OverflowError)):
            Issue.from_json(odd)


def test_moments_are_those_of_all_time() -> None:
    """Else those of the period; where no event is kept, the last one is no earlier than the first.

    Sentry counts both from the events that it keeps, and answers null where there is none.
    """
    kept = Issue.from_json(issue_json())
    assert (kept.first_seen.day, kept.last_seen.minute) == (20, 30)
    alone = Issue.from_json(issue_json(lifetime=None))
    assert alone.first_seen.day == 28
    late = lifetime(firstSeen=None, lastSeen=None)
    assert Issue.from_json(late).first_seen == alone.first_seen
    gone = Issue.from_json(issue_json(lifetime=None, lastSeen=None))
    assert gone.last_seen == gone.first_seen
    with pytest.raises(ValueError, match="never seen"):
        Issue.from_json(issue_json(lifetime=None, firstSeen=None))


def test_numbers_may_be_written_either_way() -> None:
    """Ids and counts come as text or as numbers."""
    issue = Issue.from_json(issue_json(id=4217, count=3, project={"id": 11, "slug": "acme-shop"}))
    assert (issue.id, issue.counted.count, issue.project_id) == ("4217", 3, "11")
