"""
Where keys and their retired ones stand in the manifest.

Does not: ask a service. Source: docs/manifest.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from watchpost.manifest import Entry, Manifest, RetiredKey
    from watchpost.manifest.source import Path


@dataclass(frozen=True)
class RetiredPlace:
    """
    One retired key of the manifest.

    Attributes:
        entry: The entry whose key it was.
        key: The name of the key that replaced it.
        retired: The item of the list.
    """

    entry: Entry
    key: str
    retired: RetiredKey

    @property
    def name(self) -> str:
        """How people call the key that replaced it: `shop/production`."""
        return f"{self.entry.id}/{self.key}"

    @property
    def label(self) -> str:
        """The label of the key that replaced it."""
        return self.entry.keys[self.key].label

    @property
    def is_shipped(self) -> bool:
        """Whether builds outside Coolify hold its DSN."""
        return self.entry.keys[self.key].shipped


def find_key(manifest: Manifest, entry_id: str, key: str) -> Entry:
    """
    Return the entry of that id, which has a key of that name.

    Raises:
        SettingsError: There is none; the known ones are listed.
    """
    entry = next((each for each in manifest.entries if each.id == entry_id), None)
    if entry is None:
        raise _unknown("entry", entry_id, [each.id for each in manifest.entries])
    if key not in entry.keys:
        raise _unknown(f"key of {entry_id}", key, list(entry.keys))
    return entry


def list_retired(manifest: Manifest, entry_id: str = "", key: str = "") -> list[RetiredPlace]:
    """
    List the retired keys of the manifest, of one entry or top-level entry, or of one key.

    Raises:
        SettingsError: There is no such entry or key.
    """
    entries = [each for each in manifest.entries if entry_id in ("", each.id, each.root)]
    if not entries and entry_id:
        raise _unknown("entry", entry_id, [each.id for each in manifest.entries])
    if key and not any(key in entry.keys for entry in entries):
        raise _unknown(f"key of {entry_id}", key, [name for each in entries for name in each.keys])
    return [
        RetiredPlace(entry, name, retired)
        for entry in entries
        for name, spec in entry.keys.items()
        for retired in spec.retired
        if key in ("", name)
    ]


def path_of_key(entry: Entry, key: str) -> Path:
    """Where a key stands: `("projects", "studio", "parts", "web", "keys", "production")`."""
    part = entry.id.removeprefix(f"{entry.root}-")
    inner = () if entry.id == entry.root else ("parts", part)
    return ("projects", entry.root, *inner, "keys", key)


def find_retired_path(manifest: Manifest, key_id: str) -> Path | None:
    """Where the retired key of that id stands now; None where it is not listed."""
    for place in list_retired(manifest):
        spec = place.entry.keys[place.key]
        for index, retired in enumerate(spec.retired):
            if retired.key_id == key_id:
                return (*path_of_key(place.entry, place.key), "retired", index)
    return None


def _unknown(what: str, seen: str, known: list[str]) -> SettingsError:
    choices = ", ".join(sorted(set(known))) or "none"
    detail = f"known: {choices}"
    return SettingsError(seen, f"is no {what} of the manifest", detail=detail, fix="check the name")
