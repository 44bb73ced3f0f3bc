"""
What may be changed of an issue, and the checks of each field against the issue's project.

Does not: change anything, or check fields against one another.

Source: getsentry/sentry, src/sentry/api/helpers/group_index/validators and
src/sentry/types/actor.py.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sandbox.sentry.answers import not_simulated
from sandbox.sentry.call import Call, Row
from sandbox.sentry.fields import Field, Invalid, boolean, check, choice, integer, nested, nullable
from sandbox.sentry.fields import text as text_field
from sandbox.sentry.lookup import team_ids_of
from sandbox.sentry.release_order import latest_release
from sandbox.sentry.release_rows import find_release

STATUSES = ("resolved", "unresolved", "ignored", "resolvedInNextRelease", "muted")
ARCHIVED = ("archived_until_escalating", "archived_until_condition_met", "archived_forever")
UNRESOLVED = ("escalating", "ongoing", "regressed", "new")
PRIORITIES = ("low", "medium", "high")
LATEST = "latest"
NO_RELEASE = "No release data present in the system to form a basis for 'Next Release'"
UNKNOWN_RELEASE = "Unable to find a release with the given version."
NOT_IN_PLAN = "Your organization does not have access to this feature."
NO_ACTOR = "Could not parse actor. Format should be `type:id` where type is `team` or `user`."
_WEEK_MINUTES = 7 * 24 * 60

CONDITIONS: Mapping[str, Field] = {
    "ignoreDuration": integer(),
    "ignoreCount": integer(),
    "ignoreWindow": integer(most=_WEEK_MINUTES),
    "ignoreUserCount": integer(),
    "ignoreUserWindow": integer(most=_WEEK_MINUTES),
}
PLAIN: Mapping[str, Field] = {
    "status": choice(STATUSES),
    "substatus": nullable(choice((*ARCHIVED, *UNRESOLVED))),
    "priority": choice(PRIORITIES),
    **dict.fromkeys(("hasSeen", "isBookmarked", "isSubscribed"), boolean),
    **dict.fromkeys(("inbox", "isPublic", "merge", "discard"), boolean),
    **CONDITIONS,
}
UNSIMULATED = (
    *("inbox", "isPublic", "merge", "discard", "inCommit"),
    *("ignoreWindow", "ignoreUserCount", "ignoreUserWindow"),
)


def check_changes(call: Call, project: Row) -> Row:
    """
    The changes that the body asks for, keyed by field; releases as rows, owners as type and id.

    Raises:
        Refused: 400 with all errors by field; 501 for a change that is not simulated.
    """
    fields: dict[str, Field] = {
        **PLAIN,
        "statusDetails": nested(_status_details(call, project)),
        "assignedTo": partial(_owner, call, project),
    }
    values = check(call.body(), fields)
    for name in (*values, *values.get("statusDetails", ())):
        if name in UNSIMULATED:
            raise not_simulated(f"{name} of an issue")
    return values


def _status_details(call: Call, project: Row) -> dict[str, Field]:
    return {
        "inNextRelease": partial(_basis_of_next, call, project),
        "inRelease": partial(_release, call, project),
        "inUpcomingRelease": _refuse_upcoming,
        "inCommit": lambda value: value,
        **CONDITIONS,
    }


def _basis_of_next(call: Call, project: Row, value: Any) -> Row:
    # The server checks the value and then forgets it: false means the same as true.
    boolean(value)
    return _latest(call, project)


def _latest(call: Call, project: Row) -> Row:
    release = latest_release(call.store, project["id"])
    if release is None:
        raise Invalid(NO_RELEASE)
    return release


def _release(call: Call, project: Row, value: Any) -> Row:
    version = text_field()(value)
    if version == LATEST:
        return _latest(call, project)
    release = find_release(call.store, project["organization_id"], version)
    sql = "SELECT id FROM sentry_release_projects WHERE release_id = ? AND project_id = ?"
    if release is None or call.store.row(sql, release["id"], project["id"]) is None:
        raise Invalid(UNKNOWN_RELEASE)
    return release


def _refuse_upcoming(value: Any) -> None:
    boolean(value)
    raise Invalid(NOT_IN_PLAN)


def _owner(call: Call, project: Row, value: Any) -> Row | None:
    """A user by id, e-mail or ``user:1``, a team by ``team:1``; nobody for an empty value."""
    if not value:
        return None
    owner = _team(call, str(value)) or _user(call, str(value))
    if not call.organization["open_membership"]:
        _refuse_stranger(call, project, owner)
    return owner


def _team(call: Call, named: str) -> Row | None:
    kind, _, number = named.partition(":")
    if kind != "team" or not number.isdecimal():
        return None
    team = call.store.row("SELECT * FROM sentry_teams WHERE id = ? AND status = 'active'", number)
    if team is None:
        raise Invalid("Team does not exist")
    if team["organization_id"] != call.organization["id"]:
        raise Invalid("Team is not a member of this organization")
    return {"type": "team", "id": team["id"]}


def _user(call: Call, named: str) -> Row:
    number = named.removeprefix("user:")
    if number.isdecimal():
        user = call.store.row("SELECT * FROM sentry_users WHERE id = ?", number)
        if user is None:
            raise Invalid("User does not exist")
    else:
        user = call.store.row("SELECT * FROM sentry_users WHERE email = ?", named)
        if user is None:
            raise Invalid(NO_ACTOR)
    sql = "SELECT id FROM sentry_members WHERE organization_id = ? AND user_id = ?"
    if call.store.row(sql, call.organization["id"], user["id"]) is None:
        raise Invalid("User is not a member of this organization")
    return {"type": "user", "id": user["id"]}


def _refuse_stranger(call: Call, project: Row, owner: Row) -> None:
    teams = team_ids_of(call.store, project["id"])
    if owner["type"] == "team":
        if owner["id"] not in teams:
            raise Invalid("Cannot assign to a team without access to the project")
        return
    rows = call.store.rows(
        "SELECT t.team_id FROM sentry_team_members t JOIN sentry_members m ON m.id = t.member_id"
        " WHERE m.user_id = ?",
        owner["id"],
    )
    if not {row["team_id"] for row in rows} & set(teams):
        raise Invalid("Cannot assign to non-team member")
