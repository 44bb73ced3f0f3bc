"""
What both services hold, in words that are equal for equal fleets: no ids, no times, no random keys.

A DSN reads as `project/label`, so that two runs that made the same objects compare equal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.sandboxes import RunningSandbox

DSN = re.compile(r"https?://([0-9a-f]{32})@[^/]+/\d+")


def observe_projects(sandbox: RunningSandbox, organization: str = "acme") -> dict[str, Any]:
    """Projects by slug: name, platform, teams, and keys as (label, active, limit), sorted."""
    base = f"/api/0/projects/{organization}"
    listed = sandbox.sentry(
        "GET", f"/api/0/organizations/{organization}/projects/?all_projects=1"
    ).body
    found = {}
    for project in listed:
        keys = sandbox.sentry("GET", f"{base}/{project['slug']}/keys/?per_page=100").body
        found[project["slug"]] = {
            "name": project["name"],
            "platform": project["platform"],
            "teams": sorted(team["slug"] for team in project["teams"]),
            "keys": sorted((key["label"], key["isActive"], str(key["rateLimit"])) for key in keys),
        }
    return found


def observe_keys(sandbox: RunningSandbox, organization: str = "acme") -> dict[str, str]:
    """`project/label` by public key."""
    base = f"/api/0/projects/{organization}"
    listed = sandbox.sentry(
        "GET", f"/api/0/organizations/{organization}/projects/?all_projects=1"
    ).body
    return {
        key["public"]: f"{project['slug']}/{key['label']}"
        for project in listed
        for key in sandbox.sentry("GET", f"{base}/{project['slug']}/keys/?per_page=100").body
    }


def observe_rows(sandbox: RunningSandbox, apps: Iterable[str]) -> dict[str, list[Any]]:
    """Rows by app uuid, sorted; a DSN stands as `project/label`."""
    keys = observe_keys(sandbox)
    return {
        app: sorted(
            (
                row["key"],
                bool(row["is_preview"]),
                meaning(row["value"], keys),
                bool(row["is_buildtime"]),
                bool(row["is_runtime"]),
                row["comment"] or "",
            )
            for row in raw_rows(sandbox, app)
        )
        for app in apps
    }


def meaning(value: str | None, keys: Mapping[str, str]) -> str:
    """The value, or for a DSN the project and key it stands for."""
    found = DSN.fullmatch(value or "")
    return keys.get(found[1], f"unknown key in {value}") if found else value or ""


def raw_rows(sandbox: RunningSandbox, app: str, kind: str = "applications") -> list[dict[str, Any]]:
    """All rows of an app with their values, as its database holds them."""
    rows: list[dict[str, Any]] = sandbox.control("GET", f"/coolify/{kind}/{app}/rows")["rows"]
    return rows


def row_of(
    sandbox: RunningSandbox,
    app: str,
    name: str,
    *,
    is_preview: bool = False,
    kind: str = "applications",
) -> dict[str, Any]:
    """The one row of that name and scope."""
    found = [
        row
        for row in raw_rows(sandbox, app, kind)
        if row["key"] == name and bool(row["is_preview"]) == is_preview
    ]
    assert len(found) == 1, f"{app} has {len(found)} rows {name}"
    return found[0]


def finish_deployments(sandbox: RunningSandbox, app: str) -> None:
    """Let every deployment of the app that waits or runs finish, oldest first."""
    listed = sandbox.coolify("GET", f"/deployments/applications/{app}?take=50").body
    for deployment in reversed(listed["deployments"]):
        if deployment["status"] in ("queued", "in_progress"):
            path = f"/coolify/deployments/{deployment['deployment_uuid']}"
            sandbox.control("POST", path, {"status": "finished"})
