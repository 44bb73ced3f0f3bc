"""Projects: create, list, read, delete, and bind to teams."""

import json
import re
from typing import Any

import pytest

from tests.sandbox.sentry.acme import GATE, MISSING, NO_PROJECT, Acme

CREATE = "/teams/acme/web/projects/"
BAD_SLUG = (
    "Enter a valid slug consisting of lowercase letters, numbers, underscores or hyphens. "
    "It cannot be entirely numeric."
)
TAKEN = {"detail": "A project with this slug already exists."}


@pytest.fixture
def team(acme: Acme) -> Acme:
    """A team web without projects."""
    acme.team("web")
    return acme


def test_created_project(team: Acme) -> None:
    """A new project is bound to the team of its path and shows as a summary."""
    made = team.project("shop", "web", platform="node")
    assert made["team"]["slug"] == "web"
    assert (made["platform"], made["status"], made["firstEvent"]) == ("node", "active", None)
    assert isinstance(made["id"], str)


def test_what_comes_with_a_project(team: Acme) -> None:
    """A key Default, two detectors, and an alert unless default_rules is false."""
    loud = team.project("loud", "web")
    quiet = team.project("quiet", "web", default_rules=False)
    state = team.sandbox.state()["sentry"]
    ids = {"loud": int(loud["id"]), "quiet": int(quiet["id"])}
    assert [a["project_id"] for a in state["sentry_alerts"]] == [ids["loud"]]
    detectors = [d["type"] for d in state["sentry_detectors"] if d["project_id"] == ids["quiet"]]
    assert detectors == ["error", "issue_stream"]
    assert [k["label"] for k in team.get("/projects/acme/quiet/keys/").body] == ["Default"]


def test_explicit_taken_slug_is_409(team: Acme) -> None:
    """An explicit slug that is taken conflicts."""
    team.project("shop", "web")
    answer = team.call("POST", CREATE, {"name": "Shop", "slug": "shop"})
    assert (answer.status, answer.body) == (409, TAKEN)


def test_name_only_is_suffixed_silently(team: Acme) -> None:
    """The same name without a slug makes a second project beside the first."""
    first = team.call("POST", CREATE, {"name": "My Shop"}).body["slug"]
    second = team.call("POST", CREATE, {"name": "My Shop", "slug": None}).body["slug"]
    assert first == "my-shop"
    assert re.fullmatch(r"my-shop-[a-z][a-z0-9]", second)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ünïcode & Co.", r"unicode-co"),
        ("Settings", r"[0-9a-f]{12}(-\w\w)?"),
        ("1234", r"1234-[a-z][a-z0-9]"),
        ("n" * 49 + " x", None),
        ("!!!", r"[0-9a-f]{12}(-\w\w)?"),
    ],
)
def test_derived_slug(team: Acme, name: str, slug: str | None) -> None:
    """A derived slug is plain, not reserved, never all digits, at most 50 long."""
    answer = team.call("POST", CREATE, {"name": name})
    if slug is None:
        assert answer.body == {"name": ["Ensure this field has no more than 50 characters."]}
    else:
        assert re.fullmatch(slug, answer.body["slug"])


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"name": ["This field is required."]}),
        ({"name": " "}, {"name": ["This field may not be blank."]}),
        ({"name": None}, {"name": ["This field may not be null."]}),
        ({"name": "settings"}, {"name": ['The name "settings" is reserved and not allowed.']}),
        ({"name": "x", "slug": "Bad Slug"}, {"slug": [BAD_SLUG]}),
        ({"name": "x", "slug": "007"}, {"slug": [BAD_SLUG]}),
        (
            {"name": "x", "slug": "s" * 101},
            {"slug": ["Ensure this field has no more than 100 characters."]},
        ),
        ({"name": "x", "platform": "cobol"}, {"platform": ["Invalid platform"]}),
        (
            {"name": "x", "platform": "xbox"},
            {"platform": ["Console platform 'xbox' is not enabled for this organization"]},
        ),
        ({"name": "x", "default_rules": "maybe"}, {"default_rules": ["Must be a valid boolean."]}),
        (
            {"slug": "B!", "platform": "cobol"},
            {
                "name": ["This field is required."],
                "slug": [BAD_SLUG],
                "platform": ["Invalid platform"],
            },
        ),
    ],
)
def test_bad_project_is_400(team: Acme, body: dict[str, Any], errors: dict[str, Any]) -> None:
    """Each fault of a project has the server's text; all faults come at once."""
    answer = team.call("POST", CREATE, body)
    assert (answer.status, answer.body) == (400, errors)


def test_reserved_slug_is_accepted_on_creation(team: Acme) -> None:
    """Reserved slugs are checked on PUT only."""
    assert team.project("settings", "web", name="Mine")["slug"] == "settings"


@pytest.mark.parametrize("platform", [None, "", "other", "javascript-nextjs", "csharp"])
def test_known_platforms(team: Acme, platform: str | None) -> None:
    """No platform, an empty one, current ones and older ones are stored as given."""
    assert team.project("shop", "web", platform=platform)["platform"] == platform


def test_broken_json_is_400(team: Acme) -> None:
    """A body that is no JSON is told with the parser's message."""
    answer = team.call("POST", CREATE, "{not json")
    assert answer.status == 400
    assert answer.body["detail"].startswith("JSON parse error - Expecting property name")


def test_other_content_type_is_415(team: Acme) -> None:
    """The API takes JSON only."""
    answer = team.call("POST", CREATE, "name=x", headers={"Content-Type": "text/plain"})
    assert answer.status == 415
    assert answer.body == {"detail": 'Unsupported media type "text/plain" in request.'}


def test_unknown_team_is_404(team: Acme) -> None:
    """A project needs a team that is there."""
    answer = team.call("POST", "/teams/acme/nobody/projects/", {"name": "x"})
    assert (answer.status, answer.body) == (404, MISSING)


def test_list_is_by_slug_and_searchable(team: Acme) -> None:
    """Projects come by slug; unknown search words give an empty list, not an error."""
    team.team("api")
    shop = team.project("shop", "web", name="The Shop")
    team.project("ledger", "api")

    def slugs(query: str) -> list[str]:
        return [p["slug"] for p in team.get(f"/organizations/acme/projects/?{query}").body]

    assert slugs("") == ["ledger", "shop"]
    assert slugs("query=the%20shop") == ["shop"]
    assert slugs("query=slug:ledger") == ["ledger"]
    assert slugs(f"query=id:{shop['id']}") == ["shop"]
    assert slugs("query=team:web") == ["shop"]
    assert slugs("query=!team:web") == ["ledger"]
    assert slugs("query=is_member:1") == ["ledger", "shop"]
    assert slugs("query=colour:red") == []
    assert slugs("all_projects=1") == ["ledger", "shop"]


def test_list_refuses_a_bad_period(team: Acme) -> None:
    """The organization's list knows more periods than a team's, and names them."""
    assert team.get("/organizations/acme/projects/?statsPeriod=90d").status == 200
    answer = team.get("/organizations/acme/projects/?statsPeriod=6h")
    named = "'', '1h', '24h', '7d', '14d', '30d', and '90d'"
    message = f"Invalid stats_period. Valid choices are {named}"
    assert answer.body == {"error": {"params": {"stats_period": {"message": message}}}}


def test_list_refuses_an_id_that_is_no_number(web: Acme) -> None:
    """The server blames another parameter for it, and so does the sandbox."""
    answer = web.get("/organizations/acme/projects/?query=id:x")
    message = "All 'id' values must be integers."
    assert answer.body == {"error": {"params": {"stats_period": {"message": message}}}}


def test_list_leaves_out_what_is_collapsed(web: Acme) -> None:
    """A list without features is asked for with collapse."""
    assert "features" not in web.get("/organizations/acme/projects/?collapse=features").body[0]


def test_list_adds_chosen_options(web: Acme) -> None:
    """An option that is asked for shows in the list; others do not."""
    listed = web.get("/organizations/acme/projects/?options=sentry:resolve_age").body[0]
    assert listed["options"] == {}
    web.change("shop", resolveAge=5)
    listed = web.get("/organizations/acme/projects/?options=sentry:resolve_age").body[0]
    assert listed["options"] == {"sentry:resolve_age": 5}


def test_starred_projects_come_first(team: Acme) -> None:
    """The caller's stars come first and shift pages, but not with all_projects=1."""
    for slug in ("a", "b", "c"):
        team.project(slug, "web")
    team.change("c", isBookmarked=True)
    listed = team.get("/organizations/acme/projects/?per_page=2").body
    assert [project["slug"] for project in listed] == ["c", "a"]
    everything = team.get("/organizations/acme/projects/?all_projects=1").body
    assert [project["slug"] for project in everything] == ["a", "b", "c"]


def test_delete_frees_the_slug_at_once(web: Acme) -> None:
    """Delete: 204, then 404 for all; the slug makes a new project with new id and keys."""
    before = web.detail("shop")["id"]
    key = web.get("/projects/acme/shop/keys/").body[0]["id"]
    answer = web.call("DELETE", "/projects/acme/shop/")
    assert (answer.status, answer.text) == (204, "")
    for method in ("GET", "DELETE"):
        gone = web.call(method, "/projects/acme/shop/")
        assert (gone.status, gone.body) == (404, NO_PROJECT)
    assert web.get(f"/projects/acme/{before}/").body == NO_PROJECT
    assert web.project("shop", "web")["id"] != before
    assert web.get("/projects/acme/shop/keys/").body[0]["id"] != key


def test_internal_project_cannot_be_deleted(web: Acme) -> None:
    """The server's own project is kept; the body is JSON within JSON."""
    web.sandbox.control("PATCH", "/sentry/projects/shop", {"is_internal": 1})
    answer = web.call("DELETE", "/projects/acme/shop/")
    assert answer.status == 403
    assert json.loads(answer.body) == {"error": "Cannot remove projects internally used by Sentry."}


def test_binding_is_repeatable(web: Acme) -> None:
    """Binding answers 201 and unbinding 200, whether there was something to do or not."""
    web.team("api")
    path = "/projects/acme/shop/teams/api/"
    for method, status, teams in (("POST", 201, {"api", "web"}), ("DELETE", 200, {"web"})):
        for _ in range(2):
            answer = web.call(method, path)
            assert answer.status == status
            assert {team["slug"] for team in answer.body["teams"]} == teams


def test_newest_binding_is_the_team(web: Acme) -> None:
    """The field team is one of teams, and not always the first that was bound."""
    web.team("api")
    answer = web.call("POST", "/projects/acme/shop/teams/api/")
    assert answer.body["team"]["slug"] == "api"


def test_last_team_may_go(web: Acme) -> None:
    """Without any team the field team is absent and teams is empty."""
    answer = web.call("DELETE", "/projects/acme/shop/teams/web/")
    assert answer.status == 200
    assert "team" not in answer.body
    assert answer.body["teams"] == []
    assert "team" not in web.detail("shop")


def test_binding_an_unknown_team(web: Acme) -> None:
    """The 404 of a team has its own text."""
    answer = web.call("POST", "/projects/acme/shop/teams/nobody/")
    assert (answer.status, answer.body) == (404, {"detail": "Team does not exist."})


def test_deleted_team_is_not_unbound(web: Acme) -> None:
    """A deleted team that is still shown in a project cannot be taken off it: 403, a list."""
    web.call("DELETE", "/teams/acme/web/")
    left = web.detail("shop")["team"]["slug"]
    answer = web.call("DELETE", f"/projects/acme/shop/teams/{left}/")
    assert (answer.status, answer.body) == (403, {"detail": [GATE]})


def test_teams_of_a_project_are_by_name(web: Acme) -> None:
    """Teams of a project come by name."""
    web.call("POST", "/organizations/acme/teams/", {"slug": "zzz", "name": "Aardvarks"})
    web.call("POST", "/projects/acme/shop/teams/zzz/")
    assert [t["slug"] for t in web.get("/projects/acme/shop/teams/").body] == ["zzz", "web"]


def test_segments_take_ids(web: Acme) -> None:
    """Organization, project and team are found by id in one path."""
    project = web.detail("shop")
    organization, team = project["organization"]["id"], project["team"]["id"]
    path = f"/projects/{organization}/{project['id']}/teams/{team}/"
    assert web.call("POST", path).status == 201
