"""Projects made without naming a team: each comes with a team of its maker's own."""

import re

from tests.sandbox.sentry.acme import GATE, Acme

PATH = "/organizations/acme/projects/"


def test_team_comes_with_the_project(acme: Acme) -> None:
    """The team is named after the user, a second one gets a suffix; the maker is its admin."""
    first = acme.call("POST", PATH, {"name": "One", "platform": "node"})
    assert (first.status, first.body["team_slug"]) == (201, "team-admin")
    assert (first.body["slug"], first.body["team"]["slug"]) == ("one", "team-admin")
    second = acme.call("POST", PATH, {"name": "Two", "slug": "zwei"}).body
    assert second["slug"] == "zwei"
    assert re.fullmatch("team-admin-[a-z]{3}", second["team_slug"])
    team = acme.get("/teams/acme/team-admin/").body
    assert (team["isMember"], team["teamRole"], team["memberCount"]) == (True, "admin", 1)
    assert [key["label"] for key in acme.get("/projects/acme/one/keys/").body] == ["Default"]


def test_taken_slug_is_told_as_a_teams(web: Acme) -> None:
    """A taken project slug is 409 in the words for a team, and no team is left behind."""
    answer = web.call("POST", PATH, {"name": "x", "slug": "shop"})
    taken = "A team with this slug already exists."
    assert answer.status == 409
    assert answer.body == {"non_field_errors": [taken], "detail": taken}
    assert web.get("/teams/acme/team-admin/").status == 404


def test_bad_fields_are_told_as_elsewhere(acme: Acme) -> None:
    """The fields are those of a project made in a team."""
    answer = acme.call("POST", PATH, {"slug": "123", "platform": "cobol"})
    assert (answer.status, set(answer.body)) == (400, {"name", "slug", "platform"})


def test_who_may(acme: Acme) -> None:
    """Reading projects is enough, unless the organization keeps its members from it."""
    assert acme.call("POST", PATH, {"name": "a"}, token="readonly").status == 201
    foreign = acme.call("POST", PATH, {"name": "b"}, token="foreign")
    assert (foreign.status, foreign.body) == (403, {"detail": GATE})
    integration = acme.call("POST", PATH, {"name": "b"}, token="internal")
    assert (integration.status, integration.body["detail"][:20]) == (403, "You must be a member")
    acme.sandbox.control("PATCH", "/sentry/organizations/acme", {"member_project_creation": 0})
    answer = acme.call("POST", PATH, {"name": "c"}, token="readonly")
    assert answer.status == 403
    assert answer.body == {"detail": "Your organization has disabled this feature for members."}
    assert acme.call("POST", PATH, {"name": "c"}).status == 201
