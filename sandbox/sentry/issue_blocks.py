"""
Issues as the organization's list shows them: with the figures of the period that is asked about.

Beside these stand the blocks ``lifetime`` (all time), ``filtered`` (the events that met the search)
and ``stats`` (a series); ``collapse`` takes parts away, ``expand`` adds some.
Does not: search, or sort.

Source: getsentry/sentry, src/sentry/api/serializers/models/group_stream.py.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sandbox.sentry.call import Call, Row, render_time_ms
from sandbox.sentry.issue_figures import ALL_TIME, Figures, Period, figures_of
from sandbox.sentry.issue_matching import matching_events
from sandbox.sentry.issue_search import Term
from sandbox.sentry.issue_serialize import render_issues
from sandbox.sentry.issue_series import Grid, Series, make_grid, series_of

DEFAULT_SERIES = "24h"
FIGURES = tuple(Figures().render())
# Keyed by what may be expanded: what the sandbox has to say, which is nothing.
EXPANDED: Mapping[str, object] = {
    "owners": None,
    "sessions": None,
    "integrationIssues": [],
    "sentryAppIssues": [],
    "pluginActions": [],
    "pluginIssues": [],
    "latestEventHasAttachments": False,
}
EXPANDED_NAMES = {"sessions": "sessionCount"}
# Keyed by substatus: why an issue waits for somebody to look at it, by the server's number.
INBOX_REASONS = {"new": 0, "regressed": 2, "escalating": 5}


@dataclass(frozen=True)
class View:
    """
    How issues are looked at.

    *period* is all time for what was hit by its id; *terms* are those that single events must
    meet; *series* is ``24h``, ``14d``, ``auto``, or empty for none.
    """

    period: Period = ALL_TIME
    terms: Sequence[Term] = ()
    series: str = DEFAULT_SERIES
    collapse: frozenset[str] = frozenset()
    expand: frozenset[str] = frozenset()

    @property
    def lifetime(self) -> Period:
        """All time, in the environments of the period."""
        return Period(environments=self.period.environments)

    @property
    def shows_figures(self) -> bool:
        """Whether anything is counted at all."""
        return "stats" not in self.collapse


def render_listed(
    call: Call, issues: Sequence[Row], view: View, filtered: Mapping[int, Figures] | None = None
) -> list[Row]:
    """
    Issues as the list shows them.

    *filtered* are the figures of the events that met the search, keyed by issue id; None where it
    asks nothing of events.
    """
    figures = figures_of(call.store, issues, view.period)
    shown = [_without(row, view) for row in render_issues(call, issues, figures)]
    _add_blocks(call, issues, view, shown, filtered)
    for issue, row in zip(issues, shown, strict=True):
        add_expanded(issue, row, view.expand)
    return shown


def _without(row: Row, view: View) -> Row:
    """One issue without what is collapsed."""
    kept = ("id", "isUnhandled", *FIGURES) if "base" in view.collapse else tuple(row)
    gone = () if view.shows_figures else FIGURES
    if "unhandled" in view.collapse:
        gone = (*gone, "isUnhandled")
    return {name: row[name] for name in kept if name not in gone}


def _add_blocks(
    call: Call,
    issues: Sequence[Row],
    view: View,
    shown: Sequence[Row],
    filtered: Mapping[int, Figures] | None,
) -> None:
    if not view.shows_figures:
        return
    grid = make_grid(view.series, call.now_ms(), view.period) if view.series else None
    lifetimes = figures_of(call.store, issues, view.lifetime)
    all_series = _series(call, issues, view, grid, ())
    met_series = _series(call, issues, view, grid, view.terms) if filtered is not None else {}
    for issue, row in zip(issues, shown, strict=True):
        key = issue["id"]
        row.update(all_series.get(key, {}))
        if "lifetime" not in view.collapse:
            nothing = {"stats": None} if grid else {}
            row["lifetime"] = {**lifetimes[key].render(), **nothing}
        if "filtered" not in view.collapse:
            met = None if filtered is None else filtered.get(key, Figures())
            row["filtered"] = met and {**met.render(), **met_series.get(key, {})}


def _series(
    call: Call, issues: Sequence[Row], view: View, grid: Grid | None, terms: Sequence[Term]
) -> dict[int, dict[str, dict[str, Series]]]:
    """The block ``stats`` of each issue, keyed by issue id, from the events that meet *terms*."""
    if grid is None:
        return {}
    ids = [issue["id"] for issue in issues]
    period = Period(grid.first * 1000, (grid.last + grid.width) * 1000, view.period.environments)
    series = series_of(matching_events(call, ids, period, terms), grid, ids)
    return {issue: {"stats": {grid.name: points}} for issue, points in series.items()}


def add_expanded(issue: Row, row: Row, expand: Collection[str]) -> None:
    """Add to an issue's JSON what is to be expanded."""
    for name, nothing in EXPANDED.items():
        if name in expand:
            row[EXPANDED_NAMES.get(name, name)] = nothing
    if "inbox" in expand:
        row["inbox"] = _inbox(issue)


def _inbox(issue: Row) -> Row | None:
    reason = INBOX_REASONS.get(issue["substatus"] or "")
    if issue["status"] != "unresolved" or reason is None:
        return None
    added = render_time_ms(issue["substatus_ms"])
    return {"reason": reason, "reason_details": None, "date_added": added}
