"""The Sentry client against the simulated server: lists, addresses, writes."""

import pytest

from tests.clients.transport.servers import Call, Reply, serving
from tests.sandboxes import RunningSandbox
from watchpost.errors import (
    ApiError,
    Conflict,
    Forbidden,
    Invalid,
    Moved,
    NotFound,
    UnexpectedResponse,
)
from watchpost.sentry import Key, Project, RateLimit, SentryClient, next_cursor
from watchpost.transport import RetryPolicy, Transport

QUICK = RetryPolicy(attempts=4, base_seconds=0.02)
LIMIT = RateLimit(count=5, window_seconds=60)


def client_of(sandbox: RunningSandbox, holder: str = "root") -> SentryClient:
    """A client with the token of that name."""
    token = sandbox.tokens["sentry"][holder]
    return SentryClient(Transport("Sentry", sandbox.sentry_url, token, retry=QUICK))


@pytest.fixture
def client(empty_sandbox: RunningSandbox) -> SentryClient:
    """A client of an organization with one team."""
    client = client_of(empty_sandbox)
    client.create_team("acme", slug="web", name="Web")
    empty_sandbox.clear_log()
    return client


@pytest.fixture
def shop(client: SentryClient) -> Project:
    """A project."""
    return client.create_project("acme", "web", name="Shop", slug="shop", platform="node")


def test_lists_walk_every_page(client: SentryClient, empty_sandbox: RunningSandbox) -> None:
    """101 projects are two pages; a short page is not taken for the last."""
    for number in range(101):
        client.create_project("acme", "web", name="Shop", slug=f"shop-{number}")
    empty_sandbox.clear_log()
    assert len(client.list_projects("acme")) == 101
    assert len(client.list_keys("acme")) == 101
    assert len(empty_sandbox.log("sentry")) == 4


def test_lists_of_an_empty_organization(client: SentryClient) -> None:
    """No project is an empty list, not an error."""
    assert client.list_projects("acme") == []
    assert [each.slug for each in client.list_teams("acme")] == ["web"]


def test_key_list_may_be_missing(client: SentryClient, empty_sandbox: RunningSandbox) -> None:
    """An older server answers NotFound; its projects' own lists still work."""
    empty_sandbox.set_options(project_keys_endpoint=False)
    shop = client.create_project("acme", "web", name="Shop", slug="shop")
    with pytest.raises(NotFound):
        client.list_keys("acme")
    assert [each.label for each in client.list_project_keys("acme", shop.id)] == ["Default"]


def test_project_is_read_by_number_and_slug(client: SentryClient, shop: Project) -> None:
    """Both address the same project, with its settings and teams."""
    by_number, by_slug = client.get_project("acme", shop.id), client.get_project("acme", "shop")
    assert by_number == by_slug
    assert by_number.teams == ("web",)
    assert by_number.settings is not None
    assert by_number.settings.digests_max_delay_seconds == 1800
    assert client.list_projects("acme")[0].settings is None


def test_former_slug_is_moved(client: SentryClient, shop: Project) -> None:
    """A renamed project is seen as such, on reads and on writes, and nothing is deleted."""
    client.update_project("acme", shop.id, {"slug": "new"})
    for call in (client.get_project, client.delete_project):
        with pytest.raises(Moved) as caught:
            call("acme", "shop")
        assert isinstance(caught.value.body, dict)
        assert caught.value.body["slug"] == "new"
    assert client.get_project("acme", shop.id).slug == "new"


def test_taken_slugs_are_conflicts(client: SentryClient, shop: Project) -> None:
    """A second create of the same slug is told apart from every other fault."""
    del shop
    with pytest.raises(Conflict):
        client.create_project("acme", "web", name="Shop", slug="shop")
    with pytest.raises(Conflict):
        client.create_team("acme", slug="web", name="Web")


def test_find_answers_none(client: SentryClient) -> None:
    """`find_` answers None where `get_` raises NotFound."""
    assert client.find_team("acme", "none") is None
    assert client.find_project("acme", "none") is None
    assert client.find_key("acme", "none", "0" * 32) is None
    with pytest.raises(NotFound):
        client.get_project("acme", "none")


def test_refused_values_are_invalid(client: SentryClient) -> None:
    """The field and the reason are in the message."""
    with pytest.raises(Invalid, match="slug: "):
        client.create_project("acme", "web", name="Shop", slug="12345")


def test_teams_are_bound_and_unbound_repeatedly(client: SentryClient, shop: Project) -> None:
    """Binding and unbinding twice is doing it once."""
    client.create_team("acme", slug="ops", name="Ops")
    for _ in range(2):
        client.bind_team("acme", shop.id, "ops")
    assert set(client.get_project("acme", shop.id).teams) == {"web", "ops"}
    for _ in range(2):
        client.unbind_team("acme", shop.id, "ops")
    assert client.get_project("acme", shop.id).teams == ("web",)


def test_key_lives(client: SentryClient, shop: Project) -> None:
    """Create, read, change and delete; the second delete is as good as the first."""
    key = client.create_key("acme", shop.id, label="production", rate_limit=LIMIT)
    assert client.get_key("acme", shop.id, key.id) == key
    assert (key.rate_limit, key.project_id, key.is_active) == (LIMIT, int(shop.id), True)
    for _ in range(2):
        changed = client.update_key(
            "acme", shop.id, key, label="new", rate_limit=None, is_active=False
        )
        assert (changed.label, changed.rate_limit, changed.is_active) == ("new", None, False)
    for _ in range(2):
        client.delete_key("acme", shop.id, key.id)
    assert client.find_key("acme", shop.id, key.id) is None


def test_update_keeps_the_browser_version(
    client: SentryClient, empty_sandbox: RunningSandbox, shop: Project
) -> None:
    """Sentry resets what is not sent back."""
    key = client.list_project_keys("acme", shop.id)[0]
    path = f"/api/0/projects/acme/shop/keys/{key.id}/"
    chosen = empty_sandbox.sentry("GET", path).body["browserSdk"]["choices"][-1][0]
    empty_sandbox.sentry("PUT", path, {"browserSdkVersion": chosen})
    read = client.get_key("acme", shop.id, key.id)
    client.update_key("acme", shop.id, read, label="x", rate_limit=None, is_active=True)
    assert empty_sandbox.sentry("GET", path).body["browserSdkVersion"] == chosen


def test_secrets_are_kept_out_of_repr(client: SentryClient, shop: Project) -> None:
    """The secret half of a key is never printed by accident."""
    key = client.list_project_keys("acme", shop.id)[0]
    assert key.secret
    assert key.secret not in repr(key)


def test_missing_role_is_forbidden(client: SentryClient, empty_sandbox: RunningSandbox) -> None:
    """A token that may only read is told so."""
    del client
    with pytest.raises(Forbidden):
        client_of(empty_sandbox, "readonly").create_team("acme", slug="x", name="X")


def test_odd_answer_is_unexpected(client: SentryClient, empty_sandbox: RunningSandbox) -> None:
    """An object without what every such object has is not half-parsed."""
    empty_sandbox.add_fault(service="sentry", path="/teams/", status=200, body=[{"id": 1}])
    with pytest.raises(UnexpectedResponse, match="lacks"):
        client.list_teams("acme")


def test_names_are_quoted_in_paths(client: SentryClient) -> None:
    """A slug with a slash in it stays one part of the address."""
    with pytest.raises(ApiError, match=r"/projects/acme/a%2Fteams%2Fweb/"):
        client.get_project("acme", "a/teams/web")


@pytest.mark.parametrize(
    ("link", "cursor"),
    [
        ("", None),
        ('<u>; rel="next"; results="false"; cursor="100:1:0"', None),
        ('<u>; rel="next"; results="true"; cursor="100:1:0"', "100:1:0"),
        (
            (
                '<u?a=1,2>; rel="previous"; results="true"; cursor="0:0:1",'
                ' <u>; rel="next"; results="true"; cursor="7:0:0"'
            ),
            "7:0:0",
        ),
        ('<u>; rel="previous"; results="true"; cursor="0:0:1"', None),
    ],
)
def test_next_cursor(link: str, cursor: str | None) -> None:
    """Only the relation `next` with results leads on."""
    assert next_cursor(link) == cursor


def test_zero_limit_is_none() -> None:
    """Sentry writes a missing limit as null, or with a zero."""
    dsn = {"public": "https://k@h/1"}
    base = {"id": "k", "name": "n", "projectId": 1, "isActive": True, "dsn": dsn}
    assert Key.from_json(base).rate_limit is None
    assert Key.from_json({**base, "rateLimit": {"count": 0, "window": 60}}).rate_limit is None


def test_lists_of_thousands_are_whole() -> None:
    """1,050 teams on eleven pages, one of them seen twice because the pages moved, are 1,050."""

    def answer(call: Call) -> Reply:
        page = int(call.path.partition("cursor=0%3A")[2].partition("%3A")[0] or 0)
        first = page * 100 - (1 if page else 0)
        teams = [
            {"id": number, "slug": f"t{number}", "name": ""}
            for number in range(first, min(first + 100, 1050))
        ]
        more = "true" if page < 10 else "false"
        link = f'<u>; rel="next"; results="{more}"; cursor="0:{page + 1}:0"'
        return Reply(body=teams, headers={"Link": link})

    with serving(answer) as server:
        client = SentryClient(Transport("Sentry", server.url, "token"))
        assert len(client.list_teams("acme")) == 1050
        assert len(server.calls) == 11
