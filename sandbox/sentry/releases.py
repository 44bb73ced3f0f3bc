"""
Releases and deploys, as far as making them goes.

Does not: list, read, change or delete them, nor know commits; those paths answer 501.

Source: getsentry/sentry, src/sentry/releases/endpoints; the recorded answers.
"""

import re
from typing import Any
from urllib.parse import unquote

from starlette.responses import Response

from sandbox.sentry.answers import answer, bad_request, missing
from sandbox.sentry.call import Call, Row
from sandbox.sentry.fields import Invalid, check, items, nullable, text
from sandbox.sentry.lookup import find_project

VERSION_LONGEST = 200
_BAD_VERSION = re.compile(r"[\n\t/\\]")
_BAD_VERSIONS = (".", "..", "latest")


def _version(value: Any) -> str:
    version = str(text(longest=VERSION_LONGEST)(value))
    if _BAD_VERSION.search(version) or version.lower() in _BAD_VERSIONS:
        raise Invalid(f"Release with name {version} is not allowed")
    return version


CREATE_FIELDS = {
    "version": _version,
    "projects": items(text()),
    "ref": nullable(text(blank=True)),
    "url": nullable(text(blank=True)),
    "dateReleased": nullable(text()),
}
DEPLOY_FIELDS = {
    "environment": text(longest=64),
    "name": nullable(text(longest=64, blank=True)),
    "url": nullable(text(blank=True)),
    "dateStarted": nullable(text()),
    "dateFinished": nullable(text()),
}


def create_release(call: Call) -> Response:
    """Create a release or add projects to it (201); 208 when there was nothing new."""
    values = check(call.body(), CREATE_FIELDS, required=("version", "projects"))
    projects = [_project(call, name) for name in values["projects"]]
    release = _find(call, values["version"])
    is_new = release is None
    release = release or _insert(call, values)
    before = _bound(call, release)
    for project in projects:
        call.store.write(
            "INSERT OR IGNORE INTO sentry_release_projects (release_id, project_id) VALUES (?, ?)",
            release["id"],
            project["id"],
        )
    after = _bound(call, release)
    return answer(_render(release, after), 201 if is_new or after != before else 208)


def _project(call: Call, name: str) -> Row:
    row = find_project(call.store, call.organization["id"], name)
    if row is None or row["status"] != "active":
        raise bad_request({"projects": ["Invalid project ids or slugs"]})
    return row


def _find(call: Call, version: str) -> Row | None:
    return call.store.row(
        "SELECT * FROM sentry_releases WHERE organization_id = ? AND version = ?",
        call.organization["id"],
        version,
    )


def _insert(call: Call, values: dict[str, Any]) -> Row:
    release_id = call.store.insert(
        "sentry_releases",
        organization_id=call.organization["id"],
        version=values["version"],
        ref=values.get("ref"),
        url=values.get("url"),
        date_released=values.get("dateReleased"),
        date_created=call.now_text(),
    )
    return call.store.rows("SELECT * FROM sentry_releases WHERE id = ?", release_id)[0]


def _bound(call: Call, release: Row) -> list[Row]:
    return call.store.rows(
        "SELECT p.* FROM sentry_release_projects b JOIN sentry_projects p ON p.id = b.project_id"
        " WHERE b.release_id = ? ORDER BY p.slug",
        release["id"],
    )


def _render(release: Row, projects: list[Row]) -> Row:
    return {
        "id": release["id"],
        "version": release["version"],
        "shortVersion": release["version"],
        "status": "open",
        "ref": release["ref"],
        "url": release["url"],
        "dateReleased": release["date_released"],
        "dateCreated": release["date_created"],
        "commitCount": 0,
        "deployCount": 0,
        "newGroups": 0,
        "authors": [],
        "projects": [
            {"id": p["id"], "slug": p["slug"], "name": p["name"], "platform": p["platform"]}
            for p in projects
        ],
    }


def create_deploy(call: Call) -> Response:
    """Record a deploy of a release; every call makes another one."""
    release = _find(call, unquote(call.segments["version"]))
    if release is None:
        raise missing()
    values = check(call.body(), DEPLOY_FIELDS, required=("environment",))
    finished = values.get("dateFinished") or call.now_text()
    deploy_id = call.store.insert(
        "sentry_deploys",
        release_id=release["id"],
        environment=values["environment"],
        name=values.get("name"),
        url=values.get("url"),
        date_started=values.get("dateStarted"),
        date_finished=finished,
    )
    for project in _bound(call, release):
        call.store.write(
            "INSERT OR IGNORE INTO sentry_environments (project_id, name) VALUES (?, ?)",
            project["id"],
            values["environment"],
        )
    shown = {
        "id": str(deploy_id),
        "environment": values["environment"],
        "name": values.get("name"),
        "url": values.get("url"),
        "dateStarted": values.get("dateStarted"),
        "dateFinished": finished,
    }
    return answer(shown, 201)
