"""
Which of two releases is the newer one: by semantic version where a project follows that, else by
the time when it came out or was first seen.

Does not: know build codes, or versions without a package (``shop@1.2.0`` has one); those are
ordered by time.

Source: getsentry/sentry, src/sentry/models/releases/util.py and groupresolution.py;
getsentry/relay, sentry-release-parser.
"""

import re
from collections.abc import Sequence

from sandbox.sentry.call import Row
from sandbox.store import Store

_SEMVER = re.compile(
    r"^(?P<package>[^@\s]+)@(?P<numbers>\d+(?:\.\d+){1,3})"
    r"(?P<pre>-[0-9A-Za-z.-]+|[A-Za-z][0-9A-Za-z.-]*)?(?P<build>\+\S*)?$"
)
_PARTS = 4
# How many of the latest releases are looked at, and how many of them must be semantic versions.
_LOOKED_AT, _NEWEST, _AT_LEAST = 10, 3, 3

Semver = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


def parse_semver(version: str) -> Semver | None:
    """What compares as semantic versions do; None for any other name of a release."""
    found = _SEMVER.match(version)
    if found is None:
        return None
    numbers = [int(part) for part in found["numbers"].split(".")]
    padded = (*numbers, *[0] * (_PARTS - len(numbers)))
    pre = (found["pre"] or "").removeprefix("-")
    # A version is newer than all that lead to it, and numbers are older than words.
    words = tuple(_comparable(word) for word in pre.split(".")) if pre else ()
    return padded, not pre, words


def _comparable(word: str) -> tuple[bool, int, str]:
    return (False, int(word), "") if word.isdecimal() else (True, 0, word)


def moment_of(release: Row) -> tuple[str, int]:
    """What compares releases by time; equal times by their id."""
    return release["date_released"] or release["date_created"], release["id"]


def releases_of(store: Store, project_id: int) -> list[Row]:
    """A project's releases, the one seen first lately first."""
    return store.rows(
        "SELECT r.* FROM sentry_releases r JOIN sentry_release_projects b ON b.release_id = r.id"
        " WHERE b.project_id = ? ORDER BY r.date_created DESC, r.id DESC",
        project_id,
    )


def follows_semver(store: Store, project_id: int) -> bool:
    """Whether a project's latest releases say that it uses semantic versions."""
    latest = releases_of(store, project_id)[:_LOOKED_AT]
    are_semver = [parse_semver(release["version"]) is not None for release in latest]
    if len(latest) < _NEWEST:
        return any(are_semver[:1])
    if not any(are_semver[:_NEWEST]):
        return False
    return len(latest) < _LOOKED_AT or sum(are_semver) >= _AT_LEAST


def latest_release(store: Store, project_id: int) -> Row | None:
    """The project's release that came out last, or was first seen last."""
    return max(releases_of(store, project_id), key=moment_of, default=None)


def latest_versions(store: Store, project_ids: Sequence[int]) -> dict[int, str]:
    """The version of each project's latest release, keyed by project id; one query for all."""
    marks = ",".join("?" * len(project_ids))
    rows = store.rows(
        "SELECT b.project_id, r.* FROM sentry_release_projects b"  # noqa: S608  marks only
        f" JOIN sentry_releases r ON r.id = b.release_id WHERE b.project_id IN ({marks})",
        *project_ids,
    )
    return {row["project_id"]: row["version"] for row in sorted(rows, key=moment_of)}


def greatest_release(store: Store, project_id: int) -> Row | None:
    """The project's release with the greatest semantic version."""
    parsed = {r["id"]: (parse_semver(r["version"]), r) for r in releases_of(store, project_id)}
    known = [(semver, row) for semver, row in parsed.values() if semver is not None]
    return max(known, key=lambda each: each[0], default=(None, None))[1]


def next_after(store: Store, project_id: int, release: Row) -> Row | None:
    """The project's first release that was made after *release*."""
    made = release["date_created"], release["id"]
    later = [r for r in releases_of(store, project_id) if (r["date_created"], r["id"]) > made]
    return min(later, key=moment_of, default=None)
