"""
Changing a project: its fields, their limits, its options, and its slug with the redirect.

Not atomic, like the server: fields are stored before the options are looked at.
Does not: check scopes beyond the split between members and those who may write.

Source: getsentry/sentry, src/sentry/core/endpoints/project_details.py.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from sandbox.sentry import audit
from sandbox.sentry.answers import NO_PERMISSION, Refused, answer, bad_request
from sandbox.sentry.call import Call
from sandbox.sentry.fields import (
    NULL,
    Field,
    Invalid,
    boolean,
    collect,
    integer,
    items,
    mapping,
    nullable,
    slug,
    text,
)
from sandbox.sentry.lookup import team_ids_of
from sandbox.sentry.project_options import apply_options
from sandbox.sentry.project_settings import FIELDS as SETTINGS
from sandbox.sentry.project_settings import Settings, load_settings
from sandbox.sentry.projects import SLUG_LONGEST, describe, get_project
from sandbox.sentry.serialize import render_detail
from sandbox.sentry.slugs import RESERVED_PROJECT_SLUGS, is_platform

NAME_LONGEST = 200
SENSITIVE_LONGEST = 4000
CRASH_REPORTS_MOST = 20


def _never(what: str) -> Field:
    def field(_value: Any) -> Any:
        raise Invalid(f"{what} cannot be manually set.")

    return field


def _platform(value: Any) -> str | None:
    platform = nullable(text(blank=True))(value)
    if not is_platform(platform):
        raise Invalid("Invalid platform")
    return None if platform is None else str(platform)


def _domain(value: Any) -> str:
    domain = str(text(blank=True)(value))
    # What the server cuts off before it looks for a port.
    host = domain.partition("://")[2] or domain
    if ":" in host.partition("/")[0]:
        raise Invalid(f"{domain} is not an acceptable domain")
    return domain


def _domains(value: Any) -> list[str]:
    given = [] if value == "" else items(_domain)(value)
    domains = [domain for domain in given if domain]
    if not domains:
        raise Invalid("Empty value will block all requests, use * to accept from all domains")
    return domains


def _highlights(value: Any) -> dict[str, list[str]]:
    """Names of context fields to show first, keyed by kind of context."""
    if value is None:
        raise Invalid(NULL)
    if not isinstance(value, dict):
        raise Invalid("Expected a dictionary.")
    for kind, names in value.items():
        if not kind:
            raise Invalid(f"Key '{kind}' is invalid.")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise Invalid(f"Value for '{kind}' must be a list of strings.")
    return {kind: list(dict.fromkeys(names)) for kind, names in value.items()}


def _sensitive_fields(value: Any) -> list[str]:
    names: list[str] = items(text())(value)
    if sum(map(len, names)) > SENSITIVE_LONGEST:
        raise Invalid("List of sensitive fields is too long.")
    return names


def _scrubbing_rules(value: Any) -> str | None:
    rules = nullable(text(blank=True))(value)
    if rules:
        try:
            parsed = json.loads(rules)
        except json.JSONDecodeError as error:
            raise Invalid(f"expected value at line {error.lineno} column {error.colno}") from None
        if not isinstance(parsed, dict):
            kind = type(parsed).__name__
            raise Invalid(f"invalid type: {kind}, expected struct PiiConfig at line 1 column 1")
    return None if rules is None else str(rules)


_LINES = nullable(text(blank=True))
_NAMES = items(text())

MEMBER_FIELDS: Mapping[str, Field] = {"isBookmarked": boolean}
ADMIN_FIELDS: Mapping[str, Field] = {
    **MEMBER_FIELDS,
    "name": text(longest=NAME_LONGEST),
    "slug": slug(SLUG_LONGEST),
    "platform": _platform,
    "subjectPrefix": text(longest=200, blank=True),
    "subjectTemplate": text(longest=200),
    "resolveAge": nullable(integer(blank=True)),
    "highlightContext": _highlights,
    "highlightTags": _NAMES,
    "digestsMinDelay": integer(least=60, most=3600),
    "digestsMaxDelay": integer(least=60, most=3600),
    "securityToken": text(longest=255, blank=True, pattern=re.compile(r"^[-a-zA-Z0-9+/=\s]+$")),
    "securityTokenHeader": text(longest=64, blank=True, pattern=re.compile(r"^[a-zA-Z0-9_\-]+$")),
    "verifySSL": boolean,
    "defaultEnvironment": _LINES,
    "dataScrubber": boolean,
    "dataScrubberDefaults": boolean,
    "sensitiveFields": _sensitive_fields,
    "safeFields": _NAMES,
    "storeCrashReports": nullable(integer(least=-1, most=CRASH_REPORTS_MOST)),
    "relayPiiConfig": _scrubbing_rules,
    "builtinSymbolSources": _NAMES,
    "symbolSources": _LINES,
    "scrubIPAddresses": boolean,
    "groupingConfig": _never("Grouping config"),
    "groupingEnhancements": _LINES,
    "fingerprintingRules": _LINES,
    "secondaryGroupingConfig": _never("Secondary grouping config"),
    "secondaryGroupingExpiry": _never("Secondary grouping expiry"),
    "scrapeJavaScript": boolean,
    "enableAutoReleaseCreation": boolean,
    "allowedDomains": _domains,
    "options": mapping,
}
# Fields that are stored only with a value that counts; all others unless null.
_STORED_IF_TRUE = frozenset(
    ("digestsMinDelay", "digestsMaxDelay", "subjectTemplate", "allowedDomains")
)
_CLEARED_BY_NULL = frozenset(("storeCrashReports", "defaultEnvironment"))
_WRITE = ("project:write", "project:admin")


def change_project(call: Call) -> Response:
    """Change the given fields; others stay. Members may change only their bookmark."""
    caller = call.caller
    if caller is None or (caller.user is None and caller.kind != "internal"):
        return answer(None, 400)
    body = call.body()
    if not _may_write(call):
        return _change_as_member(call, body)
    values, errors = collect(body, ADMIN_FIELDS)
    _check_slug(call, values, errors)
    if errors:
        raise bad_request(errors)
    _check_digests(call, values)
    _store_identity(call, values)
    _store_bookmark(call, values)
    settings = load_settings(call.project)
    _store_settings(settings, values)
    try:
        apply_options(call, settings, values.get("options", {}))
    finally:
        # What was stored before an option was refused stays stored.
        call.store.update("sentry_projects", call.project["id"], settings=json.dumps(settings))
    project = get_project(call, call.project["id"])
    audit.record(call, "project.edit", project["id"], describe(project))
    return answer(render_detail(call, project))


def _may_write(call: Call) -> bool:
    team_ids = team_ids_of(call.store, call.project["id"])
    return call.access.reaches_project(call.project, team_ids, _WRITE)


def _change_as_member(call: Call, body: Any) -> Response:
    values, errors = collect(body, MEMBER_FIELDS)
    if errors:
        raise bad_request(errors)
    # Only values that count are refused: a body of nothing but false is accepted and ignored.
    if any(body.get(name) and not values.get(name) for name in ADMIN_FIELDS):
        raise Refused(403, {"detail": [NO_PERMISSION]})
    _store_bookmark(call, values)
    return answer(render_detail(call, get_project(call, call.project["id"])))


def _check_slug(call: Call, values: Mapping[str, Any], errors: dict[str, Any]) -> None:
    wanted = values.get("slug")
    if wanted is None:
        return
    if wanted in RESERVED_PROJECT_SLUGS:
        errors["slug"] = [f'The slug "{wanted}" is reserved and not allowed.']
        return
    other = call.store.row(
        "SELECT name FROM sentry_projects WHERE organization_id = ? AND slug = ? AND id != ?",
        call.organization["id"],
        wanted,
        call.project["id"],
    )
    if other is not None:
        errors["slug"] = [f"Another project ({other['name']}) is already using that slug"]


def _check_digests(call: Call, values: Mapping[str, Any]) -> None:
    settings = load_settings(call.project)

    def effective(name: str) -> int:
        option, default = SETTINGS[name]
        return int(values.get(name, settings.get(option, default)))

    if effective("digestsMinDelay") > effective("digestsMaxDelay"):
        message = "The minimum delay on digests must be lower than the maximum."
        raise bad_request({"digestsMinDelay": [message]})


def _store_identity(call: Call, values: Mapping[str, Any]) -> None:
    changes = {name: values[name] for name in ("name", "slug", "platform") if values.get(name)}
    call.store.update("sentry_projects", call.project["id"], **changes)
    if "slug" in changes:
        call.store.write(
            "INSERT INTO sentry_project_redirects (organization_id, slug, project_id)"
            " VALUES (?, ?, ?) ON CONFLICT (organization_id, slug)"
            " DO UPDATE SET project_id = excluded.project_id",
            call.organization["id"],
            call.project["slug"],
            call.project["id"],
        )


def _store_bookmark(call: Call, values: Mapping[str, Any]) -> None:
    wanted = values.get("isBookmarked")
    if wanted is None or call.user_id is None:
        return
    sql = (
        "INSERT OR IGNORE INTO sentry_bookmarks (project_id, user_id) VALUES (?, ?)"
        if wanted
        else "DELETE FROM sentry_bookmarks WHERE project_id = ? AND user_id = ?"
    )
    call.store.write(sql, call.project["id"], call.user_id)


def _store_settings(settings: Settings, values: Mapping[str, Any]) -> None:
    for name, (option, _default) in SETTINGS.items():
        if name not in values:
            continue
        value = values[name]
        if name == "resolveAge":
            settings[option] = value or 0
        elif value is None:
            if name in _CLEARED_BY_NULL:
                settings.pop(option, None)
        elif value or name not in _STORED_IF_TRUE:
            settings[option] = value
