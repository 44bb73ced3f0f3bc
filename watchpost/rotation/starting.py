"""
The edit that starts a rotation: a new label, and the present key among the retired ones.

Does not: write a file or a service. The next apply makes the key of the new label, because Sentry
has none, and leaves the present one alone, because no resource stands for it any more.

Source: docs/rotation.md; docs/adr/0012.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watchpost.errors import AmbiguousOwner, ManifestError, PolicyError
from watchpost.manifest import inspect_text
from watchpost.manifest.editing import append_item, set_value
from watchpost.manifest.rotated import make_rotated_label
from watchpost.rotation.places import path_of_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from watchpost.manifest import Entry, Manifest
    from watchpost.sentry import Key

_KEY_TYPE = "sentry:index/sentryKey:SentryKey"


@dataclass(frozen=True)
class Start:
    """
    A rotation that starts, or one that did and waits for an apply.

    Attributes:
        text: The manifest afterwards; unchanged where it waits.
        label: Of the new key.
        key_id: Id of the key that is retired.
        is_waiting: Whether the manifest says so already and Sentry has no such key yet.
    """

    text: str
    label: str
    key_id: str
    is_waiting: bool = False


def load_text(text: str, file: str) -> Manifest:
    """
    Return the manifest that *text* says.

    Raises:
        ManifestError: With all its faults.
    """
    inspection = inspect_text(text, file)
    if inspection.manifest is None:
        raise ManifestError("", "\n".join(str(fault) for fault in inspection.faults))
    return inspection.manifest


def compute_start(
    text: str, file: str, entry: Entry, name: str, keys: Sequence[Key], day: date
) -> Start:
    """
    Work out the edit that rotates the key *name* of *entry* on *day*, a day in UTC.

    Args:
        text: The manifest.
        file: Its name in errors.
        entry: Of the manifest.
        name: Of the key in the entry.
        keys: Every key that the entry's project has in Sentry.
        day: Goes into the label.

    Raises:
        PolicyError: Sentry has no key of the present label.
        AmbiguousOwner: It has several.
        ManifestError: The file cannot be edited there.
    """
    spec = entry.keys[name]
    present = [key for key in keys if key.label == spec.label]
    if not present and spec.retired:
        return Start(text, spec.label, spec.retired[-1].key_id, is_waiting=True)
    key = _only(present, entry, name)
    label = make_rotated_label(spec.label, day, _taken_labels(entry, keys))
    path = path_of_key(entry, name)
    edited = set_value(text, (*path, "label"), label, file=file)
    item = {"key_id": key.id, "since": day}
    edited = append_item(edited, (*path, "retired"), item, file=file)
    load_text(edited, file)
    return Start(edited, label, key.id)


def _taken_labels(entry: Entry, keys: Iterable[Key]) -> set[str]:
    return {key.label for key in keys} | {spec.label for spec in entry.keys.values()}


def _only(present: Sequence[Key], entry: Entry, name: str) -> Key:
    label = entry.keys[name].label
    where = f"{entry.keys[name].position}: {entry.id}/{name}"
    if not present:
        raise PolicyError(
            where,
            f"the Sentry project {entry.slug} has no key labelled '{label}' yet",
            detail="There is nothing to rotate.",
            fix="run `watchpost apply` first, or correct the label",
        )
    if len(present) > 1:
        ids = ", ".join(sorted(key.id for key in present))
        raise AmbiguousOwner(
            where,
            f"the Sentry project {entry.slug} has several keys labelled '{label}'",
            detail=f"ids: {ids}",
            fix="give all but one of them another label in Sentry",
        )
    return present[0]


def raise_if_engine_would_delete(
    resources: Iterable[dict[str, Any]], entry: Entry, name: str
) -> None:
    """
    Refuse to rotate a key that the recorded state would delete instead of keeping.

    Versions before 0.2 recorded so for entries with `on_remove: delete`.

    Raises:
        PolicyError: The next apply would delete the present key.
    """
    identity = entry.identity_of(name)
    for each in resources:
        is_it = each.get("type") == _KEY_TYPE and each["urn"].rsplit("::", 1)[-1] == identity
        if is_it and not each.get("retainOnDelete"):
            raise PolicyError(
                identity,
                "the recorded state says that this key is deleted when it is replaced",
                detail="An earlier version recorded that, for `on_remove: delete`.",
                fix="run `watchpost apply` once without this change, then start the rotation",
            )
