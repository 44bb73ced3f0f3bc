from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.clients.transport.servers import Reply, serving
from tests.sandboxes import RunningSandbox
from watchpost.coolify import AppRef, CoolifyClient, CoolifySession, Row, Unreadable
from watchpost.coolify.client import is_app_gone, is_queue_full
from watchpost.errors import (
    ApiError,
    ApiUnavailable,
    Conflict,
    Forbidden,
    Invalid,
    Moved,
    NotFound,
    RateLimited,
    Unauthorized,
    UnclearWrite,
    UnexpectedResponse,
)
from watchpost.transport import Transport

ROW = Row("", "SENTRY_DSN", "a value", is_buildtime=False, comment="watchpost:acme/shop")


@pytest.fixture
def blind(contracts_sandbox: RunningSandbox) -> Iterator[CoolifyClient]:
    """The API with a token that cannot read values."""
    url, secret = contracts_sandbox.coolify_url, contracts_sandbox.tokens["coolify"]["read"]
    transport = Transport("Coolify", url, secret, token_variable="COOLIFY_TOKEN")
    yield CoolifyClient(transport)
    transport.close()


def test_a_row_is_created_listed_updated_and_deleted(client: CoolifyClient, app: AppRef) -> None:
    """Every field comes back as it was sent; the answer carries the server's time."""
    client.create_row(app, replace(ROW, is_preview=True, value=None))
    client.create_row(app, ROW)
    rows = client.list_rows(app)
    assert [(row.is_preview, row.value) for row in rows] == [(False, "a value"), (True, None)]
    assert replace(rows[0], updated_at=None) == replace(ROW, uuid=rows[0].uuid)
    assert rows[0].updated_at is not None
    changed = replace(rows[0], value="b", is_literal=True, is_multiline=True, comment="c")
    client.update_row(app, changed)
    assert replace(client.list_rows(app)[0], updated_at=None) == replace(changed, updated_at=None)
    client.delete_row(app, rows[0].uuid)
    assert [row.is_preview for row in client.list_rows(app)] == [True]


def test_an_update_wipes_nothing(client: CoolifyClient, app: AppRef) -> None:
    """Writing a row back as it was read leaves it as it was, whatever its flags."""
    client.create_row(app, replace(ROW, is_multiline=True, is_literal=True, value="one\ntwo"))
    before = client.list_rows(app)
    for row in before:
        client.update_row(app, row)
    assert client.list_rows(app) == before


def test_two_creates_conflict(client: CoolifyClient, app: AppRef) -> None:
    """The second create of a name is a 409, and so is one of its automatic preview copy."""
    client.create_row(app, ROW)
    for row in (ROW, replace(ROW, is_preview=True)):
        with pytest.raises(Conflict):
            client.create_row(app, row)


def test_unknown_apps_and_rows_are_not_found(client: CoolifyClient, app: AppRef) -> None:
    """Only a missing app says that the app is gone."""
    gone = AppRef("application", "no-such-app")
    with pytest.raises(NotFound) as raised:
        client.list_rows(gone)
    assert is_app_gone(raised.value, gone)
    with pytest.raises(NotFound) as raised:
        client.update_row(app, ROW)
    assert not is_app_gone(raised.value, app)
    with pytest.raises(NotFound) as raised:
        client.delete_row(app, "no-row")
    assert not is_app_gone(raised.value, app)


def test_unknown_services_are_gone_too(client: CoolifyClient) -> None:
    """A service's 404 names the service."""
    gone = AppRef("service", "no-such-service")
    with pytest.raises(NotFound) as raised:
        client.list_rows(gone)
    assert is_app_gone(raised.value, gone)


def test_a_value_is_known_empty_or_unreadable(
    blind: CoolifyClient, client: CoolifyClient, app: AppRef
) -> None:
    """Three cases, and two reasons for the third."""
    client.create_row(app, ROW)
    client.create_row(app, replace(ROW, key="EMPTY", value=None))
    client.create_row(app, replace(ROW, key="LOCKED", is_shown_once=True))
    shown = {row.key: row.value for row in client.list_rows(app) if not row.is_preview}
    assert shown == {"SENTRY_DSN": "a value", "EMPTY": None, "LOCKED": Unreadable.LOCKED}
    hidden = blind.list_rows(app)
    assert {row.key: row.value for row in hidden if not row.is_preview} == {
        "SENTRY_DSN": Unreadable.HIDDEN,
        "EMPTY": Unreadable.HIDDEN,
        "LOCKED": Unreadable.LOCKED,
    }


def test_a_service_has_no_preview_rows(
    contracts_sandbox: RunningSandbox, client: CoolifyClient
) -> None:
    """One name is one row, written whole and read back."""
    service = AppRef("service", contracts_sandbox.variables["service"])
    client.create_row(service, ROW)
    client.update_row(service, replace(ROW, value="b"))
    rows = [row for row in client.list_rows(service) if row.key == ROW.key]
    assert [(row.value, row.is_preview, row.comment) for row in rows] == [("b", False, ROW.comment)]


def test_what_exists_is_listed(client: CoolifyClient, contracts_sandbox: RunningSandbox) -> None:
    """Version, projects, environments, applications and services by name and id."""
    assert client.get_version() == "4.3.11"
    assert {project.uuid for project in client.list_projects()} >= {"project", "railpack-examples"}
    listed = client.list_environment("railpack-examples", "production")
    apps = {app.uuid: app for app in client.list_applications()}
    assert apps["railpack-hono"] in listed["application"]
    assert listed["service"] == ()
    assert not apps["railpack-hono"].is_running
    assert contracts_sandbox.variables["service"] in {each.uuid for each in client.list_services()}


def test_a_deployment_is_found_and_a_phantom_is_not(client: CoolifyClient, app: AppRef) -> None:
    """The first deploy exists; the second is skipped and its id leads nowhere."""
    first = client.deploy(app, 0)
    second = client.deploy(app, 0)
    found = client.find_deployment(first.uuid)
    assert found is not None
    assert client.find_deployment(second.uuid) is None
    assert client.find_newest_deployment(app.uuid) == found
    assert [each.uuid for each in client.list_deployments(app.uuid, take=1)] == [first.uuid]
    forced = client.deploy(app, 0, force=True)
    assert client.find_newest_deployment(app.uuid) == client.find_deployment(forced.uuid)


def test_a_full_queue_is_told_from_the_rate_limit(
    contracts_sandbox: RunningSandbox, client: CoolifyClient, app: AppRef
) -> None:
    """Both are a 429; a deploy names the queue at once, a restart answers with a phantom."""
    contracts_sandbox.set_options(queue_limit=1)
    client.deploy(AppRef("application", "railpack-hono"), 0)
    with pytest.raises(RateLimited) as raised:
        client.deploy(app, 0)
    assert is_queue_full(raised.value)
    assert client.find_deployment(client.restart(app).uuid) is None


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (302, Moved, Moved),
        (400, Invalid, Invalid),
        (401, Unauthorized, Unauthorized),
        (403, Forbidden, Forbidden),
        (404, NotFound, NotFound),
        (409, Conflict, Conflict),
        (410, ApiUnavailable, ApiUnavailable),
        (418, UnexpectedResponse, UnexpectedResponse),
        (422, Invalid, Invalid),
        (429, RateLimited, RateLimited),
        (500, ApiUnavailable, UnclearWrite),
        (502, ApiUnavailable, UnclearWrite),
        (503, ApiUnavailable, UnclearWrite),
        (504, ApiUnavailable, UnclearWrite),
    ],
)
def test_every_status_is_mapped(
    status: int,
    read: type[ApiError],
    write: type[ApiError],
    contracts_sandbox: RunningSandbox,
    client: CoolifyClient,
    app: AppRef,
) -> None:
    """Each answer is one error of our tree, on reads and on writes, with method and path."""
    contracts_sandbox.add_fault(service="coolify", method="*", path="/envs", status=status, body={})
    with pytest.raises(read) as raised:
        client.list_rows(app)
    assert raised.value.path.startswith("GET /api/v1/applications/railpack-expressjs/envs")
    assert raised.value.status == status
    for send in (client.create_row, client.update_row):
        with pytest.raises(write):
            send(app, ROW)


@pytest.mark.parametrize(
    "body", [{"an": "object"}, ["a text"], [{"key": "NO_UUID"}], "<html>login</html>", None]
)
def test_an_answer_of_another_shape_is_no_list(
    body: object, contracts_sandbox: RunningSandbox, client: CoolifyClient, app: AppRef
) -> None:
    """A proxy's page is never taken for an app without variables."""
    contracts_sandbox.add_fault(
        service="coolify", method="GET", path="/envs", status=200, body=body
    )
    with pytest.raises(UnexpectedResponse):
        client.list_rows(app)


def test_a_closed_api_is_forbidden_although_it_says_success(
    contracts_sandbox: RunningSandbox, client: CoolifyClient, app: AppRef
) -> None:
    """Coolify answers 403 with `success: true`; the status decides."""
    contracts_sandbox.set_options(api_disabled=True)
    with pytest.raises(Forbidden, match="API is disabled"):
        client.list_rows(app)


@pytest.mark.parametrize(
    ("version", "is_too_old"),
    [
        ("4.0.0-beta.460", True),
        ("4.0.0-beta.469", False),
        ("4.0.0", False),
        ("4.3.11", False),
        ("v4.4-rc.1", False),
        ("3.12.36", True),
        ("nightly", False),
    ],
)
def test_an_old_coolify_is_refused(
    version: str, *, is_too_old: bool, contracts_sandbox: RunningSandbox
) -> None:
    """Before beta.469 the same calls mean something else; an unknown form is let pass."""
    contracts_sandbox.add_fault(
        service="coolify", method="GET", path="/version", status=200, body=version
    )
    token = contracts_sandbox.tokens["coolify"]["root"]
    session = CoolifySession(contracts_sandbox.coolify_url, token, b"key")
    try:
        if is_too_old:
            with pytest.raises(Exception, match="too old"):
                session.raise_if_too_old()
        else:
            session.raise_if_too_old()
    finally:
        session.close()


@pytest.mark.parametrize(
    "row",
    [
        {"uuid": "r1"},
        {"uuid": "r1", "key": "A", "value": ["x"]},
        {"uuid": "r1", "key": "A", "value": "x", "comment": {"by": "us"}},
    ],
)
def test_a_row_that_is_none_is_an_unexpected_response(row: dict[str, object]) -> None:
    """A row without a name, or whose value or comment is no text, is told as Coolify's fault."""
    with serving(lambda _: Reply(body=[row])) as server:
        transport = Transport("Coolify", server.url, "token")
        with pytest.raises(UnexpectedResponse, match="listed a variable"):
            CoolifyClient(transport).list_rows(AppRef("application", "shop-web"))
        transport.close()
