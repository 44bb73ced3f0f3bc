"""
Inbound filters: which are on, and switching them.

Does not: filter events; nothing that the sandbox accepts is dropped by a filter.

Source: getsentry/sentry, src/sentry/ingest/inbound_filters.py; order, texts and defaults as a real
server answered.
"""

import json
from typing import Any

from starlette.responses import Response

from sandbox.sentry import audit
from sandbox.sentry.answers import answer, missing
from sandbox.sentry.call import Call, Row
from sandbox.sentry.fields import Field, boolean, check, choices
from sandbox.sentry.project_settings import Settings, load_settings

LEGACY = "legacy-browsers"
ON_BY_DEFAULT = frozenset(("filtered-transaction",))
# Keyed by id, in the server's order: name and description.
FILTERS = {
    "browser-extensions": (
        "Filter out errors known to be caused by browser extensions",
        "Certain browser extensions will inject inline scripts and are known to cause errors.",
    ),
    "localhost": (
        "Filter out events coming from localhost",
        "This applies to both IPv4 (``127.0.0.1``) and IPv6 (``::1``) addresses.",
    ),
    "filtered-transaction": (
        "Filter out health check transactions",
        "Filter transactions that match most common naming patterns for health checks.",
    ),
    LEGACY: (
        "Filter out known errors from legacy browsers",
        (
            "Older browsers often give less accurate information, and while they may report valid"
            " issues, the context to understand them is incorrect or missing."
        ),
    ),
    "web-crawlers": (
        "Filter out known web crawlers",
        (
            "Some crawlers may execute pages in incompatible ways which then cause errors that are"
            " unlikely to be seen by a normal user."
        ),
    ),
}
BROWSERS = (
    "ie",
    "edge",
    "safari",
    "firefox",
    "chrome",
    "opera",
    "android",
    "opera_mini",
    "ie_pre_9",
    "ie9",
    "ie10",
    "ie11",
    "opera_pre_15",
    "android_pre_4",
    "safari_pre_6",
    "opera_mini_pre_8",
    "edge_pre_79",
)


def list_filters(call: Call) -> Response:
    """All filters with their state."""
    settings = load_settings(call.project)
    return answer([_render(settings, filter_id) for filter_id in FILTERS])


def _render(settings: Settings, filter_id: str) -> Row:
    name, description = FILTERS[filter_id]
    return {
        "id": filter_id,
        "active": read_state(settings, filter_id),
        "name": name,
        "description": description,
        "hello": f"{filter_id} - {name}",
    }


def read_state(settings: Settings, filter_id: str) -> bool | list[str]:
    """Whether a filter is on; for legacy browsers possibly the browsers it is on for."""
    state: bool | list[str] = settings.get(_option(filter_id), filter_id in ON_BY_DEFAULT)
    return state


def change_filter(call: Call) -> Response:
    """Switch a filter; a body that names no state switches it off."""
    filter_id = call.segments["filter"]
    if filter_id not in FILTERS:
        raise missing()
    fields: dict[str, Field] = {"active": boolean}
    if filter_id == LEGACY:
        fields["subfilters"] = choices(BROWSERS)
    values = check(call.body(), fields)
    settings = load_settings(call.project)
    state = _new_state(filter_id, values)
    settings[_option(filter_id)] = state
    call.store.update("sentry_projects", call.project["id"], settings=json.dumps(settings))
    event = "project.enable" if state else "project.disable"
    audit.record(call, event, call.project["id"], {"state": filter_id})
    return answer(None, 204)


def _new_state(filter_id: str, values: dict[str, Any]) -> bool | list[str]:
    if filter_id == LEGACY and "active" not in values:
        return sorted(set(values.get("subfilters", ()))) or False
    return bool(values.get("active", False))


def _option(filter_id: str) -> str:
    return f"filters:{filter_id}"
