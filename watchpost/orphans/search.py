"""
Finding every loose end in what was read, in one go.

What rests on something that could not be read is not guessed: that kind is named as unchecked.

Does not: read anything, or render. Source: docs/adoption.md, "Orphans".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.adoption.dsns import Standing, is_called_dsn, is_dsn, list_holdings, render_dsn
from watchpost.adoption.inventory import Unchecked
from watchpost.coolify import Unreadable, group_by_place, owner_of
from watchpost.orphans.findings import Finding, OrphanKind, OrphanReport
from watchpost.orphans.keys_of_rows import find_bad_keys, find_other_environments, retired_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from watchpost.adoption.declared import Declared
    from watchpost.adoption.dsns import Holding
    from watchpost.adoption.inventory import HeldApp, Inventory
    from watchpost.coolify import Owner, Row
    from watchpost.orphans.activity import Activity

_OF_KEYS = frozenset(
    {
        OrphanKind.DISABLED_KEY,
        OrphanKind.DELETED_KEY,
        OrphanKind.FOREIGN_KEY,
        OrphanKind.OTHER_ENVIRONMENT,
    }
)
_OF_ROWS = _OF_KEYS | {
    OrphanKind.APP_WITHOUT_DSN,
    OrphanKind.DUPLICATE_ROWS,
    OrphanKind.LOST_MARK,
}


def find_orphans(
    inventory: Inventory,
    declared: Declared,
    activity: Activity,
    *,
    days: int,
    unchecked: Sequence[Unchecked] = (),
) -> OrphanReport:
    """
    Find every loose end.

    Args:
        inventory: What both services hold.
        declared: What the manifest declares; nothing where there is none.
        activity: Which keys are quiet.
        days: For how long; for the report.
        unchecked: What could not be read.
    """
    holdings = list(list_holdings(inventory))
    missing = _unchecked_kinds(inventory)
    found = [
        *find_bad_keys(holdings),
        *find_other_environments(inventory, declared, holdings),
        *_apps_without_dsn(inventory, declared),
        *_projects_without_app(inventory, declared, holdings),
        *_quiet_keys(inventory, activity, days),
        *_duplicates(inventory.apps),
        *_lost_marks(inventory, declared),
    ]
    order = list(OrphanKind)
    kept = sorted(
        (finding for finding in found if finding.kind not in missing),
        key=lambda finding: order.index(finding.kind),
    )
    return OrphanReport(
        inventory.organization,
        days,
        tuple(kept),
        declared.manifest is not None,
        (*unchecked, *_unreadable(inventory), *activity.unchecked),
        missing,
        tuple(_words_of_keys(inventory, activity.unknown)),
    )


def keys_on_their_way_out(declared: Declared) -> frozenset[str]:
    """Ids of the keys that the manifest lists as retired: the rotation looks after them."""
    entries = declared.manifest.entries if declared.manifest else ()
    return frozenset(
        key for entry in entries for spec in entry.keys.values() for key in retired_ids(spec)
    )


def _unchecked_kinds(inventory: Inventory) -> frozenset[OrphanKind]:
    """Kinds of which nothing at all can be said."""
    kinds: set[OrphanKind] = set()
    if not inventory.knows_sentry:
        kinds |= _OF_KEYS | {OrphanKind.PROJECT_WITHOUT_APP, OrphanKind.QUIET_KEY}
    if not inventory.knows_apps and not inventory.apps:
        kinds |= _OF_ROWS
    if not _is_every_row_readable(inventory):
        kinds.add(OrphanKind.PROJECT_WITHOUT_APP)
    return frozenset(kinds)


def _is_every_row_readable(inventory: Inventory) -> bool:
    return inventory.knows_apps and not any(
        app.rows is None or _is_hidden(app) for app in inventory.apps
    )


def _is_hidden(app: HeldApp) -> bool:
    return any(row.value is Unreadable.HIDDEN for row in app.rows or ())


def _unreadable(inventory: Inventory) -> Iterator[Unchecked]:
    """What is there and cannot be read is never called clean."""
    for app in inventory.apps:
        if _is_hidden(app):
            reason = "the token lacks the ability read:sensitive"
            yield Unchecked(f"values of {app.label}", reason)
        for row in app.rows or ():
            if row.value is Unreadable.LOCKED and is_called_dsn(row.key):
                yield Unchecked(f"{row.key} of {app.label}", "somebody has locked it")


def _apps_without_dsn(inventory: Inventory, declared: Declared) -> Iterator[Finding]:
    for app in inventory.apps:
        if app.rows is None or _is_hidden(app) or any(map(_may_hold_dsn, app.rows)):
            continue
        detail = "declared, and not applied yet" if app.ref in declared.apps else ""
        empty = sorted({row.key for row in app.rows if is_called_dsn(row.key)})
        if empty:
            detail = f"{', '.join(empty)}: holds no DSN"
        kind = OrphanKind.APP_WITHOUT_DSN
        yield Finding(kind, app.label, detail or "no variable holds one", app=app.ref.uuid)


def _may_hold_dsn(row: Row) -> bool:
    """A DSN, or what may be one: a locked row, or a reference to a shared variable."""
    if is_dsn(row) or not is_called_dsn(row.key):
        return is_dsn(row)
    return isinstance(row.value, Unreadable) or (row.value or "").strip().startswith("{{")


def _projects_without_app(
    inventory: Inventory, declared: Declared, holdings: Iterable[Holding]
) -> Iterator[Finding]:
    held = {
        each.project.id
        for each in holdings
        if each.project and each.standing in (Standing.ACTIVE, Standing.DISABLED)
    }
    apps = declared.manifest.apps if declared.manifest else ()
    ids = {entry for app in apps for entry in app.entries}
    slugs = {slug for slug, entry in declared.entries.items() if entry.id in ids}
    for project in inventory.projects:
        if project.id not in held and project.slug not in slugs:
            detail = "no readable variable holds one of its DSNs"
            kind = OrphanKind.PROJECT_WITHOUT_APP
            yield Finding(kind, project.slug, detail, project=project.slug)


def _quiet_keys(inventory: Inventory, activity: Activity, days: int) -> Iterator[Finding]:
    for key in inventory.keys:
        project = inventory.project_by_id.get(str(key.project_id))
        if project is None or not key.is_active:
            continue
        if not project.has_events:
            detail = "the project never had an event"
        elif key.id in activity.quiet:
            detail = f"none in {days} days"
        else:
            continue
        words = render_dsn(key.project_id, key)
        kind = OrphanKind.QUIET_KEY
        subject = f"{project.slug}, key {key.label}"
        yield Finding(kind, subject, f"{words}: {detail}", project=project.slug, key=key.id)


def _words_of_keys(inventory: Inventory, ids: Iterable[str]) -> Iterator[str]:
    for key_id in sorted(ids):
        key = inventory.key_by_id[key_id.lower()]
        project = inventory.project_by_id[str(key.project_id)]
        yield f"{project.slug}, key {key.label}"


def _duplicates(apps: Iterable[HeldApp]) -> Iterator[Finding]:
    for app in apps:
        for (name, is_preview), rows in sorted(group_by_place(app.rows or ()).items()):
            if len(rows) > 1:
                yield Finding(
                    OrphanKind.DUPLICATE_ROWS,
                    app.label,
                    f"{len(rows)} rows; which of them counts is chance",
                    app=app.ref.uuid,
                    variable=name,
                    is_preview=is_preview,
                )


def _lost_marks(inventory: Inventory, declared: Declared) -> Iterator[Finding]:
    for app in inventory.apps:
        for row in app.rows or ():
            owner = owner_of(row.comment)
            if owner is None or owner.organization != inventory.organization:
                continue
            detail = _why_lost(declared, app, row, owner)
            if detail:
                yield Finding(
                    OrphanKind.LOST_MARK,
                    app.label,
                    f"marked {owner}: {detail}",
                    app=app.ref.uuid,
                    variable=row.key,
                    is_preview=row.is_preview,
                )


def _why_lost(declared: Declared, app: HeldApp, row: Row, owner: Owner) -> str:
    if declared.manifest is None:
        return "there is no manifest"
    if owner.entry not in {entry.root for entry in declared.manifest.entries}:
        return "the manifest has no such entry"
    known = declared.apps.get(app.ref)
    if known is None:
        is_doubtful = owner.entry in declared.owners_of_unknown_apps
        return "" if is_doubtful else "the manifest does not declare this app"
    if known.owner != owner.entry:
        return f"the app is declared by {known.owner}"
    return "" if row.key in known.variables else "the entry does not declare this variable"
