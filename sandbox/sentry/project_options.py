"""
The ``options`` of a project update: raw options, text filters by line, and plan features.

Does not: validate them as fields; the server takes them as they come and fails (500) on what it
cannot use.

Source: getsentry/sentry, src/sentry/core/endpoints/project_details.py.
"""

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.sentry.answers import bad_request, internal_error
from sandbox.sentry.call import Call
from sandbox.sentry.project_settings import LINES, Settings
from sandbox.sentry.serialize import organization_disables

Convert = Callable[[Any], Any]


def _lines(value: Any) -> list[str]:
    if not isinstance(value, str):
        raise internal_error()
    return [line.strip() for line in value.split("\n") if line.strip()]


def _lower_lines(value: Any) -> list[str]:
    return [line.lower() for line in _lines(value)]


def _lower_names(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise internal_error()
    return [name.strip().lower() for name in value]


def _networks(value: Any) -> list[str]:
    networks = _lower_lines(value)
    for network in networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            message = f"{network} is not an acceptable value"
            raise bad_request({"options": {"filters:blacklisted_ips": [message]}}) from None
    return networks


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise internal_error() from None


def _trimmed_or_none(value: Any) -> str | None:
    if not isinstance(value, str):
        raise internal_error()
    return value.strip() or None


def _as_it_is(value: Any) -> Any:
    return value


# Keyed by option name, in the order in which the server stores them.
_CONVERT: Mapping[str, Convert] = {
    "sentry:origins": _lower_lines,
    "sentry:resolve_age": _number,
    "sentry:scrub_data": bool,
    "sentry:scrub_defaults": bool,
    "sentry:safe_fields": _lower_names,
    "sentry:store_crash_reports": _as_it_is,
    "sentry:relay_pii_config": _trimmed_or_none,
    "sentry:sensitive_fields": _lower_names,
    "sentry:scrub_ip_address": bool,
    "sentry:fingerprinting_rules": _as_it_is,
    "mail:subject_prefix": _as_it_is,
    "sentry:default_environment": _as_it_is,
    "sentry:csp_ignored_sources_defaults": bool,
    "sentry:csp_ignored_sources": _lower_lines,
    "sentry:blacklisted_ips": _networks,
    "feedback:branding": bool,
    "sentry:replay_rage_click_issues": bool,
    "sentry:replay_hydration_error_issues": bool,
    "sentry:feedback_user_report_notifications": bool,
    "sentry:feedback_ai_spam_detection": bool,
    "sentry:toolbar_allowed_origins": _lower_lines,
    "filters:react-hydration-errors": bool,
    "filters:chunk-load-error": bool,
    "filters:blacklisted_ips": _networks,
    "filters:releases": _lower_lines,
    "filters:error_messages": _lines,
    "filters:log_messages": _lines,
    "filters:trace_metric_names": _lines,
}
_CUSTOM = "custom-inbound-filters"
# Keyed by option name: the features it needs.
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "filters:releases": (_CUSTOM,),
    "filters:error_messages": (_CUSTOM,),
    "filters:log_messages": (_CUSTOM, "ourlogs-ingestion"),
    "filters:trace_metric_names": (_CUSTOM, "tracemetrics-ingestion"),
}


def apply_options(call: Call, settings: Settings, options: Mapping[str, Any]) -> None:
    """
    Store the known *options* in *settings*, one after the other; unknown ones are ignored.

    Raises:
        Refused: 400 for a missing feature, 500 for a value the server cannot use. What was stored
            before stays in *settings*.
    """
    for name, convert in _CONVERT.items():
        if name not in options:
            continue
        if not _has_features(call, name):
            raise bad_request({"detail": "You do not have that feature enabled"})
        settings[LINES.get(name, name)] = convert(options[name])


def _has_features(call: Call, option: str) -> bool:
    return not any(organization_disables(call, feature) for feature in _NEEDS.get(option, ()))
