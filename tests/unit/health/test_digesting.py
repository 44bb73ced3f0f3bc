"""How a digest judges: from Sentry's figures alone, always in the same order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.health.answers import issue_json
from watchpost.health.digesting import compute_lines, release_of
from watchpost.health.model import (
    Digest,
    DigestLine,
    ErrorSummary,
    HealthProject,
    ReleaseMark,
    Trend,
    Untrusted,
)
from watchpost.health.summaries import summarise
from watchpost.health.text import render_digest, render_digest_answer
from watchpost.sentry.issues import Issue, IssueProject

NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
BEGIN = NOON - timedelta(hours=6)
SHOP = HealthProject("shop", "acme", "acme-shop")
SECOND = (
    "SHOP-2: regressed; 12 events, 1 user; first seen 2026-11-24 08:00Z; before the latest release"
)
RELEASE = ReleaseMark(Untrusted("shop@1.4.0"), NOON - timedelta(hours=3))


def error(short_id: str = "SHOP-1", hours: float = 100, **changes: Any) -> ErrorSummary:
    """An issue that was first seen *hours* before noon."""
    made = summarise(Issue.from_json(issue_json(shortId=short_id)))
    return replace(made, first_seen=NOON - timedelta(hours=hours), **changes)


def lines(*errors: ErrorSummary, minimum_count: int = 2) -> tuple[DigestLine, ...]:
    """The judged lines."""
    return compute_lines(errors, RELEASE, minimum_count, BEGIN)


@pytest.mark.parametrize(
    ("hours", "substatus", "trend"),
    [
        (100, "ongoing", Trend.GROWING),
        (100, "escalating", Trend.GROWING),
        (100, "", Trend.GROWING),
        (100, "new", Trend.GROWING),
        (6, "ongoing", Trend.NEW),
        (1, "escalating", Trend.NEW),
        (100, "regressed", Trend.REGRESSED),
        (1, "regressed", Trend.REGRESSED),
    ],
)
def test_trends(hours: float, substatus: str, trend: Trend) -> None:
    """Regressed is Sentry's word; new is first seen in the period; the others still grow."""
    (line,) = lines(error(hours=hours, substatus=substatus))
    assert line.trend is trend


def test_issues_with_few_events_are_left_out() -> None:
    """Whatever their trend: the count is that of the period."""
    few = error("SHOP-1", count=1, total=900, substatus="regressed")
    assert lines(few, error("SHOP-2", hours=1, count=1)) == ()
    assert len(lines(few, minimum_count=1)) == 1


def test_the_order_does_not_depend_on_the_servers() -> None:
    """New, regressed, growing; the most events first; then by short id."""
    errors = [
        error("SHOP-9", hours=1, count=5),
        error("SHOP-2", hours=1, count=9),
        error("SHOP-1", hours=1, count=5),
        error("SHOP-3", substatus="regressed", count=50),
        error("SHOP-4", count=99),
    ]
    shuffled = [errors[number] for number in (3, 0, 4, 2, 1)]
    short_ids = [line.error.short_id for line in lines(*shuffled)]
    assert short_ids == ["SHOP-2", "SHOP-1", "SHOP-9", "SHOP-3", "SHOP-4"]
    assert lines(*shuffled) == lines(*errors)


def test_an_issue_is_since_the_release_or_before() -> None:
    """By when it was first seen; not known without a release or its time."""
    since, before = error(hours=3), error(hours=3.1)
    assert [lines(each)[0].is_since_release for each in (since, before)] == [True, False]
    for release in (None, ReleaseMark(Untrusted("shop@1.4.0"), None)):
        (line,) = compute_lines([since], release, 2, BEGIN)
        assert line.is_since_release is None


@pytest.mark.parametrize(
    ("release", "mark"),
    [
        (None, None),
        ({}, None),
        ("shop@1.4.0", None),
        ({"version": "a"}, ReleaseMark(Untrusted("a"), None)),
        ({"version": "a", "dateReleased": "soon"}, ReleaseMark(Untrusted("a"), None)),
        (
            {"version": "a", "dateCreated": "2026-11-28T12:00:00Z"},
            ReleaseMark(Untrusted("a"), NOON),
        ),
        (
            {
                "version": "a",
                "dateCreated": "2026-11-27T12:00:00Z",
                "dateReleased": "2026-11-28T14:00:00+02:00",
            },
            ReleaseMark(Untrusted("a"), NOON),
        ),
    ],
)
def test_a_release_came_out_when_it_was_released_or_else_made(
    release: object, mark: ReleaseMark | None
) -> None:
    """A release without a name is none; a time that is none is not known."""
    project = IssueProject.from_json({"id": 11, "slug": "acme-shop", "latestRelease": release})
    assert release_of(project) == mark


def test_text_says_trends_counts_and_release() -> None:
    """Figures first, then the sender's texts; the same digest gives the same lines."""
    told = lines(
        error("SHOP-1", hours=1), error("SHOP-2", count=12, substatus="regressed", users=1)
    )
    digest = Digest(SHOP, "6h", 2, RELEASE, told, is_complete=True)
    assert render_digest(digest) == [
        "shop, last 6h: 1 new, 1 regressed, 0 still growing (issues with at least 2 events)",
        "latest release: 2026-11-28 09:00Z",
        "SHOP-1: new; 3 events, 2 users; first seen 2026-11-28 11:00Z; since the latest release",
        SECOND,
        "latest release: shop@1.4.0",
        "SHOP-1: KeyError: 'total' in shop.cart in total_of",
        "SHOP-2: KeyError: 'total' in shop.cart in total_of",
    ]
    assert render_digest_answer(digest, boundary="b") == render_digest_answer(digest, boundary="b")


def test_nothing_is_told_without_a_fence() -> None:
    """Where no issue is told, no text of an event is; the head says that nothing happened."""
    digest = Digest(SHOP, "6h", 2, RELEASE, (), is_complete=True)
    assert "untrusted" not in render_digest_answer(digest)
    assert "0 new, 0 regressed, 0 still growing" in render_digest_answer(digest)


def test_a_digest_says_when_it_is_not_all() -> None:
    """Sentry's page was full of issues that have enough events."""
    digest = Digest(SHOP, "6h", 2, None, lines(error()), is_complete=False)
    assert "Sentry has more issues than one page" in render_digest_answer(digest)


def test_a_long_digest_leaves_whole_issues_out() -> None:
    """The least telling go first, and are counted; figures and texts stay paired."""
    many = lines(*(error(f"SHOP-{number}", count=number + 2) for number in range(100)))
    digest = Digest(SHOP, "6h", 2, None, many, is_complete=True)
    text = render_digest_answer(digest, most=2_000)
    assert len(text) <= 2_000
    assert text.count("still growing;") == text.count("| SHOP-")
    assert f"{100 - text.count('| SHOP-')} more issues left out" in text
