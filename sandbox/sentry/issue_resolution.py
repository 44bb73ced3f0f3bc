"""
Resolutions that are bound to a release: what "in the next release" means, and when it is over.

A resolution has the release it is bound to (``resolved_release_id``), whether it waits for the next
one (``resolved_in_next``), and for such a one the last release that had the issue.
Does not: resolve in a commit, or in an upcoming release.

Source: getsentry/sentry, src/sentry/models/groupresolution.py,
src/sentry/api/helpers/group_index/update.py and src/sentry/tasks/clear_expired_resolutions.py.
"""

import json

from sandbox.sentry.call import Row
from sandbox.sentry.release_order import (
    follows_semver,
    greatest_release,
    latest_release,
    moment_of,
    next_after,
    parse_semver,
)
from sandbox.store import Store

NO_RESOLUTION: Row = {
    "resolved_release_id": None,
    "resolved_in_next": 0,
    "resolved_after_release_id": None,
    "resolved_by_id": None,
}
RESOLVED_IN_RELEASE = "set_resolved_in_release"


def basis_of_next(store: Store, project_id: int) -> Row | None:
    """The release that "the next one" follows; None while the project has none."""
    if follows_semver(store, project_id):
        return greatest_release(store, project_id)
    return latest_release(store, project_id)


def in_next_release(store: Store, issue: Row, basis: Row) -> tuple[Row, Row]:
    """The columns of a resolution in the release after *basis*, and what history says of it."""
    columns = {**NO_RESOLUTION, "resolved_release_id": basis["id"]}
    project_id = issue["project_id"]
    if _uses_semver(store, project_id, basis):
        greatest = greatest_release(store, project_id) or basis
        columns["resolved_after_release_id"] = greatest["id"]
        # Whatever is greater is the next one, so that there is nothing to wait for.
        return columns, {"version": "", "current_release_version": greatest["version"]}
    last = find_release_by_id(store, issue["last_release_id"])
    columns["resolved_after_release_id"] = last and last["id"]
    known = last and next_after(store, project_id, last)
    if known is not None:
        return {**columns, "resolved_release_id": known["id"]}, {"version": known["version"]}
    return {**columns, "resolved_in_next": 1}, {"version": ""}


def in_release(release: Row) -> Row:
    """The columns of a resolution in *release*."""
    return {**NO_RESOLUTION, "resolved_release_id": release["id"]}


def is_still_resolved(store: Store, issue: Row, release: Row | None) -> bool:
    """
    Whether a resolved issue stays so though an event of *release* has come.

    ========================  ======================  ============================
    resolved                  event of                stays resolved
    ========================  ======================  ============================
    plainly                   any release, or none    no
    in a release, the next    none                    yes: taken for an old one
    in the next release       the last one, an older  yes
    in the next release       a newer one             no
    in a release              an older one            yes
    in a release              that one, a newer one   no: there it should be gone
    ========================  ======================  ============================
    """
    fix = find_release_by_id(store, issue["resolved_release_id"])
    if fix is None:
        return False
    if release is None:
        return True
    uses_semver = _uses_semver(store, issue["project_id"], release)
    last = find_release_by_id(store, issue["resolved_after_release_id"])
    if last is None:
        last = fix if issue["resolved_in_next"] else None
    if last is None:
        return release["id"] != fix["id"] and _is_older(release, fix, by_semver=uses_semver)
    if release["id"] == last["id"] or _is_older(release, last, by_semver=uses_semver):
        return True
    return uses_semver and _is_older(release, fix, by_semver=True)


def _uses_semver(store: Store, project_id: int, release: Row) -> bool:
    return parse_semver(release["version"]) is not None and follows_semver(store, project_id)


def _is_older(release: Row, other: Row, *, by_semver: bool) -> bool:
    ours, theirs = parse_semver(release["version"]), parse_semver(other["version"])
    if by_semver and ours is not None and theirs is not None:
        return ours < theirs
    return moment_of(release) < moment_of(other)


def settle_next(store: Store, project_id: int, release: Row) -> None:
    """A new release of the project is the next one that resolutions have waited for."""
    waiting = store.rows(
        "SELECT i.* FROM sentry_issues i JOIN sentry_releases r ON r.id = i.resolved_release_id"
        " WHERE i.project_id = ? AND i.status = 'resolved' AND i.resolved_in_next"
        " AND r.id != ? AND r.date_created < ?",
        project_id,
        release["id"],
        release["date_created"],
    )
    for issue in waiting:
        store.update(
            "sentry_issues", issue["id"], resolved_release_id=release["id"], resolved_in_next=0
        )
        name_version(store, issue["id"], release["version"])


def name_version(store: Store, issue_id: int, version: str) -> None:
    """Say in the issue's history which release the next one turned out to be."""
    entry = store.row(
        "SELECT * FROM sentry_activity WHERE issue_id = ? AND kind = ? ORDER BY id DESC",
        issue_id,
        RESOLVED_IN_RELEASE,
    )
    if entry is not None:
        data = json.loads(entry["data"])
        if data.get("version") == "":
            data["version"] = version
            store.update("sentry_activity", entry["id"], data=json.dumps(data))


def find_release_by_id(store: Store, release_id: int | None) -> Row | None:
    """The release of that id; None for None."""
    if release_id is None:
        return None
    return store.row("SELECT * FROM sentry_releases WHERE id = ?", release_id)
