"""
Rows that hold a DSN of the wrong key: gone, disabled, foreign, or another environment's.

The last is only said where it is plain:

    an app that the manifest declares     the row holds another key of the same project than the
                                          one declared for it, retired keys of that one aside
    any other app                         its preview row holds production's DSN although the
                                          project has an active key whose label says previews or
                                          staging

Does not: read anything. Source: docs/adoption.md, "Orphans".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watchpost.adoption.dsns import Standing
from watchpost.adoption.variables import STANDING_WORDS
from watchpost.manifest import EMPTY, KeyDsn
from watchpost.orphans.findings import Finding, OrphanKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watchpost.adoption.declared import Declared
    from watchpost.adoption.dsns import Holding
    from watchpost.adoption.inventory import Inventory
    from watchpost.manifest import KeySpec

_KINDS = {
    Standing.DISABLED: OrphanKind.DISABLED_KEY,
    Standing.DELETED: OrphanKind.DELETED_KEY,
    Standing.MISMATCHED: OrphanKind.FOREIGN_KEY,
    Standing.UNKNOWN_PROJECT: OrphanKind.FOREIGN_KEY,
    Standing.OTHER_ORGANIZATION: OrphanKind.FOREIGN_KEY,
    Standing.OTHER_SERVER: OrphanKind.FOREIGN_KEY,
}
_PREVIEW_LABEL = re.compile(r"(?:^|[^a-z])(?:previews?|staging)(?:$|[^a-z])", re.IGNORECASE)


def find_bad_keys(holdings: Iterable[Holding]) -> Iterator[Finding]:
    """Yield every row whose DSN Sentry refuses, or whose events go elsewhere."""
    for holding in holdings:
        if holding.standing in _KINDS:
            detail = f"{holding.words}: {STANDING_WORDS[holding.standing]}"
            yield finding_of(_KINDS[holding.standing], holding, detail)


def find_other_environments(
    inventory: Inventory, declared: Declared, holdings: Iterable[Holding]
) -> Iterator[Finding]:
    """Yield every row with an active key of the right project that is meant for others."""
    active = [each for each in holdings if each.standing is Standing.ACTIVE]
    productions = {
        (each.app.ref, each.row.key): each.key for each in active if not each.row.is_preview
    }
    for holding in active:
        if holding.app.ref in declared.apps:
            detail = _against_manifest(declared, holding)
        else:
            production = productions.get((holding.app.ref, holding.row.key))
            is_copy = holding.row.is_preview and holding.key == production
            detail = _against_labels(inventory, holding) if is_copy else ""
        if detail:
            yield finding_of(OrphanKind.OTHER_ENVIRONMENT, holding, detail)


def _against_manifest(declared: Declared, holding: Holding) -> str:
    app = declared.apps[holding.app.ref]
    variable = app.variables.get(holding.row.key)
    if variable is None or holding.key is None or holding.project is None:
        return ""
    value = variable.preview if holding.row.is_preview else variable.value
    if value == EMPTY and isinstance(variable.value, KeyDsn):
        return f"{holding.words}, but previews of this app shall report nothing"
    if not isinstance(value, KeyDsn):
        return ""
    entry = declared.entries.get(holding.project.slug)
    if entry is None or entry.id != value.entry_id:
        return ""
    spec = entry.keys[value.key]
    if holding.key.label == spec.label or holding.key.id in retired_ids(spec):
        return ""
    return f"{holding.words}, but the manifest says key {spec.label}"


def retired_ids(spec: KeySpec) -> frozenset[str]:
    """The keys that a declared one has replaced; rows may hold them while it is rotated."""
    return frozenset(retired.key_id for retired in spec.retired)


def _against_labels(inventory: Inventory, holding: Holding) -> str:
    project, key = holding.project, holding.key
    if project is None or key is None or _PREVIEW_LABEL.search(key.label):
        return ""
    others = [
        other.label
        for other in inventory.keys_by_project.get(project.id, ())
        if other.is_active and other.id != key.id and _PREVIEW_LABEL.search(other.label)
    ]
    if not others:
        return ""
    return f"{holding.words}, as production does, although there is a key {others[0]}"


def finding_of(kind: OrphanKind, holding: Holding, detail: str) -> Finding:
    """A finding about one row."""
    return Finding(
        kind,
        holding.app.label,
        detail,
        app=holding.app.ref.uuid,
        variable=holding.row.key,
        is_preview=holding.row.is_preview,
        project=holding.project.slug if holding.project else "",
        key=holding.key.id if holding.key else "",
    )
