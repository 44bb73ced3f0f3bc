"""
Turns the written apps into one environment per Coolify app, merging what the parts of one entry ask
of it.

Does not: compute variables (`variables`) or talk to Coolify. Whether a name and a uuid mean the
same app is seen
only there.

Source: docs/manifest.md; design.md 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.manifest.app_checks import check_app, find_selector
from watchpost.manifest.domain import AppEnvironment
from watchpost.manifest.entries import list_declarations
from watchpost.manifest.records import list_recorded_keys
from watchpost.manifest.variables import AppDeclaration, compute_variables, list_used_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watchpost.manifest.document import ManifestDocument
    from watchpost.manifest.domain import Entry, Selector, Variable
    from watchpost.manifest.entries import Declaration
    from watchpost.manifest.faults import FaultLog


def resolve_environments(
    document: ManifestDocument, entries: Iterable[Entry], log: FaultLog
) -> tuple[AppEnvironment, ...]:
    """Return one environment per Coolify app, in written order; notes the keys that nobody uses."""
    slugs = {entry.id: entry.slug for entry in entries}
    groups: dict[Selector, list[tuple[AppDeclaration, dict[str, Variable]]]] = {}
    for declaration in list_declarations(document):
        used = set(list_recorded_keys(document.records, declaration))
        for app in _list_apps(declaration, document.organization, slugs[declaration.id], log):
            variables = compute_variables(app, log)
            used.update(list_used_keys(variables))
            groups.setdefault(app.selector, []).append((app, variables))
        _note_unused_keys(declaration, used, log)
    return tuple(_merge(group, log) for group in groups.values())


def _list_apps(
    declaration: Declaration, organization: str, slug: str, log: FaultLog
) -> Iterator[AppDeclaration]:
    for index, block in enumerate(declaration.block.apps):
        path = (*declaration.path, "apps", index)
        check_app(block, path, log)
        selector = find_selector(block)
        if selector is not None:
            yield AppDeclaration(declaration, organization, slug, path, block, selector)


def _note_unused_keys(declaration: Declaration, used: set[str], log: FaultLog) -> None:
    for name in declaration.block.keys or {}:
        if name not in used:
            path = (*declaration.path, "keys", name)
            log.add_note(path, "no app uses this key", fix="remove it if nothing else uses its DSN")


def _merge(
    group: list[tuple[AppDeclaration, dict[str, Variable]]], log: FaultLog
) -> AppEnvironment:
    first = group[0][0]
    merged: dict[str, Variable] = {}
    for app, variables in group:
        if app.entry.root == first.entry.root:
            _report_twice(app, merged, variables, log)
            _report_contradiction(app, first, log)
            merged = {**variables, **merged}
        else:
            _report_two_owners(app, first, log)
    return AppEnvironment(
        selector=first.selector,
        owner=first.entry.root,
        entries=tuple(sorted({app.entry.id for app, _ in group})),
        variables=merged,
        redeploy=next((app.block.redeploy for app, _ in group if app.block.redeploy), "if-needed"),
        take_over=any(app.block.take_over for app, _ in group),
        position=str(log.source.position(first.path)),
        mark=all(app.block.mark is not False for app, _ in group),
    )


def _report_two_owners(app: AppDeclaration, first: AppDeclaration, log: FaultLog) -> None:
    position = log.source.position(first.path)
    detail = f"'{app.selector.label}' also belongs to '{first.entry.root}' at {position}"
    fix = "keep it in one entry, or make both entries parts of one"
    log.add_fault(app.path, "one app in two entries", detail=detail, fix=fix)


def _report_twice(
    app: AppDeclaration, merged: dict[str, Variable], variables: dict[str, Variable], log: FaultLog
) -> None:
    for name in sorted(merged.keys() & variables.keys()):
        written = name in app.block.variables
        path = (*app.path, "variables", name) if written else (*app.path, "framework")
        detail = f"'{name}' of '{app.selector.label}' also stands at {merged[name].position}"
        fix = "give parts that share an app different variables, by a framework mapping of your own"
        log.add_fault(path, "one variable of one app is set twice", detail=detail, fix=fix)


def _report_contradiction(app: AppDeclaration, first: AppDeclaration, log: FaultLog) -> None:
    position = log.source.position(first.path)
    pairs = (
        ("redeploy", app.block.redeploy, first.block.redeploy),
        ("take_over", app.block.take_over, first.block.take_over),
        ("mark", app.block.mark, first.block.mark),
    )
    for field, here, there in pairs:
        if here is not None and there is not None and here != there:
            detail = f"'{app.selector.label}' also stands at {position}"
            summary = "contradicts what another part says about this app"
            log.add_fault((*app.path, field), summary, detail=detail, fix="say it once")
