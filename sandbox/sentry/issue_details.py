"""
One issue in full: what lists show, and its history, people, releases, tags and counts over time.

Does not: know user reports, or forecast events.

Source: getsentry/sentry, src/sentry/issues/endpoints/group_details.py.
"""

import json
from collections import Counter

from starlette.responses import Response

from sandbox.sentry.activity import history_of
from sandbox.sentry.answers import answer
from sandbox.sentry.call import Call, Row, render_time_ms
from sandbox.sentry.event_tags import tags_of
from sandbox.sentry.issue_blocks import add_expanded
from sandbox.sentry.issue_figures import Period, events_in, figures_of
from sandbox.sentry.issue_periods import read_environments
from sandbox.sentry.issue_resolution import find_release_by_id
from sandbox.sentry.issue_serialize import people_by_id, render_issue
from sandbox.sentry.issue_series import DAY, HOUR, Grid, Series, series_of
from sandbox.sentry.release_serialize import render_release

# What the server calls a tag where its key with capital letters will not do.
TAG_NAMES = {
    "url": "URL",
    "os": "OS",
    "device": "Device",
    "server_name": "Server",
    "dist": "Distribution",
}
# Keyed by the series' name: how many seconds it covers, and the seconds from point to point.
SERIES = {"24h": (DAY, HOUR), "30d": (30 * DAY, DAY)}


def show_issue(call: Call) -> Response:
    """
    The issue, its figures those of all time or of the ``environment`` asked for.

    ``collapse`` leaves out release, tags or stats; ``expand`` adds what lists may add.

    Raises:
        Refused: 404 for an environment that nobody knows.
    """
    issue, collapsed = call.issue, call.parameters("collapse")
    period = Period(environments=read_environments(call))
    shown = render_issue(call, issue, figures_of(call.store, [issue], period)[issue["id"]])
    if "release" not in collapsed:
        shown |= _releases(call, issue)
    if "tags" not in collapsed:
        shown["tags"] = _tags(call, issue, period)
    if "stats" not in collapsed:
        shown["stats"] = _stats(call, issue, period)
    add_expanded(issue, shown, call.parameters("expand"))
    everything = figures_of(call.store, [issue])[issue["id"]]
    return answer({**shown, **_people(call, issue), "count": str(everything.count)})


def _releases(call: Call, issue: Row) -> Row:
    first = find_release_by_id(call.store, issue["first_release_id"])
    last = find_release_by_id(call.store, issue["last_release_id"])
    return {
        "firstRelease": None if first is None else render_release(call.store, first),
        "lastRelease": None if last is None else render_release(call.store, last),
    }


def _tags(call: Call, issue: Row, period: Period) -> list[Row]:
    """The tags that its events have, with the number of events that have each, by name."""
    where, parameters = events_in([issue["id"]], period)
    sql = f"SELECT payload FROM sentry_events WHERE {where}"  # noqa: S608  names and marks only
    counts: Counter[str] = Counter()
    for event in call.store.rows(sql, *parameters):
        counts.update(tags_of(json.loads(event["payload"])).keys())
    tags = [{"key": key, "name": _name(key), "totalValues": counts[key]} for key in counts]
    return sorted(tags, key=lambda tag: str(tag["name"]))


def _name(key: str) -> str:
    return TAG_NAMES.get(key) or key.replace("_", " ").title()


def _stats(call: Call, issue: Row, period: Period) -> dict[str, Series]:
    where, parameters = events_in([issue["id"]], period)
    sql = f"SELECT issue_id, occurred_ms FROM sentry_events WHERE {where}"  # noqa: S608  likewise
    events = call.store.rows(sql, *parameters)
    now = call.now_ms() // 1000
    shown = {}
    for name, (seconds, width) in SERIES.items():
        grid = Grid(name, (now - seconds) // width * width, now // width * width, width)
        shown[name] = series_of(events, grid, [issue["id"]])[issue["id"]]
    return shown


def _people(call: Call, issue: Row) -> Row:
    sql = "SELECT * FROM sentry_issue_marks WHERE issue_id = ? ORDER BY seen_ms DESC, user_id"
    marks = call.store.rows(sql, issue["id"])
    people = people_by_id(call.store, (mark["user_id"] for mark in marks))
    known = [(mark, people[mark["user_id"]]) for mark in marks if mark["user_id"] in people]
    return {
        "activity": history_of(call.store, issue),
        "seenBy": [
            {**person, "lastSeen": render_time_ms(mark["seen_ms"])}
            for mark, person in known
            if mark["seen_ms"] is not None
        ],
        "userReportCount": 0,
        "participants": [
            {**person, "type": "user"} for mark, person in known if mark["subscription"]
        ],
    }
