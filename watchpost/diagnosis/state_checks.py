"""
Checks of the stack: its backend, state, lock, passphrase, settings, tokens.

Does not: take the lock, write to the backend, or ask Sentry or Coolify.

Source: design.md 3 (where settings live) and 9; pulumi-engine.md 3.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watchpost.coolify import TOKEN_VARIABLE as COOLIFY_TOKEN_VARIABLE
from watchpost.diagnosis.case import read_document
from watchpost.diagnosis.finding import Finding, failure, ok, unknown, warning
from watchpost.diagnosis.locks import find_backend_folder, list_locks
from watchpost.engine.failures import explain_failure
from watchpost.workspace import FINGERPRINT_SETTING, SENTRY_TOKEN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchpost.diagnosis.case import Case
    from watchpost.diagnosis.locks import Lock

PASSPHRASE_VARIABLES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")
NO_SUCH_STACK = 6


def check_stack_named(case: Case) -> Finding:
    """A stack is named or selected."""
    how = "named" if case.named_stack else "selected in Pulumi"
    return ok("stack", f"{case.stack}, {how}")


def check_backend(case: Case) -> Finding:
    """The state backend answers; a folder can be written."""
    folder = find_backend_folder(case.backend_url, case.folder)
    if folder is not None and not os.access(folder, os.W_OK | os.X_OK):
        return failure("state backend", f"{folder} cannot be written", "give this user the folder")
    return ok("state backend", f"{_without_secrets(case.backend_url)} answers")


def check_stack(case: Case) -> Finding:
    """The stack exists in that backend."""
    done = case.settings_run
    if done.exit_code == NO_SUCH_STACK:
        raise explain_failure(f"stack {case.stack}", done)
    return ok("stack in backend", f"{case.stack} is there")


def check_state(case: Case) -> Finding:
    """The recorded state can be read, and no killed run left operations pending."""
    done = case.run("stack", "export", stack=case.stack)
    deployment = read_document(f"stack {case.stack}", done).get("deployment") or {}
    pending = deployment.get("pending_operations") or []
    count = len(deployment.get("resources") or [])
    if pending:
        what = f"{count} resources, {len(pending)} operations of a killed run pending"
        cure = "the next apply looks before it writes; `pulumi refresh --clear-pending-creates`"
        return warning("recorded state", what, cure)
    return ok("recorded state", f"{count} resources")


def check_lock(case: Case) -> Finding:
    """Nobody holds the stack's lock; one whose process is gone is told apart."""
    folder = find_backend_folder(case.backend_url, case.folder)
    if folder is None:
        what = "this kind of backend shows its locks to a writing run only"
        return unknown("stack lock", what, is_provable=False)
    locks = list_locks(folder, str(case.project_file.get("name")), case.stack_name)
    return _judge_locks(locks, case.stack)


def _judge_locks(locks: Sequence[Lock], stack: str) -> Finding:
    stale = [lock for lock in locks if lock.is_stale]
    cancel = f"`pulumi cancel --yes --stack {stack}`"
    if stale:
        what = f"held by {stale[0]}; that process is gone, so the lock is stale"
        return failure("stack lock", what, f"run {cancel}, or `watchpost apply --clear-lock`")
    if locks and locks[0].is_of_this_host:
        return warning("stack lock", f"held by {locks[0]}; that process runs", "wait for it")
    if locks:
        what = f"held by {locks[0]}, another machine, so that nobody here can tell if it runs"
        return warning("stack lock", what, f"wait for it; if it is gone, run {cancel}")
    return ok("stack lock", "free")


def check_passphrase(case: Case) -> Finding:
    """The passphrase is set, and it is this stack's."""
    kind = str(case.stack_file.get("secretsprovider") or "passphrase").partition(":")[0]
    given = [name for name in PASSPHRASE_VARIABLES if name in case.environment]
    done = case.settings_run
    if done.exit_code:
        raise explain_failure(f"stack {case.stack}", done)
    if kind != "passphrase":
        return ok("passphrase", f"not needed: secrets are kept by {kind}; they can be read")
    if not case.stack_file.get("encryptionsalt"):
        what = "the stack has no secret yet, so that any passphrase would seem right"
        return unknown("passphrase", what, is_provable=False)
    return ok("passphrase", f"given by {given[0] if given else 'Pulumi'}; it is the stack's")


def check_fingerprint_key(case: Case) -> Finding:
    """The key that names values is set, as a secret."""
    if not case.settings.get(FINGERPRINT_SETTING):
        cure = f'pulumi config set --secret {FINGERPRINT_SETTING} "$(openssl rand -hex 32)"'
        return failure("fingerprint key", f"{FINGERPRINT_SETTING} is not set", cure)
    written = (case.stack_file.get("config") or {}).get(FINGERPRINT_SETTING)
    if isinstance(written, str):
        what = f"{FINGERPRINT_SETTING} stands in the stack's file in clear"
        cure = f'replace it: pulumi config set --secret {FINGERPRINT_SETTING} "$(openssl rand ...)"'
        return failure("fingerprint key", what, cure)
    return ok("fingerprint key", "set, as a secret")


def check_sentry_url(case: Case) -> Finding:
    """Stack and environment mean the same Sentry."""
    return ok("sentry address", case.sentry_url)


def check_coolify_url(case: Case) -> Finding:
    """Stack and environment mean the same Coolify."""
    return ok("coolify address", case.coolify_url)


def check_sentry_token_set(_case: Case) -> Finding:
    """A token for Sentry is in the environment, and none in the stack's settings."""
    return _check_token_set("sentry token", SENTRY_TOKEN_VARIABLE)


def check_coolify_token_set(_case: Case) -> Finding:
    """A token for Coolify is in the environment."""
    return _check_token_set("coolify token", COOLIFY_TOKEN_VARIABLE)


def _check_token_set(name: str, variable: str) -> Finding:
    if not os.environ.get(variable, "").strip():
        return failure(name, f"{variable} is not set", f"set {variable} in the environment")
    return ok(name, f"given by {variable}")


def _without_secrets(url: str) -> str:
    """A backend's address without user, password and query, which may hold credentials."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{place}{parts.path}" if parts.scheme else "the backend"
