"""One issue in full: by which names it is found, what it tells, and who may read it."""

import time
from typing import Any

import pytest

from tests.sandbox.sentry.acme import GATE, MISSING
from tests.sandbox.sentry.crashing_shop import CrashingShop

DAY_MS = 24 * 3_600_000
FIELDS = {
    *("id", "shareId", "shortId", "title", "culprit", "permalink", "logger", "level", "status"),
    *("statusDetails", "substatus", "isPublic", "platform", "priority", "priorityLockedAt"),
    *("seerFixabilityScore", "seerAutofixLastTriggered", "seerExplorerAutofixLastTriggered"),
    *("project", "type", "issueType", "issueCategory", "metadata", "numComments", "assignedTo"),
    *("isBookmarked", "isSubscribed", "subscriptionDetails", "hasSeen", "annotations"),
    *("isUnhandled", "count", "userCount", "firstSeen", "lastSeen"),
}
DETAILS = {
    *("activity", "seenBy", "participants", "userReportCount"),
    *("firstRelease", "lastRelease", "tags", "stats"),
}


def now_ms() -> int:
    """The present moment, in milliseconds."""
    return int(time.time() * 1000)


def test_an_issue_in_full(shop: CrashingShop) -> None:
    """An issue has the documented fields; its count is text, its link the server's own."""
    shop.crash(platform="python")
    issue = shop.show()
    assert set(issue) == FIELDS | DETAILS
    assert (issue["count"], issue["userCount"]) == ("1", 0)
    assert (issue["status"], issue["substatus"], issue["statusDetails"]) == (
        *("unresolved", "new"),
        {},
    )
    base = shop.acme.sandbox.sentry_url
    assert issue["permalink"] == f"{base}/organizations/acme/issues/{issue['id']}/"
    project = shop.acme.detail("shop")
    assert issue["project"] == {name: project[name] for name in ("id", "name", "slug", "platform")}
    assert [entry["type"] for entry in issue["activity"]] == ["first_seen"]


@pytest.mark.parametrize("named", ["SHOP-1", "shop-1", "Shop_1", "SHOP-I", "shop-l", "sHoP 1"])
def test_short_ids_in_any_case(shop: CrashingShop, named: str) -> None:
    """A short id is read in any case, and with the signs that are taken for one another."""
    shop.crash()
    assert shop.show(named.replace(" ", "%20"))["id"] == shop.only_id()


def test_short_ids_count_in_base_32(shop: CrashingShop) -> None:
    """The numbers of short ids leave out the letters I, L, O and U."""
    shop.crash()
    for number, digits in ((31, "Z"), (32, "10"), (18 * 32 + 27, "JV")):
        shop.edit("issues", shop.only_id(), number=number)
        assert shop.show(f"shop-{digits}")["shortId"] == f"SHOP-{digits}"


@pytest.mark.parametrize(
    "named",
    ["1", "999999999", "9" * 30, "9" * 5000, "SHOP-2", "SHOP", "SHOP-U", "API-1", "-1", "SHOP-%2E"],
)
def test_unknown_issues_are_404(shop: CrashingShop, named: str) -> None:
    """What names no issue is missing, however it is written."""
    shop.crash()
    answer = shop.acme.get(shop.path(named))
    assert (answer.status, answer.body) == (404, MISSING)


def test_issues_of_another_organization_are_404(shop: CrashingShop) -> None:
    """An issue is not found under another organization, by number or short id."""
    shop.crash()
    for named in (shop.only_id(), "SHOP-1"):
        path = f"/organizations/globex/issues/{named}/"
        assert shop.acme.get(path, "foreign").body == MISSING
    assert shop.acme.get("/organizations/nowhere/issues/1/").body == MISSING


def test_issues_of_deleted_projects_are_404(shop: CrashingShop) -> None:
    """An issue goes with its project."""
    shop.crash()
    issue = shop.only_id()
    shop.acme.call("DELETE", "/projects/acme/shop/")
    assert shop.acme.get(shop.path(issue)).body == MISSING


def test_who_does_not_reach_the_project_is_refused(shop: CrashingShop) -> None:
    """A stranger, and a member who does not see the project, get 403; without the scope, too."""
    shop.crash()
    path = shop.path(shop.only_id())
    acme = shop.acme
    assert acme.get(path, "foreign").body == {"detail": GATE}
    assert (
        acme.get(path, "writer")
        .headers["www-authenticate"]
        .endswith('scope="event:read event:write event:admin"')
    )
    acme.member("ann@acme.example", "member")
    token = acme.token("ann", user="ann@acme.example")
    assert acme.get(path, token).status == 200
    acme.close_membership()
    assert (acme.get(path, token).status, acme.get(path, token).body) == (403, {"detail": GATE})
    assert acme.call("PUT", path, {"status": "resolved"}, "readonly").status == 403


def test_the_older_path_knows_numbers_only(shop: CrashingShop) -> None:
    """The path without an organization finds an issue by its number, not by its short id."""
    shop.crash()
    assert shop.acme.get(f"/issues/{shop.only_id()}/").body["shortId"] == "SHOP-1"
    assert shop.acme.get("/issues/SHOP-1/").body == MISSING


def test_figures_follow_the_events(shop: CrashingShop) -> None:
    """Counts, users and times are those of the events, in whatever order they came."""
    for timestamp, user in (
        (1_700_000_000, {"id": 1, "email": "a@shop.example"}),
        (1_700_000_900, {"id": "1", "ip_address": "1.2.3.4"}),
        (1_699_999_000, {"email": "b@shop.example"}),
        (1_700_000_100, {"username": "carol"}),
        (1_700_000_100, {"ip_address": "{{auto}}"}),
        (1_700_000_100, None),
    ):
        shop.crash(timestamp=timestamp, user=user)
    issue = shop.show()
    assert (issue["count"], issue["userCount"]) == ("6", 4)
    assert issue["firstSeen"] == "2023-11-14T21:56:40.000000Z"
    assert issue["lastSeen"] == "2023-11-14T22:28:20.000000Z"


def test_no_event_is_in_the_future(shop: CrashingShop) -> None:
    """An event of a clock that is fast, or of no clock, has the time at which it was received."""
    shop.crash(timestamp=time.time() + 9000)
    shop.crash(timestamp="soon")
    stored = shop.acme.sandbox.state()["sentry"]["sentry_events"]
    assert all(event["occurred_ms"] == event["received_ms"] for event in stored)


def test_an_event_sent_twice_counts_once(shop: CrashingShop) -> None:
    """The same event once more changes nothing."""
    for _ in range(2):
        shop.crash(event_id="a" * 32)
    assert shop.show()["count"] == "1"


def test_the_latest_event_names_the_level(shop: CrashingShop) -> None:
    """Level, title and whether it was caught are those of the event that came last."""
    for number, level, is_handled in ((1, "warning", True), (2, "critical", False)):
        mechanism = {"type": "excepthook", "handled": is_handled}
        chain = {"type": "E", "value": f"{number} lost", "mechanism": mechanism}
        shop.send(exception=[chain], level=level)
    issue = shop.show()
    assert (issue["level"], issue["isUnhandled"], issue["title"]) == ("fatal", True, "E: 2 lost")
    # The priority was chosen with the first.
    assert issue["priority"] == "medium"


def test_one_environment(shop: CrashingShop) -> None:
    """With an environment the times and users are those of its events; the count is of all."""
    shop.crash(environment="production", user={"id": 1}, timestamp=1_700_000_000)
    shop.crash(environment="staging", user={"id": 2}, timestamp=1_700_000_900)
    issue = shop.acme.get(shop.path(shop.only_id()) + "?environment=production").body
    assert (issue["count"], issue["userCount"]) == ("2", 1)
    assert issue["firstSeen"] == issue["lastSeen"] == "2023-11-14T22:13:20.000000Z"
    assert sum(count for _, count in issue["stats"]["30d"]) == 0
    assert shop.acme.get(shop.path(shop.only_id()) + "?environment=nowhere").body == MISSING


def test_tags_with_their_counts(shop: CrashingShop) -> None:
    """Tags come by name, with the number of events that have each."""
    shop.crash(tags={"cart_size": "3"}, environment="production")
    shop.crash(server_name="a")
    tags = {tag["key"]: (tag["name"], tag["totalValues"]) for tag in shop.show()["tags"]}
    assert tags == {
        "cart_size": ("Cart Size", 1),
        "environment": ("Environment", 1),
        "level": ("Level", 2),
        "server_name": ("Server", 1),
    }


def test_counts_over_time(shop: CrashingShop) -> None:
    """The series of a day has a point per hour, that of 30 days a point per day."""
    shop.crash()
    shop.crash()
    stats = shop.show()["stats"]
    assert (len(stats["24h"]), len(stats["30d"])) == (25, 31)
    for points in stats.values():
        assert sum(count for _, count in points) == 2


def test_parts_can_be_left_out(shop: CrashingShop) -> None:
    """What is collapsed is absent."""
    shop.crash()
    query = "?collapse=stats&collapse=tags&collapse=release"
    shown = shop.acme.get(shop.path(shop.only_id()) + query).body
    assert set(shown) == (FIELDS | DETAILS) - {"stats", "tags", "firstRelease", "lastRelease"}


def test_parts_can_be_added(shop: CrashingShop) -> None:
    """What is expanded is there: why an issue waits for review, and owners, who are nobody."""
    shop.crash()
    shown = shop.acme.get(shop.path(shop.only_id()) + "?expand=inbox&expand=owners").body
    assert set(shown) == FIELDS | DETAILS | {"inbox", "owners"}
    assert (shown["inbox"]["reason"], shown["owners"]) == (0, None)


def test_releases_come_with_events(shop: CrashingShop) -> None:
    """A release that an event names is made at its time, and is the issue's first or last."""
    shop.crash()
    assert (shop.show()["firstRelease"], shop.show()["lastRelease"]) == (None, None)
    shop.crash(release="shop@1.0.0+b7", timestamp=1_700_000_000)
    shop.crash(release="shop@1.1.0-rc.1")
    issue = shop.show()
    first, last = issue["firstRelease"], issue["lastRelease"]
    assert (first["version"], last["version"]) == ("shop@1.0.0+b7", "shop@1.1.0-rc.1")
    assert first["dateCreated"] == first["firstEvent"] == "2023-11-14T22:13:20.000000Z"
    assert (first["newGroups"], last["newGroups"]) == (1, 0)
    assert [project["slug"] for project in last["projects"]] == ["shop"]
    assert last["versionInfo"] == {
        "package": "shop",
        "version": {"raw": "1.1.0-rc.1", "major": 1, "minor": 1, "patch": 0, "revision": 0},
        "description": "1.1.0-rc.1",
        "buildHash": None,
    }


@pytest.mark.parametrize("version", ["a/b", "latest", "..", "x" * 201, " "])
def test_events_of_impossible_releases_are_kept(shop: CrashingShop, version: str) -> None:
    """A name that no release may have makes none, and the event is taken all the same."""
    shop.crash(release=version)
    assert shop.show()["firstRelease"] is None


def test_the_latest_release_of_a_project(shop: CrashingShop) -> None:
    """A project in full tells its latest release in full; lists tell its version."""
    assert shop.acme.detail("shop")["latestRelease"] is None
    shop.release("1.0", dateReleased="2026-01-01T00:00:00Z")
    shop.crash(release="0.9", timestamp=1_700_000_000)
    latest = shop.acme.detail("shop")["latestRelease"]
    assert (latest["version"], latest["dateReleased"]) == ("1.0", "2026-01-01T00:00:00.000000Z")
    assert latest["deployCount"] == 0
    assert latest["lastDeploy"] is None
    (listed,) = shop.acme.get("/organizations/acme/projects/").body
    assert listed["latestRelease"] == {"version": "1.0"}
    shop.acme.call("POST", "/organizations/acme/releases/1.0/deploys/", {"environment": "prod"})
    assert shop.acme.detail("shop")["latestRelease"]["lastDeploy"]["environment"] == "prod"


def test_a_release_of_no_date_is_refused(shop: CrashingShop) -> None:
    """A date of release that is none is refused by its field."""
    body = {"version": "1", "projects": ["shop"], "dateReleased": "yesterday"}
    answer = shop.acme.call("POST", "/organizations/acme/releases/", body)
    assert (answer.status, list(answer.body)) == (400, ["dateReleased"])


def test_new_issues_become_ongoing(shop: CrashingShop) -> None:
    """A week after its first event an issue is new no more."""
    shop.crash()
    shop.edit("issues", shop.only_id(), first_seen_ms=now_ms() - 6 * DAY_MS)
    assert shop.show()["substatus"] == "new"
    shop.edit("issues", shop.only_id(), first_seen_ms=now_ms() - 7 * DAY_MS)
    assert shop.show()["substatus"] == "ongoing"


def test_calls_for_one_issue_are_limited(shop: CrashingShop) -> None:
    """An issue is read five times a second, in a bucket of its own, and changed five times."""
    shop.crash()
    path = shop.path(shop.only_id())
    shop.acme.sandbox.set_limits(sentry={"per_second": 40})
    for method in ("GET", "PUT"):
        answer = shop.acme.call(method, path, {} if method == "PUT" else None)
        assert answer.headers["x-sentry-rate-limit-limit"] == "5"
        assert answer.headers["x-sentry-rate-limit-remaining"] == "4"


def test_faults_reach_issues(shop: CrashingShop) -> None:
    """A fault of the control API hits the path of an issue as any other."""
    shop.crash()
    path = shop.path(shop.only_id())
    shop.acme.sandbox.add_fault(service="sentry", path=f"/api/0{path}", status=503, first=1)
    assert [shop.acme.get(path).status for _ in range(2)] == [503, 200]


def test_snapshots_hold_issues(shop: CrashingShop) -> None:
    """What was there at a snapshot is there again when it is restored, and nothing else."""
    shop.crash()
    snapshot = shop.acme.sandbox.take_snapshot()
    shop.resolve()
    shop.crash("price")
    shop.acme.sandbox.restore(snapshot)
    assert shop.show()["status"] == "unresolved"
    shop.crash("price")
    assert [row["number"] for row in shop.rows()] == [1, 2]


def test_rows_are_edited_by_hand(shop: CrashingShop) -> None:
    """Issues, events and releases are moved in time by the control API, events by their id."""
    event = shop.crash(release="1.0")
    shop.edit("events", event, occurred_ms=1_700_000_000_000)
    shop.edit("releases", "1.0", date_created="2023-01-01T00:00:00.000000Z")
    issue = shop.show()
    assert issue["firstRelease"]["firstEvent"] == "2023-11-14T22:13:20.000000Z"
    assert issue["firstRelease"]["dateCreated"] == "2023-01-01T00:00:00.000000Z"


def test_a_release_that_is_deleted_by_hand(shop: CrashingShop) -> None:
    """An issue resolved in a release that is gone is plainly resolved, and comes back as one."""
    shop.crash(release="shop@1.0.0")
    shop.resolve(inRelease="shop@1.0.0")
    (release,) = shop.acme.sandbox.control("GET", "/sentry/releases")
    shop.acme.sandbox.control("DELETE", f"/sentry/releases/{release['id']}")
    assert (shop.show()["status"], shop.show()["statusDetails"]) == ("resolved", {})
    shop.crash()
    assert shop.show()["substatus"] == "regressed"


def test_people_of_an_issue(shop: CrashingShop) -> None:
    """Who has seen an issue and who follows it are told as users."""
    shop.crash()
    shop.change(hasSeen=True, isSubscribed=True)
    issue: dict[str, Any] = shop.show()
    (seen,), (follows,) = issue["seenBy"], issue["participants"]
    assert (seen["email"], follows["email"]) == ("admin@example.com", "admin@example.com")
    assert ("lastSeen" in seen, follows["type"]) == (True, "user")
