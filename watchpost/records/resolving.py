"""
Which entry a caller means by a project's id: the entry's own, or the key of its record.

A platform knows its projects by the key of its own table, `acme/shop`, and need not know ours.

Does not: guess. Only the exact text counts; one that is the id of an entry and the key of another
one means neither.

Source: docs/records.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchpost.manifest import Entry, Manifest


def find_entry(manifest: Manifest, project_id: str) -> Entry | None:
    """Return the one entry of that id or with a record of that key; None for none, or for two."""
    rows = manifest.records.rows if manifest.records else {}
    keys = {entry_id: row.key_value for entry_id, row in rows.items()}
    found = [each for each in manifest.entries if project_id in (each.id, keys.get(each.id))]
    return found[0] if len(found) == 1 else None
