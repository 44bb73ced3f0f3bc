"""The figures of answers: the server's own, and clean all the same."""

from __future__ import annotations

from datetime import UTC, datetime

from watchpost.agents.figures import figures_of_error
from watchpost.health.model import ErrorSummary, Untrusted

SEEN = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def test_a_link_is_one_line_without_signs_that_act() -> None:
    """Whatever a server answers for one, no terminal and no reader is steered by it."""
    error = ErrorSummary(
        issue_id="1",
        short_id="SHOP-1",
        title=Untrusted(""),
        culprit=Untrusted(""),
        level="error",
        status="unresolved",
        substatus="new",
        count=1,
        total=1,
        users=0,
        first_seen=SEEN,
        last_seen=SEEN,
        link="https://sentry.example/\u202e1\x1b[31m\n" + "x" * 900,
    )
    link = figures_of_error(error).link
    assert link.startswith("https://sentry.example/1 xxx")
    assert len(link) < 400
