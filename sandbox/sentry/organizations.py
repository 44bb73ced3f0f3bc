"""
Organizations: one in full, its projects, and what a token may do.

Does not: create or change organizations; the control API does.

Source: getsentry/sentry, src/sentry/core/endpoints/organization_projects.py.
"""

import re
from collections.abc import Sequence

from starlette.responses import Response

from sandbox.sentry.answers import answer, bad_request
from sandbox.sentry.call import Call, Row
from sandbox.sentry.serialize import (
    organization_detail,
    render_summaries,
    render_teams,
    teams_of,
    user_brief,
)

LIST_PERIODS = ("", "1h", "24h", "7d", "14d", "30d", "90d")
TEAM_LIST_PERIODS = ("", "24h", "14d", "30d")


def show_index(call: Call) -> Response:
    """What the token is: its scopes and its user."""
    caller = call.caller
    user = None if caller is None or caller.user is None else user_brief(caller.user)
    auth = None if caller is None else {"scopes": sorted(caller.scopes)}
    return answer({"version": "0", "auth": auth, "user": user})


def show_organization(call: Call) -> Response:
    """The organization; without projects and teams when ``detailed=0``."""
    if call.parameter("detailed") == "0":
        return answer(organization_detail(call, None, None))
    projects = render_summaries(call, active_projects(call))
    teams = render_teams(call, active_teams(call))
    return answer(organization_detail(call, projects, teams))


def active_projects(call: Call) -> list[Row]:
    """The organization's projects, by slug."""
    return call.store.rows(
        "SELECT * FROM sentry_projects WHERE organization_id = ? AND status = 'active'"
        " ORDER BY slug",
        call.organization["id"],
    )


def active_teams(call: Call) -> list[Row]:
    """The organization's teams, by slug."""
    return call.store.rows(
        "SELECT * FROM sentry_teams WHERE organization_id = ? AND status = 'active' ORDER BY slug",
        call.organization["id"],
    )


def list_projects(call: Call) -> Response:
    """The organization's projects by slug, the caller's bookmarked ones first."""
    check_period(call, LIST_PERIODS)
    rows = _search(call, active_projects(call))
    if call.parameter("all_projects") == "1":
        return answer(render_summaries(call, rows))
    bookmarked = {
        row["project_id"]
        for row in call.store.rows(
            "SELECT project_id FROM sentry_bookmarks WHERE user_id = ?", call.user_id
        )
    }
    rows.sort(key=lambda row: (row["id"] not in bookmarked, row["slug"]))
    return call.page_by_offset(rows, lambda items: render_summaries(call, items))


def check_period(call: Call, allowed: Sequence[str]) -> None:
    """Refuse a ``statsPeriod`` that a project list does not know."""
    if (call.parameter("statsPeriod") or "") in allowed:
        return
    named = ", ".join(f"'{period}'" for period in allowed[:-1])
    message = f"Invalid stats_period. Valid choices are {named}, and '{allowed[-1]}'"
    raise bad_request({"error": {"params": {"stats_period": {"message": message}}}})


def tokenize(query: str) -> dict[str, list[str]]:
    """The words of a search query keyed by what stands before their colon, or ``query``."""
    tokens: dict[str, list[str]] = {}
    for word in re.findall(r'[^\s":]+:"[^"]*"|"[^"]*"|\S+', query):
        name, colon, value = word.partition(":")
        if colon and not word.startswith('"'):
            tokens.setdefault(name, []).append(value.strip('"'))
        else:
            tokens.setdefault("query", []).append(word.strip('"'))
    return tokens


def _search(call: Call, rows: list[Row]) -> list[Row]:
    query = call.parameter("query")
    if not query:
        return rows
    for name, values in tokenize(query).items():
        rows = _filter(call, rows, name, values)
    return rows


def _filter(call: Call, rows: list[Row], name: str, values: list[str]) -> list[Row]:
    if name == "query":
        wanted = " ".join(values).lower()
        return [r for r in rows if wanted in r["name"].lower() or wanted in r["slug"]]
    if name == "slug":
        return [row for row in rows if row["slug"] in values]
    if name == "id":
        return _with_ids(rows, values)
    if name in ("team", "!team"):
        bound = _bound_to(call, rows, values)
        return [row for row in rows if (row["id"] in bound) == (name == "team")]
    if name == "is_member":
        mine = call.access.team_scopes
        teams = teams_of(call, [row["id"] for row in rows])
        return [row for row in rows if any(team["id"] in mine for team in teams[row["id"]])]
    return []


def _with_ids(rows: list[Row], values: list[str]) -> list[Row]:
    if not all(value.isdecimal() for value in values):
        # The server names the wrong parameter here, and so do we.
        message = "All 'id' values must be integers."
        raise bad_request({"error": {"params": {"stats_period": {"message": message}}}})
    return [row for row in rows if str(row["id"]) in values]


def _bound_to(call: Call, rows: list[Row], slugs: list[str]) -> set[int]:
    teams = teams_of(call, [row["id"] for row in rows])
    return {row["id"] for row in rows if any(team["slug"] in slugs for team in teams[row["id"]])}
