"""
The manifest, `projects.yaml`: its format, its rules, and the objects the rest of Watchpost works
with.

Does not: know the services or Pulumi. `load_manifest` reads one file and does no other I/O.

Source: docs/manifest.md; design.md 2 and 3.
"""

from __future__ import annotations

from watchpost.manifest.allowances import list_expired
from watchpost.manifest.domain import (
    EMPTY,
    Allowance,
    AppEnvironment,
    ByName,
    ByUuid,
    Entry,
    EnvironmentSecret,
    Ignored,
    KeyDsn,
    KeySpec,
    Manifest,
    PlainText,
    ProjectSlug,
    RateLimit,
    RecordRow,
    Records,
    RetiredKey,
    Selector,
    Team,
    Value,
    Variable,
)
from watchpost.manifest.faults import Fault
from watchpost.manifest.loader import (
    Inspection,
    inspect_manifest,
    inspect_text,
    load_manifest,
)

__all__ = [
    "EMPTY",
    "Allowance",
    "AppEnvironment",
    "ByName",
    "ByUuid",
    "Entry",
    "EnvironmentSecret",
    "Fault",
    "Ignored",
    "Inspection",
    "KeyDsn",
    "KeySpec",
    "Manifest",
    "PlainText",
    "ProjectSlug",
    "RateLimit",
    "RecordRow",
    "Records",
    "RetiredKey",
    "Selector",
    "Team",
    "Value",
    "Variable",
    "inspect_manifest",
    "inspect_text",
    "list_expired",
    "load_manifest",
]
