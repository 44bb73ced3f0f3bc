"""
What each declared value is in this run, and how values are named without being shown.

    PlainText, ProjectSlug    the text
    KeyDsn                    the DSN of the one key of that label, if Sentry answered and has it
    EnvironmentSecret         the content of that variable of this process, if it is set here

Does not: show a value that is not plain text of the manifest.

Source: design.md 5 (fingerprints).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from watchpost.coolify import Unreadable, fingerprint
from watchpost.coolify.values import dsn_identity, normalise
from watchpost.manifest import EnvironmentSecret, KeyDsn, PlainText, ProjectSlug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from watchpost.coolify.rows import Value as RowValue
    from watchpost.manifest import Entry, Value
    from watchpost.sentry import Key
    from watchpost.wiring.observed import ObservedSentry


@dataclass(frozen=True)
class Resolved:
    """
    What a declared value is.

    Attributes:
        value: The text; None where it is not known.
        state: `known`; `missing` where Sentry has no such key; `unchecked` where nobody knows.
        reason: Why it is not known; or what is wrong with it although it is.
    """

    value: str | None = field(repr=False)
    state: Literal["known", "missing", "unchecked"] = "known"
    reason: str = ""


class Values:
    """
    Resolves the values of one manifest.

    Args:
        entries: Of the manifest.
        sentry: What Sentry answered.
        secrets: The process's environment.
    """

    def __init__(
        self, entries: Iterable[Entry], sentry: ObservedSentry, secrets: Mapping[str, str]
    ) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._sentry = sentry
        self._secrets = secrets

    @property
    def trouble(self) -> str:
        """Why Sentry could not be asked; empty where it was."""
        return self._sentry.trouble

    def resolve(self, value: Value) -> Resolved:
        """Say what *value* is in this run."""
        match value:
            case PlainText():
                return Resolved(value.text)
            case ProjectSlug():
                return Resolved(value.slug)
            case EnvironmentSecret():
                return self._secret(value.name)
            case KeyDsn():
                return self._dsn(value)

    def _secret(self, name: str) -> Resolved:
        if content := self._secrets.get(name):
            return Resolved(content)
        return Resolved(None, "unchecked", f"{name} is not set here, so that it is not compared")

    def _dsn(self, value: KeyDsn) -> Resolved:
        entry = self._entries[value.entry_id]
        label = entry.keys[value.key].label
        keys, reason = self.find_keys(entry, value.key)
        if self._sentry.trouble or len(keys) > 1:
            return Resolved(None, "unchecked", reason)
        if not keys:
            return Resolved(None, "missing", reason)
        disabled = "" if keys[0].is_active else f"the key {label} is disabled in Sentry"
        return Resolved(keys[0].dsn_public, reason=disabled)

    def find_keys(self, entry: Entry, name: str) -> tuple[tuple[Key, ...], str]:
        """The keys that *name* may mean, and why that is not exactly one; empty where it is."""
        label = entry.keys[name].label
        if self._sentry.trouble:
            return (), f"could not look at Sentry: {self._sentry.trouble}"
        if entry.slug not in self._sentry.projects:
            return (), f"Sentry has no project {entry.slug}"
        keys = self._sentry.find_keys(entry.slug, label)
        if not keys:
            return (), f"the project {entry.slug} has no key labelled {label}"
        ids = ", ".join(key.id for key in keys)
        return keys, f"several keys are labelled {label}: {ids}" if len(keys) > 1 else ""


class Naming:
    """
    Names values without showing them.

    Args:
        fingerprint_key: The stack's.
        sentry: Whose keys DSNs are named by.
    """

    def __init__(self, fingerprint_key: bytes, sentry: ObservedSentry) -> None:
        self._fingerprint_key = fingerprint_key
        keys = (key for group in sentry.keys.values() for key in group)
        self._labels = {(key.id, str(key.project_id)): key.label for key in keys}

    def fingerprint(self, value: str | None) -> str:
        """The stack's fingerprint of *value*, `#1a2b3c4d`; `(empty)` for an empty one."""
        text = fingerprint(self._fingerprint_key, value)
        return f"#{text}" if text else "(empty)"

    def describe(self, value: RowValue) -> str:
        """A DSN by its project and key's label, any other value by its fingerprint."""
        if isinstance(value, Unreadable):
            return f"(unreadable: {value.value})"
        identity = dsn_identity(normalise(value))
        if identity is None:
            return self.fingerprint(value)
        label = self._labels.get((identity.public_key, identity.project_id))
        key = f"key {label}" if label else "a key that is not listed"
        return f"…@{identity.project_id} {key}"


def plain_text(value: Value | None) -> str | None:
    """The text of a value that is no secret, because it stands in the manifest; else None."""
    match value:
        case PlainText():
            return value.text
        case ProjectSlug():
            return value.slug
        case _:
            return None
