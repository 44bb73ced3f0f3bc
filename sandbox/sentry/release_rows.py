"""
Releases in the store: finding them, and making them for events.

Does not: answer requests (sandbox.sentry.releases), or order them (sandbox.sentry.release_order).

Source: getsentry/sentry, src/sentry/models/release.py and src/sentry/event_manager.py.
"""

import re

from sandbox.sentry.call import Row, render_time_ms
from sandbox.sentry.issue_resolution import settle_next
from sandbox.sentry.payloads import Payload, occurred_ms_of, text_of
from sandbox.store import Store

VERSION_LONGEST = 200
_BAD_VERSION = re.compile(r"[\n\t/\\]")
_BAD_VERSIONS = (".", "..", "latest")


def is_version(version: str) -> bool:
    """Whether a release may have this name; the length apart."""
    return not _BAD_VERSION.search(version) and version.lower() not in _BAD_VERSIONS


def find_release(store: Store, organization_id: int, version: str) -> Row | None:
    """The organization's release of that name."""
    return store.row(
        "SELECT * FROM sentry_releases WHERE organization_id = ? AND version = ?",
        organization_id,
        version,
    )


def note_release(store: Store, project_id: int, payload: Payload, received_ms: int) -> Row | None:
    """The release that an event names, made and bound to the project where it is new."""
    version = (text_of(payload, "release") or "").strip()
    if not version or len(version) > VERSION_LONGEST or not is_version(version):
        return None
    project = store.rows("SELECT * FROM sentry_projects WHERE id = ?", project_id)[0]
    release = find_release(store, project["organization_id"], version)
    if release is not None:
        bind(store, release["id"], project_id)
        return release
    seen = render_time_ms(occurred_ms_of(payload, received_ms))
    release = insert_release(store, project["organization_id"], version, date_created=seen)
    bind(store, release["id"], project_id)
    settle_next(store, project_id, release)
    return release


def insert_release(store: Store, organization_id: int, version: str, **columns: object) -> Row:
    """Make a release and return its row."""
    release_id = store.insert(
        "sentry_releases", organization_id=organization_id, version=version, **columns
    )
    return store.rows("SELECT * FROM sentry_releases WHERE id = ?", release_id)[0]


def bind(store: Store, release_id: int, project_id: int) -> None:
    """Make a release one of a project's, if it is not."""
    store.write(
        "INSERT OR IGNORE INTO sentry_release_projects (release_id, project_id) VALUES (?, ?)",
        release_id,
        project_id,
    )
