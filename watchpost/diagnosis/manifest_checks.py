"""
Checks of the manifest: without faults, no exception expired, the variables it names are set.

Does not: ask whether what it names exists; see `coolify_checks` and `watchpost verify`.

Source: docs/manifest.md.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from watchpost.diagnosis.finding import Finding, failure, ok, warning
from watchpost.manifest import EnvironmentSecret, list_expired

if TYPE_CHECKING:
    from watchpost.diagnosis.case import Case
    from watchpost.manifest import Manifest

SOON_DAYS = 14


def check_manifest(case: Case) -> Finding:
    """The manifest has no fault."""
    inspection, path = case.inspection, case.manifest_path.name
    manifest = inspection.manifest
    if manifest is None:
        first = inspection.faults[0]
        what = f"{_count(len(inspection.faults), 'fault')} in {path}, the first at {first.position}"
        return failure("manifest", f"{what}: {first.summary}", "run `watchpost validate`")
    counts = (
        _count(len(manifest.entries), "Sentry project"),
        _count(len(manifest.apps), "app"),
        _count(len(inspection.notes), "note"),
    )
    return ok("manifest", f"{path} is valid: {', '.join(counts)}")


def check_exceptions(case: Case) -> Finding:
    """No allowance and no ignored finding has expired."""
    manifest = _manifest(case)
    today = datetime.now(UTC).date()
    expired = list_expired(manifest, today)
    if expired:
        what = f"{_count(len(expired), 'exception')} expired, the first at {expired[0].position}"
        return failure("exceptions", f"{what}: {expired[0].detail}", expired[0].fix)
    soon = len(list_expired(manifest, today + timedelta(days=SOON_DAYS)))
    if soon:
        what = f"{_count(soon, 'exception')} will expire within {SOON_DAYS} days"
        return warning("exceptions", what, "remove what is done with, or give it a later `until:`")
    count = len(manifest.allowances) + len(manifest.ignored)
    return ok("exceptions", f"{_count(count, 'exception')}, none expired")


def check_secrets(case: Case) -> Finding:
    """Every environment variable that the manifest takes a value from is set here."""
    named = sorted(
        {
            value.name
            for app in _manifest(case).apps
            for variable in app.variables.values()
            for value in (variable.value, variable.preview)
            if isinstance(value, EnvironmentSecret)
        }
    )
    missing = [name for name in named if not os.environ.get(name)]
    if missing:
        what = f"the manifest takes values from {', '.join(missing)}, not set here"
        return failure("build tokens", what, "set them in the environment that runs Pulumi")
    return ok("build tokens", f"set: {', '.join(named)}" if named else "the manifest names none")


def _manifest(case: Case) -> Manifest:
    manifest = case.inspection.manifest
    if manifest is None:
        raise AssertionError("runs only where the manifest is valid")
    return manifest


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
