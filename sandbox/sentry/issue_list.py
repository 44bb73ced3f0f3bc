"""
Lists of issues: an organization's, and the deprecated one of a project.

Does not: change issues; sandbox.sentry.issue_update does.

Source: getsentry/sentry, src/sentry/issues/endpoints/organization_group_index.py and
project_group_index.py, src/sentry/api/helpers/group_index.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from sandbox.sentry.answers import answer, bad_request, not_simulated
from sandbox.sentry.call import Call, Row
from sandbox.sentry.issue_blocks import DEFAULT_SERIES, View, render_listed
from sandbox.sentry.issue_figures import Figures, Period
from sandbox.sentry.issue_hits import Hits, find_hits
from sandbox.sentry.issue_matching import Question, find_issues, within
from sandbox.sentry.issue_periods import DEFAULT_MS, read_environments, read_range
from sandbox.sentry.issue_rows import advance_by_time
from sandbox.sentry.issue_search import BadSearch, Term, parse_search
from sandbox.sentry.issue_sorting import (
    DEFAULT_SORT,
    INBOX,
    INBOX_LONGEST_MS,
    check_inbox,
    score_issues,
)
from sandbox.sentry.paging import MOST_PER_PAGE, Page, link_header, read_cursor
from sandbox.sentry.project_filter import wanted_projects
from sandbox.sentry.scored_paging import page_by_score

DEFAULT_QUERY = "is:unresolved"
PERIODS = ("", "24h", "14d")
SERIES = (*PERIODS, "auto")
# The most that the server counts, and says so with every list.
MOST_HITS = 1000


@dataclass(frozen=True)
class Answered:
    """One page of a search, with the figures of the events that met it, keyed by issue id."""

    page: Page
    hits: int
    question: Question
    figures: dict[int, Figures]


def list_organization_issues(call: Call) -> Response:
    """The organization's issues with an event in the period, the last seen first."""
    if call.parameter("viewId"):
        raise not_simulated("views of issues")
    since_ms, until_ms = read_range(call)
    view = _view(call)
    environments = read_environments(call)
    projects = sorted(wanted_projects(call))
    if not projects:
        return answer([])
    advance_by_time(call.store, call.now_ms())
    hits = find_hits(call, projects, is_elsewhere_too=True)
    if hits.issues:
        return _answer_hits(call, hits, view)
    if call.parameters("group"):
        return answer(render_listed(call, _named_by_id(call, projects), view))
    searched = _search(call, projects, Period(since_ms, until_ms, environments))
    return _answer_page(call, searched, _render_searched(call, searched, view))


def _view(call: Call) -> View:
    series = call.parameter("groupStatsPeriod")
    if series not in (None, *SERIES):
        message = "Invalid stats_period. Valid choices are '', '24h', '14d' and 'auto'"
        raise bad_request({"detail": message})
    return View(
        series=DEFAULT_SERIES if series is None else series,
        collapse=frozenset(call.parameters("collapse")),
        expand=frozenset(call.parameters("expand")),
    )


def _render_searched(call: Call, searched: Answered, view: View) -> list[Row]:
    question = searched.question
    terms = question.event_terms
    seen = View(question.period, terms, view.series, view.collapse, view.expand)
    filtered = searched.figures if terms else None
    return render_listed(call, searched.page.items, seen, filtered)


def _answer_hits(call: Call, hits: Hits, view: View) -> Response:
    shown = [{**row, **hits.added} for row in render_listed(call, hits.issues, view)]
    return answer(shown, headers=hits.headers)


def _named_by_id(call: Call, projects: Sequence[int]) -> list[Row]:
    """The issues whose ids are given as ``group``, whatever else is asked."""
    try:
        ids = {int(each) for each in call.parameters("group")}
    except ValueError:
        raise bad_request({"detail": "Group ids must be integers"}) from None
    marks = ",".join("?" * len(projects))
    rows = call.store.rows(
        f"SELECT * FROM sentry_issues WHERE project_id IN ({marks}) ORDER BY id",  # noqa: S608
        *projects,
    )
    return [row for row in rows if row["id"] in ids]


def _search(call: Call, projects: Sequence[int], period: Period) -> Answered:
    size, cursor = _limit(call), read_cursor(call.query)
    terms = _terms(call)
    sort = call.parameter("sort") or DEFAULT_SORT
    question = Question(projects, within(period, terms), terms)
    try:
        if sort == INBOX:
            check_inbox(terms)
        found = find_issues(call, question)
        scored = score_issues(found, sort, call.now_ms())
    except BadSearch as error:
        raise bad_request({"detail": str(error)}) from None
    if sort == INBOX:
        oldest = call.now_ms() - INBOX_LONGEST_MS
        scored = [each for each in scored if each[0] >= oldest]
    figures = {each.issue["id"]: each.figures for each in found}
    return Answered(page_by_score(scored, size, cursor), len(scored), question, figures)


def _limit(call: Call) -> int:
    asked = call.parameter("limit")
    try:
        limit = int(asked) if asked else MOST_PER_PAGE
    except ValueError:
        raise bad_request({"detail": "invalid limit"}) from None
    return max(0, min(limit, MOST_PER_PAGE))


def _terms(call: Call) -> list[Term]:
    query = call.parameter("query")
    try:
        return parse_search(DEFAULT_QUERY if query is None else query.strip(), call.now_ms())
    except BadSearch as error:
        message = f"Error parsing search query: {error}"
        raise bad_request({"detail": message}) from None


def _answer_page(call: Call, searched: Answered, shown: list[Row]) -> Response:
    url = f"{call.world.sentry_url}{call.path}"
    headers = {
        "Link": link_header(url, call.pairs, searched.page),
        "X-Hits": str(min(searched.hits, MOST_HITS)),
        "X-Max-Hits": str(MOST_HITS),
    }
    return answer(shown, headers=headers)


def list_project_issues(call: Call) -> Response:
    """The project's issues, with their figures of all time; ``statsPeriod`` chooses the series."""
    series = call.parameter("statsPeriod")
    if series not in (None, *PERIODS):
        message = "Invalid stats_period. Valid choices are '', '24h', and '14d'"
        raise bad_request({"detail": message})
    environments = tuple(call.parameters("environment")[-1:])
    view = View(
        Period(environments=environments),
        series=DEFAULT_SERIES if series is None else series,
        collapse=frozenset(("lifetime", "filtered")),
    )
    advance_by_time(call.store, call.now_ms())
    projects = [call.project["id"]]
    hits = find_hits(call, projects, is_elsewhere_too=False)
    if hits.issues:
        return _answer_hits(call, hits, view)
    period = Period(call.now_ms() - DEFAULT_MS, call.now_ms() + 1, environments)
    searched = _search(call, projects, period)
    return _answer_page(call, searched, render_listed(call, searched.page.items, view))
