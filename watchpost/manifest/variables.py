"""
Computes the variables of one written app: names and flags from its framework, values from its
entry.

Preview values, for applications (services have no preview deployments, so no preview row):

    value            preview row
    DSN              DSN of `preview_key`; empty without one, so that previews report nothing
    environment      `preview`
    organization     the same
    project          the same
    build token      empty, unless `build_token_in_previews`
    plain variable   the same, unless `preview` is given

Empty is written, never left out: a missing preview row falls back to production's.

Does not: merge the apps of several parts; that is `environments`.

Source: docs/manifest.md; design.md 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.manifest.document import PlainVariableBlock
from watchpost.manifest.domain import (
    EMPTY,
    EnvironmentSecret,
    KeyDsn,
    PlainText,
    ProjectSlug,
    Selector,
    Value,
    Variable,
)
from watchpost.manifest.entries import names_at
from watchpost.manifest.faults import render_choices, render_suggestion
from watchpost.manifest.frameworks import FRAMEWORKS, FrameworkVariable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchpost.manifest.document import AppBlock, FrameworkVariableBlock
    from watchpost.manifest.entries import Declaration
    from watchpost.manifest.faults import FaultLog
    from watchpost.manifest.source import Path

PREVIEW_ENVIRONMENT = "preview"

_NO_KEY = "does not say which key's DSN it receives"


@dataclass(frozen=True)
class AppDeclaration:
    """
    One app as written below one Sentry project.

    Attributes:
        entry: The project's declaration.
        organization: Slug of the Sentry organization.
        slug: Slug of the Sentry project.
        path: Of the app in the file.
        block: The app itself.
        selector: Which Coolify application or service it is.
    """

    entry: Declaration
    organization: str
    slug: str
    path: Path
    block: AppBlock
    selector: Selector

    @property
    def is_service(self) -> bool:
        """Whether it is a Coolify service, which has no preview deployments and no flags."""
        return self.selector.kind == "service"


def compute_variables(app: AppDeclaration, log: FaultLog) -> dict[str, Variable]:
    """Return the variables of *app* by name; unknown keys and names used twice go to *log*."""
    _check_key_name(app, "key", log)
    _check_key_name(app, "preview_key", log)
    variables: dict[str, Variable] = {}
    for rule in list_framework_variables(app.block):
        variable = _compute_framework_variable(app, rule, log)
        if variable is not None:
            variables[rule.name] = variable
    for name in app.block.variables:
        path = (*app.path, "variables", name)
        if name in variables:
            summary = "the framework sets this variable already"
            log.add_fault(path, summary, fix=_find_override(name, app.block))
        else:
            variables[name] = _compute_plain_variable(app, name, path, log)
    return variables


def list_framework_variables(block: AppBlock) -> tuple[FrameworkVariable, ...]:
    """Return what the framework of *block* reads: by the table, or as written."""
    if isinstance(block.framework, str):
        return FRAMEWORKS[block.framework]
    return tuple(_read_rule(name, rule) for name, rule in block.framework.items())


def _read_rule(name: str, rule: FrameworkVariableBlock) -> FrameworkVariable:
    is_token = rule.origin == "build-token"
    build = is_token if rule.build is None else rule.build
    run = not is_token if rule.run is None else rule.run
    return FrameworkVariable(name, rule.origin, build, run)


def _check_key_name(app: AppDeclaration, field: str, log: FaultLog) -> None:
    name = app.block.key if field == "key" else app.block.preview_key
    known = set(app.entry.keys) | names_at(log.source, (*app.entry.path, "keys"))
    if name is not None and name not in known:
        detail = f"seen '{name}'; known: {render_choices(known)}"
        fix = render_suggestion(name, known) or f"add '{name}: {{}}' under keys"
        log.add_fault((*app.path, field), "unknown key", detail=detail, fix=fix)


def _compute_framework_variable(
    app: AppDeclaration, rule: FrameworkVariable, log: FaultLog
) -> Variable | None:
    value, preview = _compute_values(app, rule, log)
    if value is None:
        return None
    return Variable(
        value=value,
        preview=None if app.is_service else preview,
        is_buildtime=rule.is_buildtime,
        is_runtime=rule.is_runtime,
        position=str(log.source.position((*app.path, "framework", rule.name))),
    )


def _compute_values(
    app: AppDeclaration, rule: FrameworkVariable, log: FaultLog
) -> tuple[Value | None, Value]:
    """
    Return production's value and the preview value; no value for a build token that the app has
    not.
    """
    block = app.block
    match rule.origin:
        case "dsn":
            key, preview_key = _find_key(app, log), block.preview_key
            value = KeyDsn(app.entry.id, key) if key else None
            return value, KeyDsn(app.entry.id, preview_key) if preview_key else EMPTY
        case "environment":
            return PlainText(block.environment), PlainText(PREVIEW_ENVIRONMENT)
        case "organization":
            return PlainText(app.organization), PlainText(app.organization)
        case "project":
            slug = ProjectSlug(app.entry.id, app.slug)
            return slug, slug
        case _:  # the build token
            token = (
                EnvironmentSecret(block.build_token.removeprefix("env:"))
                if block.build_token
                else None
            )
            return token, token if token and block.build_token_in_previews else EMPTY


def _find_key(app: AppDeclaration, log: FaultLog) -> str | None:
    keys = list(app.entry.keys)
    if app.block.key is not None or len(keys) == 1:
        return app.block.key or keys[0]
    if not any(fault.path == app.path and fault.summary == _NO_KEY for fault in log.faults):
        detail = f"the entry has several: {render_choices(keys)}"
        log.add_fault(app.path, _NO_KEY, detail=detail, fix=f"add 'key: {keys[0]}'")
    return None


def _compute_plain_variable(app: AppDeclaration, name: str, path: Path, log: FaultLog) -> Variable:
    written = app.block.variables[name]
    block = (
        written if isinstance(written, PlainVariableBlock) else PlainVariableBlock(value=written)
    )
    if not (block.build or block.run):
        fix = "set one of build and run to true"
        log.add_fault(path, "neither the build nor the running app would see it", fix=fix)
    preview = PlainText(block.value if block.preview is None else block.preview)
    return Variable(
        value=PlainText(block.value),
        preview=None if app.is_service else preview,
        is_buildtime=block.build,
        is_runtime=block.run,
        position=str(log.source.position(path)),
    )


def _find_override(name: str, block: AppBlock) -> str:
    origins = {rule.name: rule.origin for rule in list_framework_variables(block)}
    match origins[name]:
        case "environment":
            return "remove it, and set 'environment:' of the app"
        case "dsn":
            return "remove it, and set 'key:' of the app"
        case "build-token":
            return "remove it, and set 'build_token: env:NAME'"
        case _:
            return "remove it"


def list_used_keys(variables: dict[str, Variable]) -> Iterator[str]:
    """Yield the key names whose DSN appears in *variables*."""
    for variable in variables.values():
        for value in (variable.value, variable.preview):
            if isinstance(value, KeyDsn):
                yield value.key
