"""Answers about issues and events have the fields that the vendor's schema promises."""

from typing import Any

import pytest

from tests.sandbox.contracts import find_contracts
from tests.sandbox.sentry.crashing_shop import CrashingShop
from tests.sandbox.sentry.documented import Schema

# The schema requires of a list what the server sends only to who expands it, or hits an issue.
UNASKED = {
    f"[].{name}: absent"
    for name in (
        "derivedData",
        "inbox",
        "integrationIssues",
        "latestEventHasAttachments",
        "matchingEventEnvironment",
        "matchingEventId",
        "owners",
        "sentryAppIssues",
        "sessionCount",
    )
}
FIGURES = ("count", "userCount", "firstSeen", "lastSeen", "lifetime", "filtered", "stats")
# It knows no null where the server has nothing to say.
NO_INBOX = {".inbox: null"}
NO_END = {
    f".statusDetails.{name}: null"
    for name in ("ignoreUntil", "ignoreUserCount", "ignoreUserWindow", "ignoreWindow")
}
# In full the server calls it type.
NAMED_OTHERWISE = {"[].event.type: absent"}
STATUSES: list[dict[str, Any]] = [
    {"status": "resolved", "statusDetails": {"inNextRelease": True}},
    {"status": "resolved", "statusDetails": {"inRelease": "shop@1.0.0"}},
    {"status": "resolved"},
    {"status": "ignored", "statusDetails": {"ignoreCount": 3}},
    {"status": "ignored", "substatus": "archived_until_escalating"},
    {"assignedTo": "team", "priority": "low", "isSubscribed": True, "hasSeen": True},
]


@pytest.fixture
def schema() -> Schema:
    """The vendor's schema, where it is beside the checkout."""
    return Schema(find_contracts())


@pytest.fixture
def full(shop: CrashingShop) -> CrashingShop:
    """The project shop with an error that has everything, and a message that has nothing."""
    shop.crash(
        release="shop@1.0.0",
        environment="production",
        logger="shop",
        user={"id": 7, "email": "mia@example.com"},
        tags={"payment": "card"},
        request={"url": "https://shop.example/?a=1#b", "headers": {"Cookie": "a=b"}},
        breadcrumbs=[{"message": "signed in"}],
        contexts={"runtime": {"name": "CPython", "version": "3.11"}},
        sdk={"name": "sentry.python", "version": "2.75.0"},
    )
    shop.send(message="hello", level="info")
    return shop


@pytest.mark.parametrize(
    "query", ["", "?query=level:error&statsPeriod=14d&groupStatsPeriod=auto", "?query=none"]
)
def test_lists(full: CrashingShop, schema: Schema, query: str) -> None:
    """A list of issues is as documented."""
    answer = full.acme.get(f"/organizations/acme/issues/{query}")
    assert answer.status == 200
    assert schema.faults(answer.body) <= UNASKED


def test_a_list_without_figures(full: CrashingShop, schema: Schema) -> None:
    """A list without figures lacks them and nothing else."""
    shown = full.acme.get("/organizations/acme/issues/?collapse=stats").body
    assert schema.faults(shown) == UNASKED | {f"[].{name}: absent" for name in FIGURES}


def test_events_and_issues_in_full(full: CrashingShop, schema: Schema) -> None:
    """Each issue in full, its events, and each of these in full are as documented."""
    for row in full.rows():
        path = full.path(row["id"])
        assert schema.faults(full.acme.get(path).body, "{issue_id}/") == set()
        events = full.acme.get(f"{path}events/").body
        assert schema.faults(events, "{issue_id}/events/") == set()
        events = full.acme.get(f"{path}events/?full=true").body
        assert schema.faults(events, "{issue_id}/events/") == NAMED_OTHERWISE
        event = full.acme.get(f"{path}events/latest/").body
        assert schema.faults(event, "{issue_id}/events/{event_id}/") == set()


@pytest.mark.parametrize("changes", STATUSES, ids=str)
def test_changes(full: CrashingShop, schema: Schema, changes: dict[str, Any]) -> None:
    """What a change answers is as documented, and so is the issue after it."""
    (team,) = full.acme.get("/organizations/acme/teams/").body
    if "assignedTo" in changes:
        changes = {**changes, "assignedTo": f"team:{team['id']}"}
    first, second = (row["id"] for row in full.rows())
    changed = full.change(first, **changes)
    assert changed.status == 200
    assert schema.faults(changed.body, "{issue_id}/", "put") <= NO_END
    assert schema.faults(full.show(first), "{issue_id}/") <= NO_END
    many = full.change_many(f"id={first}&id={second}&project=-1", **changes)
    assert many.status == 200
    assert schema.faults(many.body, "", "put") <= NO_END | NO_INBOX
