"""
The JSON of organizations, teams, projects and users.

Lists are rendered from few queries, whatever their length.
Does not: check access; what a caller may not see was refused before.

Source: the recorded answers; getsentry/sentry, src/sentry/api/serializers/models.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.sentry import scopes
from sandbox.sentry.call import Call, Row
from sandbox.sentry.project_settings import load_settings, show_fields, show_options
from sandbox.sentry.release_order import latest_release, latest_versions
from sandbox.sentry.release_serialize import render_release

SHAPES = json.loads((Path(__file__).parent / "static/shapes.json").read_text("utf-8"))
AVATAR = {"avatarType": "letter_avatar", "avatarUuid": None}


def organization_brief(call: Call) -> Row:
    """An organization as it appears inside a team or project."""
    organization = call.organization
    url = call.world.sentry_url
    return {
        **SHAPES["organization_brief"],
        "id": str(organization["id"]),
        "slug": organization["slug"],
        "name": organization["name"],
        "dateCreated": organization["date_created"],
        "links": {"organizationUrl": url, "regionUrl": url},
    }


def organization_detail(call: Call, projects: list[Row] | None, teams: list[Row] | None) -> Row:
    """An organization in full; *projects* and *teams* are left out where None."""
    organization = call.organization
    role = call.access.role
    detail = {
        **SHAPES["organization"],
        **organization_brief(call),
        "access": sorted(call.access.scopes),
        "allowMemberProjectCreation": bool(organization["member_project_creation"]),
        "isDefault": bool(organization["is_default"]),
        "openMembership": bool(organization["open_membership"]),
        "role": role,
        "orgRole": role,
    }
    if projects is not None:
        detail["projects"] = projects
    if teams is not None:
        detail["teams"] = teams
    return detail


def user_brief(user: Mapping[str, Any]) -> Row:
    """A user as it appears in an audit entry or a token's self description."""
    return {
        "id": str(user["id"]),
        "name": user["name"],
        "username": user["email"],
        "email": user["email"],
        "avatarUrl": None,
        "isActive": bool(user["is_active"]),
        "dateJoined": user["date_joined"],
        "avatar": AVATAR,
    }


def user_in_full(user: Mapping[str, Any]) -> Row:
    """A user as those appear who did something to an issue; the sandbox has no passwords."""
    picture = hashlib.md5(user["email"].encode(), usedforsecurity=False).hexdigest()
    return {
        **user_brief(user),
        "avatarUrl": f"https://gravatar.com/avatar/{picture}?s=32&d=mm",
        "emails": [{"id": str(user["id"]), "email": user["email"], "is_verified": True}],
        "experiments": {},
        "has2fa": False,
        "hasPasswordAuth": True,
        "isManaged": False,
        "isStaff": False,
        "isSuperuser": False,
        "isSuspended": False,
        "lastActive": None,
        "lastLogin": None,
    }


def render_teams(call: Call, teams: Sequence[Row]) -> list[Row]:
    """Teams as the API shows them."""
    if not teams:
        return []
    marks = ",".join("?" * len(teams))
    counts = {
        row["team_id"]: row["members"]
        for row in call.store.rows(
            "SELECT team_id, COUNT(*) AS members FROM sentry_team_members"  # noqa: S608  marks
            f" WHERE team_id IN ({marks}) GROUP BY team_id",
            *(team["id"] for team in teams),
        )
    }
    return [_team(call, team, counts.get(team["id"], 0)) for team in teams]


def _team(call: Call, team: Row, members: int) -> Row:
    access = call.access
    is_member = team["id"] in access.team_scopes
    return {
        "id": str(team["id"]),
        "slug": team["slug"],
        "name": team["name"],
        "dateCreated": team["date_created"],
        "isMember": is_member,
        "teamRole": _team_role(call, team["id"]) if is_member else None,
        "flags": {"idp:provisioned": bool(team["idp_provisioned"])},
        "access": _object_access(call, [team["id"]]),
        "hasAccess": access.sees_all or is_member,
        "isPending": False,
        "memberCount": members,
        "avatar": AVATAR,
        "orgRole": None,
    }


def _team_role(call: Call, team_id: int) -> str:
    row = call.store.row(
        "SELECT role FROM sentry_team_members WHERE team_id = ? AND member_id = ?",
        team_id,
        call.access.member_id,
    )
    least = "contributor" if call.access.role == "member" else "admin"
    return str(row["role"] or least) if row else least


def _object_access(call: Call, team_ids: Sequence[int]) -> list[str]:
    held = set(call.access.scopes & scopes.TEAM_ADMIN)
    for team_id in team_ids:
        held |= call.access.team_scopes.get(team_id, frozenset())
    return sorted(held)


def teams_of(call: Call, project_ids: Sequence[int]) -> dict[int, list[Row]]:
    """The teams bound to each project, keyed by project id, the newest binding first."""
    found: dict[int, list[Row]] = defaultdict(list)
    marks = ",".join("?" * len(project_ids))
    rows = call.store.rows(
        "SELECT b.project_id, t.* FROM sentry_project_teams b"  # noqa: S608  marks only
        f" JOIN sentry_teams t ON t.id = b.team_id WHERE b.project_id IN ({marks})"
        " ORDER BY b.id DESC",
        *project_ids,
    )
    for row in rows:
        found[row["project_id"]].append(row)
    return found


def _bookmarks(call: Call) -> set[int]:
    rows = call.store.rows(
        "SELECT project_id FROM sentry_bookmarks WHERE user_id = ?", call.user_id
    )
    return {row["project_id"] for row in rows}


def render_summaries(call: Call, projects: Sequence[Row]) -> list[Row]:
    """Projects as lists show them."""
    if not projects:
        return []
    teams = teams_of(call, [project["id"] for project in projects])
    bookmarks = _bookmarks(call)
    environments = environments_of(call, [project["id"] for project in projects])
    versions = latest_versions(call.store, [project["id"] for project in projects])
    return [
        _without_collapsed(
            call,
            {
                **SHAPES["project_summary"],
                **_project(call, project, teams[project["id"]], bookmarks),
                **_shown_teams(teams[project["id"]]),
                "environments": environments[project["id"]],
                "latestRelease": _version(versions.get(project["id"])),
                **_asked_options(call, project),
            },
        )
        for project in projects
    ]


def _version(version: str | None) -> Row | None:
    return None if version is None else {"version": version}


def environments_of(call: Call, project_ids: Sequence[int]) -> dict[int, list[str]]:
    """The names of the visible environments of each project, keyed by project id."""
    found: dict[int, list[str]] = defaultdict(list)
    marks = ",".join("?" * len(project_ids))
    rows = call.store.rows(
        "SELECT project_id, name FROM sentry_environments"  # noqa: S608  marks only
        f" WHERE project_id IN ({marks}) AND NOT is_hidden ORDER BY name",
        *project_ids,
    )
    for row in rows:
        found[row["project_id"]].append(row["name"])
    return found


def _asked_options(call: Call, project: Row) -> Row:
    asked = call.parameters("options")
    if not asked:
        return {}
    options = show_options(load_settings(project))
    return {"options": {name: options[name] for name in asked if name in options}}


def _without_collapsed(call: Call, summary: Row) -> Row:
    for name in call.parameters("collapse"):
        if name in ("latestDeploys", "features"):
            summary.pop(name, None)
    return summary


def render_project(call: Call, project: Row) -> Row:
    """One project as creating it and binding its teams show it."""
    teams = teams_of(call, [project["id"]])[project["id"]]
    return {
        **_project(call, project, teams, _bookmarks(call)),
        "avatar": AVATAR,
        "color": f"#{hashlib.sha256(project['slug'].encode()).hexdigest()[:6]}",
        "isInternal": bool(project["is_internal"]),
        "status": project["status"],
        **_shown_teams(teams),
    }


def render_detail(call: Call, project: Row) -> Row:
    """One project in full."""
    settings = load_settings(project)
    latest = latest_release(call.store, project["id"])
    return {
        **SHAPES["project_detail"],
        **render_project(call, project),
        **show_fields(settings),
        "options": show_options(settings),
        "organization": organization_brief(call),
        "latestRelease": None if latest is None else render_release(call.store, latest),
    }


def _project(call: Call, project: Row, teams: Sequence[Row], bookmarks: set[int]) -> Row:
    team_ids = [team["id"] for team in teams]
    is_member = any(team_id in call.access.team_scopes for team_id in team_ids)
    return {
        **SHAPES["project"],
        "id": str(project["id"]),
        "slug": project["slug"],
        "name": project["name"],
        "platform": project["platform"],
        "dateCreated": project["date_created"],
        "firstEvent": project["first_event"],
        "isBookmarked": project["id"] in bookmarks,
        "isMember": is_member,
        "hasAccess": call.access.sees_all or is_member,
        "access": _object_access(call, team_ids),
        "features": features_of(call),
    }


def features_of(call: Call) -> list[str]:
    """The features of the organization's projects: all but the disabled ones."""
    disabled = json.loads(call.organization["disabled_features"])
    return [name for name in SHAPES["project_features"] if name not in disabled]


def _shown_teams(teams: Sequence[Row]) -> Row:
    shown = [{"id": str(t["id"]), "slug": t["slug"], "name": t["name"]} for t in teams]
    # Without any team the field `team` is absent, not null.
    return {"team": shown[0], "teams": shown} if shown else {"teams": []}


def organization_disables(call: Call, feature: str) -> bool:
    """Whether the control API has taken a feature from the organization's plan."""
    return feature in json.loads(call.organization["disabled_features"])
