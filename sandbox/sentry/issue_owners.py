"""
Whom an issue is assigned to, as a search asks for it: ``me``, ``none``, ``#team``, an e-mail.

Does not: assign anything, or suggest owners by ownership rules.

Source: getsentry/sentry, src/sentry/search/utils.py and src/sentry/search/snuba/backend.py.
"""

import json

from sandbox.sentry.call import Call, Row
from sandbox.sentry.lookup import find_team


def is_assigned_to(call: Call, issue: Row, named: str) -> bool:
    """Whether the issue is assigned to the one *named*; a user's teams count as the user."""
    if not issue["assigned"]:
        return named in ("none", "")
    owner = json.loads(issue["assigned"])
    key = (owner["type"], int(owner["id"]))
    if named.startswith("#"):
        team = find_team(call.store, call.organization["id"], named[1:])
        return team is not None and key == ("team", team["id"])
    user_id = call.user_id if named in ("me", "my_teams") else _user_id(call, named)
    owners = {("team", team) for team in _teams_of(call, user_id)}
    return key in owners or (named != "my_teams" and key == ("user", user_id))


def _user_id(call: Call, named: str) -> int | None:
    column = "id" if named.isdecimal() else "email"
    row = call.store.row(f"SELECT id FROM sentry_users WHERE {column} = ?", named)  # noqa: S608
    return int(row["id"]) if row else None


def _teams_of(call: Call, user_id: int | None) -> list[int]:
    rows = call.store.rows(
        "SELECT t.team_id FROM sentry_team_members t JOIN sentry_members m ON m.id = t.member_id"
        " WHERE m.organization_id = ? AND m.user_id = ?",
        call.organization["id"],
        user_id,
    )
    return [row["team_id"] for row in rows]
