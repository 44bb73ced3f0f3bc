"""Recent errors, details and digests over the simulated server, each for two requests at most."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.clients.health.shop import REASON, SHOP, VAULT, Shop, hours_ago
from tests.clients.transport.servers import Reply, serving
from tests.unit.health.answers import event_json, frame_json, issue_json, thrown_json
from watchpost.canary.event import LOGGER, make_event_id, render_envelope
from watchpost.errors import NotFound, SettingsError
from watchpost.health import (
    HealthProject,
    digest,
    error_detail,
    recent_errors,
    render_detail,
    render_digest,
    resolve_error,
)
from watchpost.health.model import Trend

PROJECT = "GET /api/0/projects/acme/acme-shop/"
ISSUES = "GET /api/0/organizations/acme/issues/"


def test_recent_errors_are_the_projects_own(shop: Shop) -> None:
    """The latest first, with the period's count and that of all time; two requests."""
    shop.crash(timestamp=hours_ago(40), user={"id": "1"})
    shop.crash(timestamp=hours_ago(2), user={"id": "2"})
    shop.crash(kind="ValueError", user={"id": "3"})
    shop.crash(VAULT, kind="OcelotError")
    recent = recent_errors(shop.client, SHOP)
    assert shop.requests() == [PROJECT, ISSUES]
    assert [error.title for error in recent.errors] == ["ValueError: 'total'", "KeyError: 'total'"]
    latest, older = recent.errors
    assert (older.count, older.total, older.users) == (1, 2, 1)
    assert (latest.level, latest.status, latest.substatus) == ("error", "unresolved", "new")
    assert older.first_seen < older.last_seen < latest.last_seen
    assert latest.short_id == "ACME-SHOP-2"
    assert latest.link.startswith("http")
    assert recent.is_complete


def test_recent_errors_are_as_many_as_asked_for(shop: Shop) -> None:
    """Of a period and an environment; the list says whether there are more."""
    for kind in ("AError", "BError", "CError"):
        shop.crash(kind=kind, environment="production")
    shop.crash(kind="OldError", timestamp=hours_ago(30))
    shop.crash(kind="StagingError", environment="staging")
    recent = recent_errors(shop.client, SHOP, limit=2, environment="production")
    assert [error.title for error in recent.errors] == ["CError: 'total'", "BError: 'total'"]
    assert not recent.is_complete
    assert len(recent_errors(shop.client, SHOP, "24h").errors) == 4
    assert len(recent_errors(shop.client, SHOP, "2d").errors) == 5


def test_canaries_are_no_errors(shop: Shop) -> None:
    """What `watchpost verify` sent is in no list, and its release is nobody's latest one."""
    shop.crash(release="shop@1.4.0")
    shop.crash()
    envelope = render_envelope(make_event_id(), "f00d", "production", datetime.now(UTC))
    shop.send(json.loads(envelope.splitlines()[2]))
    shop.send(json.loads(envelope.splitlines()[2]) | {"event_id": make_event_id()})
    assert [error.title for error in recent_errors(shop.client, SHOP).errors] == [
        "KeyError: 'total'"
    ]
    found = digest(shop.client, SHOP)
    assert [line.error.title for line in found.lines] == ["KeyError: 'total'"]
    assert found.release is None


def test_a_resolved_issue_is_no_recent_error(shop: Shop) -> None:
    """Only what is open asks for somebody."""
    shop.crash()
    (issue,) = shop.issues()
    shop.sandbox.sentry("PUT", f"/api/0/issues/{issue['id']}/", {"status": "resolved"})
    assert recent_errors(shop.client, SHOP).errors == ()


def test_an_environment_that_is_none_is_told(shop: Shop) -> None:
    """Not an empty list, which would read as all being well; its name is not repeated."""
    shop.crash(environment="production")
    for ask in (recent_errors, digest):
        with pytest.raises(NotFound, match="no environment of that name"):
            ask(shop.client, SHOP, environment="prodution")


def test_a_list_that_is_not_there_is_no_environments_fault(shop: Shop) -> None:
    """A project that is removed between the two requests is no such project."""
    shop.sandbox.add_fault(service="sentry", path="/issues/$", status=404)
    for ask in (recent_errors, digest):
        with pytest.raises(NotFound, match="there is no such project"):
            ask(shop.client, SHOP)


@pytest.mark.parametrize(
    "options", [{"since": "6x"}, {"limit": 0}, {"limit": 101}, {"environment": " "}]
)
def test_what_cannot_be_asked_costs_no_request(shop: Shop, options: dict[str, Any]) -> None:
    """A period or a number that Sentry would refuse."""
    with pytest.raises(SettingsError):
        recent_errors(shop.client, SHOP, **options)
    with pytest.raises(SettingsError):
        digest(shop.client, SHOP, "6h", 0)
    with pytest.raises(SettingsError):
        digest(shop.client, SHOP, environment="")
    assert shop.requests() == []


@pytest.mark.parametrize("named", ["number", "short id", "short id in small letters"])
def test_a_detail_by_number_or_short_id(shop: Shop, named: str) -> None:
    """The issue and its event: chain, frame, request, breadcrumbs, release; two requests."""
    shop.crash(
        release="shop@1.4.0",
        environment="production",
        request={"method": "POST", "url": "https://shop.example/pay?token=s3cr3t"},
        breadcrumbs={"values": [{"category": "ui", "message": "opened the cart"}]},
        user={"id": "7"},
    )
    (issue,) = shop.issues()
    ids = {"number": issue["id"], "short id": issue["shortId"]}
    detail = error_detail(shop.client, SHOP, ids.get(named, issue["shortId"].lower()))
    assert [each.partition("?")[0].split("/")[-2] for each in shop.requests()] == [
        ids.get(named, issue["shortId"].lower()),
        "recommended",
    ]
    (thrown,) = detail.exceptions
    (frame,) = thrown.frames
    assert (thrown.kind, frame.filename, frame.line) == ("KeyError", "KeyError.py", 41)
    assert detail.request == "POST https://shop.example/pay"
    assert detail.breadcrumbs[0].message == "opened the cart"
    assert (detail.release, detail.first_release) == ("shop@1.4.0", "shop@1.4.0")
    assert (detail.environment, detail.users, detail.note) == ("production", 1, "")
    assert "s3cr3t" not in render_detail(detail)


def test_an_issue_whose_events_are_gone_is_still_told(shop: Shop) -> None:
    """Sentry keeps events for some weeks, and issues for longer."""
    shop.crash()
    (issue,) = shop.issues()
    gone = "No matching event found, try changing the environments, date range, or query."
    shop.sandbox.add_fault(
        service="sentry", path="/events/recommended/", status=404, body={"detail": gone}
    )
    detail = error_detail(shop.client, SHOP, issue["id"])
    assert detail.note == "Sentry keeps no event of this issue any more"
    assert "ACME-SHOP-1 of shop: error, unresolved" in render_detail(detail)


def test_an_issue_of_long_ago_is_still_told_and_resolved(shop: Shop) -> None:
    """Of one whose events are gone Sentry does not say when it was last seen."""
    old = Reply(body=issue_json(lastSeen=None, lifetime=None))
    with serving(old, Reply(status=404, body={"detail": "No matching event found."})) as server:
        detail = error_detail(shop.client_of("internal", server.url), SHOP, "4217")
    assert "first seen 2026-11-28 09:00Z" in render_detail(detail)
    done = Reply(body={"status": "resolved", "statusDetails": {}})
    with serving(old, done) as server:
        client = shop.client_of("internal", server.url)
        assert resolve_error(client, SHOP, "4217", REASON, log=shop.log).was_changed


@pytest.mark.parametrize(
    "answer",
    ['{"deep":' + "[" * 3_000 + "]" * 3_000 + "}", '{"n":' + "9" * 9_000 + "}", "[]", "{}"],
)
def test_an_event_that_cannot_be_read_leaves_the_issue(shop: Shop, answer: str) -> None:
    """Too deep for a parser, a number too long for one, no object, or without an id."""
    issue = Reply(body=issue_json())
    with serving(issue, Reply(text=answer)) as server:
        detail = error_detail(shop.client_of("internal", server.url), SHOP, "4217")
    assert detail.note == "its event cannot be read"
    assert "KeyError: 'total'" in render_detail(detail)


def test_an_event_with_numbers_that_are_none_is_read(shop: Shop) -> None:
    """JSON as Python reads it may hold NaN and infinities; they count as absent."""
    frames = [frame_json(lineNo=float("nan")), frame_json(lineNo=float("-inf"))]
    event = event_json(exceptions=[thrown_json(stacktrace={"frames": frames})])
    with serving(Reply(body=issue_json()), Reply(text=json.dumps(event))) as server:
        detail = error_detail(shop.client_of("internal", server.url), SHOP, "4217")
    assert [frame.line for frame in detail.exceptions[0].frames] == [None, None]


def test_an_event_of_another_issue_is_not_told(shop: Shop) -> None:
    """Not even if Sentry answers one."""
    shop.crash()
    shop.crash(VAULT, kind="OcelotError")
    (issue,), (other,) = shop.issues(), shop.issues(VAULT)
    event = shop.ask(f"/api/0/organizations/acme/issues/{other['id']}/events/latest/")
    shop.sandbox.add_fault(service="sentry", path="/events/recommended/", status=200, body=event)
    detail = error_detail(shop.client, SHOP, issue["id"])
    assert "Ocelot" not in render_detail(detail)
    assert detail.note == "Sentry answered an event of another issue"


def test_a_digest_judges_by_period_release_and_regressions(shop: Shop) -> None:
    """Two requests; the same state of Sentry gives the same lines."""
    for hours in (30, 29, 1, 0.5):
        shop.crash(kind="GrowingError", timestamp=hours_ago(hours))
        shop.crash(kind="BackError", timestamp=hours_ago(hours), release="shop@1.0.0")
    resolved = next(each for each in shop.issues() if "Back" in each["title"])
    shop.sandbox.sentry("PUT", f"/api/0/issues/{resolved['id']}/", {"status": "resolved"})
    shop.crash(kind="BackError", release="shop@1.1.0")
    shop.crash(kind="FreshError", release="shop@1.1.0")
    shop.crash(kind="FreshError", release="shop@1.1.0")
    shop.crash(kind="OnceError")
    shop.crash(kind="PastError", timestamp=hours_ago(20))
    shop.crash(kind="PastError", timestamp=hours_ago(19))
    found = digest(shop.client, SHOP)
    assert shop.requests() == [PROJECT, ISSUES]
    judged = [
        (line.trend, line.error.title.partition("Error")[0], line.error.count, line.error.total)
        for line in found.lines
    ]
    assert judged == [
        (Trend.NEW, "Fresh", 2, 2),
        (Trend.REGRESSED, "Back", 3, 5),
        (Trend.GROWING, "Growing", 2, 4),
    ]
    assert found.release is not None
    assert found.release.version == "shop@1.1.0"
    assert [line.is_since_release for line in found.lines] == [True, False, False]
    assert found.is_complete
    assert render_digest(found) == render_digest(digest(shop.client, SHOP))


def test_a_server_without_a_clock_is_judged_by_ours(shop: Shop) -> None:
    """Whether an issue is new goes by the Date of the answer; not every proxy passes it on."""
    project = Reply(body={"id": "11", "slug": "acme-shop"})
    old = Reply(body=[issue_json(firstSeen="2020-01-01T00:00:00Z", lifetime=None)])
    with serving(project, old) as server:
        found = digest(shop.client_of("internal", server.url), SHOP)
    assert [line.trend for line in found.lines] == [Trend.GROWING]


@pytest.mark.parametrize(
    "date",
    [
        "Sat, 28 Nov 2026 12:00:00 GMT",
        "Sat, 28 Nov 2026 12:00:00 -0000",
        "Sat, 28 Nov 2026 21:00:00 +0900",
    ],
)
def test_a_servers_clock_is_read_in_any_zone(
    shop: Shop, date: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is new depends neither on the zone of the server nor on the one here."""
    project = Reply(body={"id": "11", "slug": "acme-shop"})
    moments = ["2026-11-28T06:00:00Z", "2026-11-28T05:59:59Z"]
    issues = [issue_json(firstSeen=each, lifetime=None) for each in moments]
    with monkeypatch.context() as here:
        here.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        with serving(project, Reply(body=issues, headers={"Date": date})) as server:
            found = digest(shop.client_of("internal", server.url), SHOP)
    time.tzset()
    assert {line.trend for line in found.lines} == {Trend.NEW, Trend.GROWING}


@pytest.mark.parametrize(
    "date", ["Fri, 31 Dec 9999 23:59:59 -1400", "Sat, 28 Nov 99999 00:00:00 GMT", "soon", ","]
)
def test_a_server_whose_clock_is_none_is_judged_by_ours(shop: Shop, date: str) -> None:
    """A Date that no calendar has counts as none."""
    project = Reply(body={"id": "11", "slug": "acme-shop"})
    with serving(project, Reply(body=[issue_json()], headers={"Date": date})) as server:
        assert len(digest(shop.client_of("internal", server.url), SHOP).lines) == 1


def test_a_digest_leaves_out_issues_with_few_events(shop: Shop) -> None:
    """Unless one event is enough."""
    shop.crash()
    assert digest(shop.client, SHOP).lines == ()
    assert len(digest(shop.client, SHOP, minimum_count=1).lines) == 1


def test_a_digest_looks_at_the_busiest_issues(shop: Shop) -> None:
    """A hundred of them, by events in the period; of the whole project or of one environment."""
    shop.crash(environment="production")
    digest(shop.client, SHOP, "90m", environment="production")
    asked = parse_qs(shop.sandbox.log("sentry")[-1]["query"])
    assert asked["query"] == [f"is:unresolved !logger:{LOGGER}"]
    assert (asked["sort"], asked["limit"], asked["statsPeriod"]) == (["freq"], ["100"], ["90m"])
    assert asked["environment"] == ["production"]


def test_a_page_of_busy_issues_is_not_all(shop: Shop) -> None:
    """A full page whose last issue has enough events may hide others; one with too few cannot."""
    for kind in ("AError", "AError", "AError", "BError"):
        shop.crash(kind=kind)
    page = shop.ask("/api/0/organizations/acme/issues/?project=-1&query=&sort=freq&statsPeriod=6h")
    link = '<x>; rel="next"; results="true"; cursor="0:100:0"'
    shop.sandbox.add_fault(
        service="sentry", path="/issues/$", status=200, body=page, headers={"Link": link}
    )
    assert digest(shop.client, SHOP, minimum_count=2).is_complete
    assert not digest(shop.client, SHOP, minimum_count=1).is_complete


def test_issues_of_another_project_in_a_list_are_an_error(shop: Shop) -> None:
    """Should Sentry ever answer them, nothing of the list is told."""
    shop.crash(VAULT, kind="OcelotError")
    page = shop.ask("/api/0/organizations/acme/issues/?project=-1&query=&statsPeriod=6h")
    shop.sandbox.add_fault(service="sentry", path="/issues/$", status=200, body=page)
    for ask in (recent_errors, digest):
        with pytest.raises(Exception, match="issues of another project") as caught:
            ask(shop.client, SHOP)
        assert "Ocelot" not in str(caught.value)


def test_a_project_that_is_not_there_costs_one_request(shop: Shop) -> None:
    """And is denied in words that do not name it."""
    for ask in (recent_errors, digest):
        shop.sandbox.clear_log()
        with pytest.raises(NotFound, match="there is no such project") as caught:
            ask(shop.client, HealthProject("gone", "acme", "acme-gone"))
        assert "acme" not in str(caught.value)
        assert len(shop.requests()) == 1
