"""Teams: create, list, read, change and delete."""

import re

import pytest

from tests.sandbox.sentry.acme import MISSING, Acme

TEAMS = "/organizations/acme/teams/"
TAKEN = "A team with this slug already exists."
BAD_SLUG = (
    "Enter a valid slug consisting of lowercase letters, numbers, underscores or hyphens. "
    "It cannot be entirely numeric."
)


def test_creator_joins_the_team(acme: Acme) -> None:
    """A member of the organization is a member of the team he makes."""
    team = acme.team("web")
    assert (team["isMember"], team["memberCount"], team["teamRole"]) == (True, 1, "admin")
    assert (team["name"], team["flags"]) == ("web", {"idp:provisioned": False})
    assert isinstance(team["id"], str)


def test_integration_does_not_join(acme: Acme) -> None:
    """A team made by an internal integration has no member."""
    team = acme.call("POST", TEAMS, {"slug": "web"}, token="internal").body
    assert (team["isMember"], team["memberCount"]) == (False, 0)


def test_taken_slug_is_409(acme: Acme) -> None:
    """An explicit slug that is taken conflicts, and the text stands under both keys."""
    acme.team("web")
    answer = acme.call("POST", TEAMS, {"slug": "web", "name": "Other"})
    assert answer.status == 409
    assert answer.body == {"non_field_errors": [TAKEN], "detail": TAKEN}


def test_name_only_gives_a_free_slug(acme: Acme) -> None:
    """A slug derived from the name is cut at 30, and suffixed when taken."""
    name = "The Platform Engineering Team of Acme"
    first = acme.call("POST", TEAMS, {"name": name}).body
    second = acme.call("POST", TEAMS, {"name": name}).body
    assert first["slug"] == "the-platform-engineering-team"
    assert re.fullmatch(r"the-platform-engineering-te.*-[a-z][a-z0-9]", second["slug"])
    assert len(second["slug"]) <= 30


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"non_field_errors": ["Name or slug is required"]}),
        ({"name": ""}, {"non_field_errors": ["Name or slug is required"]}),
        ({"slug": "Bad!"}, {"slug": [BAD_SLUG]}),
        ({"slug": "123"}, {"slug": [BAD_SLUG]}),
        ({"slug": ""}, {"slug": ["This field may not be blank."]}),
        ({"slug": "s" * 51}, {"slug": ["Ensure this field has no more than 50 characters."]}),
        ({"name": "n" * 65}, {"name": ["Ensure this field has no more than 64 characters."]}),
        ({"name": ["x"]}, {"name": ["Not a valid string."]}),
        ([], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    ],
)
def test_bad_team_is_400(acme: Acme, body: object, errors: object) -> None:
    """Each fault of a team has the server's text."""
    answer = acme.call("POST", TEAMS, body)
    assert (answer.status, answer.body) == (400, errors)


def test_list_is_by_slug_and_searchable(acme: Acme) -> None:
    """Teams come by slug; a query takes slugs, ids and free text."""
    ids = {slug: acme.team(slug)["id"] for slug in ("web", "api", "webhooks")}

    def slugs(query: str) -> list[str]:
        return [team["slug"] for team in acme.get(f"{TEAMS}?{query}").body]

    assert slugs("") == ["api", "web", "webhooks"]
    assert slugs("query=slug:web") == ["web"]
    assert slugs(f"query=id:{ids['api']}") == ["api"]
    assert slugs("query=web") == ["web", "webhooks"]
    assert slugs("query=unknown:x") == []


def test_bad_id_in_query_is_400(acme: Acme) -> None:
    """An id that is no number is refused."""
    answer = acme.get(f"{TEAMS}?query=id:x")
    assert (answer.status, answer.body) == (400, {"detail": "Invalid id value"})


def test_projects_of_listed_teams(web: Acme) -> None:
    """The list carries each team's projects unless detailed=0."""
    assert [p["slug"] for p in web.get(TEAMS).body[0]["projects"]] == ["shop"]
    assert "projects" not in web.get(f"{TEAMS}?detailed=0").body[0]


def test_team_by_slug_and_by_id(web: Acme) -> None:
    """A segment of digits is an id, in every place."""
    team = web.get("/teams/acme/web/").body
    organization = team["organization"]["id"]
    assert web.get(f"/teams/{organization}/{team['id']}/").body["slug"] == "web"


def test_expand_and_collapse(web: Acme) -> None:
    """A team is read with its organization unless collapsed, and with projects when asked."""
    shown = web.get("/teams/acme/web/?collapse=organization&expand=projects").body
    assert "organization" not in shown
    assert [project["slug"] for project in shown["projects"]] == ["shop"]


def test_change(web: Acme) -> None:
    """Name and slug change; the old slug is gone at once, with no redirect."""
    answer = web.call("PUT", "/teams/acme/web/", {"name": " Front ", "slug": "front"})
    assert (answer.status, answer.body["name"], answer.body["slug"]) == (200, "Front", "front")
    old = web.get("/teams/acme/web/")
    assert (old.status, old.body) == (404, MISSING)


def test_change_to_a_taken_slug(web: Acme) -> None:
    """A slug in use is a field error on PUT, not a conflict."""
    web.team("api")
    answer = web.call("PUT", "/teams/acme/web/", {"slug": "api"})
    assert (answer.status, answer.body) == (400, {"slug": ['The slug "api" is already in use.']})


def test_managed_team_is_403(web: Acme) -> None:
    """A team of the identity provider is neither changed nor deleted."""
    web.sandbox.control("PATCH", "/sentry/teams/web", {"idp_provisioned": 1})
    detail = "This team is managed through your organization's identity provider."
    for method in ("PUT", "DELETE"):
        answer = web.call(method, "/teams/acme/web/", {"name": "x"})
        assert (answer.status, answer.body) == (403, {"detail": detail})


def test_deleted_team_frees_its_slug_and_stays_in_its_projects(web: Acme) -> None:
    """Delete: 404 at once, slug free, the project still shows the team under a new slug."""
    assert web.call("DELETE", "/teams/acme/web/").status == 204
    assert web.get("/teams/acme/web/").status == 404
    assert web.call("DELETE", "/teams/acme/web/").status == 404
    left = web.detail("shop")["team"]["slug"]
    assert re.fullmatch(r"web-[0-9a-f]{32}", left)
    web.team("web")
    assert web.get("/teams/acme/web/projects/").body == []


def test_projects_of_a_team(web: Acme) -> None:
    """The team's projects come by slug; a bad period is refused in the old way."""
    web.project("api", "web")
    assert [p["slug"] for p in web.get("/teams/acme/web/projects/").body] == ["api", "shop"]
    answer = web.get("/teams/acme/web/projects/?statsPeriod=6h")
    message = "Invalid stats_period. Valid choices are '', '24h', '14d', and '30d'"
    assert answer.status == 400
    assert answer.body == {"error": {"params": {"stats_period": {"message": message}}}}
