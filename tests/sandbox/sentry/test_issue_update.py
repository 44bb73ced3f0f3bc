"""Changing issues: one, several within some projects, and what is refused."""

from typing import Any

import pytest

from tests.sandbox.sentry.acme import GATE, Acme
from tests.sandbox.sentry.crashing_shop import CrashingShop

NO_RELEASE = "No release data present in the system to form a basis for 'Next Release'"
NO_ACTOR = "Could not parse actor. Format should be `type:id` where type is `team` or `user`."


@pytest.fixture
def api(shop: CrashingShop) -> dict[str, Any]:
    """A second project of acme with an issue of its own."""
    made = shop.acme.project("api", "web")
    key = shop.acme.get("/projects/acme/api/keys/").body[0]
    shop.acme.send_event(key, {"message": "down"})
    return made


def test_one_change_answers_the_whole_issue(shop: CrashingShop) -> None:
    """Changing one issue answers it as a list shows it."""
    shop.crash()
    answer = shop.change(status="resolved")
    assert (answer.status, answer.body["status"], answer.body["substatus"]) == (
        200,
        "resolved",
        None,
    )
    shown = shop.show()
    assert answer.body == {name: shown[name] for name in answer.body}
    assert answer.body["isSubscribed"]
    assert answer.body["subscriptionDetails"] == {"reason": "changed_status"}


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "resolved"},
        {"status": "ignored", "statusDetails": {"ignoreDuration": 5}},
        {"status": "resolved", "statusDetails": {"inNextRelease": True}},
        {"status": "resolvedInNextRelease"},
        {"assignedTo": "admin@example.com"},
        {"priority": "low"},
        {"hasSeen": True, "isBookmarked": True, "isSubscribed": True},
    ],
)
def test_repeats_change_nothing(shop: CrashingShop, changes: dict[str, Any]) -> None:
    """The same change once more is answered alike and leaves no second trace."""
    shop.crash(release="alpha")
    first = shop.change(**changes).body
    history = shop.show()["activity"]
    again = shop.change(**changes).body
    assert shop.show()["activity"] == history
    assert {**again, "priorityLockedAt": None} == {**first, "priorityLockedAt": None}


def test_who_resolved_it_is_told(shop: CrashingShop) -> None:
    """A resolution in a release says who made it, and the history says who did what."""
    shop.crash(release="alpha")
    details = shop.resolve(inRelease="alpha")["statusDetails"]
    assert (details["inRelease"], details["actor"]["email"]) == ("alpha", "admin@example.com")
    entry = shop.show()["activity"][0]
    assert (entry["type"], entry["user"]["email"]) == (
        *("set_resolved_in_release", "admin@example.com"),
    )
    assert entry["data"] == {"version": "alpha"}


def test_a_token_without_user_resolves_without_a_name(shop: CrashingShop) -> None:
    """An internal integration may resolve; the history names nobody."""
    shop.crash(release="alpha")
    answer = shop.change(token="internal", status="resolvedInNextRelease", hasSeen=True)
    assert answer.body["statusDetails"] == {"inNextRelease": True, "actor": None}
    assert shop.show()["activity"][0]["user"] is None


def test_reopened_by_hand(shop: CrashingShop) -> None:
    """A resolved issue that is reopened counts as regressed; one that was ignored, as before."""
    shop.crash()
    shop.resolve()
    assert shop.change(status="unresolved").body["substatus"] == "regressed"
    shop.change(status="ignored")
    assert shop.change(status="unresolved").body["substatus"] == "new"
    shop.change(status="muted")
    assert shop.show()["substatus"] == "archived_forever"
    assert shop.change(status="unresolved", substatus="escalating").body["substatus"] == (
        "escalating"
    )


def test_reopening_forgets_the_release(shop: CrashingShop) -> None:
    """What was resolved in a release and reopened is not bound to it when it is resolved again."""
    shop.crash(release="alpha")
    shop.resolve(inRelease="alpha")
    shop.change(status="unresolved")
    assert shop.resolve()["statusDetails"] == {}


BAD_CHANGES: dict[str, tuple[object, dict[str, Any]]] = {
    "status": ({"status": "done"}, {"status": ['"done" is not a valid choice.']}),
    "substatus": ({"substatus": "old"}, {"substatus": ['"old" is not a valid choice.']}),
    "priority": ({"priority": "huge"}, {"priority": ['"huge" is not a valid choice.']}),
    "no release yet": (
        {"status": "resolved", "statusDetails": {"inNextRelease": True}},
        {"statusDetails": {"inNextRelease": [NO_RELEASE]}},
    ),
    "no latest release": (
        {"status": "resolved", "statusDetails": {"inRelease": "latest"}},
        {"statusDetails": {"inRelease": [NO_RELEASE]}},
    ),
    "unknown release": (
        {"status": "resolved", "statusDetails": {"inRelease": "7.0"}},
        {"statusDetails": {"inRelease": ["Unable to find a release with the given version."]}},
    ),
    "upcoming release": (
        {"status": "resolved", "statusDetails": {"inUpcomingRelease": True}},
        {
            "statusDetails": {
                "inUpcomingRelease": ["Your organization does not have access to this feature."]
            }
        },
    ),
    "several at once": (
        {"hasSeen": "perhaps", "statusDetails": {"ignoreCount": "x", "ignoreWindow": 99999}},
        {
            "hasSeen": ["Must be a valid boolean."],
            "statusDetails": {
                "ignoreCount": ["A valid integer is required."],
                "ignoreWindow": ["Ensure this value is less than or equal to 10080."],
            },
        },
    ),
    "unknown e-mail": ({"assignedTo": "x@shop.example"}, {"assignedTo": [NO_ACTOR]}),
    "unknown user": ({"assignedTo": "user:9"}, {"assignedTo": ["User does not exist"]}),
    "unknown team": ({"assignedTo": "team:9"}, {"assignedTo": ["Team does not exist"]}),
    "no number of a team": ({"assignedTo": "team:web"}, {"assignedTo": [NO_ACTOR]}),
    "a stranger": (
        {"assignedTo": "owner@globex.example"},
        {"assignedTo": ["User is not a member of this organization"]},
    ),
    "no object": (
        [],
        {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]},
    ),
}


@pytest.mark.parametrize("what", BAD_CHANGES)
def test_bad_changes_are_refused(shop: CrashingShop, what: str) -> None:
    """What cannot be meant is refused with the server's words by field, and nothing is changed."""
    shop.crash()
    sent, errors = BAD_CHANGES[what]
    answer = shop.acme.call("PUT", shop.path(shop.only_id()), sent)
    assert (answer.status, answer.body) == (400, errors)
    assert [entry["type"] for entry in shop.show()["activity"]] == ["first_seen"]


def test_a_team_of_another_organization_is_no_owner(shop: CrashingShop) -> None:
    """An issue is not assigned to a team of another organization."""
    shop.crash()
    body = {"organization": "globex", "slug": "ops"}
    team = shop.acme.sandbox.control("POST", "/sentry/teams", body)
    answer = shop.change(assignedTo=f"team:{team['id']}")
    assert answer.body == {"assignedTo": ["Team is not a member of this organization"]}


def test_a_release_of_another_project_is_unknown(shop: CrashingShop, api: dict[str, Any]) -> None:
    """A release that is not one of the issue's project is refused like one that does not exist."""
    shop.crash()
    body = {"version": "api-1", "projects": [api["slug"]]}
    shop.acme.call("POST", "/organizations/acme/releases/", body)
    answer = shop.change("SHOP-1", status="resolved", statusDetails={"inRelease": "api-1"})
    assert (answer.status, list(answer.body)) == (400, ["statusDetails"])


@pytest.mark.parametrize(
    "changes",
    [
        {"isPublic": True},
        {"merge": True},
        {"discard": True},
        {"status": "resolved", "statusDetails": {"inCommit": {"commit": "a", "repository": "b"}}},
        {"status": "ignored", "statusDetails": {"ignoreUserCount": 3}},
    ],
)
def test_what_is_not_simulated_is_501(shop: CrashingShop, changes: dict[str, Any]) -> None:
    """A change that the sandbox does not know is named, not guessed."""
    shop.crash()
    answer = shop.change(**changes)
    assert (answer.status, answer.body["detail"].split(":")[0]) == (501, "Not simulated")
    assert shop.show()["status"] == "unresolved"


def test_assigning(shop: CrashingShop) -> None:
    """An issue is assigned to a user or a team, and to nobody by an empty value."""
    shop.crash()
    user = shop.change(assignedTo="admin@example.com").body["assignedTo"]
    assert (user["type"], user["email"]) == ("user", "admin@example.com")
    assert shop.change(assignedTo=user["id"]).body["assignedTo"] == user
    team = shop.acme.get("/teams/acme/web/").body
    assert shop.change(assignedTo=f"team:{team['id']}").body["assignedTo"] == {
        "type": "team",
        "id": team["id"],
        "name": "web",
    }
    assert shop.change(assignedTo="").body["assignedTo"] is None
    kinds = [entry["type"] for entry in shop.show()["activity"]]
    assert kinds == ["unassigned", "assigned", "assigned", "first_seen"]


def test_who_is_not_of_the_project_is_not_assigned(shop: CrashingShop) -> None:
    """Without open membership only the project's teams and their members are assigned."""
    shop.crash()
    other = shop.acme.team("ops")
    shop.acme.member("ann@acme.example", "member")
    shop.acme.close_membership()
    team = shop.change(assignedTo=f"team:{other['id']}").body
    assert team == {"assignedTo": ["Cannot assign to a team without access to the project"]}
    user = shop.change(assignedTo="ann@acme.example").body
    assert user == {"assignedTo": ["Cannot assign to non-team member"]}
    assert shop.change(assignedTo="admin@example.com").status == 200
    web = shop.acme.get("/teams/acme/web/").body
    assert shop.change(assignedTo=f"team:{web['id']}").status == 200


def test_marks_are_the_callers_own(shop: CrashingShop) -> None:
    """Having seen, bookmark and following are each user's own, and are taken back."""
    shop.crash()
    token = shop.acme.token("ann", user=shop.acme.member("ann@acme.example", "owner")["user_id"])
    mine = shop.change(hasSeen=True, isBookmarked=True).body
    assert (mine["hasSeen"], mine["isBookmarked"], mine["isSubscribed"]) == (True, True, True)
    others = shop.acme.get(shop.path(shop.only_id()), token).body
    assert (others["hasSeen"], others["isBookmarked"], others["isSubscribed"]) == (
        *(False, False),
        False,
    )
    # Who is in none of the project's teams has not seen its issues.
    assert shop.change(token=token, hasSeen=True).body["hasSeen"] is False
    mine = shop.change(hasSeen=False, isBookmarked=False).body
    assert (mine["hasSeen"], mine["isBookmarked"], mine["isSubscribed"]) == (False, False, False)


def test_several_issues_at_once(shop: CrashingShop) -> None:
    """A change of several issues answers only what was changed."""
    shop.crash()
    shop.crash("price")
    shop.crash("tax")
    first, second, _ = (row["id"] for row in shop.rows())
    answer = shop.change_many(f"id={first}&id={second}", status="resolved", priority="low")
    assert (answer.status, answer.body) == (
        200,
        {"status": "resolved", "statusDetails": {}, "priority": "low", "inbox": None},
    )
    assert [row["status"] for row in shop.rows()] == ["resolved", "resolved", "unresolved"]
    again = shop.change_many(f"id={first}&id={second}", status="resolved")
    assert again.body == {"status": "resolved", "statusDetails": {}}
    reopened = shop.change_many(f"id={first}&id={second}", status="unresolved")
    assert reopened.body == {"status": "unresolved", "statusDetails": {}}
    assert [row["substatus"] for row in shop.rows()] == ["ongoing", "ongoing", "new"]


def test_one_issue_resolved_in_a_release(shop: CrashingShop) -> None:
    """The answer for a single issue tells the resolution and the issue's history."""
    shop.crash(release="alpha")
    answer = shop.change_many(f"id={shop.only_id()}", status="resolvedInNextRelease").body
    assert set(answer) == {"status", "statusDetails", "inbox", "activity"}
    assert answer["statusDetails"]["inNextRelease"] is True
    assert answer["activity"][0]["type"] == "set_resolved_in_release"


def test_only_issues_of_the_projects_asked_about(shop: CrashingShop, api: dict[str, Any]) -> None:
    """An id of another project than the one named is passed over; where none is left, 204."""
    shop.crash()
    (other,) = (row["id"] for row in shop.rows() if str(row["project_id"]) == api["id"])
    (mine,) = (row["id"] for row in shop.rows() if str(row["project_id"]) != api["id"])
    project = shop.acme.detail("shop")["id"]
    answer = shop.change_many(f"id={other}&project={project}&query=", status="resolved")
    assert (answer.status, answer.text) == (204, "")
    answer = shop.change_many(f"id={other}&id={mine}&project={project}", status="resolved")
    assert answer.status == 200
    assert {row["id"]: row["status"] for row in shop.rows()} == {
        other: "unresolved",
        mine: "resolved",
    }
    assert shop.change_many(f"id={other}&project=-1", status="resolved").status == 200
    assert {row["status"] for row in shop.rows()} == {"resolved"}


@pytest.mark.parametrize("named", ["9" * 30, "0", "-1"])
def test_ids_that_no_issue_has(shop: CrashingShop, named: str) -> None:
    """A number that no issue can have matches none; beside another it changes nothing."""
    shop.crash()
    assert shop.change_many(f"id={named}", status="resolved").status == 204
    answer = shop.change_many(f"id={named}&id={shop.only_id()}", status="resolved")
    assert (answer.status, shop.show()["status"]) == (200, "resolved")


def test_projects_out_of_reach_are_refused(shop: CrashingShop, api: dict[str, Any]) -> None:
    """A project that does not exist, or that the caller does not see, is forbidden."""
    shop.crash()
    shop.acme.close_membership()
    shop.acme.member("ann@acme.example", "member")
    token = shop.acme.token("ann", user="ann@acme.example")
    for project, caller in ((api["id"], token), ("99999", "root")):
        answer = shop.change_many(f"id=1&project={project}", caller, status="resolved")
        assert (answer.status, answer.body) == (403, {"detail": GATE})
    ids = "&".join(f"id={row['id']}" for row in shop.rows())
    for query in (ids, f"{ids}&project=-1"):
        assert shop.change_many(query, token, status="resolved").status == 204
    assert {row["status"] for row in shop.rows()} == {"unresolved"}


def test_releases_are_of_one_project(shop: CrashingShop, api: dict[str, Any]) -> None:
    """Issues of several projects are not resolved in a release together."""
    shop.crash()
    both = {"version": "1.0", "projects": ["shop", api["slug"]]}
    shop.acme.call("POST", "/organizations/acme/releases/", both)
    ids = "&".join(f"id={row['id']}" for row in shop.rows())
    details = {"inRelease": "1.0"}
    answer = shop.change_many(f"{ids}&project=-1", status="resolved", statusDetails=details)
    message = "Cannot set resolved for multiple projects."
    assert (answer.status, answer.body) == (400, {"detail": message})
    assert {row["status"] for row in shop.rows()} == {"unresolved"}


def test_changing_by_query_is_not_simulated(shop: CrashingShop) -> None:
    """Without ids a real server changes what a search finds; the sandbox says that it does not."""
    shop.crash()
    assert shop.change_many("query=is:unresolved", status="resolved").status == 501
    assert shop.change_many("id=SHOP-1", status="resolved").status == 500


def test_scopes_of_changes(shop: CrashingShop) -> None:
    """Changing asks for event:write, deleting for event:admin."""
    shop.crash()
    acme, path = shop.acme, shop.path(shop.only_id())
    assert shop.change_many(f"id={shop.only_id()}", "readonly", status="resolved").status == 403
    token = acme.token("writer of events", scopes=["event:write"])
    assert acme.call("PUT", path, {"status": "resolved"}, token).status == 200
    assert acme.call("DELETE", path, token=token).status == 403
    assert acme.call("DELETE", path).status == 202


def test_a_deleted_issue_is_gone(shop: CrashingShop) -> None:
    """A deleted issue is not found, and an event like its own makes a new one with a new number."""
    event = shop.crash()
    path = shop.path(shop.only_id())
    answer = shop.acme.call("DELETE", path)
    assert (answer.status, answer.text) == (202, "")
    assert shop.acme.get(path).status == shop.acme.call("DELETE", path).status == 404
    assert shop.acme.get(f"/projects/acme/shop/events/{event}/").status == 404
    shop.crash()
    assert shop.show()["shortId"] == "SHOP-2"


def test_an_answer_that_is_lost_was_applied(web: Acme, shop: CrashingShop) -> None:
    """A fault after a change has been made leaves it made, so that a repeat finds it done."""
    shop.crash()
    web.sandbox.add_fault(
        service="sentry", method="PUT", path="/issues/", status=502, applied=True, first=1
    )
    query = f"id={shop.only_id()}"
    assert shop.change_many(query, status="resolved").status == 502
    assert shop.show()["status"] == "resolved"
    assert shop.change_many(query, status="resolved").status == 200
    assert [each["type"] for each in shop.show()["activity"]] == ["set_resolved", "first_seen"]
