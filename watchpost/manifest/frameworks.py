"""
Which variables each framework reads, when it reads them, and where each gets its value.

Does not: compute values; that is `environments`. docs/manifest.md shows this table and is kept
current by a test.

Source: the set-up pages of Sentry's SDKs; Next.js and Vite put only prefixed variables into the
browser's bundle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Origin: TypeAlias = Literal["dsn", "environment", "organization", "project", "build-token"]

ORIGINS: tuple[str, ...] = get_args(Origin)


@dataclass(frozen=True)
class FrameworkVariable:
    """One variable that a framework reads: name, origin of its value, and when it is read."""

    name: str
    origin: Origin
    is_buildtime: bool
    is_runtime: bool


def _at_build(name: str, origin: Origin) -> FrameworkVariable:
    return FrameworkVariable(name, origin, is_buildtime=True, is_runtime=False)


def _at_run(name: str, origin: Origin) -> FrameworkVariable:
    return FrameworkVariable(name, origin, is_buildtime=False, is_runtime=True)


_UPLOAD = (
    _at_build("SENTRY_ORG", "organization"),
    _at_build("SENTRY_PROJECT", "project"),
    _at_build("SENTRY_AUTH_TOKEN", "build-token"),
)
_SERVER = (_at_run("SENTRY_DSN", "dsn"), _at_run("SENTRY_ENVIRONMENT", "environment"))

FRAMEWORKS: dict[str, tuple[FrameworkVariable, ...]] = {
    "nextjs": (
        _at_build("NEXT_PUBLIC_SENTRY_DSN", "dsn"),
        _at_build("NEXT_PUBLIC_SENTRY_ENVIRONMENT", "environment"),
        *_SERVER,
        *_UPLOAD,
    ),
    "vite": (
        _at_build("VITE_SENTRY_DSN", "dsn"),
        _at_build("VITE_SENTRY_ENVIRONMENT", "environment"),
        *_UPLOAD,
    ),
    "fastapi": _SERVER,
    "python": _SERVER,
    "node": _SERVER,
    "electron": (
        _at_build("SENTRY_DSN", "dsn"),
        _at_build("SENTRY_ENVIRONMENT", "environment"),
        *_UPLOAD,
    ),
}


def render_framework_table() -> str:
    """Render the table as Markdown: a row per framework and variable, without a final newline."""
    rows = ["| framework | variable | value | build | run |", "|---|---|---|---|---|"]
    for framework, variables in FRAMEWORKS.items():
        for variable in variables:
            build = "yes" if variable.is_buildtime else ""
            run = "yes" if variable.is_runtime else ""
            rows.append(
                f"| {framework} | `{variable.name}` | {variable.origin} | {build} | {run} |"
            )
    return "\n".join(rows)
