"""One denial for what is not there and for what is another project's, always for one request."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.health.shop import REASON, SHOP, VAULT, Shop
from tests.clients.transport.servers import Call, Reply, serving
from tests.unit.health.answers import issue_json
from watchpost.errors import (
    ApiError,
    ApiUnavailable,
    Forbidden,
    NotFound,
    RateLimited,
    Unauthorized,
    UnclearWrite,
    UnexpectedResponse,
)
from watchpost.health import (
    HealthProject,
    digest,
    error_detail,
    recent_errors,
    reopen_error,
    resolve_error,
)
from watchpost.sentry.issues import Issue, get_issue, update_issue
from watchpost.transport import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

DENIED = "issue: this project has no such issue"
ISSUE = r"/organizations/acme/issues/[^/]+/$"
PROJECT = r"/projects/acme/acme-shop/$"


def denial(act: Callable[[], object]) -> str:
    """What is said when *act* is denied."""
    with pytest.raises(NotFound) as caught:
        act()
    return str(caught.value)


def acts_on(shop: Shop, issue: str) -> list[Callable[[], object]]:
    """Every function that takes an issue's id."""
    return [
        lambda: error_detail(shop.client, SHOP, issue),
        lambda: resolve_error(shop.client, SHOP, issue, REASON, log=shop.log),
        lambda: reopen_error(shop.client, SHOP, issue, REASON, log=shop.log),
    ]


def test_an_issue_of_another_project_is_none(shop: Shop) -> None:
    """By number, short id and event id, in any spelling: one request, one text, nothing written."""
    shop.crash(VAULT, kind="OcelotError")
    shop.crash()
    (other,) = shop.issues(VAULT)
    event = shop.ask(f"/api/0/organizations/acme/issues/{other['id']}/events/latest/")["eventID"]
    short_id = other["shortId"]
    spelled = [other["id"], short_id, short_id.lower(), short_id.title(), f" {short_id}", "99999"]
    spelled += [f"{short_id}%20", short_id.replace("-", "\u2011"), event, "acme-vault", "", "0"]
    said = set()
    for issue in spelled:
        for act in acts_on(shop, issue):
            shop.sandbox.clear_log()
            said.add(denial(act))
            assert len(shop.requests()) == 1
            assert shop.requests()[0].startswith("GET /api/0/organizations/acme/issues/")
    assert len(said) == 1
    assert DENIED in said.pop()
    assert shop.lines() == []
    assert shop.state_of(other)[0] == "unresolved"


@pytest.mark.parametrize("lacking", ["count", "id", "shortId"])
def test_an_issue_of_another_project_is_not_even_read(shop: Shop, lacking: str) -> None:
    """Were it told as one that cannot be understood, it would be told that it is there."""
    other = issue_json(project={"id": "12", "slug": "acme-vault"}, **{lacking: "\x1b"})
    with serving(Reply(body=other)) as server:
        client = shop.client_of("internal", server.url)
        assert DENIED in denial(partial(error_detail, client, SHOP, "4217"))
    for project in ({"id": "11", "slug": "acme-shop"}, {"id": "11"}):
        own = Reply(body=other | {"project": project})
        with serving(own) as server, pytest.raises(UnexpectedResponse):
            error_detail(shop.client_of("internal", server.url), SHOP, "4217")


@pytest.mark.parametrize("issue", ["0", "SHOP-1A/events", "\uff11", ""])
def test_what_is_no_id_is_denied_whatever_the_answer(shop: Shop, issue: str) -> None:
    """Even where a server should answer an issue of this very project."""
    with serving(Reply(body=issue_json())) as server:
        client = shop.client_of("internal", server.url)
        assert DENIED in denial(partial(error_detail, client, SHOP, issue))
        assert server.methods == ["GET"]


def test_an_issue_of_another_organization_is_none(shop: Shop) -> None:
    """A token sees nothing of it; the answer is the same."""
    shop.crash()
    (issue,) = shop.issues()
    abroad = HealthProject("shop", "globex", "acme-shop")
    with pytest.raises(NotFound, match="has no such issue"):
        error_detail(shop.client, abroad, issue["id"])


def test_the_project_counts_by_its_slug_alone(shop: Shop) -> None:
    """Not by one that is spelt otherwise, nor by its number."""
    shop.crash()
    (issue,) = shop.issues()
    number = issue["project"]["id"]
    for slug in ("ACME-SHOP", "acme-sho", "acme-shop-2", number):
        project = HealthProject("shop", "acme", slug)
        assert DENIED in denial(partial(error_detail, shop.client, project, issue["id"]))
        with pytest.raises(NotFound, match="there is no such project"):
            recent_errors(shop.client, project)


@pytest.mark.parametrize("status", [302, 403, 404])
def test_refusals_of_an_issue_are_the_denial(shop: Shop, status: int) -> None:
    """Sentry refuses an issue that the token may not see in several ways; none of them is told."""
    shop.crash()
    (issue,) = shop.issues()
    told = {"detail": "You do not have permission to see acme-vault."}
    shop.sandbox.add_fault(service="sentry", path=ISSUE, status=status, body=told)
    for act in acts_on(shop, issue["id"]):
        shop.sandbox.clear_log()
        assert denial(act).startswith(DENIED)
        assert len(shop.requests()) == 1


@pytest.mark.parametrize("status", [302, 403, 404])
def test_refusals_of_a_project_are_one_denial(shop: Shop, status: int) -> None:
    """A slug that was renamed may be somebody else's today; where to is not told."""
    told = {"slug": "acme-vault", "detail": {"extra": {"slug": "acme-vault"}}}
    shop.sandbox.add_fault(service="sentry", path=PROJECT, status=status, body=told)
    for ask in (recent_errors, digest):
        shop.sandbox.clear_log()
        said = denial(partial(ask, shop.client, SHOP))
        assert said.startswith("project: there is no such project")
        assert "vault" not in said
        assert len(shop.requests()) == 1


def test_a_renamed_project_is_no_such_project(shop: Shop) -> None:
    """Its old slug answers with a redirect, which is not followed."""
    shop.crash()
    shop.sandbox.sentry("PUT", "/api/0/projects/acme/acme-shop/", {"slug": "acme-store"})
    shop.sandbox.clear_log()
    with pytest.raises(NotFound, match="there is no such project"):
        recent_errors(shop.client, SHOP)
    assert len(shop.requests()) == 1


def test_a_token_without_the_scope_is_told(shop: Shop) -> None:
    """Sentry then refuses whatever it is asked, so that nothing is learnt from it."""
    missing = 'Bearer error="insufficient_scope", scope="event:read"'
    fault: dict[str, Any] = {
        "status": 403,
        "body": {"detail": "You do not have permission to perform this action."},
        "headers": {"WWW-Authenticate": missing},
    }
    shop.sandbox.add_fault(service="sentry", path="", **fault)
    acts: list[Callable[[], object]] = [partial(recent_errors, shop.client, SHOP)]
    for act in acts + acts_on(shop, "1"):
        with pytest.raises(Forbidden, match="event:read"):
            act()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 401, "body": {"detail": "Invalid token"}}, Unauthorized),
        ({"status": 429, "body": {"detail": "too frequently"}}, RateLimited),
        ({"status": 500, "body": {"detail": "Internal Error"}}, ApiUnavailable),
        ({"status": 504}, ApiUnavailable),
        ({"drop": "before"}, ApiUnavailable),
        ({"status": 200, "body": ["a login page"]}, UnexpectedResponse),
        ({"status": 200, "body": {"id": 1}}, UnexpectedResponse),
    ],
)
@pytest.mark.parametrize("is_second", [False, True])
def test_a_request_is_never_repeated(
    shop: Shop, fault: dict[str, Any], error: type[ApiError], *, is_second: bool
) -> None:
    """Sentry down, slow, at its limit, or strange: at most two requests, and a plain error."""
    shop.crash()
    (issue,) = shop.issues()
    listed = r"/organizations/acme/issues/$"
    for ask, first, second in (
        (partial(recent_errors, shop.client, SHOP), PROJECT, listed),
        (partial(digest, shop.client, SHOP), PROJECT, listed),
        (partial(error_detail, shop.client, SHOP, issue["id"]), ISSUE, "/events/recommended/"),
    ):
        shop.sandbox.clear_log()
        shop.sandbox.clear_faults()
        shop.sandbox.add_fault(service="sentry", path=second if is_second else first, **fault)
        if is_second and "events" in second and error is UnexpectedResponse:
            continue  # what an event can cause is no error
        with pytest.raises(error):
            ask()
        assert len(shop.requests()) == 1 + is_second


def test_a_slow_server_is_not_waited_for(shop: Shop) -> None:
    """One attempt, and then its patience is over; a write is then of unknown fate."""

    def answer_late(_: Call) -> Reply:
        time.sleep(0.3)
        return Reply(body={})

    hasty = RetryPolicy(attempts=1, deadline_seconds=0.2, read_seconds=0.1)
    with serving(answer_late) as server:
        client = shop.client_of("internal", server.url)
        with pytest.raises(ApiUnavailable, match="ReadTimeout after 1 attempts"):
            get_issue(client, "acme", "acme-shop", "1", retry=hasty)
        issue = Issue.from_json(issue_json())
        with pytest.raises(UnclearWrite):
            update_issue(client, "acme", issue, {"status": "resolved"}, retry=hasty)
        assert server.methods == ["GET", "PUT"]


def test_a_server_that_is_down_is_told(shop: Shop) -> None:
    """No request leaves, and the answer names the server."""
    client = shop.client_of("internal", "http://127.0.0.1:9")
    with pytest.raises(ApiUnavailable, match=r"no answer from Sentry at http://127\.0\.0\.1:9"):
        recent_errors(client, SHOP)
