"""
Access: what a caller may do in one organization, by token scopes, role and team membership.

Does not: know endpoints; those name the scopes they ask for (sandbox.sentry.scopes).

Source: getsentry/sentry, src/sentry/auth/access.py.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.sentry import scopes
from sandbox.sentry.auth import Caller
from sandbox.store import Store


@dataclass(frozen=True)
class Access:
    """
    A caller's reach in one organization.

    *scopes* hold for the whole organization; *team_scopes* are those of its team roles, keyed by
    the ids of the teams it is a member of; *sees_all* is true for organization-wide roles, for
    tokens of the organization itself, and for everybody under open membership.
    """

    scopes: frozenset[str]
    sees_all: bool
    role: str | None = None
    member_id: int | None = None
    team_scopes: Mapping[int, frozenset[str]] = field(default_factory=dict)
    is_member_of_all: bool = False

    def with_team(self, team_id: int, caller: Caller | None, role: str | None = None) -> "Access":
        """This access once its member has joined a team, with a *role* of its own there or none."""
        held = caller.scopes if caller else frozenset()
        joined = scopes.TEAM_ROLES[role or _least_team_role(self.role)] & held
        return replace(self, team_scopes={**self.team_scopes, team_id: joined})

    def has_any(self, wanted: Collection[str]) -> bool:
        """Whether one of the *wanted* scopes holds for the whole organization."""
        return any(scope in self.scopes for scope in wanted)

    def is_member_of(self, team_ids: Collection[int]) -> bool:
        """Whether the caller is a member of one of these teams."""
        return self.is_member_of_all or any(team in self.team_scopes for team in team_ids)

    def reaches_team(self, team: Mapping[str, Any], wanted: Collection[str]) -> bool:
        """Whether one of the *wanted* scopes holds for this team; never for a deleted one."""
        if team["status"] != "active":
            return False
        if not (self.sees_all or team["id"] in self.team_scopes):
            return False
        return self.has_any(wanted) or bool(self.team_scopes.get(team["id"], set()) & set(wanted))

    def sees_project(self, project: Mapping[str, Any], team_ids: Collection[int]) -> bool:
        """Whether the project, bound to these teams, is visible to the caller."""
        return project["status"] == "active" and (self.sees_all or self.is_member_of(team_ids))

    def reaches_project(
        self, project: Mapping[str, Any], team_ids: Collection[int], wanted: Collection[str]
    ) -> bool:
        """Whether one of the *wanted* scopes holds for this project."""
        if project["status"] != "active":
            return False
        if self.has_any(wanted) and self.sees_project(project, team_ids):
            return True
        return any(self.team_scopes.get(team, frozenset()) & set(wanted) for team in team_ids)


def find_access(
    store: Store, caller: Caller | None, organization: Mapping[str, Any]
) -> Access | None:
    """The caller's access to an organization, or None where it has none at all."""
    if caller is None:
        return None
    if caller.user is None:
        return _access_of_organization(caller, organization)
    member = store.row(
        "SELECT * FROM sentry_members WHERE organization_id = ? AND user_id = ?",
        organization["id"],
        caller.user["id"],
    )
    return None if member is None else _access_of_member(store, caller, organization, member)


def _access_of_organization(caller: Caller, organization: Mapping[str, Any]) -> Access | None:
    if caller.organization_id != organization["id"]:
        return None
    role = "owner" if caller.kind == "internal" else None
    return Access(scopes=caller.scopes, sees_all=True, role=role, is_member_of_all=True)


def _access_of_member(
    store: Store, caller: Caller, organization: Mapping[str, Any], member: Mapping[str, Any]
) -> Access:
    teams = store.rows("SELECT * FROM sentry_team_members WHERE member_id = ?", member["id"])
    role = member["role"]
    return Access(
        scopes=scopes.ROLES[role] & caller.scopes,
        sees_all=role in scopes.GLOBAL_ROLES or bool(organization["open_membership"]),
        role=role,
        member_id=member["id"],
        team_scopes={
            team["team_id"]: scopes.TEAM_ROLES[team["role"] or _least_team_role(role)]
            & caller.scopes
            for team in teams
        },
    )


def _least_team_role(role: str | None) -> str:
    return "contributor" if role == "member" else "admin"
