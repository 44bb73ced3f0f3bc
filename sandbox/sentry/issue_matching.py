"""
Which issues a search finds: its terms, applied to issues and to their events in a period.

An issue is found when it meets every term about issues, and one of its events in the period and
environments meets every term about events, all of them at once. ``times_seen`` and ``last_seen``
look at these events only; ``first_seen`` looks at all of the issue's.
Does not: read queries (sandbox.sentry.issue_search), or show issues.

Source: getsentry/sentry, src/sentry/search/snuba/backend.py and executors.py.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sandbox.sentry.answers import not_simulated
from sandbox.sentry.call import Call, Row
from sandbox.sentry.event_fields import SearchedEvent
from sandbox.sentry.issue_figures import Figures, Period, events_in, figures_of
from sandbox.sentry.issue_owners import is_assigned_to
from sandbox.sentry.issue_rows import short_id_of
from sandbox.sentry.issue_search import FREE_TEXT, Term
from sandbox.sentry.release_order import latest_versions
from sandbox.sentry.search_conditions import contains, is_met

LATEST = "latest"
REVIEWED = ("new", "regressed", "escalating")
# Keyed by what a search may ask of the issue itself: how its row tells.
ISSUE_VALUES: Mapping[str, Callable[[Row], Any]] = {
    "status": itemgetter("status"),
    "substatus": itemgetter("substatus"),
    "unassigned": lambda issue: issue["assigned"] is None,
    "for_review": lambda issue: issue["status"] == "unresolved" and issue["substatus"] in REVIEWED,
    "linked": lambda _issue: False,
    "first_release": itemgetter("first_version"),
    "first_seen": itemgetter("first_seen_ms"),
    "issue": lambda issue: short_id_of(issue["project_slug"], issue["number"]),
    "issue.id": itemgetter("id"),
    "issue.priority": itemgetter("priority"),
    "issue.category": lambda _issue: "error",
    "issue.type": lambda _issue: "error",
    "project": itemgetter("project_slug"),
    "project.name": itemgetter("project_slug"),
    "project.id": itemgetter("project_id"),
    "project_id": itemgetter("project_id"),
}
OWNER_KEY = "assigned_to"
TOTAL_KEYS = ("times_seen", "last_seen")
NOT_SIMULATED = frozenset(
    (
        "bookmarks",
        "bookmarked_by",
        "subscribed",
        "subscribed_by",
        "assigned_or_suggested",
        "regressed_in_release",
        "release.version",
        "release.build",
        "release.package",
        "release.stage",
        "device.class",
        "error.main_thread",
    )
)


@dataclass(frozen=True)
class Found:
    """One issue that a search found, with the figures of the events that met its terms."""

    issue: Row
    figures: Figures


@dataclass(frozen=True)
class Question:
    """What is searched: projects by id, the period and its environments, and the terms."""

    projects: Sequence[int]
    period: Period
    terms: Sequence[Term]

    @property
    def event_terms(self) -> list[Term]:
        """The terms that single events must meet."""
        other = (*ISSUE_VALUES, OWNER_KEY, *TOTAL_KEYS, "date")
        return [term for term in self.terms if term.is_tag or term.key not in other]

    @property
    def issue_terms(self) -> list[Term]:
        """The terms that issues must meet."""
        own = (*ISSUE_VALUES, OWNER_KEY)
        return [term for term in self.terms if term.key in own and not term.is_tag]


def find_issues(call: Call, question: Question) -> list[Found]:
    """
    The issues that a search finds, in no order.

    Raises:
        Refused: 501 for a key that the server knows and the sandbox does not.
    """
    for term in question.terms:
        if term.key in NOT_SIMULATED and not term.is_tag:
            raise not_simulated(f"searching issues by {term.key}")
    issues = _matching_issues(call, question)
    figures = _matching_figures(call, issues, question)
    found = [Found(issue, figures[issue["id"]]) for issue in issues if issue["id"] in figures]
    totals = [term for term in question.terms if term.key in TOTAL_KEYS and not term.is_tag]
    return [each for each in found if all(_meets_total(each.figures, term) for term in totals)]


def within(period: Period, terms: Iterable[Term]) -> Period:
    """The period, narrowed by the terms about the events' time."""
    since, until = period.since_ms, period.until_ms
    for term in terms:
        if term.key == "date" and not term.is_tag:
            (at,) = term.values
            if term.operator in (">", ">="):
                since = max(at + (term.operator == ">"), since or 0)
            else:
                until = min(at + (term.operator == "<="), until or at + 1)
    return Period(since, until, period.environments)


def _matching_issues(call: Call, question: Question) -> list[Row]:
    marks = ",".join("?" * len(question.projects))
    rows = call.store.rows(
        "SELECT i.*, p.slug AS project_slug, r.version AS first_version"  # noqa: S608  marks only
        " FROM sentry_issues i JOIN sentry_projects p ON p.id = i.project_id"
        " LEFT JOIN sentry_releases r ON r.id = i.first_release_id"
        f" WHERE i.project_id IN ({marks})",
        *question.projects,
    )
    rows = _with_first_seen(call, rows, question)
    terms = question.issue_terms
    latest = _latest_of(call, rows, terms)
    return [row for row in rows if all(_issue_meets(call, row, t, latest) for t in terms)]


def _with_first_seen(call: Call, rows: list[Row], question: Question) -> list[Row]:
    """The rows with when each was first seen: in the environments asked for, where some are."""
    environments = question.period.environments
    if not environments or not any(term.key == "first_seen" for term in question.terms):
        return rows
    seen = figures_of(call.store, rows, Period(environments=environments))
    return [{**row, "first_seen_ms": seen[row["id"]].first_seen_ms or 0} for row in rows]


def _issue_meets(call: Call, issue: Row, term: Term, latest: Mapping[int, str]) -> bool:
    if term.key == OWNER_KEY:
        is_owned = any(is_assigned_to(call, issue, named) for named in term.values)
        return is_owned == (term.operator == "=")
    values: Sequence[Any] = term.values
    if term.key == "first_release":
        values = _versions(issue, values, latest)
    return is_met([ISSUE_VALUES[term.key](issue)], term.operator, values)


def _matching_figures(call: Call, issues: Sequence[Row], question: Question) -> dict[int, Figures]:
    """The figures of the events that meet the terms, keyed by issue id; only those with some."""
    terms = question.event_terms
    if not terms:
        counted = figures_of(call.store, issues, question.period)
        return {issue: figures for issue, figures in counted.items() if figures.count}
    events: dict[int, list[Row]] = defaultdict(list)
    for event in matching_events(call, [issue["id"] for issue in issues], question.period, terms):
        events[event["issue_id"]].append(event)
    return {issue: _figures(rows) for issue, rows in events.items()}


def matching_events(
    call: Call, issue_ids: Sequence[int], period: Period, terms: Sequence[Term]
) -> list[Row]:
    """The rows of these issues' events in the period that meet all of the terms."""
    where, parameters = events_in(issue_ids, period)
    rows = call.store.rows(
        f"SELECT * FROM sentry_events WHERE {where} ORDER BY occurred_ms, id",  # noqa: S608
        *parameters,
    )
    if not terms:
        return rows
    latest = _latest_of(call, rows, terms)
    events = map(SearchedEvent, rows)
    return [e.row for e in events if all(_event_meets(e, term, latest) for term in terms)]


def _figures(events: Sequence[Row]) -> Figures:
    times = [event["occurred_ms"] for event in events]
    users = {event["user_key"] for event in events} - {None}
    return Figures(len(events), len(users), min(times), max(times))


def _event_meets(event: SearchedEvent, term: Term, latest: Mapping[int, str]) -> bool:
    values: Sequence[Any] = term.values
    if term.is_tag:
        return is_met(event.values_of(term.key, is_tag=True), term.operator, values)
    if term.key == FREE_TEXT and values != ("",):
        return contains(event.searched_text, values) == (term.operator == "=")
    if term.key == "release":
        values = _versions(event.row, values, latest)
    return is_met(event.values_of(term.key), term.operator, values)


def _latest_of(call: Call, rows: Sequence[Row], terms: Sequence[Term]) -> dict[int, str]:
    """The newest version of the rows' projects, keyed by project id, if a term asks for it."""
    if not any(LATEST in term.values for term in terms):
        return {}
    return latest_versions(call.store, sorted({row["project_id"] for row in rows}))


def _versions(row: Row, values: Sequence[str], latest: Mapping[int, str]) -> list[str]:
    """The versions meant: the newest of the row's project for the word latest."""
    # Without a release nothing is found; an empty text would find what has none.
    newest = latest.get(row["project_id"], "\0")
    return [newest if value == LATEST else value for value in values]


def _meets_total(figures: Figures, term: Term) -> bool:
    value = figures.count if term.key == "times_seen" else figures.last_seen_ms
    return is_met([value], term.operator, term.values)
