"""Lists of issues: what a search finds, over which period, in which order, and how it is shown."""

import re

import pytest

from tests.sandbox.sentry.acme import GATE, MISSING
from tests.sandbox.sentry.searched_shop import HOUR, SearchedShop, iso

FIGURES = ("count", "userCount", "firstSeen", "lastSeen")


def test_the_default_is_unresolved_and_last_seen_first(stocked: SearchedShop) -> None:
    """Without a query only unresolved issues are listed, the last seen first; with none, all."""
    assert stocked.found() == ["Paid", "Mild", "Old"]
    first = stocked.issues().body[0]["id"]
    path = f"/organizations/acme/issues/?id={first}&project={stocked.id}"
    assert stocked.acme.call("PUT", path, {"status": "resolved"}).status == 200
    assert stocked.found() == ["Mild", "Old"]
    assert stocked.found("") == ["Paid", "Mild", "Old"]
    assert stocked.found("is:resolved") == ["Paid"]


def test_a_period_filters_by_event_time_and_counts_in_it(stocked: SearchedShop) -> None:
    """Only issues with an event in the period are found, and its figures are the period's."""
    old = stocked.issues("issue:SHOP-1", statsPeriod="6h").body[0]
    assert (old["count"], old["userCount"]) == ("1", 1)
    assert old["firstSeen"] == old["lastSeen"]
    lifetime = old["lifetime"]
    assert (lifetime["count"], lifetime["userCount"], lifetime["stats"]) == ("2", 2, None)
    assert lifetime["firstSeen"] < old["firstSeen"]
    assert stocked.found(statsPeriod="30m") == ["Paid", "Mild"]
    assert stocked.found(start=iso(11), end=iso(9)) == ["Old"]
    assert stocked.found(start=iso(9), end=iso(2)) == []


def test_figures_of_what_met_the_search(stocked: SearchedShop) -> None:
    """A search for something in events shows beside the figures those of the events it met."""
    old = stocked.issues("environment:staging", groupStatsPeriod="14d").body[0]
    assert (old["count"], old["filtered"]["count"], old["filtered"]["userCount"]) == ("2", "1", 1)
    assert len(old["filtered"]["stats"]["14d"]) == len(old["stats"]["14d"]) == 14
    assert stocked.issues("is:unresolved").body[0]["filtered"] is None


@pytest.mark.parametrize(
    ("period", "reason"),
    [
        ({"statsPeriod": "6x"}, "Invalid statsPeriod: '6x'"),
        ({"statsPeriod": ""}, "Invalid statsPeriod: ''"),
        ({"start": "2026-01-01"}, "start and end are both required"),
        ({"start": "2026-01-02", "end": "2026-01-01"}, "start must be before end"),
        ({"start": "soon", "end": "later"}, "soon is not a valid ISO8601 date query"),
        ({"statsPeriodStart": "2h"}, "statsPeriodStart and statsPeriodEnd are both required"),
        (
            {"statsPeriod": f"{'9' * 5000}d"},
            f"Invalid statsPeriod: '{'9' * 5000}d'",
        ),
        (
            {"groupStatsPeriod": "7d"},
            "Invalid stats_period. Valid choices are '', '24h', '14d' and 'auto'",
        ),
    ],
)
def test_bad_periods_are_400(bare: SearchedShop, period: dict[str, str], reason: str) -> None:
    """A period that is none is refused with the reason."""
    assert bare.refusal(**period) == (400, reason)


@pytest.mark.parametrize("period", ["90s", "15m", "24h", "14d", "2w", "3600"])
def test_units_of_periods(bare: SearchedShop, period: str) -> None:
    """A period is a number of seconds, minutes, hours, days or weeks."""
    assert bare.issues(statsPeriod=period).status == 200


def test_environments(stocked: SearchedShop) -> None:
    """An environment narrows the issues and all their figures; an unknown one is 404."""
    assert stocked.found(environment="production") == ["Paid", "Old"]
    assert stocked.found(environment=["production", "staging"]) == ["Paid", "Old"]
    old = stocked.issues(environment="staging").body[0]
    assert (old["count"], old["lifetime"]["count"]) == ("1", "1")
    assert stocked.found("firstSeen:-6h", environment="staging") == ["Old"]
    missing = stocked.issues(environment="nowhere")
    assert (missing.status, missing.body) == (404, MISSING)


def test_projects(stocked: SearchedShop) -> None:
    """Issues are of the projects named by number, or of all with -1; a slug is no number."""
    stocked.acme.project("api", "web")
    api = SearchedShop(stocked.acme, "api")
    api.send("Lost")
    assert stocked.found(project=api.id) == ["Lost"]
    assert stocked.found(project=[api.id, stocked.id]) == ["Lost", "Paid", "Mild", "Old"]
    assert stocked.found(project="-1") == ["Lost", "Paid", "Mild", "Old"]
    assert stocked.found(projectSlug="api") == ["Lost"]
    numbers = "Invalid project parameter. Values must be numbers."
    assert stocked.refusal(project="shop") == (400, numbers)
    assert stocked.refusal(project="999999") == (403, GATE)


def test_other_peoples_projects(stocked: SearchedShop) -> None:
    """A project that the caller does not see is refused like one that is not there."""
    acme = stocked.acme
    acme.close_membership()
    acme.member("guest@example.com", "member")
    token = acme.token("guest", user="guest@example.com", scopes=["event:read", "org:read"])
    path = "/organizations/acme/issues/"
    assert acme.get(path, token).body == []
    assert acme.get(f"{path}?project={stocked.id}", token).body == {"detail": GATE}
    assert acme.get(f"{path}?project=999999", token).body == {"detail": GATE}
    assert acme.get(f"{path}?query=SHOP-1&shortIdLookup=1", token).body == []


def test_scopes(stocked: SearchedShop) -> None:
    """Reading issues takes event:read."""
    token = stocked.acme.token("projects", scopes=["project:read", "org:read"])
    answer = stocked.acme.get("/organizations/acme/issues/", token)
    assert answer.status == 403
    assert 'scope="event:read event:write event:admin"' in answer.headers["www-authenticate"]


def test_how_often_issues_may_be_asked_for(stocked: SearchedShop) -> None:
    """Issues are listed and changed ten times a second, their events read fifteen times."""
    stocked.acme.sandbox.set_limits(sentry={"per_second": 40})
    issues = "/organizations/acme/issues/"
    answers = [
        stocked.issues(),
        stocked.acme.call("PUT", f"{issues}?id=1&project=-1", {"status": "resolved"}),
        stocked.acme.get(f"{issues}SHOP-1/events/latest/"),
        stocked.acme.get(f"{issues}SHOP-1/events/"),
    ]
    limits = [answer.headers["x-sentry-rate-limit-limit"] for answer in answers]
    assert limits == ["10", "10", "15", "40"]


def test_orders(stocked: SearchedShop) -> None:
    """Issues come by last seen, first seen, events, users, or by a mix; other orders are 400."""
    assert stocked.found(sort="date") == ["Paid", "Mild", "Old"]
    assert stocked.found(sort="new") == ["Paid", "Mild", "Old"]
    assert stocked.found(sort="freq")[0] == "Old"
    assert stocked.found(sort="user")[0] == "Old"
    for sort in ("trends", "recommended"):
        assert sorted(stocked.found(sort=sort)) == ["Mild", "Old", "Paid"]
    assert stocked.refusal(sort="priority") == (400, "Sort key 'priority' not supported.")


def test_order_of_the_inbox(stocked: SearchedShop) -> None:
    """The inbox's order is for unresolved issues up for review, and for nothing else."""
    assert len(stocked.found("is:unresolved is:for_review", sort="inbox")) == 3
    refused = {
        "": "Sort key 'inbox' only supported for inbox search",
        "is:for_review": "Inbox search only works for 'unresolved' status",
        "is:for_review level:error": "Invalid search terms for 'inbox' search: ['level=error']",
    }
    assert {query: stocked.refusal(query, sort="inbox")[1] for query in refused} == refused


def test_pages(stocked: SearchedShop) -> None:
    """Pages follow the cursors of the Link header, both ways; the number of hits stands beside."""
    first = stocked.issues(limit=2)
    assert (first.headers["x-hits"], first.headers["x-max-hits"]) == ("3", "1000")
    previous, following = re.findall(r'results="(\w+)"; cursor="([^"]+)"', first.headers["link"])
    assert (previous[0], following[0]) == ("false", "true")
    second = stocked.issues(limit=2, cursor=following[1])
    assert [issue["metadata"]["type"] for issue in second.body] == ["Old"]
    back, over = re.findall(r'results="(\w+)"; cursor="([^"]+)"', second.headers["link"])
    assert (back[0], over[0]) == ("true", "false")
    assert stocked.found(limit=2, cursor=back[1]) == ["Paid", "Mild"]
    assert stocked.found(limit=2, cursor=over[1]) == []


def test_pages_of_equal_scores(stocked: SearchedShop) -> None:
    """Issues of the same count are parted by their number, and none is left out."""
    first = stocked.issues(sort="freq", limit=2)
    cursor = re.findall(r'cursor="([^"]+)"', first.headers["link"])[1]
    rest = stocked.found(sort="freq", limit=2, cursor=cursor)
    assert [i["metadata"]["type"] for i in first.body] + rest == ["Old", "Paid", "Mild"]


def test_limits_of_pages(stocked: SearchedShop) -> None:
    """More than a hundred are cut to a hundred without a word; what is no number is 400."""
    assert len(stocked.found(limit=1000)) == 3
    assert len(stocked.found(limit=1)) == 1
    assert stocked.refusal(limit="many") == (400, "invalid limit")
    assert stocked.refusal(cursor="x") == (400, "Invalid cursor parameter.")


def test_what_is_collapsed_is_left_out(stocked: SearchedShop) -> None:
    """Each part may be left out; without stats there are no figures at all."""
    whole = set(stocked.issues().body[0])

    def left_out(*parts: str) -> set[str]:
        return whole - set(stocked.issues(collapse=parts).body[0])

    assert left_out("stats") == {*FIGURES, "stats", "lifetime", "filtered"}
    assert left_out("lifetime", "filtered") == {"lifetime", "filtered"}
    assert left_out("unhandled") == {"isUnhandled"}
    base = stocked.issues(collapse="base").body[0]
    assert set(base) == {"id", "isUnhandled", *FIGURES, "stats", "lifetime", "filtered"}
    assert set(stocked.issues(collapse=["base", "stats"]).body[0]) == {"id", "isUnhandled"}
    no_series = stocked.issues(groupStatsPeriod="").body[0]
    assert set(no_series) == whole - {"stats"}
    assert set(no_series["lifetime"]) == set(FIGURES)


def test_what_is_expanded_is_added(stocked: SearchedShop) -> None:
    """What may be expanded is there when asked for: why an issue waits for review, and the rest."""
    issue = stocked.issues(expand=["inbox", "owners", "sessions"]).body[0]
    assert issue["inbox"]["reason"] == 0
    assert (issue["owners"], issue["sessionCount"]) == (None, None)


def test_series(stocked: SearchedShop) -> None:
    """The series beside an issue has a point per hour or day, or per part of the period."""
    hours = stocked.issues("issue:SHOP-1").body[0]["stats"]["24h"]
    assert (len(hours), sum(count for _, count in hours)) == (24, 2)
    assert {second % 3600 for second, _ in hours} == {0}
    auto = stocked.issues("issue:SHOP-1", groupStatsPeriod="auto", statsPeriod="6h").body[0]
    points = auto["stats"]["auto"]
    assert 29 <= len(points) <= 31
    assert sum(count for _, count in points) == 1


def test_direct_hits(stocked: SearchedShop) -> None:
    """An event's id or, where looked up, a short id finds its issue whatever else is asked."""
    event_id = stocked.send("Late", ago=50 * HOUR)
    hit = stocked.issues(event_id, statsPeriod="1h")
    assert hit.headers["x-sentry-direct-hit"] == "1"
    assert [(i["metadata"]["type"], i["matchingEventId"]) for i in hit.body] == [("Late", event_id)]
    short = stocked.issues("shop-1", shortIdLookup="1", statsPeriod="1m")
    assert short.headers["x-sentry-direct-hit"] == "1"
    assert short.body[0]["shortId"] == "SHOP-1"
    for miss in (stocked.issues("shop-1"), stocked.issues("shop-99", shortIdLookup="1")):
        assert (miss.body, "x-sentry-direct-hit" in miss.headers) == ([], False)


def test_direct_hits_reach_other_projects(stocked: SearchedShop) -> None:
    """A direct hit looks past the project that was asked for, as the server does."""
    other = stocked.acme.project("api", "web")
    event_id = stocked.send("Late")
    for query in (event_id, "SHOP-1"):
        hit = stocked.issues(query, project=other["id"], shortIdLookup="1")
        assert hit.body[0]["project"]["slug"] == "shop"


def test_one_event_id_in_two_projects(stocked: SearchedShop) -> None:
    """An event's id that two projects know finds both issues, and is no direct hit."""
    stocked.acme.project("api", "web")
    event_id = "f" * 32
    for project in (stocked, SearchedShop(stocked.acme, "api")):
        project.send("Same", event_id=event_id)
    both = stocked.issues(event_id)
    assert [issue["project"]["slug"] for issue in both.body] == ["shop", "api"]
    assert "x-sentry-direct-hit" not in both.headers


def test_issues_by_group(stocked: SearchedShop) -> None:
    """Issues may be asked for by their numbers, whatever the query; others are left out."""
    ids = [issue["id"] for issue in stocked.issues().body]
    assert stocked.found("is:resolved", group=[*ids[:2], "1"]) == ["Mild", "Paid"]
    assert stocked.found(group="9" * 30) == []
    assert stocked.refusal(group="SHOP-1") == (400, "Group ids must be integers")


def test_rate_limit(bare: SearchedShop) -> None:
    """The list has a bucket of its own, of ten calls a second."""
    bare.acme.sandbox.set_limits(sentry={"per_second": 40, "concurrent": 25})
    assert bare.issues().headers["x-sentry-rate-limit-limit"] == "10"
    answers = [bare.issues() for _ in range(25)]
    assert 429 in {answer.status for answer in answers}
    other = bare.acme.get("/organizations/acme/").headers
    assert other["x-sentry-rate-limit-remaining"] == "39"


def test_the_deprecated_list_of_a_project(stocked: SearchedShop) -> None:
    """A project's own list searches likewise; its period shapes the series and filters nothing."""
    path = "/projects/acme/shop/issues/"
    listed = stocked.acme.get(path)
    assert [issue["metadata"]["type"] for issue in listed.body] == ["Paid", "Mild", "Old"]
    assert (listed.body[2]["count"], list(listed.body[2]["stats"])) == ("2", ["24h"])
    assert not {"lifetime", "filtered"} & set(listed.body[0])
    assert listed.headers["x-hits"] == "3"
    fortnight = stocked.acme.get(f"{path}?statsPeriod=14d&query=level:warning").body
    assert [len(issue["stats"]["14d"]) for issue in fortnight] == [14]
    assert "stats" not in stocked.acme.get(f"{path}?statsPeriod=").body[0]
    staging = stocked.acme.get(f"{path}?environment=staging").body
    assert [issue["count"] for issue in staging] == ["1"]
    assert stocked.acme.get(f"{path}?environment=nowhere").body == []
    assert stocked.acme.get(f"{path}?query=is:foo").status == 400


def test_direct_hits_of_a_project(stocked: SearchedShop) -> None:
    """A project's own list hits directly too, but only what is its own."""
    event_id = stocked.send("Late")
    stocked.acme.project("api", "web")
    for query in (f"query={event_id}", "query=SHOP-1&shortIdLookup=1"):
        hit = stocked.acme.get(f"/projects/acme/shop/issues/?{query}")
        assert hit.headers["x-sentry-direct-hit"] == "1"
        assert stocked.acme.get(f"/projects/acme/api/issues/?{query}").body == []
