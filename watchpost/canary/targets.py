"""
Which DSNs the manifest gives to which apps: what there is to verify.

Apps that share a key and an environment share a canary. A key that no app uses is listed, so that
nobody takes it for verified.

Does not: ask a service. Source: docs/manifest.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.errors import SettingsError
from watchpost.manifest.app_checks import find_selector
from watchpost.manifest.document import ManifestDocument
from watchpost.manifest.entries import list_declarations
from watchpost.manifest.variables import PREVIEW_ENVIRONMENT, list_framework_variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from watchpost.manifest import Entry, Manifest
    from watchpost.manifest.document import AppBlock


@dataclass(frozen=True)
class Target:
    """
    One client key as apps use it in one environment.

    Attributes:
        entry: Id of the entry.
        slug: Of its Sentry project.
        key: The key's name in the manifest.
        label: Its label in Sentry.
        environment: Sentry environment; empty for a key that no app uses.
        apps: How people call the apps that hold its DSN, in written order.
        is_preview: Whether it is for preview deployments.
    """

    entry: str
    slug: str
    key: str
    label: str
    environment: str
    apps: tuple[str, ...]
    is_preview: bool

    @property
    def is_used(self) -> bool:
        """Whether an app holds its DSN."""
        return bool(self.apps)


def list_targets(manifest: Manifest, only: Sequence[str] = ()) -> tuple[Target, ...]:
    """
    Every DSN of *manifest* with the apps that hold it, in written order.

    Args:
        manifest: Without faults.
        only: Ids of entries; a top-level entry stands for its parts. Empty means all.

    Raises:
        SettingsError: One of *only* is no entry.
    """
    _raise_if_unknown(manifest, only)
    entries = {entry.id: entry for entry in manifest.entries}
    document = ManifestDocument.model_validate(manifest.source.data)
    found: list[Target] = []
    for declaration in list_declarations(document):
        entry = entries[declaration.id]
        if not only or {entry.id, entry.root} & set(only):
            found += _targets_of_entry(entry, declaration.block.apps)
    return tuple(found)


def _raise_if_unknown(manifest: Manifest, only: Sequence[str]) -> None:
    known = {name for entry in manifest.entries for name in (entry.id, entry.root)}
    unknown = sorted(set(only) - known)
    if unknown:
        raise SettingsError(
            ", ".join(unknown),
            "not an entry of the manifest",
            detail=f"known: {', '.join(sorted(known)) or 'none'}",
            fix="name entries by their ids under `projects:`",
        )


def _targets_of_entry(entry: Entry, blocks: Iterable[AppBlock]) -> Iterator[Target]:
    uses: dict[tuple[str, str, bool], dict[str, None]] = {}
    for block in blocks:
        selector = find_selector(block)
        if selector is not None:
            for use in _uses(entry, block, is_service=selector.kind == "service"):
                uses.setdefault(use, {})[selector.label] = None
    for (key, environment, is_preview), apps in uses.items():
        label = entry.keys[key].label
        yield Target(entry.id, entry.slug, key, label, environment, tuple(apps), is_preview)
    used = {key for key, _, _ in uses}
    for key, spec in entry.keys.items():
        if key not in used:
            yield Target(entry.id, entry.slug, key, spec.label, "", (), is_preview=False)


def _uses(entry: Entry, block: AppBlock, *, is_service: bool) -> Iterator[tuple[str, str, bool]]:
    """Yield key, environment and whether it is for previews, of each DSN that one app holds."""
    if all(rule.origin != "dsn" for rule in list_framework_variables(block)):
        return
    yield block.key or next(iter(entry.keys)), block.environment, False
    if block.preview_key and not is_service:
        yield block.preview_key, PREVIEW_ENVIRONMENT, True
