"""
Projects: create, read, delete, and bind to teams.

Does not: change settings (sandbox.sentry.project_update) or list (sandbox.sentry.organizations).

Source: getsentry/sentry, src/sentry/core/endpoints/team_projects.py, project_details.py and
project_team_details.py.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from sandbox.sentry import audit
from sandbox.sentry.answers import NO_PERMISSION, Refused, answer, bad_request, missing
from sandbox.sentry.call import Call, Row
from sandbox.sentry.fields import Invalid, boolean, collect, nullable, slug, text
from sandbox.sentry.keys import insert_key
from sandbox.sentry.lookup import find_team
from sandbox.sentry.serialize import render_detail, render_project, render_teams, teams_of
from sandbox.sentry.slugs import (
    CONSOLES,
    RESERVED_PROJECT_SLUGS,
    derive_slug,
    is_platform,
)
from sandbox.store import Store

NAME_LONGEST = 50
SLUG_LONGEST = 100
DERIVED_SLUG_LONGEST = 50
TAKEN = "A project with this slug already exists."
MEMBERS_MAY_NOT = "Your organization has disabled this feature for members."
DEFAULT_ALERT = "Send a notification for high priority issues"
CREATE_FIELDS = {
    "name": text(longest=NAME_LONGEST),
    "slug": nullable(slug(SLUG_LONGEST)),
    "platform": nullable(text(blank=True)),
    "default_rules": boolean,
}


def create_project(call: Call) -> Response:
    """
    Create a project in the team.

    An explicit slug that is taken gets 409; a slug derived from the name is suffixed instead.
    """
    body = call.body()
    values = check_new(call, body)
    _refuse_if_members_may_not(call)
    asked = values.get("slug")
    if asked and is_taken(call, asked):
        raise Refused(409, {"detail": TAKEN})
    project_id = make_project(call, call.team["id"], values, body.get("origin"))
    return answer(render_project(call, get_project(call, project_id)), 201)


def make_project(call: Call, team_id: int, values: Mapping[str, Any], origin: Any) -> int:
    """Make a project of checked values whose slug is free, and return its id."""
    chosen = values.get("slug") or derive_slug(
        values["name"], DERIVED_SLUG_LONGEST, lambda s: is_taken(call, s), RESERVED_PROJECT_SLUGS
    )
    new = NewProject(
        organization_id=call.organization["id"],
        team_id=team_id,
        slug=chosen,
        name=values["name"],
        platform=values.get("platform"),
        default_rules=values.get("default_rules", True),
    )
    project_id = insert_project(call.store, new, call.now_text())
    _record_creation(call, project_id, origin)
    return project_id


def _refuse_if_members_may_not(call: Call) -> None:
    if call.organization["member_project_creation"] or call.access.has_any(("org:write",)):
        return
    if not call.access.reaches_team(call.team, ("team:admin",)):
        raise Refused(403, {"detail": MEMBERS_MAY_NOT})


def check_new(call: Call, body: Any) -> dict[str, Any]:
    """
    The checked fields of a project to make.

    Raises:
        Refused: 400 with all errors keyed by field name.
    """
    values, errors = collect(body, CREATE_FIELDS, required=("name",))
    if values.get("name") in RESERVED_PROJECT_SLUGS:
        errors["name"] = [f'The name "{values["name"]}" is reserved and not allowed.']
    try:
        _check_platform(call, values.get("platform"))
    except Invalid as invalid:
        errors["platform"] = invalid.errors
    if errors:
        raise bad_request(errors)
    return values


def _check_platform(call: Call, platform: str | None) -> None:
    if not is_platform(platform):
        raise Invalid("Invalid platform")
    enabled = json.loads(call.organization["console_platforms"])
    if platform in CONSOLES and platform not in enabled:
        raise Invalid(f"Console platform '{platform}' is not enabled for this organization")


@dataclass(frozen=True)
class NewProject:
    """What a project is made from; the team is the first one bound to it."""

    organization_id: int
    team_id: int
    slug: str
    name: str
    platform: str | None
    default_rules: bool = True


def insert_project(store: Store, new: NewProject, now: str) -> int:
    """Insert a project with what comes with it (binding, key, detectors, alert); returns its id."""
    project_id = store.insert(
        "sentry_projects",
        organization_id=new.organization_id,
        slug=new.slug,
        name=new.name,
        platform=new.platform,
        settings=json.dumps({"sentry:token": secrets.token_hex(16)}),
        date_created=now,
    )
    store.insert("sentry_project_teams", project_id=project_id, team_id=new.team_id)
    insert_key(store, project_id=project_id, label="Default", now=now)
    for kind in ("error", "issue_stream"):
        store.insert("sentry_detectors", project_id=project_id, type=kind)
    if new.default_rules:
        store.insert("sentry_alerts", project_id=project_id, name=DEFAULT_ALERT)
    return project_id


def _record_creation(call: Call, project_id: int, origin: Any) -> None:
    project = get_project(call, project_id)
    data = describe(project)
    if origin:
        audit.record(call, "project.create-with-origin", project_id, {**data, "origin": origin})
    else:
        audit.record(call, "project.create", project_id, data)


def describe(project: Row) -> dict[str, Any]:
    """What an audit entry keeps of a project."""
    return {name: project[name] for name in ("id", "slug", "name", "platform", "status")}


def is_taken(call: Call, project_slug: str) -> bool:
    """Whether a project of the organization, deleted ones included, has this slug."""
    row = call.store.row(
        "SELECT id FROM sentry_projects WHERE organization_id = ? AND slug = ?",
        call.organization["id"],
        project_slug,
    )
    return row is not None


def get_project(call: Call, project_id: int) -> Row:
    """The row of a project that is known to exist."""
    return call.store.rows("SELECT * FROM sentry_projects WHERE id = ?", project_id)[0]


def show_project(call: Call) -> Response:
    """The project in full."""
    return answer(render_detail(call, call.project))


def delete_project(call: Call) -> Response:
    """Delete the project; its slug is free at once, its data goes later."""
    project = call.project
    if project["is_internal"]:
        # A JSON string that holds JSON: the server encodes this body twice.
        body = '{"error": "Cannot remove projects internally used by Sentry."}'
        return answer(body, 403)
    renamed = secrets.token_hex(16)
    call.store.update("sentry_projects", project["id"], slug=renamed, status="pending_deletion")
    audit.record(call, "project.remove", project["id"], describe(project))
    return answer(None, 204)


def list_project_teams(call: Call) -> Response:
    """The project's teams by name."""
    teams = teams_of(call, [call.project["id"]])[call.project["id"]]
    rows = sorted(
        (team for team in teams if team["status"] == "active"), key=lambda team: team["name"]
    )
    return call.page_by_offset(rows, lambda items: render_teams(call, items))


def bind_team(call: Call) -> Response:
    """Give a team access to the project; the same answer if it has it already."""
    team = _named_team(call)
    call.store.write(
        "INSERT OR IGNORE INTO sentry_project_teams (project_id, team_id) VALUES (?, ?)",
        call.project["id"],
        team["id"],
    )
    _record_binding(call, "project-team.add", team)
    return answer(render_project(call, call.project), 201)


def unbind_team(call: Call) -> Response:
    """Take a team's access away, even the last one's; the same answer if it had none."""
    team = _named_team(call)
    if not call.access.reaches_team(team, ("project:write",)):
        raise Refused(403, {"detail": [NO_PERMISSION]})
    call.store.write(
        "DELETE FROM sentry_project_teams WHERE project_id = ? AND team_id = ?",
        call.project["id"],
        team["id"],
    )
    _record_binding(call, "project-team.remove", team)
    return answer(render_project(call, call.project))


def _named_team(call: Call) -> Row:
    team = find_team(call.store, call.organization["id"], call.segments["bound_team"])
    if team is None:
        raise missing("Team does not exist.")
    return team


def _record_binding(call: Call, event: str, team: Row) -> None:
    data = {"team_slug": team["slug"], "project_slug": call.project["slug"]}
    audit.record(call, event, call.project["id"], data)
