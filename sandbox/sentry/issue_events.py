"""
The events of one issue: their list, and one of them in full.

Does not: keep events for a time only; the sandbox has none that are too old. A random order, and a
form for language models, are 501.

Source: getsentry/sentry, src/sentry/issues/endpoints/group_events.py and group_event_details.py.
"""

import json
from collections.abc import Callable, Mapping, Sequence

from starlette.responses import Response

from sandbox.sentry.answers import Refused, answer, bad_request, missing, not_simulated
from sandbox.sentry.call import Call, Row
from sandbox.sentry.event_serialize import render_event, render_full
from sandbox.sentry.issue_figures import Period
from sandbox.sentry.issue_matching import Question, matching_events
from sandbox.sentry.issue_periods import read_environments, read_range
from sandbox.sentry.issue_search import BadSearch, parse_search
from sandbox.sentry.payloads import exceptions_of, frames_of, values_of

NO_MATCH = "No matching event found, try changing the environments, date range, or query."
NO_EVENT = (
    "Event not found. The event ID may be incorrect, or it's age exceeded the retention period."
)
YES = ("1", "true")


def list_issue_events(call: Call) -> Response:
    """The issue's events, newest first; with ``full=true`` each in full."""
    if call.parameter("sample") in YES:
        raise not_simulated("events in a random order")
    try:
        rows = _matching(call)
    except BadSearch as error:
        raise bad_request({"detail": str(error)}) from None
    except Refused as refused:
        if refused.status != missing().status:
            raise
        # An environment that nobody knows has no events.
        return answer([])
    is_full = call.parameter("full") in YES
    return call.page_by_offset(rows[::-1], lambda items: [_render(call, i, is_full) for i in items])


def _render(call: Call, row: Row, is_full: bool) -> Row:  # noqa: FBT001  what the query says
    return render_full(call.store, row) if is_full else render_event(row)


def show_issue_event(call: Call) -> Response:
    """One event in full: by its id, or the latest, the oldest, or the one to look at first."""
    if call.parameter("llmFormat"):
        raise not_simulated("events in a form for language models")
    environments = read_environments(call)
    named = call.segments["event"]
    chosen = _chosen(call, named) if named in CHOICES else _named(call, named)
    return answer(render_full(call.store, chosen, environments))


def _matching(call: Call) -> list[Row]:
    """The issue's events that are asked about, oldest first."""
    environments = read_environments(call)
    since_ms, until_ms = read_range(call, is_optional=True)
    query = (call.parameter("query") or "").strip()
    terms = parse_search(query, call.now_ms()) if query else []
    period = Period(since_ms, until_ms, environments)
    question = Question([call.project["id"]], period, terms)
    return matching_events(call, [call.issue["id"]], period, question.event_terms)


def _chosen(call: Call, name: str) -> Row:
    try:
        rows = _matching(call)
    except BadSearch:
        raise bad_request({"detail": "Invalid event query"}) from None
    if not rows:
        raise missing(NO_MATCH)
    return CHOICES[name](rows)


def _named(call: Call, event_id: str) -> Row:
    row = call.store.row(
        "SELECT * FROM sentry_events WHERE issue_id = ? AND event_id = ?",
        call.issue["id"],
        event_id.replace("-", "").lower(),
    )
    if row is None:
        raise missing(NO_EVENT)
    return row


def _recommended(rows: Sequence[Row]) -> Row:
    """
    The event that tells most.

    One with a stack trace before one without, then with frames of the app itself, then with more
    breadcrumbs, then the newest. The server weighs replays, traces and profiles, which the sandbox
    does not have, and then takes the newest too.
    """

    def worth(row: Row) -> tuple[bool, bool, int, int, int]:
        payload = json.loads(row["payload"])
        frames = [frame for thrown in exceptions_of(payload) for frame in frames_of(thrown)]
        has_own = any(frame.get("in_app") for frame in frames)
        crumbs = len(values_of(payload.get("breadcrumbs")))
        return bool(frames), has_own, crumbs, row["occurred_ms"], row["id"]

    return max(rows, key=worth)


# Keyed by the word in place of an id: how to choose among events, which come oldest first.
CHOICES: Mapping[str, Callable[[Sequence[Row]], Row]] = {
    "latest": lambda rows: rows[-1],
    "oldest": lambda rows: rows[0],
    "recommended": _recommended,
}
