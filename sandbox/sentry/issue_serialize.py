"""
The JSON of issues as lists show them, and of the people and teams that they name.

Lists are rendered from few queries, whatever their length.
Does not: check access, or choose the period of the figures.

Source: getsentry/sentry, src/sentry/api/serializers/models/group.py.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.sentry.call import Call, Row, render_time_ms
from sandbox.sentry.issue_figures import Figures
from sandbox.sentry.issue_rows import short_id_of
from sandbox.sentry.serialize import user_in_full
from sandbox.store import Store

# What the sandbox has nothing to say about: sharing, plugins, and the vendor's AI.
UNSIMULATED: Row = {
    "shareId": None,
    "isPublic": False,
    "annotations": [],
    "seerFixabilityScore": None,
    "seerAutofixLastTriggered": None,
    "seerExplorerAutofixLastTriggered": None,
}


@dataclass(frozen=True)
class Surroundings:
    """What issues refer to, keyed by id; *marks* and *comments* are keyed by issue id."""

    projects: Mapping[int, Row]
    people: Mapping[int, Row]
    teams: Mapping[int, Row]
    versions: Mapping[int, str]
    marks: Mapping[int, Row]
    comments: Mapping[int, int]


def render_issue(call: Call, issue: Row, figures: Figures) -> Row:
    """One issue as lists show it, with the figures of the period that is asked about."""
    return render_issues(call, [issue], {issue["id"]: figures})[0]


def render_issues(call: Call, issues: Sequence[Row], figures: Mapping[int, Figures]) -> list[Row]:
    """
    Issues as lists show them; *figures* is keyed by issue id.

    The blocks of a period (``stats``, ``lifetime``, ``filtered``) are added by who was asked.
    """
    around = _find_surroundings(call, issues)
    return [_render(call, issue, figures[issue["id"]], around) for issue in issues]


def people_by_id(store: Store, ids: Iterable[int | None]) -> dict[int, Row]:
    """Users as the API shows them, keyed by id."""
    return {row["id"]: user_in_full(row) for row in _by_id(store, "sentry_users", ids).values()}


def _by_id(store: Store, table: str, ids: Iterable[int | None]) -> dict[int, Row]:
    wanted = sorted({each for each in ids if each is not None})
    marks = ",".join("?" * len(wanted))
    sql = f'SELECT * FROM "{table}" WHERE id IN ({marks})'  # noqa: S608  names are ours
    return {row["id"]: row for row in store.rows(sql, *wanted)}


def _find_surroundings(call: Call, issues: Sequence[Row]) -> Surroundings:
    store = call.store
    owners = [_assigned(issue) for issue in issues]
    people = [owner["id"] for owner in owners if owner.get("type") == "user"]
    actors = [issue["resolved_by_id"] for issue in issues]
    actors += [_ignored(issue).get("by_id") for issue in issues]
    releases = _by_id(store, "sentry_releases", (i["resolved_release_id"] for i in issues))
    return Surroundings(
        projects=_by_id(store, "sentry_projects", (issue["project_id"] for issue in issues)),
        people=people_by_id(store, [*people, *actors]),
        teams=_by_id(
            store, "sentry_teams", (each["id"] for each in owners if each.get("type") == "team")
        ),
        versions={release["id"]: release["version"] for release in releases.values()},
        marks=_marks_of_caller(call, issues),
        comments=_comment_counts(store, issues),
    )


def _marks_of_caller(call: Call, issues: Sequence[Row]) -> dict[int, Row]:
    marks = ",".join("?" * len(issues))
    sql = f"SELECT * FROM sentry_issue_marks WHERE user_id = ? AND issue_id IN ({marks})"  # noqa: S608
    rows = call.store.rows(sql, call.user_id, *(issue["id"] for issue in issues))
    return {row["issue_id"]: row for row in rows}


def _comment_counts(store: Store, issues: Sequence[Row]) -> dict[int, int]:
    marks = ",".join("?" * len(issues))
    rows = store.rows(
        "SELECT issue_id, COUNT(*) AS notes FROM sentry_activity"  # noqa: S608  marks only
        f" WHERE kind = 'note' AND issue_id IN ({marks}) GROUP BY issue_id",
        *(issue["id"] for issue in issues),
    )
    return {row["issue_id"]: row["notes"] for row in rows}


def _render(call: Call, issue: Row, figures: Figures, around: Surroundings) -> Row:
    project = around.projects[issue["project_id"]]
    return {
        **UNSIMULATED,
        "id": str(issue["id"]),
        "shortId": short_id_of(project["slug"], issue["number"]),
        "permalink": f"{call.world.sentry_url}/organizations/{call.organization['slug']}"
        f"/issues/{issue['id']}/",
        "project": {
            "id": str(project["id"]),
            "name": project["name"],
            "slug": project["slug"],
            "platform": project["platform"],
        },
        **_told_by_events(issue),
        **_told_by_people(issue, around),
        **_told_by_caller(around.marks.get(issue["id"])),
        "numComments": around.comments.get(issue["id"], 0),
        **figures.render(),
    }


def _told_by_events(issue: Row) -> Row:
    return {
        "title": issue["title"],
        "culprit": issue["culprit"],
        "logger": issue["logger"],
        "level": issue["level"],
        "platform": issue["platform"],
        "type": issue["kind"],
        "metadata": json.loads(issue["metadata"]),
        "issueType": "error",
        "issueCategory": "error",
        "isUnhandled": bool(issue["is_unhandled"]),
    }


def _told_by_people(issue: Row, around: Surroundings) -> Row:
    locked = issue["priority_locked_ms"]
    return {
        "status": issue["status"],
        "substatus": issue["substatus"],
        "statusDetails": _status_details(issue, around),
        "assignedTo": render_owner(_assigned(issue), around.people, around.teams),
        "priority": issue["priority"],
        "priorityLockedAt": None if locked is None else render_time_ms(locked),
    }


def _told_by_caller(mark: Row | None) -> Row:
    reason = mark["subscription"] if mark else None
    return {
        "isBookmarked": bool(mark and mark["is_bookmarked"]),
        "isSubscribed": bool(reason),
        "subscriptionDetails": {"reason": reason} if reason else None,
        "hasSeen": bool(mark and mark["seen_ms"]),
    }


def _status_details(issue: Row, around: Surroundings) -> Row:
    version = around.versions.get(issue["resolved_release_id"])
    if issue["status"] == "resolved" and version is not None:
        actor = around.people.get(issue["resolved_by_id"])
        if issue["resolved_in_next"]:
            return {"inNextRelease": True, "actor": actor}
        return {"inRelease": version, "actor": actor}
    snooze = _ignored(issue)
    if issue["status"] == "ignored" and snooze:
        return {**render_snooze(snooze), "actor": around.people.get(snooze["by_id"])}
    return {}


def render_snooze(snooze: Row) -> Row:
    """Until when, or for how many events, an issue is ignored."""
    until_ms = snooze["until_ms"]
    return {
        "ignoreCount": snooze["left"],
        "ignoreUntil": None if until_ms is None else render_time_ms(until_ms),
        "ignoreUserCount": None,
        "ignoreUserWindow": None,
        "ignoreWindow": None,
    }


def render_owner(
    owner: Row, people: Mapping[int, Row], teams: Mapping[int, Row]
) -> dict[str, Any] | None:
    """Whom an issue is assigned to, as the API shows it; None for nobody, or one who is gone."""
    if owner.get("type") == "user" and owner["id"] in people:
        user = people[owner["id"]]
        return {"type": "user", "id": user["id"], "name": user["name"], "email": user["email"]}
    if owner.get("type") == "team" and owner["id"] in teams:
        return {"type": "team", "id": str(owner["id"]), "name": teams[owner["id"]]["slug"]}
    return None


def owner_of(store: Store, owner: Row) -> dict[str, Any] | None:
    """Like :func:`render_owner`, for one owner's type and id."""
    table = "sentry_users" if owner["type"] == "user" else "sentry_teams"
    found = _by_id(store, table, [owner["id"]])
    if owner["type"] == "user":
        return render_owner(owner, {key: user_in_full(row) for key, row in found.items()}, {})
    return render_owner(owner, {}, found)


def _assigned(issue: Row) -> Row:
    return dict(json.loads(issue["assigned"])) if issue["assigned"] else {}


def _ignored(issue: Row) -> Row:
    return dict(json.loads(issue["ignored"])) if issue["ignored"] else {}
