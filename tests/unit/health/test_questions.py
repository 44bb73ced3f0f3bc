"""What can be asked: periods, limits, and the ids that may go into a request's path."""

from __future__ import annotations

from datetime import timedelta

import pytest

from watchpost.errors import SettingsError
from watchpost.health.questions import (
    IMPOSSIBLE_ISSUE,
    askable_issue,
    period_of,
    raise_if_no_limit,
)


@pytest.mark.parametrize("issue", ["1", "4217", str(2**63 - 1), "SHOP-1A", "shop-1a", "a_b-c-9Z"])
def test_numbers_and_short_ids_are_asked_for(issue: str) -> None:
    """As they are; Sentry takes short ids in any case."""
    assert askable_issue(issue) == issue


@pytest.mark.parametrize(
    "issue",
    [
        "",
        "0",
        "007",
        "-1",
        "+1",
        "1.0",
        "1e3",
        " 1",
        "1\n",
        str(2**63),
        "9" * 80,
        "shop",
        "-1A",
        "SHOP-",
        "SHOP-1A ",
        "SHOP-1A\n",
        "SHOP-1A/events",
        "SHOP-1A%2Fevents",
        "../projects",
        "..",
        "SHOP-1A?project=-1",
        "SHOP-1A#",
        "0af7651916cd43dd8448eb211c80319c",
        "0af76519-16cd-43dd-8448-eb211c80319c",
        "\uff11\uff12",
        "\u0661",
        "SH\u041eP-1A",
        "SHOP\u20111A",
        "SHOP-1\u00aa",
        "A" * 79 + "-1",
        "is:unresolved",
        "latest",
        "\x00",
        "\ud800",
    ],
)
def test_whatever_else_becomes_an_issue_that_cannot_exist(issue: str) -> None:
    """Event ids, slugs, paths, quoted signs, look-alikes: all cost the request of an unknown id."""
    assert askable_issue(issue) == IMPOSSIBLE_ISSUE


def test_periods_are_a_number_and_a_unit() -> None:
    """From minutes to weeks."""
    assert period_of("30m") == timedelta(minutes=30)
    assert period_of("6h") == timedelta(hours=6)
    assert period_of("14d") == period_of("2w") == timedelta(days=14)
    assert period_of("90d") == timedelta(days=90)


@pytest.mark.parametrize(
    "since",
    ["", "6", "h", "0h", "06h", "-6h", "6H", "6 h", "91d", "99999w", "6h\n", "\u0666h", "1y"],
)
def test_other_periods_are_refused(since: str) -> None:
    """Before anything is asked, with the form that is right."""
    with pytest.raises(SettingsError, match="30m, 6h, 14d or 2w"):
        period_of(since)


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_limits_are_those_of_a_page(limit: int) -> None:
    """One to a hundred."""
    raise_if_no_limit(1)
    raise_if_no_limit(100)
    with pytest.raises(SettingsError, match="1 to 100"):
        raise_if_no_limit(limit)
