"""
How values look in a plan: fingerprints, and DSNs by project and key.

    a value                            #bda93d22
    an empty one                       (empty)
    one that nobody can read           (unreadable)
    a DSN that Sentry knows            …@102 key Default
    a DSN that Sentry does not know    …@1 unknown key
    a DSN of a key not made yet        acme-shop/production

Does not: hold a value. Source: design.md 5 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from watchpost.coolify import Unreadable, dsn_identity, fingerprint, normalise
from watchpost.engine import UNKNOWN
from watchpost.manifest import KeyDsn, PlainText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from watchpost.coolify import Row
    from watchpost.engine import Preview
    from watchpost.manifest import Manifest

SENTRY_KEY = "sentry:index/sentryKey:SentryKey"
RECORD_NAME = "record"
"""The last part of the name of a record's resource; the first is its entry's id."""


Place = tuple[str, str, bool]
"""A row: resource name of its app, name of the variable, whether it is the preview row."""


@dataclass(frozen=True, slots=True)
class DeclaredDsn:
    """The key whose DSN a row declares: its entry, its project's slug, its label."""

    entry_id: str
    slug: str
    label: str


@dataclass(frozen=True)
class ValueNames:
    """
    What stands for values, by fingerprint, in one plan.

    Attributes:
        dsns: Words for the DSNs among them.
    """

    dsns: Mapping[str, str] = field(default_factory=dict)

    def name(self, value: object) -> str:
        """Words for a value that is given as its fingerprint."""
        if isinstance(value, Unreadable):
            return "(unreadable)"
        if not value:
            return "(empty)"
        text = str(value)
        return self.dsns.get(text) or (f"#{text}" if is_fingerprint(text) else text)

    def identify(self, value: object) -> str:
        """The fingerprint itself; the words of a DSN that is not made yet."""
        text = "" if value is None or isinstance(value, Unreadable) else str(value)
        return text if is_fingerprint(text) or not text else self.name(text)


def is_fingerprint(text: str) -> bool:
    """Whether *text* has the form of a fingerprint."""
    return len(text) == 8 and all(sign in "0123456789abcdef" for sign in text)  # noqa: PLR2004 - its length


def name_dsn(project_id: object, label: str) -> str:
    """Words for the DSN of a key that exists."""
    return f"…@{project_id} key {label}"


def name_new_dsn(slug: str, label: str) -> str:
    """Words for the DSN of a key that is not made yet."""
    return f"{slug}/{label}"


def name_unknown_dsn(text: str | None) -> str:
    """Words for a DSN that stands somewhere, of a key that nobody has told about; else empty."""
    identity = dsn_identity(normalise(text))
    return f"…@{identity.project_id} unknown key" if identity is not None else ""


def name_recorded_dsns(preview: Preview, name: Callable[[str], str]) -> dict[str, str]:
    """
    Words for the DSNs of every key that was looked at, by fingerprint.

    Args:
        preview: Tells the DSNs.
        name: Gives the fingerprint of a text.
    """
    names = {}
    for urn, looked in preview.refreshed.items():
        state = looked.observed or looked.recorded
        if SENTRY_KEY not in urn or not state.outputs.get("dsnPublic"):
            continue
        label, project = str(state.outputs.get("name")), state.outputs.get("projectId")
        names[name(str(state.outputs["dsnPublic"]))] = name_dsn(_id(project), label)
    return names


def name_found_dsns(rows: Iterable[Row], key: bytes) -> dict[str, str]:
    """Words for the DSNs that stand in rows, of keys that nobody has told about."""
    names = {}
    for row in rows:
        words = "" if isinstance(row.value, Unreadable) else name_unknown_dsn(row.value)
        if words and not isinstance(row.value, Unreadable):
            names[fingerprint(key, row.value)] = words
    return names


def name_declared_dsns(
    declared: Mapping[Place, DeclaredDsn], wanted: Mapping[Place, str], ids: Mapping[str, str]
) -> dict[str, str]:
    """
    Words for the DSNs that apps are to receive, by fingerprint or placeholder.

    Args:
        declared: From `index_dsns`.
        wanted: Fingerprint or placeholder of each row.
        ids: Ids of the Sentry projects that exist, by entry.
    """
    names = {}
    for place, value in wanted.items():
        dsn = declared.get(place)
        if dsn is None or not value:
            continue
        known = ids.get(dsn.entry_id) if is_fingerprint(value) else None
        names[value] = name_dsn(known, dsn.label) if known else name_new_dsn(dsn.slug, dsn.label)
    return names


def index_dsns(manifest: Manifest) -> dict[Place, DeclaredDsn]:
    """The key whose DSN each row declares; rows that declare no DSN are left out."""
    entries = {entry.id: entry for entry in manifest.entries}
    return {
        (f"{app.owner}/{app.selector.label}", name, is_preview): DeclaredDsn(
            value.entry_id,
            entries[value.entry_id].slug,
            entries[value.entry_id].keys[value.key].label,
        )
        for app in manifest.apps
        for name, variable in app.variables.items()
        for is_preview, value in ((False, variable.value), (True, variable.preview))
        if isinstance(value, KeyDsn)
    }


def index_record_dsns(manifest: Manifest) -> dict[Place, DeclaredDsn]:
    """The key whose DSN each column of a record declares; columns without one are left out."""
    entries = {entry.id: entry for entry in manifest.entries}
    rows = manifest.records.rows if manifest.records else {}
    return {
        (f"{entry_id}/{RECORD_NAME}", column, False): DeclaredDsn(
            value.entry_id,
            entries[value.entry_id].slug,
            entries[value.entry_id].keys[value.key].label,
        )
        for entry_id, row in rows.items()
        for column, value in row.values.items()
        if isinstance(value, KeyDsn)
    }


def name_public_texts(manifest: Manifest, name: Callable[[str], str]) -> dict[str, str]:
    """
    The texts that the manifest has columns of records hold, by fingerprint: anybody may read them.

    Args:
        manifest: What is declared.
        name: Gives the fingerprint of a text.
    """
    rows = manifest.records.rows.values() if manifest.records else ()
    return {
        name(value.text): value.text
        for row in rows
        for value in row.values.values()
        if isinstance(value, PlainText)
    }


def show_property(value: Any) -> str:
    """Words for a property's value that is no secret: a list as one line, nothing as nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return "" if value is None else str(value)


def placeholder(app: str, variable: str, *, is_preview: bool) -> str:
    """What stands for a value that is known only once its key was made; equal to nothing else."""
    return f"{UNKNOWN}:{app}:{variable}:{'preview' if is_preview else 'production'}"


def _id(number: object) -> object:
    return int(number) if isinstance(number, float) else number
