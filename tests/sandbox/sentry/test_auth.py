"""Tokens: who is let in, and what a refusal says."""

import pytest

from tests.sandbox.sentry.acme import GATE, Acme
from tests.sandboxes import send

PATH = "/organizations/acme/projects/"


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        (None, "Authentication credentials were not provided."),
        ("Basic abc", "Authentication credentials were not provided."),
        ("Bearer", "Invalid token header. No credentials provided."),
        ("Bearer a b", "Invalid token header. Token string should not contain spaces."),
        ("Bearer nobody", "Invalid token"),
        ("Bearer sntrys_nobody", "Invalid org token"),
    ],
)
def test_unusable_header_is_401(acme: Acme, header: str | None, detail: str) -> None:
    """Each unusable header gets its own text and the challenge."""
    headers = {"Authorization": header} if header else {}
    answer = send("GET", f"{acme.sandbox.sentry_url}/api/0{PATH}", headers=headers)
    assert (answer.status, answer.body) == (401, {"detail": detail})
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'


def test_expired_token_is_401(acme: Acme) -> None:
    """A token past its time is refused by that name."""
    token = acme.token("old", expires_at="2020-01-01T00:00:00+00:00")
    answer = acme.get(PATH, token)
    assert (answer.status, answer.body) == (401, {"detail": "Token expired"})


def test_inactive_user_is_401(acme: Acme) -> None:
    """The tokens of a deactivated user are refused."""
    acme.member("gone@acme.example", "owner")
    token = acme.token("gone", user="gone@acme.example")
    acme.sandbox.control("PATCH", "/sentry/users/gone@acme.example", {"is_active": 0})
    assert acme.get(PATH, token).body == {"detail": "User inactive or deleted"}


def test_inactive_application_is_401(acme: Acme) -> None:
    """The tokens of an application that was switched off are refused."""
    token = acme.token("app", application_active=False)
    assert acme.get(PATH, token).body == {"detail": "UserApplication inactive or deleted"}


def test_missing_scope_is_named_before_the_object_is_looked_up(acme: Acme) -> None:
    """A token without the scope gets 403 with the scopes that would do, for any organization."""
    answer = acme.call("POST", "/organizations/no-such/teams/", {"slug": "x"}, token="readonly")
    assert (answer.status, answer.body) == (403, {"detail": GATE})
    assert answer.headers["www-authenticate"] == (
        'Bearer error="insufficient_scope", scope="org:write org:admin team:write"'
    )


def test_other_organizations_token_is_403_not_404(acme: Acme) -> None:
    """A token that could do everything elsewhere may do nothing here."""
    answer = acme.get(PATH, "foreign")
    assert (answer.status, answer.body) == (403, {"detail": GATE})
    assert "www-authenticate" not in answer.headers


def test_verb_without_scopes_is_403(acme: Acme) -> None:
    """A verb that the scope table lacks is refused for its scope, not as a method."""
    assert acme.call("PATCH", PATH).status == 403


def test_verb_with_scopes_but_no_handler_is_405(web: Acme) -> None:
    """A verb that the scopes allow and nothing handles is no method."""
    answer = web.call("DELETE", "/projects/acme/shop/keys/")
    assert (answer.status, answer.body) == (405, {"detail": 'Method "DELETE" not allowed.'})
    assert answer.headers["allow"] == "GET, POST, HEAD, OPTIONS"


def test_index_lists_the_scopes(acme: Acme) -> None:
    """The index tells a token its scopes and its user."""
    body = acme.get("/", "readonly").body
    assert body["auth"]["scopes"] == ["event:read", "org:read", "project:read", "team:read"]
    assert body["user"]["email"] == "admin@example.com"


def test_index_knows_no_user_of_an_internal_integration(acme: Acme) -> None:
    """An internal integration has scopes and no user."""
    body = acme.get("/", "internal").body
    assert body["user"] is None
    assert "project:admin" in body["auth"]["scopes"]


def test_scope_brings_the_lower_ones(web: Acme) -> None:
    """A token made with project:admin may read and write projects too."""
    token = web.token("admin", scopes=["project:admin"])
    assert web.get("/", token).body["auth"]["scopes"] == [
        "project:admin",
        "project:read",
        "project:write",
    ]
    assert web.get("/projects/acme/shop/", token).status == 200


def test_internal_integration_reaches_all_projects(web: Acme) -> None:
    """An internal integration changes and deletes, but joins no team."""
    assert web.call("PUT", "/projects/acme/shop/", {"name": "x"}, token="internal").status == 200
    team = web.get("/teams/acme/web/", "internal").body
    assert (team["isMember"], team["teamRole"], team["hasAccess"]) == (False, None, True)
    assert web.call("DELETE", "/projects/acme/shop/", token="internal").status == 204


def test_organization_token_is_for_releases_only(web: Acme) -> None:
    """An organization's token has exactly org:ci: no projects, no keys, but releases."""
    token = web.token("ci", kind="organization", organization="acme")
    assert token.startswith("sntrys_")
    assert web.get("/", token).body == {
        "version": "0",
        "auth": {"scopes": ["org:ci"]},
        "user": None,
    }
    assert web.get(PATH, token).status == 403
    assert web.get("/projects/acme/shop/keys/", token).status == 403
    body = {"version": "1.0", "projects": ["shop"]}
    assert web.call("POST", "/organizations/acme/releases/", body, token=token).status == 201


def test_project_update_without_user_is_400(web: Acme) -> None:
    """A credential that is no user and no integration cannot update a project: 400, no body."""
    scopes = ["project:write"]
    token = web.token("odd", kind="organization", organization="acme", scopes=scopes)
    answer = web.call("PUT", "/projects/acme/shop/", {"name": "x"}, token=token)
    assert (answer.status, answer.text) == (400, "")


@pytest.mark.parametrize(
    "path",
    ["/api-tokens/", "/organizations/acme/org-auth-tokens/", "/sentry-apps/mine/api-tokens/"],
)
def test_no_token_makes_tokens(acme: Acme, path: str) -> None:
    """The endpoints that make tokens treat a bearer as nobody."""
    answer = acme.call("POST", path, {"name": "x"})
    assert answer.status == 401
    assert answer.body == {"detail": "Authentication credentials were not provided."}


def test_log_names_the_token(acme: Acme) -> None:
    """The request log shows the name of the token, never its value."""
    acme.sandbox.clear_log()
    acme.get(PATH, "readonly")
    assert [each["token"] for each in acme.sandbox.log("sentry")] == ["readonly"]
