"""
Finding the issue that a path names, and whether the caller reaches it.

An issue of another organization, or of a deleted project, is not there (404); one whose project the
caller does not reach is forbidden (403), so that there the server does tell that it exists.
Does not: check scopes of the token as such; that happens before anything is looked up.

Source: getsentry/sentry, src/sentry/issues/endpoints/bases/group.py.
"""

from sandbox.sentry.access import find_access
from sandbox.sentry.answers import forbidden, missing
from sandbox.sentry.call import Call, Row
from sandbox.sentry.issue_rows import advance_by_time, find_issue, find_issue_anywhere
from sandbox.sentry.lookup import find_organization, team_ids_of


def resolve_issue(call: Call, wanted: tuple[str, ...]) -> None:
    """Find the issue, its project and organization; one of the *wanted* scopes must hold for it."""
    advance_by_time(call.store, call.now_ms())
    issue = _find(call)
    if issue is None:
        raise missing()
    project = call.store.rows("SELECT * FROM sentry_projects WHERE id = ?", issue["project_id"])[0]
    organization = find_organization(call.store, str(project["organization_id"]))
    access = find_access(call.store, call.caller, organization)
    team_ids = team_ids_of(call.store, project["id"])
    if access is None or not access.reaches_project(project, team_ids, wanted):
        raise forbidden()
    call.organization, call.access = organization, access
    call.project, call.issue = project, issue


def _find(call: Call) -> Row | None:
    """By the path's organization, whose access is checked with the issue's project only."""
    named = call.segments["issue"]
    segment = call.segments.get("organization")
    if segment is None:
        return find_issue_anywhere(call.store, named)
    organization = find_organization(call.store, segment)
    return find_issue(call.store, organization["id"], named)
