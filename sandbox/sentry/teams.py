"""
Teams: list, create, read, change and delete, and the list of a team's projects.

Does not: change memberships; the control API does.

Source: getsentry/sentry, src/sentry/core/endpoints/organization_teams.py and team_details.py.
"""

import secrets

from starlette.responses import Response

from sandbox.sentry import audit
from sandbox.sentry.answers import Refused, answer, bad_request
from sandbox.sentry.call import Call, Row
from sandbox.sentry.fields import check, collect, nullable, slug, text
from sandbox.sentry.organizations import (
    TEAM_LIST_PERIODS,
    active_teams,
    check_period,
    tokenize,
)
from sandbox.sentry.serialize import organization_brief, render_summaries, render_teams
from sandbox.sentry.slugs import derive_slug

SLUG_LONGEST = 50
DERIVED_SLUG_LONGEST = 30
NAME_LONGEST = 64
TAKEN = "A team with this slug already exists."
CREATE_FIELDS = {
    "slug": nullable(slug(SLUG_LONGEST)),
    "name": nullable(text(longest=NAME_LONGEST, blank=True)),
}
CHANGE_FIELDS = {"slug": slug(SLUG_LONGEST), "name": text(longest=NAME_LONGEST)}


def list_teams(call: Call) -> Response:
    """The organization's teams by slug, with their projects unless ``detailed=0``."""
    rows = _search(call, active_teams(call))
    detailed = call.parameter("detailed") != "0"

    def render(items: list[Row]) -> list[Row]:
        shown = render_teams(call, items)
        if detailed:
            for team, item in zip(items, shown, strict=True):
                item["externalTeams"] = []
                item["projects"] = render_summaries(call, projects_of_team(call, team))
        return shown

    return call.page_by_offset(rows, render)


def _search(call: Call, rows: list[Row]) -> list[Row]:
    for name, values in tokenize(call.parameter("query") or "").items():
        if name == "query":
            wanted = " ".join(values).lower()
            rows = [r for r in rows if wanted in r["name"].lower() or wanted in r["slug"]]
        elif name == "slug":
            rows = [row for row in rows if row["slug"] in values]
        elif name == "id":
            if not all(value.isdecimal() for value in values):
                raise bad_request({"detail": "Invalid id value"})
            rows = [row for row in rows if str(row["id"]) in values]
        else:
            rows = []
    return rows


def projects_of_team(call: Call, team: Row) -> list[Row]:
    """A team's projects, by slug."""
    return call.store.rows(
        "SELECT p.* FROM sentry_projects p JOIN sentry_project_teams b ON b.project_id = p.id"
        " WHERE b.team_id = ? AND p.status = 'active' ORDER BY p.slug",
        team["id"],
    )


def create_team(call: Call) -> Response:
    """Create a team; a caller who is a member of the organization joins it."""
    values = check(call.body(), CREATE_FIELDS)
    name, asked = values.get("name"), values.get("slug")
    if not (name or asked):
        raise bad_request({"non_field_errors": ["Name or slug is required"]})
    if asked and is_team_slug_taken(call, asked):
        raise Refused(409, {"non_field_errors": [TAKEN], "detail": TAKEN})
    chosen = asked or derive_slug(
        str(name), DERIVED_SLUG_LONGEST, lambda s: is_team_slug_taken(call, s)
    )
    team_id = insert_team(call, chosen, name or chosen)
    if call.access.member_id is not None:
        _join(call, team_id, chosen)
    audit.record(call, "team.create", team_id, {"slug": chosen, "name": name or chosen})
    return answer(render_teams(call, [_get(call, team_id)])[0], 201)


def insert_team(call: Call, team_slug: str, name: str) -> int:
    """Insert a team's row and return its id."""
    return call.store.insert(
        "sentry_teams",
        organization_id=call.organization["id"],
        slug=team_slug,
        name=name,
        date_created=call.now_text(),
    )


def _join(call: Call, team_id: int, team_slug: str) -> None:
    member_id = call.access.member_id
    call.store.insert("sentry_team_members", team_id=team_id, member_id=member_id)
    # The answer already shows the membership that the request has just made.
    call.access = call.access.with_team(team_id, call.caller)
    audit.record(call, "member.join-team", team_id, {"team_slug": team_slug})


def show_team(call: Call) -> Response:
    """One team with its organization (unless collapsed) and, if asked, its projects."""
    shown = render_teams(call, [call.team])[0]
    if "organization" not in call.parameters("collapse"):
        shown["organization"] = organization_brief(call)
    if "projects" in call.parameters("expand"):
        shown["projects"] = render_summaries(call, projects_of_team(call, call.team))
    return answer(shown)


def change_team(call: Call) -> Response:
    """Change name or slug; a team has no redirect from its old slug."""
    _refuse_managed(call)
    values, errors = collect(call.body(), CHANGE_FIELDS)
    wanted = values.get("slug")
    if wanted and wanted != call.team["slug"] and is_team_slug_taken(call, wanted):
        errors["slug"] = [f'The slug "{wanted}" is already in use.']
    if errors:
        raise bad_request(errors)
    call.store.update("sentry_teams", call.team["id"], **values)
    team = _get(call, call.team["id"])
    audit.record(call, "team.edit", team["id"], {"slug": team["slug"], "name": team["name"]})
    return answer(render_teams(call, [team])[0])


def delete_team(call: Call) -> Response:
    """Delete the team; its slug is free at once, its projects stay."""
    _refuse_managed(call)
    renamed = f"{call.team['slug']}-{secrets.token_hex(16)}"[:SLUG_LONGEST]
    call.store.update("sentry_teams", call.team["id"], slug=renamed, status="pending_deletion")
    data = {"slug": call.team["slug"], "name": call.team["name"]}
    audit.record(call, "team.remove", call.team["id"], data)
    return answer(None, 204)


def list_team_projects(call: Call) -> Response:
    """The team's projects by slug."""
    check_period(call, TEAM_LIST_PERIODS)
    rows = projects_of_team(call, call.team)
    return call.page_by_offset(rows, lambda items: render_summaries(call, items))


def _refuse_managed(call: Call) -> None:
    if call.team["idp_provisioned"]:
        message = "This team is managed through your organization's identity provider."
        raise Refused(403, {"detail": message})


def is_team_slug_taken(call: Call, team_slug: str) -> bool:
    """Whether a team of the organization, deleted ones included, has this slug."""
    row = call.store.row(
        "SELECT id FROM sentry_teams WHERE organization_id = ? AND slug = ?",
        call.organization["id"],
        team_slug,
    )
    return row is not None


def _get(call: Call, team_id: int) -> Row:
    return call.store.rows("SELECT * FROM sentry_teams WHERE id = ?", team_id)[0]
