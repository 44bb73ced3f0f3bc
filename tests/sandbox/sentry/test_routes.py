"""Paths: missing slashes, unknown and retired routes, and what is not simulated."""

import pytest

from tests.sandbox.sentry.acme import Acme
from tests.sandboxes import send


def test_missing_slash_as_json(acme: Acme) -> None:
    """A request that says it sends JSON is told about the slash in JSON."""
    answer = acme.call("POST", "/organizations/acme/teams", {"slug": "web"})
    path = "/api/0/organizations/acme/teams/"
    info = f"Route not found, did you forget a trailing slash? try: {path}"
    assert (answer.status, answer.body) == (404, {"info": info})


def test_missing_slash_as_text(acme: Acme) -> None:
    """Any other request is told in text, with an arrow under the missing slash."""
    answer = acme.get("/organizations/acme/teams")
    suggestion = "try: /api/0/organizations/acme/teams/"
    arrow = " " * (len(suggestion) - 1) + "^"
    assert answer.status == 404
    assert answer.text == (
        f"Route not found, did you forget a trailing slash?\n\n{suggestion}\n{arrow}\n"
    )


@pytest.mark.parametrize("path", ["/api/0/no/such/route/", "/api/1/", "/somewhere/"])
def test_unknown_route_is_an_empty_404(acme: Acme, path: str) -> None:
    """An unknown route with its slash is 404 without a body."""
    answer = send(
        "GET", acme.sandbox.sentry_url + path, token=acme.sandbox.tokens["sentry"]["root"]
    )
    assert (answer.status, answer.text) == (404, "")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/projects/acme/shop/rules/"),
        ("POST", "/projects/acme/shop/rules/"),
        ("DELETE", "/projects/acme/shop/rules/1/"),
        ("GET", "/organizations/acme/alert-rules/"),
        ("PUT", "/organizations/acme/alert-rules/1/"),
    ],
)
def test_retired_alerts_are_410(acme: Acme, method: str, path: str) -> None:
    """The legacy alert endpoints are gone, and say so under another key than usual."""
    answer = acme.call(method, path, {} if method in ("POST", "PUT") else None)
    assert (answer.status, answer.body) == (410, {"message": "This API no longer exists."})


def test_retired_alerts_need_a_token(acme: Acme) -> None:
    """Without a token even a retired endpoint is 401."""
    url = f"{acme.sandbox.sentry_url}/api/0/organizations/acme/alert-rules/"
    assert send("GET", url).status == 401


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("GET", "/organizations/acme/workflows/", "workflows/"),
        ("DELETE", "/organizations/acme/detectors/7/", "detectors/{detector_id}/"),
        ("GET", "/organizations/acme/releases/", "releases/"),
        ("GET", "/organizations/acme/members/", "members/"),
        ("PUT", "/organizations/acme/", ""),
    ],
)
def test_what_is_not_simulated_says_so(acme: Acme, method: str, path: str, template: str) -> None:
    """A documented path without a simulation is 501 with its method and name."""
    answer = acme.call(method, path)
    named = f"/api/0/organizations/{{organization_id_or_slug}}/{template}"
    assert answer.status == 501
    assert answer.body == {"detail": f"Not simulated: {method} {named}"}


def test_deleting_an_organization_says_so_too(acme: Acme) -> None:
    """What the server can do and the public schema leaves out is 501 as well."""
    assert acme.call("DELETE", "/organizations/acme/").status == 501


def test_unknown_route_needs_no_token(acme: Acme) -> None:
    """What is nowhere is 404 for everybody, even with a bad token."""
    assert acme.get("/no/such/route/", "nobody").status == 404


def test_issues_of_an_empty_project(web: Acme) -> None:
    """Without events a project has no issues, its list knows few periods, and no id is one."""
    path = "/projects/acme/shop/issues/"
    assert web.get(path).body == []
    assert web.get(f"{path}?statsPeriod=6h").body == {
        "detail": "Invalid stats_period. Valid choices are '', '24h', and '14d'"
    }
    assert web.get("/issues/1/").status == 404


def test_releases_are_idempotent_and_deploys_are_not(web: Acme) -> None:
    """A release: 201, then 208, and 201 when a project joins; a deploy is always new."""
    web.project("api", "web")
    path = "/organizations/acme/releases/"

    def create(*projects: str) -> int:
        return web.call("POST", path, {"version": "1.0", "projects": projects}).status

    assert [create("shop"), create("shop"), create("shop", "api")] == [201, 208, 201]
    assert create("nobody") == 400
    bad = web.call("POST", path, {"version": "latest", "projects": ["shop"]})
    assert (bad.status, list(bad.body)) == (400, ["version"])
    deploy = {"environment": "production"}
    ids = [web.call("POST", f"{path}1.0/deploys/", deploy).body["id"] for _ in range(2)]
    assert len(set(ids)) == 2
    assert web.call("POST", f"{path}2.0/deploys/", deploy).status == 404
    names = [e["name"] for e in web.get("/projects/acme/api/environments/").body]
    assert names == ["production"]


def test_organization_by_detail(web: Acme) -> None:
    """The organization carries projects and teams unless detailed=0."""
    full = web.get("/organizations/acme/").body
    assert [project["slug"] for project in full["projects"]] == ["shop"]
    assert [team["slug"] for team in full["teams"]] == ["web"]
    assert (full["role"], full["links"]["regionUrl"]) == ("owner", web.sandbox.sentry_url)
    brief = web.get("/organizations/acme/?detailed=0").body
    assert not {"projects", "teams"} & set(brief)
    assert brief["access"] == sorted(full["access"])
