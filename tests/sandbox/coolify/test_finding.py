"""Finding projects, environments and applications; routes that lead nowhere."""

import pytest

from tests.sandboxes import RunningSandbox, send


def test_version_and_health_are_text(contracts_sandbox: RunningSandbox) -> None:
    """Neither is JSON; health asks for no token."""
    version = contracts_sandbox.coolify("GET", "/version")
    assert (version.text, version.headers["content-type"]) == ("4.3.11", "text/html; charset=utf-8")
    for path in ("/api/health", "/api/v1/health"):
        health = send("GET", contracts_sandbox.coolify_url + path)
        assert (health.status, health.text) == (200, "OK")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("PUT", "/applications/railpack-hono"),
        ("DELETE", "/version"),
        ("GET", "/enable"),
        ("OPTIONS", "/applications/railpack-hono/nothing"),
    ],
)
def test_unknown_routes_and_verbs(
    contracts_sandbox: RunningSandbox, method: str, path: str
) -> None:
    """Both are the same 404, with or without a token."""
    expected = {"message": "Not found.", "docs": "https://coolify.io/docs"}
    assert contracts_sandbox.coolify(method, path).body == expected
    answer = send(method, f"{contracts_sandbox.coolify_url}/api/v1{path}")
    assert (answer.status, answer.body) == (404, expected)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/databases/any/envs"),
        ("PATCH", "/applications/railpack-hono"),
        ("GET", "/applications/railpack-hono/logs"),
        ("POST", "/projects"),
    ],
)
def test_what_is_not_simulated_says_so(
    contracts_sandbox: RunningSandbox, method: str, path: str
) -> None:
    """Paths of the vendor's contract beyond the sandbox are a 501 that names them."""
    answer = contracts_sandbox.coolify(method, path, {} if method != "GET" else None)
    assert answer.status == 501
    assert answer.body["message"].startswith(f"{method} /")


def test_head_is_get_without_a_body(contracts_sandbox: RunningSandbox) -> None:
    """HEAD answers the status and headers of GET."""
    answer = contracts_sandbox.coolify("HEAD", "/applications/railpack-hono")
    assert (answer.status, answer.text) == (200, "")


def test_the_way_to_an_application(contracts_sandbox: RunningSandbox) -> None:
    """Projects lead to environments, environments to applications, by name and by uuid."""
    listed = contracts_sandbox.coolify("GET", "/projects").body
    assert [(p["uuid"], p["name"]) for p in listed] == [
        ("project", "My first project"),
        ("railpack-examples", "Railpack Examples"),
    ]
    places = contracts_sandbox.coolify("GET", "/projects/railpack-examples").body["environments"]
    for place in ("production", places[0]["uuid"]):
        environment = contracts_sandbox.coolify("GET", f"/projects/railpack-examples/{place}").body
        assert [each["uuid"] for each in environment["applications"]] == [
            "railpack-expressjs",
            "railpack-fastify",
            "railpack-hono",
        ]
    assert environment["services"] == []


def test_an_environments_name_wins_over_a_uuid(contracts_sandbox: RunningSandbox) -> None:
    """Where one environment is called like the uuid of another, the name is meant."""
    place = contracts_sandbox.coolify("GET", "/projects/project/environments").body[0]["uuid"]
    named = {"project": "project", "name": place}
    other = contracts_sandbox.control("POST", "/coolify/environments", named)["uuid"]
    assert contracts_sandbox.coolify("GET", f"/projects/project/{place}").body["uuid"] == other


def test_applications_are_listed_by_name(contracts_sandbox: RunningSandbox) -> None:
    """The list goes by name, whatever the order of making."""
    made = {"name": "A first one", "project": "project"}
    contracts_sandbox.control("POST", "/coolify/applications", made)
    names = [each["name"] for each in contracts_sandbox.coolify("GET", "/applications").body]
    assert names == sorted(names)
    assert names[0] == "A first one"


def test_an_application_knows_its_surroundings(contracts_sandbox: RunningSandbox) -> None:
    """The detail has environment, project, team and settings; the list has none of these."""
    detail = contracts_sandbox.coolify("GET", "/applications/railpack-hono").body
    assert detail["environment"]["project"]["uuid"] == "railpack-examples"
    assert detail["environment"]["project"]["team"]["id"] == 0
    assert detail["settings"]["is_preview_deployments_enabled"] is False
    listed = contracts_sandbox.coolify("GET", "/applications").body[0]
    assert {"environment", "settings", "id"} & set(listed) == set()


def test_a_service_knows_its_surroundings(contracts_sandbox: RunningSandbox) -> None:
    """So does a service, with its parts."""
    uuid = contracts_sandbox.variables["service"]
    detail = contracts_sandbox.coolify("GET", f"/services/{uuid}").body
    assert (detail["name"], detail["applications"]) == ("replay-service", [])
    assert detail["environment"]["project"]["uuid"] == "project"
    assert [each["uuid"] for each in contracts_sandbox.coolify("GET", "/services").body] == [uuid]
