"""Tokens, abilities, roles, teams, and the order of the refusals."""

from collections.abc import Callable

import pytest

from tests.sandbox.coolify.app import App
from tests.sandboxes import RunningSandbox, send

UNAUTHENTICATED = {"message": "Unauthenticated."}
MakeToken = Callable[..., str]


@pytest.fixture
def make_token(contracts_sandbox: RunningSandbox) -> MakeToken:
    """Makes a token of a new user with that role in team 0; returns the name it is known by."""

    def make(role: str | None, *abilities: str, team_id: int | None = 0) -> str:
        control = contracts_sandbox.control
        user_id = control("POST", "/coolify/users", {"name": "u"})["id"]
        if role:
            member = {"team_id": 0, "user_id": user_id, "role": role}
            control("POST", "/coolify/members", member)
        wanted = {"name": "made", "user_id": user_id, "team_id": team_id, "abilities": abilities}
        token: str = control("POST", "/coolify/tokens", wanted)["token"]
        contracts_sandbox.tokens["coolify"]["made"] = token
        return "made"

    return make


@pytest.mark.parametrize("token", [None, "nonsense", "1|nonsense", "999|x"])
def test_no_token_no_answer(contracts_sandbox: RunningSandbox, token: str | None) -> None:
    """A missing or wrong token is a 401 that does not count against the rate limit."""
    answer = send("GET", contracts_sandbox.coolify_url + "/api/v1/applications", token=token)
    assert (answer.status, answer.body) == (401, UNAUTHENTICATED)
    assert "x-ratelimit-limit" not in answer.headers


def test_a_token_works_without_its_number(contracts_sandbox: RunningSandbox) -> None:
    """The secret alone is looked up, too."""
    secret = contracts_sandbox.tokens["coolify"]["root"].partition("|")[2]
    url = contracts_sandbox.coolify_url + "/api/v1/version"
    assert send("GET", url, token=secret).status == 200


def test_the_401_is_json_for_everybody(contracts_sandbox: RunningSandbox) -> None:
    """Other errors are HTML for clients that do not ask for JSON, this one never is."""
    url = contracts_sandbox.coolify_url + "/api/v1/applications"
    answer = send("GET", url, headers={"Accept": "*/*"})
    assert answer.body == UNAUTHENTICATED


@pytest.mark.parametrize(
    ("token", "call", "missing"),
    [
        ("write", ("GET", "/applications"), "read"),
        ("deploy", ("GET", "/deployments"), "read"),
        ("read", ("POST", "/applications/railpack-hono/envs"), "write"),
        ("sensitive", ("DELETE", "/applications/railpack-hono/envs/x"), "write"),
        ("write", ("POST", "/deploy?uuid=railpack-hono"), "deploy"),
        ("read", ("POST", "/applications/railpack-hono/restart"), "deploy"),
        ("read", ("POST", "/enable"), "write"),
    ],
)
def test_abilities_do_not_imply_each_other(
    contracts_sandbox: RunningSandbox, token: str, call: tuple[str, str], missing: str
) -> None:
    """The refusal names the ability that is missing."""
    answer = contracts_sandbox.coolify(*call, token=token)
    assert answer.status == 403
    assert answer.body == {"message": f"Missing required permissions: {missing}"}


def test_a_star_token_is_root(contracts_sandbox: RunningSandbox, make_token: MakeToken) -> None:
    """The ability * passes every check."""
    token = make_token("admin", "*")
    assert contracts_sandbox.coolify("GET", "/applications", token=token).status == 200
    assert contracts_sandbox.coolify("POST", "/enable", token=token).status == 200


@pytest.mark.parametrize(
    "ability", ["root", "write", "deploy", "read:sensitive", "write:sensitive"]
)
def test_a_member_may_not_hold_an_elevated_token(
    contracts_sandbox: RunningSandbox, make_token: MakeToken, ability: str
) -> None:
    """Every ability but read is refused for somebody who is only a member."""
    answer = contracts_sandbox.coolify("GET", "/version", token=make_token("member", ability))
    assert (answer.status, answer.body) == (403, {"message": "Missing required team role."})


def test_who_left_the_team_has_no_token(
    contracts_sandbox: RunningSandbox, make_token: MakeToken
) -> None:
    """A token whose user is not in its team, or that has no team, is invalid."""
    for token in (make_token(None, "root"), make_token("owner", "root", team_id=None)):
        answer = contracts_sandbox.coolify("GET", "/version", token=token)
        assert (answer.status, answer.body) == (401, {"message": "Invalid token."})


def test_the_refusals_come_in_order(
    contracts_sandbox: RunningSandbox, make_token: MakeToken
) -> None:
    """Of several reasons the first wins: token, limit, team, role, disabled, address, ability."""
    token = make_token(None, "write")
    contracts_sandbox.set_options(api_disabled=True, allowlist="1.2.3.4")
    contracts_sandbox.set_limits(coolify={"limit": 0})

    def message(name: str) -> object:
        return contracts_sandbox.coolify("GET", "/version", token=name).body["message"]

    assert message("expired") == "Unauthenticated."
    assert message(token) == "Too Many Attempts."
    contracts_sandbox.set_limits(coolify={"limit": 200})
    assert message(token) == "Invalid token."
    assert message("member") == "Missing required team role."
    assert message("write") == "API is disabled."
    contracts_sandbox.set_options(api_disabled=False)
    assert message("write") == "You are not allowed to access the API."
    contracts_sandbox.set_options(allowlist="")
    assert message("write") == "Missing required permissions: read"


@pytest.mark.parametrize(
    ("allowlist", "status"),
    [
        ("", 200),
        ("0.0.0.0", 200),  # noqa: S104  Coolify's word for everybody
        ("1.2.3.4", 403),
        ("1.2.3.4, 127.0.0.1", 200),
        ("127.0.0.0/8", 200),
        ("10.0.0.0/8", 403),
        ("0.0.0.0,1.2.3.4", 403),
        ("::1/128,127.0.0.1/32", 200),
        ("nonsense", 403),
    ],
)
def test_the_allowlist(contracts_sandbox: RunningSandbox, allowlist: str, status: int) -> None:
    """Addresses and networks are allowed; 0.0.0.0 means everybody only when it stands alone."""
    contracts_sandbox.set_options(allowlist=allowlist)
    answer = contracts_sandbox.coolify("GET", "/version")
    assert answer.status == status
    if status == 403:
        assert answer.body["success"] is True


def test_the_api_is_switched_by_the_root_team(contracts_sandbox: RunningSandbox) -> None:
    """POST /disable and /enable work for team 0 alone, even while the API is off."""
    assert contracts_sandbox.coolify("POST", "/disable").body == {"message": "API disabled."}
    assert contracts_sandbox.coolify("GET", "/version").status == 403
    refused = contracts_sandbox.coolify("POST", "/enable", token="foreign")
    assert refused.body == {"message": "You are not allowed to enable the API."}
    assert contracts_sandbox.coolify("POST", "/enable").body == {"message": "API enabled."}
    assert contracts_sandbox.coolify("GET", "/version").text == "4.3.11"


def test_teams_do_not_see_each_other(contracts_sandbox: RunningSandbox) -> None:
    """Another team's things are a plain 404, and absent from lists."""
    for path in ("/projects/project", "/applications/railpack-hono"):
        assert contracts_sandbox.coolify("GET", path, token="foreign").status == 404
    for path in ("/projects", "/applications", "/services", "/deployments"):
        assert contracts_sandbox.coolify("GET", path, token="foreign").body == []
    uuid = contracts_sandbox.coolify("POST", "/deploy?uuid=railpack-hono").body["deployments"][0]
    path = f"/deployments/{uuid['deployment_uuid']}"
    assert contracts_sandbox.coolify("GET", path, token="foreign").status == 404


@pytest.mark.parametrize("token", ["read", "memberread"])
def test_values_are_absent_for_who_may_not_read_them(app: App, token: str) -> None:
    """Without read:sensitive, value and real_value are missing, everything else is there."""
    app.create("A", "x", comment="c")
    full, reduced = app.row("A"), app.row("A", token=token)
    assert set(full) - set(reduced) == {"value", "real_value"}
    assert reduced["comment"] == "c"


def test_write_answers_are_reduced_too(app: App) -> None:
    """A write-only token does not see what it wrote."""
    app.create("A")
    assert "value" not in app.update(token="write", key="A", value="x").body
    assert "value" not in app.bulk([{"key": "A", "value": "y"}], token="write").body[0]


def test_the_compose_file_tells_whether_values_can_be_read(app: App) -> None:
    """docker_compose_raw is a key of an application only for who may read what is sensitive."""
    for token, expected in (("root", True), ("sensitive", True), ("read", False)):
        body = app.sandbox.coolify("GET", app.path, token=token).body
        assert ("docker_compose_raw" in body) == expected
        assert ("manual_webhook_secret_github" in body) == expected


@pytest.mark.parametrize("header", ["bearer {}", "BEARER {}", "Bearer {}, and more"])
def test_the_scheme_is_read_as_laravel_does(contracts_sandbox: RunningSandbox, header: str) -> None:
    """The word Bearer in any case, and the token up to a comma."""
    shown = {"Authorization": header.format(contracts_sandbox.tokens["coolify"]["root"])}
    answer = send("GET", f"{contracts_sandbox.coolify_url}/api/v1/version", headers=shown)
    assert answer.status == 200
