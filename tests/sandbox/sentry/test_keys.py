"""Client keys of a project."""

import re
from typing import Any

import pytest

from tests.sandbox.sentry.acme import MISSING, Acme

KEYS = "/projects/acme/shop/keys/"
HEX = "0123456789abcdef0123456789abcdef"


def test_key_shape(web: Acme) -> None:
    """A key's id is its public part, projectId is a number, and the DSNs agree."""
    key = web.get(KEYS).body[0]
    host = web.sandbox.sentry_url.removeprefix("http://")
    public, project = key["public"], key["projectId"]
    assert re.fullmatch(r"[0-9a-f]{32}", public)
    assert (key["id"], key["name"], key["label"]) == (public, "Default", "Default")
    assert isinstance(project, int)
    assert key["dsn"]["public"] == f"http://{public}@{host}/{project}"
    assert key["dsn"]["secret"] == f"http://{public}:{key['secret']}@{host}/{project}"
    assert (key["isActive"], key["rateLimit"], key["useCase"]) == (True, None, "user")
    assert set(key["dsn"]) == {
        *("public", "secret", "csp", "security", "minidump", "nel", "unreal", "crons", "cdn"),
        *("playstation", "integration", "otlp_traces", "otlp_logs"),
    }


def test_nameless_key_gets_a_pet_name(web: Acme) -> None:
    """No name, an empty one and null give two random words; names may repeat."""
    for fields in ({}, {"name": ""}, {"name": None}):
        assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", web.key("shop", **fields)["name"])
    assert web.key("shop", name="Default")["name"] == "Default"


def test_lost_key_is_restored(web: Acme) -> None:
    """A key can be made with its former public and secret parts."""
    key = web.key("shop", public=HEX, secret=HEX[::-1])
    assert (key["id"], key["secret"]) == (HEX, HEX[::-1])


def test_duplicate_public_part_is_500(web: Acme) -> None:
    """The server fails on a public part that exists, even in another project."""
    web.key("shop", public=HEX)
    web.project("api", "web")
    answer = web.call("POST", "/projects/acme/api/keys/", {"public": HEX})
    assert (answer.status, answer.body["detail"]) == (500, "Internal Error")
    assert re.fullmatch(r"[0-9a-f]{32}", answer.body["errorId"])


def test_creation_ignores_what_only_updates_take(web: Acme) -> None:
    """isActive, browserSdkVersion and loader options are ignored when a key is made."""
    key = web.key(
        "shop",
        isActive=False,
        browserSdkVersion="latest",
        dynamicSdkLoaderOptions={"hasDebug": True},
    )
    assert (key["isActive"], key["browserSdkVersion"]) == (True, "7.x")
    assert key["dynamicSdkLoaderOptions"]["hasDebug"] is False


@pytest.mark.parametrize(
    ("limit", "stored"),
    [
        ({"count": 100, "window": 60}, {"count": 100, "window": 60}),
        ({"count": 0, "window": 60}, None),
        ({"count": 5, "window": 0}, None),
        ({"count": None, "window": None}, None),
    ],
)
def test_rate_limit_of_a_new_key(web: Acme, limit: Any, stored: Any) -> None:
    """A limit needs both parts; zero or null is none."""
    assert web.key("shop", rateLimit=limit)["rateLimit"] == stored


@pytest.mark.parametrize("limit", [None, {}, {"count": 5}, {"window": 60}])
def test_half_a_rate_limit_on_creation_is_500(web: Acme, limit: Any) -> None:
    """The server fails on null, on nothing, and on one part alone."""
    assert web.call("POST", KEYS, {"rateLimit": limit}).status == 500
    assert len(web.get(KEYS).body) == 1


def test_count_beyond_the_column_is_500(web: Acme) -> None:
    """The server fails on a count that its database cannot hold."""
    most = web.key("shop", rateLimit={"count": 2**31 - 1, "window": 60})
    assert most["rateLimit"]["count"] == 2**31 - 1
    huge = {"rateLimit": {"count": 2**31, "window": 60}}
    assert web.call("POST", KEYS, huge).status == 500
    assert web.call("PUT", f"{KEYS}{most['id']}/", huge).status == 500
    assert web.get(f"{KEYS}{most['id']}/").body["rateLimit"] == most["rateLimit"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"name": "k" * 65}, {"name": ["Ensure this field has no more than 64 characters."]}),
        ({"public": "XYZ"}, {"public": ["This value does not match the required pattern."]}),
        (
            {"rateLimit": {"count": -1, "window": 86401}},
            {
                "rateLimit": {
                    "count": ["Ensure this value is greater than or equal to 0."],
                    "window": ["Ensure this value is less than or equal to 86400."],
                }
            },
        ),
        ({"rateLimit": {"count": "x"}}, {"rateLimit": {"count": ["A valid integer is required."]}}),
    ],
)
def test_bad_key_is_400(web: Acme, body: dict[str, Any], errors: dict[str, Any]) -> None:
    """Each fault of a key has the server's text, nested where the field is."""
    answer = web.call("POST", KEYS, body)
    assert (answer.status, answer.body) == (400, errors)


def test_plan_without_rate_limits_ignores_them(web: Acme) -> None:
    """Without the plan's feature a limit is accepted and not stored."""
    web.disable("rate-limits")
    assert web.key("shop", rateLimit={"count": 1, "window": 60})["rateLimit"] is None


def change(web: Acme, key: dict[str, Any], **fields: Any) -> Any:
    """Change a key of shop and return the answer."""
    return web.call("PUT", f"{KEYS}{key['id']}/", fields)


def test_change_keeps_what_is_not_sent(web: Acme) -> None:
    """Name, activity and limit change one by one; an empty name changes nothing."""
    key = web.key("shop", name="a", rateLimit={"count": 1, "window": 60})
    assert change(web, key, isActive=False).body["name"] == "a"
    shown = change(web, key, name="").body
    assert (shown["name"], shown["isActive"]) == ("a", False)
    assert shown["rateLimit"] == {"count": 1, "window": 60}
    assert change(web, key, isActive=True).body["isActive"] is True


def test_sdk_version_goes_back_unless_sent(web: Acme) -> None:
    """Omitting browserSdkVersion resets it to the default."""
    key = web.key("shop")
    assert change(web, key, browserSdkVersion="latest").body["browserSdkVersion"] == "latest"
    assert change(web, key, name="x").body["browserSdkVersion"] == "7.x"
    answer = change(web, key, browserSdkVersion="1.x")
    assert answer.body == {"browserSdkVersion": ['"1.x" is not a valid choice.']}


def test_loader_options_are_merged(web: Acme) -> None:
    """Loader options that are not sent stay."""
    key = web.key("shop")
    change(web, key, dynamicSdkLoaderOptions={"hasDebug": True})
    shown = change(web, key, dynamicSdkLoaderOptions={"hasReplay": False}).body
    options = shown["dynamicSdkLoaderOptions"]
    assert (options["hasDebug"], options["hasReplay"], options["hasPerformance"]) == (
        *(True, False),
        True,
    )


@pytest.mark.parametrize(
    ("limit", "status", "stored"),
    [
        ({"count": 9, "window": 30}, 200, {"count": 9, "window": 30}),
        (None, 200, None),
        ({}, 200, {"count": 5, "window": 60}),
        ({"count": 0, "window": 60}, 200, None),
        ({"count": None, "window": 60}, 200, None),
        ({"count": 9}, 500, {"count": 5, "window": 60}),
        ({"window": 9}, 500, {"count": 5, "window": 60}),
    ],
)
def test_changing_the_limit(web: Acme, limit: Any, status: int, stored: Any) -> None:
    """Null clears, nothing changes nothing, zero reads as none, one part alone is a 500."""
    key = web.key("shop", rateLimit={"count": 5, "window": 60})
    assert change(web, key, rateLimit=limit).status == status
    assert web.get(f"{KEYS}{key['id']}/").body["rateLimit"] == stored


def test_status_filter(web: Acme) -> None:
    """Asking for active or inactive filters; any other value gives an empty list."""
    key = web.key("shop", name="off")
    change(web, key, isActive=False)
    assert [k["name"] for k in web.get(f"{KEYS}?status=active").body] == ["Default"]
    assert [k["name"] for k in web.get(f"{KEYS}?status=inactive").body] == ["off"]
    assert web.get(f"{KEYS}?status=odd").body == []


def test_deleted_key_is_gone(web: Acme) -> None:
    """Delete is immediate; any further call is 404."""
    key = web.key("shop")
    assert web.call("DELETE", f"{KEYS}{key['id']}/").status == 204
    for method in ("GET", "PUT", "DELETE"):
        answer = web.call(method, f"{KEYS}{key['id']}/", {} if method == "PUT" else None)
        assert (answer.status, answer.body) == (404, MISSING)


def test_key_of_another_project_is_404(web: Acme) -> None:
    """A key is found only under its own project."""
    web.project("api", "web")
    key = web.key("shop")
    assert web.get(f"/projects/acme/api/keys/{key['id']}/").body == MISSING


def test_keys_of_the_organization(web: Acme) -> None:
    """All keys of all visible projects, newest first, each with its project's number."""
    api = web.project("api", "web")
    web.key("shop", name="late")
    keys = web.get("/organizations/acme/project-keys/?project=-1").body
    assert [key["name"] for key in keys] == ["late", "Default", "Default"]
    assert keys[1]["projectId"] == int(api["id"])


def test_keys_of_the_organization_are_filtered(web: Acme) -> None:
    """By project number or slug, by team, by status; ten per page unless asked."""
    web.team("core")
    api = web.project("api", "core")
    for _ in range(10):
        web.key("shop")
    path = "/organizations/acme/project-keys/"
    assert len(web.get(f"{path}?project=-1").body) == 10
    assert len(web.get(f"{path}?project=-1&per_page=100").body) == 12
    for query in (f"project={api['id']}", "projectSlug=api", "project=-1&team=core"):
        assert [k["projectId"] for k in web.get(f"{path}?{query}").body] == [int(api["id"])]
    assert web.get(f"{path}?project=-1&status=inactive").body == []


def test_keys_of_unknown_team_or_project(web: Acme) -> None:
    """An unknown team has its own 404; an unknown project is refused, no number is 400."""
    answer = web.get("/organizations/acme/project-keys/?team=nobody")
    assert (answer.status, answer.body) == (404, {"detail": "Team not found"})
    for query in ("project=1", "projectSlug=nobody", "projectSlug=shop&projectSlug=nobody"):
        assert web.get(f"/organizations/acme/project-keys/?{query}").status == 403
    answer = web.get("/organizations/acme/project-keys/?project=shop")
    assert answer.status == 400
    assert answer.body == {"detail": "Invalid project parameter. Values must be numbers."}


def test_all_keys_by_the_slug_for_all(web: Acme) -> None:
    """The slug $all stands for all visible projects, as the number -1 does."""
    team = web.team("core")
    web.project("api", "core")
    member = web.sandbox.control("GET", "/sentry/team-members")
    for row in member:
        if row["team_id"] == int(team["id"]):
            web.sandbox.control("DELETE", f"/sentry/team-members/{row['id']}")
    counts = [
        len(web.get(f"/organizations/acme/project-keys/{query}").body)
        for query in ("", "?project=-1", "?projectSlug=$all")
    ]
    assert counts == [1, 2, 2]


def test_keys_of_deleted_projects_do_not_show(web: Acme) -> None:
    """Deleting a project takes its keys off the organization's list."""
    web.call("DELETE", "/projects/acme/shop/")
    assert web.get("/organizations/acme/project-keys/?project=-1").body == []


def test_older_server_lacks_the_organization_list(web: Acme) -> None:
    """With project_keys_endpoint off the list answers as an unknown route: 404, no body."""
    web.sandbox.set_options(project_keys_endpoint=False)
    answer = web.get("/organizations/acme/project-keys/?project=-1")
    assert (answer.status, answer.text) == (404, "")
