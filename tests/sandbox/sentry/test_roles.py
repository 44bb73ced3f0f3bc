"""Roles and memberships: the same token scopes reach further with a better role."""

import pytest

from tests.sandbox.sentry.acme import Acme

MEMBERS_MAY_NOT = {"detail": "Your organization has disabled this feature for members."}


@pytest.fixture
def member(web: Acme) -> str:
    """The token, with every scope, of a plain member of acme."""
    web.member("dev@acme.example", "member")
    return web.token("dev", user="dev@acme.example")


def join(acme: Acme, team: str, role: str | None = None) -> None:
    """Make the plain member a member of a team."""
    teams = {row["slug"]: row["id"] for row in acme.sandbox.control("GET", "/sentry/teams")}
    member_id = acme.sandbox.control("GET", "/sentry/members")[-1]["id"]
    body = {"team": teams[team], "member": member_id, "role": role}
    acme.sandbox.control("POST", "/sentry/team-members", body)


def test_role_bounds_the_token(web: Acme, member: str) -> None:
    """A member's token reads but does not write, whatever its scopes; no scope header then."""
    assert web.get("/projects/acme/shop/", member).status == 200
    answer = web.call("POST", "/projects/acme/shop/keys/", {}, token=member)
    assert answer.status == 403
    assert "www-authenticate" not in answer.headers


def test_member_joins_a_team_to_create_in_it(web: Acme, member: str) -> None:
    """A plain member creates projects only in a team that he is a member of."""
    body = {"name": "mine"}
    assert web.call("POST", "/teams/acme/web/projects/", body, token=member).status == 403
    join(web, "web")
    assert web.call("POST", "/teams/acme/web/projects/", body, token=member).status == 201


def test_token_that_only_reads_creates_nothing(web: Acme) -> None:
    """What a member may do by role a token may not do without a writing scope."""
    answer = web.call("POST", "/teams/acme/web/projects/", {"name": "x"}, token="readonly")
    assert answer.status == 403
    assert answer.headers["www-authenticate"].endswith(
        'scope="project:write project:admin org:write org:admin"'
    )
    assert (
        web.call("POST", "/teams/acme/web/projects/", {"name": "x"}, token="writer").status == 201
    )


def test_creation_by_members_can_be_switched_off(web: Acme, member: str) -> None:
    """With member creation off a member gets the text that reads like a scope error."""
    join(web, "web")
    web.sandbox.control("PATCH", "/sentry/organizations/acme", {"member_project_creation": 0})
    answer = web.call("POST", "/teams/acme/web/projects/", {"name": "mine"}, token=member)
    assert (answer.status, answer.body) == (403, MEMBERS_MAY_NOT)
    assert web.call("POST", "/teams/acme/web/projects/", {"name": "mine"}).status == 201


def test_body_is_checked_before_the_creation_flag(web: Acme, member: str) -> None:
    """A bad body is told first, the switched-off creation second."""
    join(web, "web")
    web.sandbox.control("PATCH", "/sentry/organizations/acme", {"member_project_creation": 0})
    assert web.call("POST", "/teams/acme/web/projects/", {}, token=member).status == 400


def test_team_admin_may_create_in_spite_of_the_flag(web: Acme, member: str) -> None:
    """The admin of a team creates in it even with member creation off."""
    join(web, "web", "admin")
    web.sandbox.control("PATCH", "/sentry/organizations/acme", {"member_project_creation": 0})
    answer = web.call("POST", "/teams/acme/web/projects/", {"name": "mine"}, token=member)
    assert answer.status == 201


def test_closed_membership_hides_other_teams(web: Acme, member: str) -> None:
    """Without open membership a member reads only the projects of his teams."""
    web.close_membership()
    assert web.get("/projects/acme/shop/", member).status == 403
    join(web, "web")
    assert web.get("/projects/acme/shop/", member).status == 200


def test_project_without_team_is_for_global_roles(web: Acme, member: str) -> None:
    """Once the last team is gone, only organization-wide roles see the project."""
    web.close_membership()
    join(web, "web")
    web.call("DELETE", "/projects/acme/shop/teams/web/")
    assert web.get("/projects/acme/shop/", member).status == 403
    assert web.get("/projects/acme/shop/").status == 200


def test_team_role_shows(web: Acme, member: str) -> None:
    """A team tells its member what he is in it."""
    join(web, "web")
    shown = web.get("/teams/acme/web/", member).body
    assert (shown["isMember"], shown["teamRole"], shown["memberCount"]) == (True, "contributor", 2)


def test_keys_of_the_organization_are_those_of_ones_own_projects(web: Acme, member: str) -> None:
    """Without project=-1 only projects count whose team the caller is in."""
    assert web.get("/organizations/acme/project-keys/", member).body == []
    assert len(web.get("/organizations/acme/project-keys/?project=-1", member).body) == 1
    join(web, "web")
    assert len(web.get("/organizations/acme/project-keys/", member).body) == 1
