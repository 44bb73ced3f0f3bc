"""
A project's settings: under which option each is stored, its default, and how it is shown.

Settings are one JSON object per project, keyed by Sentry's option names.
Does not: validate or change anything (sandbox.sentry.project_update, sandbox.sentry.filters).

Source: getsentry/sentry, src/sentry/api/serializers/models/project.py.
"""

import json
from collections.abc import Mapping
from typing import Any

Settings = dict[str, Any]

# Keyed by the field of the API: the option it is stored under, and its default.
FIELDS: Mapping[str, tuple[str, Any]] = {
    "allowedDomains": ("sentry:origins", ["*"]),
    "builtinSymbolSources": (
        "sentry:builtin_symbol_sources",
        ["ios", "microsoft", "android", "nuget"],
    ),
    "dataScrubber": ("sentry:scrub_data", True),
    "dataScrubberDefaults": ("sentry:scrub_defaults", True),
    "defaultEnvironment": ("sentry:default_environment", None),
    "digestsMaxDelay": ("digests:mail:maximum_delay", 1800),
    "digestsMinDelay": ("digests:mail:minimum_delay", 300),
    "enableAutoReleaseCreation": ("sentry:enable_auto_release_creation", True),
    "fingerprintingRules": ("sentry:fingerprinting_rules", ""),
    "groupingEnhancements": ("sentry:grouping_enhancements", ""),
    "highlightContext": ("sentry:highlight_context", {}),
    "highlightTags": ("sentry:highlight_tags", []),
    "relayPiiConfig": ("sentry:relay_pii_config", None),
    "resolveAge": ("sentry:resolve_age", 0),
    "safeFields": ("sentry:safe_fields", []),
    "scrapeJavaScript": ("sentry:scrape_javascript", True),
    "scrubIPAddresses": ("sentry:scrub_ip_address", False),
    "securityToken": ("sentry:token", ""),
    "securityTokenHeader": ("sentry:token_header", None),
    "sensitiveFields": ("sentry:sensitive_fields", []),
    "storeCrashReports": ("sentry:store_crash_reports", None),
    "subjectPrefix": ("mail:subject_prefix", "[Sentry]"),
    "subjectTemplate": ("mail:subject_template", "$shortID - $title"),
    "symbolSources": ("sentry:symbol_sources", "[]"),
    "verifySSL": ("sentry:verify_ssl", False),
}

# Options that are shown as one entry per line, keyed by that option: where they are stored.
LINES: Mapping[str, str] = {
    "filters:blacklisted_ips": "sentry:blacklisted_ips",
    "filters:error_messages": "sentry:error_messages",
    "filters:log_messages": "sentry:log_messages",
    "filters:releases": "sentry:releases",
    "filters:trace_metric_names": "sentry:trace_metric_names",
    "sentry:csp_ignored_sources": "sentry:csp_ignored_sources",
}
# Options that are switches, keyed by name: the default.
SWITCHES: Mapping[str, bool] = {
    "feedback:branding": True,
    "filters:chunk-load-error": True,
    "filters:react-hydration-errors": True,
    "sentry:csp_ignored_sources_defaults": True,
    "sentry:reprocessing_active": False,
}
OPTION_EPOCH = 12


def load_settings(project: Mapping[str, Any]) -> Settings:
    """The stored settings of a project row."""
    settings: Settings = json.loads(project["settings"])
    return settings


def show_fields(settings: Settings) -> dict[str, Any]:
    """All fields of the API with their values."""
    return {name: settings.get(option, default) for name, (option, default) in FIELDS.items()}


def show_options(settings: Settings) -> dict[str, Any]:
    """The ``options`` of a detailed project: what is stored, and what always shows."""
    shown = {"sentry:option-epoch": OPTION_EPOCH, **settings}
    for name, default in SWITCHES.items():
        shown[name] = settings.get(name, default)
    for name, option in LINES.items():
        shown[name] = "\n".join(settings.get(option, ()))
    return shown
