"""
The JSON of releases.

Does not: know commits, authors or the health of sessions.

Source: getsentry/sentry, src/sentry/api/serializers/models/release.py.
"""

import re

from sandbox.sentry.call import Row, render_time_ms
from sandbox.sentry.release_order import parse_semver
from sandbox.store import Store

_BUILD_HASH = re.compile(
    r"^([0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{20}|[0-9a-f]{32,64})$", re.IGNORECASE
)


def render_release(store: Store, release: Row) -> Row:
    """One release in full."""
    projects = _projects(store, release)
    deploys = store.rows(
        "SELECT * FROM sentry_deploys WHERE release_id = ? ORDER BY id", release["id"]
    )
    return {
        "id": release["id"],
        "version": release["version"],
        "status": "open",
        "shortVersion": release["version"],
        "versionInfo": _version_info(release["version"]),
        "ref": release["ref"],
        "url": release["url"],
        "dateReleased": release["date_released"],
        "dateCreated": release["date_created"],
        "data": {},
        "newGroups": sum(project["newGroups"] for project in projects),
        "owner": None,
        "commitCount": 0,
        "lastCommit": None,
        "deployCount": len(deploys),
        "lastDeploy": render_deploy(deploys[-1]) if deploys else None,
        "authors": [],
        "projects": projects,
        **_seen(store, release),
        "currentProjectMeta": {},
        "userAgent": None,
    }


def render_deploy(deploy: Row) -> Row:
    """One deploy."""
    return {
        "id": str(deploy["id"]),
        "environment": deploy["environment"],
        "name": deploy["name"],
        "url": deploy["url"],
        "dateStarted": deploy["date_started"],
        "dateFinished": deploy["date_finished"],
    }


def bound_projects(store: Store, release: Row) -> list[Row]:
    """The projects that a release belongs to, by slug."""
    return store.rows(
        "SELECT p.* FROM sentry_release_projects b JOIN sentry_projects p ON p.id = b.project_id"
        " WHERE b.release_id = ? ORDER BY p.slug",
        release["id"],
    )


def _projects(store: Store, release: Row) -> list[Row]:
    counts = store.rows(
        "SELECT project_id, COUNT(*) AS issues FROM sentry_issues WHERE first_release_id = ?"
        " GROUP BY project_id",
        release["id"],
    )
    new = {row["project_id"]: row["issues"] for row in counts}
    return [
        {
            "id": project["id"],
            "slug": project["slug"],
            "name": project["name"],
            "newGroups": new.get(project["id"], 0),
            "platform": project["platform"],
            "platforms": [],
            "hasHealthData": False,
        }
        for project in bound_projects(store, release)
    ]


def _seen(store: Store, release: Row) -> Row:
    row = store.rows(
        "SELECT MIN(e.occurred_ms) AS first, MAX(e.occurred_ms) AS last FROM sentry_events e"
        " JOIN sentry_release_projects b ON b.project_id = e.project_id"
        " WHERE b.release_id = ? AND e.release = ?",
        release["id"],
        release["version"],
    )[0]
    if row["first"] is None:
        return {"firstEvent": None, "lastEvent": None}
    return {"firstEvent": render_time_ms(row["first"]), "lastEvent": render_time_ms(row["last"])}


def _version_info(version: str) -> Row:
    package, _, raw = version.rpartition("@")
    shown: Row = {"raw": raw}
    semver = parse_semver(version)
    if semver is not None:
        names = ("major", "minor", "patch", "revision")
        shown.update(zip(names, semver[0], strict=True))
    return {
        "package": package or None,
        "version": shown,
        "description": raw,
        "buildHash": raw if _BUILD_HASH.match(raw) else None,
    }
