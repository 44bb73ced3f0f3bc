"""
All checks in their order, and what each needs to make sense.

Does not: look; each check's module does. Nothing is asked of a service before the addresses of
stack and environment are known not to contradict.

Source: docs/doctor.md.
"""

from __future__ import annotations

from watchpost.diagnosis import (
    coolify_checks,
    manifest_checks,
    program_checks,
    record_checks,
    sentry_checks,
    state_checks,
)
from watchpost.diagnosis.finding import Check

_STACK = ("checkout", "engine", "stack", "state backend")

CHECKS: tuple[Check, ...] = (
    Check("checkout", program_checks.check_checkout),
    Check("engine", program_checks.check_engine),
    Check("language host", program_checks.check_host, ("engine",)),
    Check("python", program_checks.check_python, ("checkout",)),
    Check("packages", program_checks.check_packages, ("python",)),
    Check("sentry plugin", program_checks.check_plugin, ("checkout", "python")),
    Check("state backend", state_checks.check_backend, ("checkout", "engine")),
    Check("stack", state_checks.check_stack_named, ("checkout",)),
    Check("stack in backend", state_checks.check_stack, _STACK),
    Check("recorded state", state_checks.check_state, ("stack in backend",)),
    Check("stack lock", state_checks.check_lock, ("stack in backend",)),
    Check("passphrase", state_checks.check_passphrase, ("stack in backend",)),
    Check("fingerprint key", state_checks.check_fingerprint_key, ("passphrase",)),
    Check("manifest", manifest_checks.check_manifest, ("checkout",)),
    Check("exceptions", manifest_checks.check_exceptions, ("manifest",)),
    Check("build tokens", manifest_checks.check_secrets, ("manifest",)),
    Check("sentry address", state_checks.check_sentry_url, ("checkout", "stack")),
    Check("sentry token", state_checks.check_sentry_token_set),
    Check("sentry answers", sentry_checks.check_answers, ("sentry address", "sentry token")),
    Check("sentry token accepted", sentry_checks.check_token, ("sentry answers",)),
    Check(
        "sentry organization",
        sentry_checks.check_organization,
        ("sentry token accepted", "manifest"),
    ),
    Check("sentry scopes", sentry_checks.check_scopes, ("sentry organization",)),
    Check("sentry key list", sentry_checks.check_key_list, ("sentry organization",)),
    Check("sentry clock", sentry_checks.check_clock, ("sentry token accepted",)),
    Check("coolify address", state_checks.check_coolify_url, ("checkout", "stack")),
    Check("coolify token", state_checks.check_coolify_token_set),
    Check("coolify answers", coolify_checks.check_answers, ("coolify address", "coolify token")),
    Check("coolify token accepted", coolify_checks.check_token, ("coolify answers",)),
    Check("coolify api", coolify_checks.check_open, ("coolify token accepted",)),
    Check("coolify read", coolify_checks.check_read, ("coolify api",)),
    Check("coolify version", coolify_checks.check_version, ("coolify read",)),
    Check("coolify values", coolify_checks.check_values, ("coolify read",)),
    Check("coolify write", coolify_checks.check_write, ("coolify read",)),
    Check("coolify apps", coolify_checks.check_apps, ("coolify read", "manifest")),
    Check("coolify clock", coolify_checks.check_clock, ("coolify read",)),
    Check("records", record_checks.check_declared, ("manifest",)),
    Check("records table", record_checks.check_table, ("records",), record_checks.has_rows),
    Check("records rows", record_checks.check_rows, ("records table",), record_checks.has_rows),
    Check("records write", record_checks.check_write, ("records table",), record_checks.has_rows),
)
