"""Tables and sums of demo and bench."""

from __future__ import annotations

from script.bench import busy_seconds
from watchpost.render.table import render_table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    """Cells line up, and no line ends with a space."""
    table = render_table(("a", "long heading"), [("wide cell", "b"), ("c", "d")])
    assert table.splitlines() == [
        "a          long heading",
        "---------  ------------",
        "wide cell  b",
        "c          d",
    ]


def test_time_in_flight_counts_overlapping_requests_once() -> None:
    """The time in which at least one request was in flight is the union of their intervals."""
    intervals = [(0.0, 2.0), (1.0, 1.5), (1.5, 3.0), (5.0, 6.0)]
    requests = [{"started": started, "ended": ended} for started, ended in intervals]
    assert busy_seconds(requests) == 4.0
    assert busy_seconds([]) == 0.0
