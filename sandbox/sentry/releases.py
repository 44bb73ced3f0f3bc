"""
Releases and deploys, as far as making them goes; releases also come into being with events.

Does not: list, read, change or delete them, nor know commits; those paths answer 501.

Source: getsentry/sentry, src/sentry/releases/endpoints; the recorded answers.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from starlette.responses import Response

from sandbox.sentry.answers import answer, bad_request, missing
from sandbox.sentry.call import Call, Row, render_time
from sandbox.sentry.fields import Invalid, check, items, nullable, text
from sandbox.sentry.issue_resolution import settle_next
from sandbox.sentry.lookup import find_project
from sandbox.sentry.release_rows import (
    VERSION_LONGEST,
    bind,
    find_release,
    insert_release,
    is_version,
)
from sandbox.sentry.release_serialize import bound_projects, render_deploy, render_release

BAD_MOMENT = (
    "Datetime has wrong format. Use one of these formats instead: "
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
)


def _version(value: Any) -> str:
    version = str(text(longest=VERSION_LONGEST)(value))
    if not is_version(version):
        raise Invalid(f"Release with name {version} is not allowed")
    return version


def _moment(value: Any) -> str:
    """A time as ISO 8601, kept as the server writes times so that releases can be ordered."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise Invalid(BAD_MOMENT) from None
    return render_time(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


CREATE_FIELDS = {
    "version": _version,
    "projects": items(text()),
    "ref": nullable(text(blank=True)),
    "url": nullable(text(blank=True)),
    "dateReleased": nullable(_moment),
}
DEPLOY_FIELDS = {
    "environment": text(longest=64),
    "name": nullable(text(longest=64, blank=True)),
    "url": nullable(text(blank=True)),
    "dateStarted": nullable(_moment),
    "dateFinished": nullable(_moment),
}


def create_release(call: Call) -> Response:
    """Create a release or add projects to it (201); 208 when there was nothing new."""
    values = check(call.body(), CREATE_FIELDS, required=("version", "projects"))
    projects = [_project(call, name) for name in values["projects"]]
    known = find_release(call.store, call.organization["id"], values["version"])
    release = known or _insert(call, values)
    before = bound_projects(call.store, release)
    for project in projects:
        bind(call.store, release["id"], project["id"])
        if known is None:
            settle_next(call.store, project["id"], release)
    is_new = known is None or bound_projects(call.store, release) != before
    return answer(render_release(call.store, release), 201 if is_new else 208)


def _project(call: Call, name: str) -> Row:
    row = find_project(call.store, call.organization["id"], name)
    if row is None or row["status"] != "active":
        raise bad_request({"projects": ["Invalid project ids or slugs"]})
    return row


def _insert(call: Call, values: dict[str, Any]) -> Row:
    return insert_release(
        call.store,
        call.organization["id"],
        values["version"],
        ref=values.get("ref"),
        url=values.get("url"),
        date_released=values.get("dateReleased"),
        date_created=call.now_text(),
    )


def create_deploy(call: Call) -> Response:
    """Record a deploy of a release; every call makes another one."""
    store = call.store
    release = find_release(store, call.organization["id"], unquote(call.segments["version"]))
    if release is None:
        raise missing()
    values = check(call.body(), DEPLOY_FIELDS, required=("environment",))
    deploy_id = store.insert(
        "sentry_deploys",
        release_id=release["id"],
        environment=values["environment"],
        name=values.get("name"),
        url=values.get("url"),
        date_started=values.get("dateStarted"),
        date_finished=values.get("dateFinished") or call.now_text(),
    )
    for project in bound_projects(store, release):
        store.write(
            "INSERT OR IGNORE INTO sentry_environments (project_id, name) VALUES (?, ?)",
            project["id"],
            values["environment"],
        )
    deploy = store.rows("SELECT * FROM sentry_deploys WHERE id = ?", deploy_id)[0]
    return answer(render_deploy(deploy), 201)
