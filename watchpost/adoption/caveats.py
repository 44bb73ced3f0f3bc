"""
What a reader of an adopted manifest should know, in groups.

Does not: hold a value or a token. Sources: the drafts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from watchpost.adoption.dsns import is_called_dsn
from watchpost.coolify import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watchpost.adoption.apps import AppDraft
    from watchpost.adoption.drafts import Drafts
    from watchpost.adoption.entries import EntryDraft


class CaveatKind(Enum):
    """What a caveat is about; the value is its heading. Worst first."""

    ENTRY_REFUSED = "projects that are not declared"
    APP_REFUSED = "apps that are not declared"
    AMBIGUOUS = "apps that fit several projects"
    LEFT_OUT = "variables that are not declared"
    KEY_LEFT_OUT = "client keys that are not declared"
    PREVIEWS = "previews that report with the same key as production"
    SHARED_KEY = "keys that several apps use"
    ODD_NAME = "DSNs under a name that no SDK reads by itself"
    ALREADY_MARKED = "apps with our mark already; their `redeploy: never` can go after one apply"
    UNMANAGED = "variables for Sentry that are left alone"
    NO_APP = "projects without an app"
    NO_PROJECT = "apps that fit no project"
    HIDDEN = "apps whose variables the token cannot read"


@dataclass(frozen=True)
class Caveat:
    """One of them: what it is about, and details in words; empty where the heading says it all."""

    kind: CaveatKind
    subject: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.subject}: {self.detail}" if self.detail else self.subject


def list_caveats(drafts: Drafts) -> tuple[Caveat, ...]:
    """All caveats, worst kind first, within a kind in the order of the manifest."""
    found = [
        *(caveat for entry in drafts.entries for caveat in _of_entry(entry)),
        *(caveat for draft in drafts.declared_apps for caveat in _of_app(draft)),
        *_of_loose(drafts),
        *_of_keys(drafts),
        *_of_unmanaged(drafts),
    ]
    order = list(CaveatKind)
    return tuple(sorted(found, key=lambda caveat: order.index(caveat.kind)))


def _of_entry(entry: EntryDraft) -> Iterator[Caveat]:
    slug = entry.project.slug
    if entry.refused:
        apps = ", ".join(draft.app.label for draft in entry.apps)
        reasons = "; ".join(entry.refused)
        detail = f"{reasons}; nor are its apps: {apps}" if apps else reasons
        yield Caveat(CaveatKind.ENTRY_REFUSED, slug, detail)
    for left in entry.left_out:
        yield Caveat(CaveatKind.KEY_LEFT_OUT, f"{slug}, key {left.key.label}", left.reason)
    if not entry.apps:
        yield Caveat(CaveatKind.NO_APP, slug)


def _of_app(draft: AppDraft) -> Iterator[Caveat]:
    label = draft.app.label
    if draft.refused:
        yield Caveat(CaveatKind.APP_REFUSED, label, draft.refused)
    for left in draft.left_out if draft.blocks else ():
        yield Caveat(CaveatKind.LEFT_OUT, f"{label}, {left.name}", left.reason)
    if any(block.key == block.preview_key for block in draft.blocks):
        yield Caveat(CaveatKind.PREVIEWS, label)
    for block in draft.blocks:
        for each in block.variables:
            if each.origin == "dsn" and not is_called_dsn(each.name):
                yield Caveat(CaveatKind.ODD_NAME, label, each.name)
    if draft.never_redeploys:
        yield Caveat(CaveatKind.ALREADY_MARKED, label)


def _of_loose(drafts: Drafts) -> Iterator[Caveat]:
    for match in drafts.loose:
        names = ", ".join(project.slug for project in match.candidates)
        if names:
            yield Caveat(CaveatKind.AMBIGUOUS, match.app.label, f"{match.why}: {names}")
        else:
            yield Caveat(CaveatKind.NO_PROJECT, match.app.label)
    for app in drafts.inventory.apps:
        if any(row.value is Unreadable.HIDDEN for row in app.rows or ()):
            yield Caveat(CaveatKind.HIDDEN, app.label, "it lacks the ability read:sensitive")


def _of_keys(drafts: Drafts) -> Iterator[Caveat]:
    users: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for entry_id, draft in drafts.placed_apps:
        for block in draft.blocks:
            users[entry_id, block.key][draft.app.label] = None
    for (entry_id, key), labels in users.items():
        if len(labels) > 1:
            yield Caveat(CaveatKind.SHARED_KEY, f"{entry_id}, key {key}", ", ".join(labels))


def _of_unmanaged(drafts: Drafts) -> Iterator[Caveat]:
    """One caveat per variable, because most apps have the same few."""
    users: dict[str, list[str]] = defaultdict(list)
    for draft in drafts.declared_apps:
        for name in draft.unmanaged:
            users[name].append(draft.app.label)
    for name in sorted(users):
        yield Caveat(CaveatKind.UNMANAGED, name, ", ".join(users[name]))


def group_caveats(caveats: Iterable[Caveat]) -> dict[CaveatKind, list[Caveat]]:
    """Caveats by kind, in their order."""
    groups: dict[CaveatKind, list[Caveat]] = {}
    for caveat in caveats:
        groups.setdefault(caveat.kind, []).append(caveat)
    return groups
