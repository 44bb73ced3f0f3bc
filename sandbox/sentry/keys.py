"""
Client keys: list by project and by organization, create, read, change and delete.

Does not: accept events (sandbox.sentry.ingest) or count them (sandbox.sentry.key_stats).

Source: getsentry/sentry, src/sentry/core/endpoints/project_keys.py and project_key_details.py,
src/sentry/api/endpoints/organization_project_keys.py.
"""

import json
import re
import secrets
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from sandbox.sentry import audit
from sandbox.sentry.answers import answer, internal_error, missing
from sandbox.sentry.call import Call, Row
from sandbox.sentry.fields import boolean, check, choice, integer, nested, nullable, text
from sandbox.sentry.lookup import find_team
from sandbox.sentry.project_filter import wanted_projects
from sandbox.sentry.serialize import features_of
from sandbox.sentry.slugs import pet_name
from sandbox.store import Store

PER_PAGE = 10
DEFAULT_SDK_VERSION = "7.x"
SDK_VERSIONS = ("latest", "7.x")
LOADER_DEFAULTS = {
    "hasReplay": True,
    "hasPerformance": True,
    "hasDebug": False,
    "hasFeedback": False,
    "hasLogsAndMetrics": False,
}
_HEX = re.compile(r"^[a-f0-9]{32}$")
_DAY_SECONDS = 86400
# What the server's column for a count holds; it fails on more.
_COUNT_MOST = 2**31 - 1

_RATE_LIMIT = nullable(
    nested(
        {
            "count": nullable(integer(least=0, blank=True)),
            "window": nullable(integer(least=0, most=_DAY_SECONDS, blank=True)),
        }
    )
)
CREATE_FIELDS = {
    "name": nullable(text(longest=64, blank=True)),
    "public": nullable(text(pattern=_HEX)),
    "secret": nullable(text(pattern=_HEX)),
    "rateLimit": _RATE_LIMIT,
}
CHANGE_FIELDS = {
    "name": nullable(text(longest=64, blank=True)),
    "isActive": boolean,
    "rateLimit": _RATE_LIMIT,
    "browserSdkVersion": choice(SDK_VERSIONS),
    "dynamicSdkLoaderOptions": nested(dict.fromkeys(LOADER_DEFAULTS, boolean)),
}


def insert_key(
    store: Store,
    *,
    project_id: int,
    label: str | None,
    now: str,
    public: str | None = None,
    secret: str | None = None,
    rate_limit: tuple[int, int] | None = None,
) -> int:
    """
    Insert a key and return its id.

    Raises:
        sqlite3.IntegrityError: The public or secret part exists already, in whatever project.
    """
    count, window = rate_limit or (None, None)
    return store.insert(
        "sentry_keys",
        project_id=project_id,
        public=public or secrets.token_hex(16),
        secret=secret or secrets.token_hex(16),
        label=label or pet_name(),
        rate_limit_count=count,
        rate_limit_window=window,
        browser_sdk_version=DEFAULT_SDK_VERSION,
        date_created=now,
    )


def list_project_keys(call: Call) -> Response:
    """The project's keys, newest first, ten per page."""
    rows = call.store.rows(
        "SELECT * FROM sentry_keys WHERE project_id = ? ORDER BY id DESC", call.project["id"]
    )
    return _page(call, rows)


def list_organization_keys(call: Call) -> Response:
    """
    The keys of the organization's projects, newest first, ten per page.

    Of the projects the caller is a member of, or of all visible ones with ``project=-1``, or of
    the named ones. Absent on a server without this endpoint.
    """
    if not call.world.options.project_keys_endpoint:
        return answer(None, 404)
    teams = wanted_projects(call)
    team_id = _team_filter(call)
    wanted = {project for project in teams if team_id is None or team_id in teams[project]}
    rows = call.store.rows(
        "SELECT k.* FROM sentry_keys k JOIN sentry_projects p ON p.id = k.project_id"
        " WHERE p.organization_id = ? AND p.status = 'active' ORDER BY k.id DESC",
        call.organization["id"],
    )
    return _page(call, [row for row in rows if row["project_id"] in wanted])


def _team_filter(call: Call) -> int | None:
    segment = call.parameter("team")
    if not segment:
        return None
    team = find_team(call.store, call.organization["id"], segment)
    if team is None:
        raise missing("Team not found")
    return int(team["id"])


def _page(call: Call, rows: list[Row]) -> Response:
    status = call.parameter("status")
    if status in ("active", "inactive"):
        rows = [row for row in rows if bool(row["is_active"]) == (status == "active")]
    elif status:
        rows = []
    return call.page_by_key(
        rows, lambda items: [render_key(call, item) for item in items], default=PER_PAGE
    )


def create_key(call: Call) -> Response:
    """Create a key; a lost one can be restored by its ``public`` and ``secret`` parts."""
    values = check(call.body(), CREATE_FIELDS)
    try:
        key_id = insert_key(
            call.store,
            project_id=call.project["id"],
            label=values.get("name"),
            now=call.now_text(),
            public=values.get("public"),
            secret=values.get("secret"),
            rate_limit=_limit_of_new(call, values),
        )
    except sqlite3.IntegrityError:
        raise internal_error() from None
    key = call.store.rows("SELECT * FROM sentry_keys WHERE id = ?", key_id)[0]
    audit.record(call, "projectkey.create", key_id, _describe(key))
    return answer(render_key(call, key), 201)


def _limit_of_new(call: Call, values: Mapping[str, Any]) -> tuple[int, int] | None:
    if "rateLimit" not in values or "rate-limits" not in features_of(call):
        return None
    limit = values["rateLimit"]
    # The server reads both parts without looking whether they are there.
    if limit is None or "count" not in limit or (limit["count"] and "window" not in limit):
        raise internal_error()
    _refuse_huge(limit)
    return (limit["count"], limit["window"]) if limit["count"] and limit["window"] else None


def get_key(call: Call) -> Row:
    """
    The key that the path names.

    Raises:
        Refused: 404 if the project has no such key.
    """
    key = call.store.row(
        "SELECT * FROM sentry_keys WHERE project_id = ? AND public = ?",
        call.project["id"],
        call.segments["key"],
    )
    if key is None:
        raise missing()
    return key


def show_key(call: Call) -> Response:
    """One key."""
    return answer(render_key(call, get_key(call)))


def change_key(call: Call) -> Response:
    """Change a key; a ``browserSdkVersion`` that is not sent goes back to the default."""
    key = get_key(call)
    values = check(call.body(), CHANGE_FIELDS)
    changes: dict[str, Any] = {
        "browser_sdk_version": values.get("browserSdkVersion") or DEFAULT_SDK_VERSION
    }
    if values.get("name"):
        changes["label"] = values["name"]
    if "isActive" in values:
        changes["is_active"] = int(values["isActive"])
    if values.get("dynamicSdkLoaderOptions"):
        merged = {**json.loads(key["loader_options"]), **values["dynamicSdkLoaderOptions"]}
        changes["loader_options"] = json.dumps(merged)
    changes.update(_changed_limit(call, values))
    call.store.update("sentry_keys", key["id"], **changes)
    audit.record(call, "projectkey.edit", key["id"], _describe({**key, **changes}))
    return answer(render_key(call, get_key(call)))


def _changed_limit(call: Call, values: Mapping[str, Any]) -> dict[str, Any]:
    if "rateLimit" not in values or "rate-limits" not in features_of(call):
        return {}
    limit = values["rateLimit"]
    if limit == {}:
        return {}
    if limit is None:
        return {"rate_limit_count": None, "rate_limit_window": None}
    if "count" not in limit or (limit["count"] is not None and "window" not in limit):
        raise internal_error()
    if limit["count"] is None or limit["window"] is None:
        return {"rate_limit_count": None, "rate_limit_window": None}
    _refuse_huge(limit)
    return {"rate_limit_count": limit["count"], "rate_limit_window": limit["window"]}


def _refuse_huge(limit: Mapping[str, Any]) -> None:
    if (limit["count"] or 0) > _COUNT_MOST:
        raise internal_error()


def delete_key(call: Call) -> Response:
    """Delete a key for good."""
    key = get_key(call)
    audit.record(call, "projectkey.remove", key["id"], _describe(key))
    call.store.delete("sentry_keys", key["id"])
    return answer(None, 204)


def _describe(key: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "label": key["label"],
        "public_key": key["public"],
        "secret_key": key["secret"],
        "is_active": bool(key["is_active"]),
        "rate_limit_count": key["rate_limit_count"],
        "rate_limit_window": key["rate_limit_window"],
    }


def build_dsn(sentry_url: str, key: Mapping[str, Any]) -> str:
    """The public DSN of a key row."""
    url = urlsplit(sentry_url)
    return f"{url.scheme}://{key['public']}@{url.netloc}/{key['project_id']}"


def _dsn(call: Call, key: Row) -> dict[str, str]:
    base, public, project = call.world.sentry_url, key["public"], key["project_id"]
    url = urlsplit(base)
    api, asked = f"{base}/api/{project}", f"?sentry_key={public}"
    return {
        "public": build_dsn(base, key),
        "secret": f"{url.scheme}://{public}:{key['secret']}@{url.netloc}/{project}",
        "csp": f"{api}/csp-report/{asked}",
        "security": f"{api}/security/{asked}",
        "minidump": f"{api}/minidump/{asked}",
        "nel": f"{api}/nel/{asked}",
        "unreal": f"{api}/unreal/{public}/",
        "crons": f"{api}/cron/___MONITOR_SLUG___/{public}/",
        "cdn": f"{base}/js-sdk-loader/{public}.min.js",
        "playstation": f"{api}/playstation/{asked}",
        "integration": f"{api}/integration/",
        "otlp_traces": f"{api}/integration/otlp/v1/traces",
        "otlp_logs": f"{api}/integration/otlp/v1/logs",
    }


def render_key(call: Call, key: Row) -> Row:
    """One key as the API shows it; ``id`` is its public part."""
    count, window = key["rate_limit_count"], key["rate_limit_window"]
    return {
        "id": key["public"],
        "name": key["label"],
        "label": key["label"],
        "public": key["public"],
        "secret": key["secret"],
        "projectId": key["project_id"],
        "isActive": bool(key["is_active"]),
        "rateLimit": {"window": window, "count": count} if window and count else None,
        "dsn": _dsn(call, key),
        "browserSdkVersion": key["browser_sdk_version"],
        "browserSdk": {"choices": [[version, version] for version in SDK_VERSIONS]},
        "dateCreated": key["date_created"],
        "dynamicSdkLoaderOptions": {**LOADER_DEFAULTS, **json.loads(key["loader_options"])},
        "useCase": "user",
    }
