"""
Direct hits: the issues that a query names by an event's id or by their own short id.

A query that is such an id goes around the rest of a search: its period, and on the organization's
list its projects too.
Does not: show issues.

Source: getsentry/sentry, src/sentry/issues/endpoints/organization_group_index.py.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from sandbox.sentry.call import Call, Row
from sandbox.sentry.issue_rows import find_issue
from sandbox.sentry.lookup import team_ids_of

HEADER = {"X-Sentry-Direct-Hit": "1"}
_EVENT_ID = re.compile(r"^[0-9a-f]{32}$")


@dataclass(frozen=True)
class Hits:
    """The *issues* that were named, and what is added to each of them."""

    issues: list[Row] = field(default_factory=list)
    added: Row = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """The mark of a direct hit, unless several issues were hit."""
        return HEADER if len(self.issues) == 1 else {}


def find_hits(call: Call, projects: Collection[int], *, is_elsewhere_too: bool) -> Hits:
    """
    What the query names, in these projects.

    With *is_elsewhere_too* in the others that the caller may see as well. A short id counts only
    with ``shortIdLookup=1``.
    """
    query = (call.parameter("query") or "").strip()
    event_id = query.replace("-", "").lower()
    found = _issues_of_event(call, event_id) if _EVENT_ID.match(event_id) else []
    issues = [
        issue
        for issue in found
        if issue["project_id"] in projects or (is_elsewhere_too and _is_members(call, issue))
    ]
    if issues:
        added = {"matchingEventId": event_id} if len(issues) == 1 else {}
        return Hits(issues, added)
    issue = _named(call, query)
    if issue is None or not (is_elsewhere_too or issue["project_id"] in projects):
        return Hits()
    return Hits([issue])


def _issues_of_event(call: Call, event_id: str) -> list[Row]:
    return call.store.rows(
        "SELECT i.* FROM sentry_issues i JOIN sentry_events e ON e.issue_id = i.id"
        " JOIN sentry_projects p ON p.id = i.project_id"
        " WHERE e.event_id = ? AND p.organization_id = ? AND p.status = 'active' ORDER BY i.id",
        event_id,
        call.organization["id"],
    )


def _named(call: Call, query: str) -> Row | None:
    """The visible issue of a short id, where short ids are looked up."""
    if call.parameter("shortIdLookup") != "1" or not query or query.isdecimal():
        return None
    issue = find_issue(call.store, call.organization["id"], query)
    return issue if issue and _is_visible(call, issue) else None


def _is_members(call: Call, issue: Row) -> bool:
    return call.access.is_member_of(team_ids_of(call.store, issue["project_id"]))


def _is_visible(call: Call, issue: Row) -> bool:
    teams = team_ids_of(call.store, issue["project_id"])
    return call.access.sees_project({"status": "active"}, teams)
