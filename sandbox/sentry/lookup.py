"""
Finding the organization, team and project that a path names, and whether the caller reaches them.

Every segment is a slug, or an id if it is all digits.
Does not: check scopes of the token as such; that happens before anything is looked up.

Source: getsentry/sentry, src/sentry/api/bases; the redirect rules were seen on a real server.
"""

from sandbox.sentry.access import find_access
from sandbox.sentry.answers import Refused, forbidden, missing
from sandbox.sentry.call import Call, Row
from sandbox.store import Store

PROJECT_MISSING = "Project does not exist"


def resolve_organization(call: Call, wanted: tuple[str, ...]) -> None:
    """Find the organization; the caller needs one of the *wanted* scopes in it."""
    _find_organization(call)
    if not call.access.has_any(wanted):
        raise forbidden()


def resolve_team(call: Call, wanted: tuple[str, ...]) -> None:
    """Find organization and team; the caller needs one of the *wanted* scopes for the team."""
    _find_team(call)
    if not call.access.reaches_team(call.team, wanted):
        raise forbidden()


def resolve_team_for_projects(call: Call, wanted: tuple[str, ...]) -> None:
    """Like :func:`resolve_team`, but a member who may read projects may also create one."""
    _find_team(call)
    access = call.access
    is_member = call.team["id"] in access.team_scopes
    if call.method == "POST" and is_member and access.has_any(("project:read",)):
        return
    if not access.reaches_team(call.team, wanted):
        raise forbidden()


def _find_team(call: Call) -> None:
    _find_organization(call)
    team = find_team(call.store, call.organization["id"], call.segments["team"])
    if team is None or team["status"] != "active":
        raise missing()
    call.team = team


def resolve_project(call: Call, wanted: tuple[str, ...]) -> None:
    """Find organization and project; the caller needs one of the *wanted* scopes for it."""
    _find_organization(call)
    segment = call.segments["project"]
    project = find_project(call.store, call.organization["id"], segment)
    if project is None:
        raise _redirect(call, segment, wanted)
    if project["status"] != "active":
        raise missing(PROJECT_MISSING)
    if not call.access.reaches_project(project, team_ids_of(call.store, project["id"]), wanted):
        raise forbidden()
    call.project = project


def _find_organization(call: Call) -> None:
    organization = find_organization(call.store, call.segments["organization"])
    access = find_access(call.store, call.caller, organization)
    if access is None:
        raise forbidden()
    call.organization = organization
    call.access = access


def find_organization(store: Store, segment: str) -> Row:
    """
    The organization of that slug or id.

    Raises:
        Refused: 404.
    """
    column = "id" if segment.isdecimal() else "slug"
    organization = store.row(
        f"SELECT * FROM sentry_organizations WHERE {column} = ?",  # noqa: S608  one of two names
        segment,
    )
    if organization is None:
        raise missing()
    return organization


def find_team(store: Store, organization_id: int, segment: str) -> Row | None:
    """The team of that slug or id in an organization, deleted ones included."""
    return _find(store, "sentry_teams", organization_id, segment)


def find_project(store: Store, organization_id: int, segment: str) -> Row | None:
    """The project of that slug or id in an organization, deleted ones included."""
    return _find(store, "sentry_projects", organization_id, segment)


def _find(store: Store, table: str, organization_id: int, segment: str) -> Row | None:
    column = "id" if segment.isdecimal() else "slug"
    sql = f'SELECT * FROM "{table}" WHERE organization_id = ? AND {column} = ?'  # noqa: S608  names are ours
    return store.row(sql, organization_id, segment)


def team_ids_of(store: Store, project_id: int) -> list[int]:
    """The ids of the teams bound to a project, the newest binding first."""
    rows = store.rows(
        "SELECT team_id FROM sentry_project_teams WHERE project_id = ? ORDER BY id DESC", project_id
    )
    return [row["team_id"] for row in rows]


def _redirect(call: Call, old_slug: str, wanted: tuple[str, ...]) -> Refused:
    """What a path with a project's old slug gets: 302, or 403 once that project is deleted."""
    project = call.store.row(
        "SELECT p.* FROM sentry_project_redirects r JOIN sentry_projects p ON p.id = r.project_id"
        " WHERE r.organization_id = ? AND r.slug = ?",
        call.organization["id"],
        old_slug,
    )
    if project is None:
        return missing(PROJECT_MISSING)
    if not call.access.reaches_project(project, team_ids_of(call.store, project["id"]), wanted):
        return forbidden()
    return _moved(call, old_slug, project["slug"])


def _moved(call: Call, old_slug: str, new_slug: str) -> Refused:
    organization = call.segments["organization"]
    old = f"projects/{organization}/{old_slug}/"
    path = call.path.replace(old, f"projects/{organization}/{new_slug}/")
    url = f"{path}?{call.query_string}" if call.query_string else path
    detail = {
        "code": "resource-moved",
        "message": "Resource has been moved",
        "extra": {"url": url, "slug": new_slug},
    }
    return Refused(302, {"slug": new_slug, "detail": detail}, {"Location": url})
