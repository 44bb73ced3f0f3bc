"""
The writes that the services were sent, in the words of a plan: one table, read from top to bottom.

    sent                                      in a plan's words
    POST   organizations/O/teams              create team SLUG
    PUT    teams/O/ID                         update team SLUG
    POST   teams/O/TEAM/projects              create project SLUG
    PUT    projects/O/ID                      update project SLUG
    DELETE projects/O/ID                      delete project SLUG
    POST   projects/O/ID/teams/TEAM           bind team TEAM to project SLUG
    DELETE projects/O/ID/teams/TEAM           unbind team TEAM from project SLUG
    POST   projects/O/ID/keys                 create key LABEL of SLUG
    PUT    projects/O/ID/keys/KEY             update key LABEL of SLUG
    DELETE projects/O/ID/keys/KEY             delete key LABEL of SLUG
    POST   APPS/UUID/envs                     create NAME of APP UUID
    PATCH  APPS/UUID/envs                     update NAME of APP UUID
    DELETE APPS/UUID/envs/ROW                 delete NAME of APP UUID
    POST   APPS/UUID/restart                  restart APP UUID
    POST   deploy?uuid=UUID                   rebuild application UUID

Two things are less than a write. A create that Sentry refuses because the slug is taken has
changed nothing: it is how a takeover looks. A redeploy that Coolify skips in favour of a running
build is asked for again by force: both are the one redeploy of that app.

Does not: know what was planned.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.whole.recorder import Sent

    Tables = Mapping[str, Mapping[str, list[dict[str, Any]]]]
_TAKEN = 409
_SENTRY = (
    ("POST", r"organizations/\w+/teams", "create team {slug}"),
    ("PUT", r"teams/\w+/[^/]+", "update team {slug}"),
    ("POST", r"teams/\w+/[^/]+/projects", "create project {slug}"),
    ("PUT", r"projects/\w+/(?P<project>[^/]+)", "update project {project}"),
    ("DELETE", r"projects/\w+/(?P<project>[^/]+)", "delete project {project}"),
    (
        "POST",
        r"projects/\w+/(?P<project>[^/]+)/teams/(?P<team>[^/]+)",
        "bind team {team} to project {project}",
    ),
    (
        "DELETE",
        r"projects/\w+/(?P<project>[^/]+)/teams/(?P<team>[^/]+)",
        "unbind team {team} from project {project}",
    ),
    ("POST", r"projects/\w+/(?P<project>[^/]+)/keys", "create key {label} of {project}"),
    ("PUT", r"projects/\w+/(?P<project>[^/]+)/keys/[^/]+", "update key {label} of {project}"),
    (
        "DELETE",
        r"projects/\w+/(?P<project>[^/]+)/keys/(?P<key>[^/]+)",
        "delete key {key} of {project}",
    ),
)
_COOLIFY = (
    ("POST", r"(?P<kind>\w+)s/(?P<uuid>[^/]+)/envs", "create {name} of {kind} {uuid}"),
    ("PATCH", r"(?P<kind>\w+)s/(?P<uuid>[^/]+)/envs", "update {name} of {kind} {uuid}"),
    (
        "DELETE",
        r"(?P<kind>\w+)s/(?P<uuid>[^/]+)/envs/(?P<row>[^/]+)",
        "delete {row} of {kind} {uuid}",
    ),
    ("POST", r"(?P<kind>\w+)s/(?P<uuid>[^/]+)/restart", "restart {kind} {uuid}"),
    ("POST", r"deploy", "rebuild application {deployed}"),
)


@dataclass(frozen=True)
class Names:
    """
    What ids stand for.

    Attributes:
        projects: Slug by id; of what was deleted, the slug that it had.
        teams: The slug that a team has in the end, by the one that it had: it may get another in
            the run that binds it.
        keys: Label by public key.
        rows: Name and scope by uuid, as a plan writes them.
    """

    projects: Mapping[str, str]
    teams: Mapping[str, str]
    keys: Mapping[str, str]
    rows: Mapping[str, str]


def read_names(before: Tables, after: Tables) -> Names:
    """The names in the sandbox's tables before and after a run."""
    slugs = {str(each["id"]): each["slug"] for each in before["sentry"]["sentry_projects"]}
    slugs |= {
        str(each["id"]): each["slug"]
        for each in after["sentry"]["sentry_projects"]
        if each["status"] == "active"
    }
    had = {each["id"]: each["slug"] for each in before["sentry"]["sentry_teams"]}
    teams = {
        had[each["id"]]: each["slug"]
        for each in after["sentry"]["sentry_teams"]
        if each["id"] in had and each["status"] == "active"
    }
    keys = {each["public"]: each["label"] for each in before["sentry"]["sentry_keys"]}
    rows = {each["uuid"]: _row_name(each) for each in before["coolify"]["coolify_rows"]}
    return Names(slugs, teams, keys, rows)


def translate(writes: Iterable[Sent], names: Names) -> Counter[str]:
    """The writes as a plan announces them, counted; one redeploy for each app."""
    words: Counter[str] = Counter()
    redeploys: dict[str, str] = {}
    for each in writes:
        if each.service == "sentry" and each.method == "POST" and each.status == _TAKEN:
            continue
        word = _translate(each, names)
        verb, _, app = word.partition(" ")
        if verb in {"restart", "rebuild"}:
            redeploys[app] = max(verb, redeploys.get(app, verb), key=("restart", "rebuild").index)
        else:
            words[f"{each.service}: {word}"] += 1
    words.update(f"coolify: {verb} {app}" for app, verb in redeploys.items())
    return words


def _translate(sent: Sent, names: Names) -> str:
    root, table = ("/api/0/", _SENTRY) if sent.service == "sentry" else ("/api/v1/", _COOLIFY)
    path = sent.path.removeprefix(root).strip("/")
    for method, pattern, form in table:
        match = re.fullmatch(pattern, path)
        if match is not None and method == sent.method:
            return form.format(**dict(_fields(sent, match.groupdict(), names)))
    raise AssertionError(f"no word for {sent.method} {sent.path}")


def _fields(sent: Sent, found: dict[str, str], names: Names) -> Iterator[tuple[str, str]]:
    answer = sent.answer if isinstance(sent.answer, dict) else {}
    body = sent.body or {}
    yield "slug", str(answer.get("slug") or body.get("slug"))
    yield "label", str(answer.get("label") or body.get("name"))
    yield "deployed", sent.query.removeprefix("uuid=").partition("&")[0]
    if "key" in body:
        yield "name", _row_name({"kind": found.get("kind"), "is_preview": False, **body})
    known = {
        "project": names.projects,
        "team": names.teams,
        "key": names.keys,
        "row": names.rows,
    }
    for part, value in found.items():
        yield part, known.get(part, {}).get(value, value)


def _row_name(row: Mapping[str, Any]) -> str:
    """A service has no preview rows, whatever its column says."""
    is_preview = row["is_preview"] and row["kind"] == "application"
    return f"{row['key']} (preview)" if is_preview else str(row["key"])
