"""When a new event brings an issue back, and when it does not."""

import time
from typing import Any

import pytest

from tests.sandbox.sentry.crashing_shop import CrashingShop

WEEK_MS = 7 * 24 * 3_600_000
UNRESOLVED, RESOLVED = ("unresolved", "regressed"), ("resolved", None)


def state(shop: CrashingShop) -> tuple[str, str | None]:
    """Status and substatus of the only issue."""
    issue = shop.show()
    return issue["status"], issue["substatus"]


def kinds(shop: CrashingShop) -> list[str]:
    """What happened to the only issue, the latest first."""
    return [entry["type"] for entry in shop.show()["activity"]]


def test_any_event_brings_a_resolved_issue_back(shop: CrashingShop) -> None:
    """An event on a plainly resolved issue is a regression, and is told with its version."""
    shop.crash(release="1.0")
    shop.resolve()
    assert state(shop) == RESOLVED
    event = shop.crash(release="1.0")
    assert state(shop) == UNRESOLVED
    assert kinds(shop) == ["set_regression", "set_resolved", "first_seen"]
    assert shop.show()["activity"][0]["data"] == {"event_id": event, "version": "1.0"}
    assert shop.show()["statusDetails"] == {}


def test_an_event_without_release_brings_it_back(shop: CrashingShop) -> None:
    """Where no release is involved an event without one is a regression, too."""
    shop.crash()
    shop.resolve()
    shop.crash()
    assert state(shop) == UNRESOLVED
    assert shop.show()["activity"][0]["data"]["version"] == ""


def test_a_second_event_is_no_second_regression(shop: CrashingShop) -> None:
    """An issue that is back already is only counted."""
    shop.crash()
    shop.resolve()
    shop.crash()
    shop.crash()
    assert kinds(shop).count("set_regression") == 1
    assert shop.show()["count"] == "3"


# Names by which releases are ordered by their time, and by their semantic version.
BY_TIME = ("alpha", "beta", "gamma", "delta")
BY_VERSION = ("shop@1.9.0", "shop@1.10.0-rc.1", "shop@1.10.0", "shop@2.0.0")


@pytest.mark.parametrize("versions", [BY_TIME, BY_VERSION])
@pytest.mark.parametrize("status", ["resolved", "resolvedInNextRelease"])
def test_in_the_next_release(shop: CrashingShop, versions: tuple[str, ...], status: str) -> None:
    """Events of the last or an older release, or none, leave it resolved; of a newer one not."""
    old, last, new, _ = versions
    shop.crash(release=old)
    shop.crash(release=last)
    details = {"inNextRelease": True} if status == "resolved" else {}
    assert shop.change(status=status, statusDetails=details).status == 200
    for release in (last, old, None):
        shop.crash(release=release)
        assert state(shop) == RESOLVED
    shop.crash(release=new)
    assert state(shop) == UNRESOLVED


def test_the_next_release_gets_its_name(shop: CrashingShop) -> None:
    """Once a newer release exists, the issue is resolved in that one, and its history says so."""
    shop.crash(release="alpha")
    shop.resolve(inNextRelease=True)
    assert shop.show()["statusDetails"]["inNextRelease"] is True
    assert shop.show()["activity"][0]["data"] == {"version": ""}
    shop.release("beta")
    assert shop.show()["statusDetails"]["inRelease"] == "beta"
    assert shop.show()["activity"][0]["data"] == {"version": "beta"}
    shop.crash(release="alpha")
    assert state(shop) == RESOLVED
    shop.crash(release="beta")
    assert state(shop) == UNRESOLVED


def test_a_next_release_that_is_there_already(shop: CrashingShop) -> None:
    """Where a release has come after the issue's last one, that is the next one."""
    shop.crash(release="alpha")
    shop.release("beta")
    shop.resolve(inNextRelease=True)
    assert shop.show()["statusDetails"]["inRelease"] == "beta"
    shop.crash(release="alpha")
    assert state(shop) == RESOLVED
    shop.crash(release="beta")
    assert state(shop) == UNRESOLVED


@pytest.mark.parametrize("versions", [BY_TIME, BY_VERSION])
@pytest.mark.parametrize(("release", "expected"), [(0, RESOLVED), (1, UNRESOLVED), (2, UNRESOLVED)])
def test_in_a_release(
    shop: CrashingShop, versions: tuple[str, ...], release: int, expected: tuple[str, str | None]
) -> None:
    """Events of older releases leave it resolved; those of that one and newer ones do not."""
    shop.crash(release=versions[0])
    shop.crash("price", release=versions[1])
    details = shop.change("SHOP-1", status="resolved", statusDetails={"inRelease": versions[1]})
    assert details.body["statusDetails"]["inRelease"] == versions[1]
    shop.crash(release=None)
    assert shop.show("SHOP-1")["status"] == "resolved"
    shop.crash(release=versions[release])
    issue = shop.show("SHOP-1")
    assert (issue["status"], issue["substatus"]) == expected


def test_in_the_latest_release(shop: CrashingShop) -> None:
    """The word latest stands for the project's latest release."""
    shop.crash(release="alpha")
    shop.release("beta")
    assert shop.resolve(inRelease="latest")["statusDetails"]["inRelease"] == "beta"
    shop.crash(release="alpha")
    assert state(shop) == RESOLVED


def test_versions_count_before_times(shop: CrashingShop) -> None:
    """An old build that is first seen late is old all the same, where versions are semantic."""
    shop.crash(release="shop@1.1.0")
    shop.resolve(inNextRelease=True)
    shop.crash(release="shop@1.0.9")
    assert state(shop) == RESOLVED
    shop.crash(release="shop@1.1.1")
    assert state(shop) == UNRESOLVED


@pytest.mark.parametrize(
    ("releases", "expected"),
    [
        (["build-1", "build-2", "shop@1.0.0"], RESOLVED),
        (["shop@1.0.0", "build-1", "build-2", "build-3"], UNRESOLVED),
        ([f"build-{number}" for number in range(10)] + ["shop@1.0.0"], UNRESOLVED),
        (["shop@1.0.0", "shop@1.1.0", *(f"b-{n}" for n in range(7)), "shop@1.2.0"], RESOLVED),
    ],
)
def test_which_projects_have_semantic_versions(
    shop: CrashingShop, releases: list[str], expected: tuple[str, str | None]
) -> None:
    """One of the last three releases must be a semantic version, and three of the last ten."""
    for release in releases:
        shop.crash(release=release)
    shop.resolve(inNextRelease=True)
    shop.crash(release="shop@0.1.0")
    # A version that is lower but was made later is old only where versions count.
    assert state(shop) == expected


def test_a_late_build_counts_by_its_time(shop: CrashingShop) -> None:
    """Where versions are no semantic ones, a release is as new as the event that made it."""
    shop.crash(release="beta")
    shop.resolve(inNextRelease=True)
    shop.crash(release="alpha", timestamp=time.time() - 3600)
    assert state(shop) == RESOLVED
    shop.crash(release="aleph")
    assert state(shop) == UNRESOLVED


def test_without_any_release_the_next_one_is_any(shop: CrashingShop) -> None:
    """Resolved in the next release of a project without releases is as good as resolved."""
    shop.crash()
    assert shop.change(status="resolvedInNextRelease").status == 200
    assert shop.show()["statusDetails"] == {}
    assert kinds(shop)[0] == "set_resolved_in_release"
    shop.crash()
    assert state(shop) == UNRESOLVED


def test_regressed_issues_become_ongoing(shop: CrashingShop) -> None:
    """A week after it came back an issue counts as ongoing."""
    shop.crash()
    shop.resolve()
    shop.crash()
    since = int(time.time() * 1000) - WEEK_MS
    shop.edit("issues", shop.only_id(), substatus_ms=since + 3_600_000)
    assert state(shop) == UNRESOLVED
    shop.edit("issues", shop.only_id(), substatus_ms=since)
    assert state(shop) == ("unresolved", "ongoing")


def test_ignored_issues_stay_ignored(shop: CrashingShop) -> None:
    """An event on an issue that is archived for ever, or until it escalates, is only counted."""
    shop.crash()
    for substatus in ("archived_forever", "archived_until_escalating"):
        shop.change(status="unresolved")
        shop.change(status="ignored", substatus=substatus)
        shop.crash()
        assert state(shop) == ("ignored", substatus)
    assert shop.show()["count"] == "3"


def test_ignored_for_a_number_of_events(shop: CrashingShop) -> None:
    """After as many events as were said the issue is shown again."""
    shop.crash()
    shop.change(status="ignored", statusDetails={"ignoreCount": 2})
    shop.crash()
    assert state(shop) == ("ignored", "archived_until_condition_met")
    assert shop.show()["statusDetails"]["ignoreCount"] == 1
    shop.crash()
    assert state(shop) == ("unresolved", "ongoing")
    assert kinds(shop)[:2] == ["set_unresolved", "set_ignored"]


def test_ignored_for_a_time(shop: CrashingShop) -> None:
    """After as many minutes as were said the issue is shown again, not after an event."""
    shop.crash()
    shop.change(status="ignored", statusDetails={"ignoreDuration": 30})
    shop.crash()
    until: Any = shop.show()["statusDetails"]["ignoreUntil"]
    assert until.endswith("Z")
    shop.edit("issues", shop.only_id(), ignored={"until_ms": 1, "left": None, "by_id": None})
    assert state(shop) == ("unresolved", "ongoing")
