"""
Rules within one written app: which fields exclude or need each other.

Does not: look at other apps or at the entry's keys; that is `environments` and `variables`.

Source: docs/manifest.md; Coolify reads a service's variables at run time only and gives it no
preview deployments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from watchpost.manifest.document import NamedAppBlock
from watchpost.manifest.domain import ByName, ByUuid
from watchpost.manifest.variables import list_framework_variables

if TYPE_CHECKING:
    from watchpost.manifest.document import AppBlock
    from watchpost.manifest.domain import Selector
    from watchpost.manifest.faults import FaultLog
    from watchpost.manifest.source import Path


def find_selector(block: AppBlock) -> Selector | None:
    """Return which Coolify app *block* names; None where it names none or two."""
    if (block.app is None) == (block.service is None):
        return None
    reference = block.service if block.app is None else block.app
    kind: Literal["application", "service"] = "service" if block.app is None else "application"
    if isinstance(reference, NamedAppBlock):
        return ByName(kind, reference.project, reference.environment, reference.name)
    return ByUuid(kind, str(reference))


def check_app(block: AppBlock, path: Path, log: FaultLog) -> None:
    """Record the faults of *block*, which stands at *path*."""
    if block.app is None and block.service is None:
        fix = "add 'app:' with the uuid of a Coolify application"
        log.add_fault(path, "names neither an app nor a service", fix=fix)
    if block.app is not None and block.service is not None:
        log.add_fault(path, "names an app and a service", fix="make two items of it")
    if block.service is not None:
        _check_service(block, path, log)
    _check_build_token(block, path, log)
    _check_flags(block, path, log)


def _check_service(block: AppBlock, path: Path, log: FaultLog) -> None:
    if block.preview_key is not None:
        summary = "a Coolify service has no preview deployments"
        log.add_fault((*path, "preview_key"), summary, fix="remove the line")
    if block.build_token is not None:
        detail = (
            "Coolify gives a service every variable at run time, and the token must never be there"
        )
        summary = "a Coolify service takes no build token"
        log.add_fault((*path, "build_token"), summary, detail=detail, fix="remove the line")


def _check_build_token(block: AppBlock, path: Path, log: FaultLog) -> None:
    users = [rule for rule in list_framework_variables(block) if rule.origin == "build-token"]
    if block.build_token is not None and not users:
        summary = "no variable of this framework takes a build token"
        log.add_fault((*path, "build_token"), summary, fix="remove the line")
    if block.build_token_in_previews and block.build_token is None:
        fix = "add 'build_token: env:NAME', or remove the line"
        log.add_fault((*path, "build_token_in_previews"), "there is no build token", fix=fix)
    if isinstance(block.framework, dict) and block.build_token is None:
        for rule in users:
            where = (*path, "framework", rule.name)
            fix = "add 'build_token: env:NAME' to the app"
            log.add_fault(where, "there is no build token to take", fix=fix)


def _check_flags(block: AppBlock, path: Path, log: FaultLog) -> None:
    for rule in list_framework_variables(block):
        where = (*path, "framework", rule.name)
        if rule.origin == "build-token" and (rule.is_runtime or not rule.is_buildtime):
            summary = "a build token is for the build alone, never for the running app"
            log.add_fault(where, summary, fix="remove build and run from this variable")
        elif not (rule.is_buildtime or rule.is_runtime):
            fix = "set one of build and run to true"
            log.add_fault(where, "neither the build nor the running app would see it", fix=fix)
