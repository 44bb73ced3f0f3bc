"""
Which of an organization's projects a call is about, by its ``project`` or ``projectSlug``.

Does not: know what is asked of them.

Source: getsentry/sentry, src/sentry/api/bases/organization.py.
"""

from sandbox.sentry.answers import bad_request, forbidden
from sandbox.sentry.call import Call
from sandbox.sentry.serialize import teams_of

ALL_PROJECTS = frozenset((-1, "$all"))


def wanted_projects(call: Call) -> dict[int, list[int]]:
    """
    The ids of the teams bound to each project that is asked about, keyed by project id.

    The projects the caller is a member of, or all visible ones with ``project=-1``, or the named
    ones.

    Raises:
        Refused: 400 for what is no id, 403 for a project that does not exist or is not visible.
    """
    projects = call.store.rows(
        "SELECT * FROM sentry_projects WHERE organization_id = ? AND status = 'active'",
        call.organization["id"],
    )
    teams = teams_of(call, [project["id"] for project in projects])
    bound = {p["id"]: [team["id"] for team in teams[p["id"]]] for p in projects}
    visible = {p["id"] for p in projects if call.access.sees_project(p, bound[p["id"]])}
    asked = _asked(call)
    if asked & ALL_PROJECTS:
        wanted = visible
    elif asked:
        wanted = {p["id"] for p in projects if asked & {p["id"], p["slug"]}}
        if len(wanted) < len(asked) or wanted - visible:
            raise forbidden()
    else:
        wanted = {project for project in visible if call.access.is_member_of(bound[project])}
    return {project: bound[project] for project in wanted}


def _asked(call: Call) -> set[int | str]:
    """The slugs asked for or else the ids; the empty set where none is."""
    try:
        ids = {int(each) for each in call.parameters("project")}
    except ValueError:
        message = "Invalid project parameter. Values must be numbers."
        raise bad_request({"detail": message}) from None
    slugs = {each for each in call.parameters("projectSlug") if each}
    return {*slugs} or {*ids}
