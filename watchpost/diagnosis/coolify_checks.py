"""
Checks of Coolify: it answers, its API is open to us, the token is good, the version will do, values
can be read, the apps of the manifest are there.

What can be proven without a write:

    read              the version is answered
    read:sensitive    an application's `docker_compose_raw` is answered (root has it too)
    write, deploy     nothing: no read asks for them
    root              nothing: it looks like read:sensitive

Does not: write, nor ask by a retired GET that older versions take for a deploy.

Source: coolify-api.md 1, 3.1 and 6.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from watchpost.coolify import TOKEN_VARIABLE
from watchpost.diagnosis.apps import find_missing_apps, list_apps
from watchpost.diagnosis.clock import judge_clock
from watchpost.diagnosis.finding import Finding, failure, ok, unknown, warning
from watchpost.errors import Forbidden, Unauthorized

if TYPE_CHECKING:
    from watchpost.diagnosis.case import Case
    from watchpost.errors import ApiError

FLOOR = (4, 0, 0, 469)
RECOMMENDED = (4, 2, 0, 0)
TOKENS = "Coolify's page Keys & Tokens, API Tokens"
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-beta\.(\d+))?")
_ROLE_MISSING = "Missing required team role."
_DISABLED = "API is disabled."
_NOT_ALLOWED = "You are not allowed to access the API."


def check_answers(case: Case) -> Finding:
    """Coolify answers at its address."""
    error = case.coolify_asked.error
    if error is not None and not isinstance(error, (Unauthorized, Forbidden)):
        raise error
    return ok("coolify answers", f"{case.coolify_url} answers")


def check_token(case: Case) -> Finding:
    """The token is one that Coolify knows."""
    if isinstance(case.coolify_asked.error, Unauthorized):
        raise case.coolify_asked.error
    return ok("coolify token accepted", f"the token in {TOKEN_VARIABLE} is known")


def check_open(case: Case) -> Finding:
    """The API is switched on, and open to this machine's address."""
    said = _message(case.coolify_asked.error)
    if said == _DISABLED:
        cure = "switch it on: Coolify's Settings, Configuration, Advanced, API Access"
        return failure("coolify api", "Coolify's API is switched off", cure)
    if said == _NOT_ALLOWED:
        what = "Coolify's list of allowed IPs lacks this machine's address"
        cure = "add it: Coolify's Settings, Configuration, Advanced, Allowed IPs for API Access"
        return failure("coolify api", what, cure)
    return ok("coolify api", "switched on, and open to this machine")


def check_read(case: Case) -> Finding:
    """The token may read, and its user's role allows what it is for."""
    error = case.coolify_asked.error
    if error is None:
        return ok("coolify read", "the token may read")
    if _message(error) == _ROLE_MISSING or "current role" in _message(error):
        what = "the token's user is only a member of the team, which writing is closed to"
        return failure("coolify read", what, "make the token as an admin or owner of the team")
    what = f"refused: {_message(error) or error.summary}"
    return failure("coolify read", what, f"make a token with read in {TOKENS}")


def check_version(case: Case) -> Finding:
    """Coolify is not older than what is known to work."""
    answer = case.coolify_asked.answer
    version = str(answer.body if answer else "").strip()
    match = _VERSION.match(version)
    if match is None:
        what = "Coolify does not tell a version that can be read"
        return warning("coolify version", what, "check that the address is that of Coolify itself")
    major, minor, patch, beta = (int(part) if part else 10_000 for part in match.groups())
    if (major, minor, patch, beta) < FLOOR:
        what = f"Coolify {version} is older than v4.0.0-beta.469; its API wipes values"
        return failure("coolify version", what, "update Coolify to v4.2.0 or later")
    if (major, minor, patch, beta) < RECOMMENDED:
        what = f"Coolify {version} works; v4.2.0 or later is recommended"
        return warning("coolify version", what, "update Coolify")
    return ok("coolify version", f"Coolify {version}")


def check_values(case: Case) -> Finding:
    """The token may read values, without which drift cannot be told."""
    if not case.applications:
        if case.services:
            return unknown("coolify values", "no application to look at", is_provable=False)
        what = "the token's team has no application and no service"
        cure = f"check {TOKEN_VARIABLE}: it must be of the team that owns the apps"
        return warning("coolify values", what, cure)
    uuid = quote(str(case.applications[0].get("uuid")), safe="")
    application = case.coolify.request("GET", f"/api/v1/applications/{uuid}").as_object()
    if "docker_compose_raw" not in application:
        what = "the token may not read values: drift in them cannot be seen"
        cure = f"make a token with read:sensitive in {TOKENS}, as an admin or owner of the team"
        return failure("coolify values", what, cure)
    return ok("coolify values", "the token may read values")


def check_write(_case: Case) -> Finding:
    """Whether the token may write and deploy, which no read can prove."""
    what = (
        "not proven: no read asks for write and deploy; nor can root, which is more than needed,"
        " be told from read:sensitive"
    )
    cure = f"compare by hand in {TOKENS}: read, read:sensitive, write, deploy, not root"
    return unknown("coolify write", what, cure, is_provable=False)


def check_apps(case: Case) -> Finding:
    """Every app of the manifest is there."""
    manifest = case.inspection.manifest
    apps = manifest.apps if manifest else ()
    missing = find_missing_apps(apps, list_apps(case))
    if missing:
        what = f"not found in Coolify: {', '.join(missing)}"
        cure = "correct the manifest; `watchpost doctor --list-apps` lists the apps there are"
        return failure("coolify apps", what, cure)
    return ok("coolify apps", f"all {len(apps)} apps of the manifest are there")


def check_clock(case: Case) -> Finding:
    """Coolify's clock is this machine's, more or less."""
    return judge_clock("coolify clock", case.coolify_asked)


def _message(error: ApiError | None) -> str:
    body = error.body if error is not None else None
    return str(body.get("message") or "") if isinstance(body, dict) else ""
