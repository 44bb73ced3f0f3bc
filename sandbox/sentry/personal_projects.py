"""
Creating a project without naming a team: it comes with a new team of the caller's own.

Does not: know how a project is made (sandbox.sentry.projects).

Source: getsentry/sentry, src/sentry/core/endpoints/organization_projects.py.
"""

import secrets
import string

from starlette.responses import Response

from sandbox.sentry import audit
from sandbox.sentry.answers import Refused, answer
from sandbox.sentry.auth import unauthenticated
from sandbox.sentry.call import Call, Row
from sandbox.sentry.projects import (
    MEMBERS_MAY_NOT,
    check_new,
    get_project,
    is_taken,
    make_project,
)
from sandbox.sentry.serialize import render_project
from sandbox.sentry.slugs import slugify
from sandbox.sentry.teams import TAKEN, insert_team, is_team_slug_taken

ATTEMPTS = 5
SUFFIX_LENGTH = 3
NO_MEMBER = "You must be a member of the organization to join a new team as a Team Admin"
NO_FREE_TEAM = "Unable to create a default team for this user. Please try again."


def create_project(call: Call) -> Response:
    """Create a project and its team ``team-<user>``; the caller becomes the team's admin."""
    body = call.body()
    values = check_new(call, body)
    user = _user(call)
    if not (call.organization["member_project_creation"] or call.access.has_any(("org:write",))):
        raise Refused(403, {"detail": MEMBERS_MAY_NOT})
    team_slug = _free_team_slug(call, f"team-{slugify(user['email'].partition('@')[0])}")
    if call.access.member_id is None:
        raise Refused(403, {"detail": NO_MEMBER})
    if values.get("slug") and is_taken(call, values["slug"]):
        # The server says "team" here although it is the project's slug that is taken.
        raise Refused(409, {"non_field_errors": [TAKEN], "detail": TAKEN})
    team_id = _make_team(call, team_slug)
    project_id = make_project(call, team_id, values, body.get("origin"))
    shown = render_project(call, get_project(call, project_id))
    return answer({**shown, "team_slug": team_slug}, 201)


def _user(call: Call) -> Row:
    caller = call.caller
    if caller is None or (caller.user is None and caller.kind != "internal"):
        raise unauthenticated("User is not authenticated")
    if caller.user is None:
        # An integration has a user of its own, who is no member.
        raise Refused(403, {"detail": NO_MEMBER})
    return caller.user


def _free_team_slug(call: Call, wanted: str) -> str:
    chosen = wanted
    for _ in range(ATTEMPTS):
        if not is_team_slug_taken(call, chosen):
            return chosen
        suffix = "".join(secrets.choice(string.ascii_lowercase) for _ in range(SUFFIX_LENGTH))
        chosen = f"{wanted}-{suffix}"
    raise Refused(409, {"detail": NO_FREE_TEAM})


def _make_team(call: Call, team_slug: str) -> int:
    team_id = insert_team(call, team_slug, team_slug)
    call.store.insert(
        "sentry_team_members", team_id=team_id, member_id=call.access.member_id, role="admin"
    )
    call.access = call.access.with_team(team_id, call.caller, "admin")
    audit.record(call, "team.create", team_id, {"slug": team_slug, "name": team_slug})
    return team_id
