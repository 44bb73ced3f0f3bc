"""
One loose end, its kind, and all of them together.

Does not: find them (`search` does) or render them. No value is held, only names.

Source: docs/adoption.md, "Orphans"; docs/glossary.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from watchpost import exits

if TYPE_CHECKING:
    from watchpost.adoption.inventory import Unchecked


class OrphanKind(Enum):
    """What is loose; the value is its heading."""

    DISABLED_KEY = "variables with the DSN of a disabled key"
    DELETED_KEY = "variables with the DSN of a deleted key"
    FOREIGN_KEY = "variables with the DSN of a foreign key"
    OTHER_ENVIRONMENT = "variables with the DSN of another environment's key"
    APP_WITHOUT_DSN = "apps without a DSN"
    PROJECT_WITHOUT_APP = "Sentry projects without an app"
    QUIET_KEY = "keys without an accepted event"
    DUPLICATE_ROWS = "duplicate rows"
    LOST_MARK = "rows with our mark that no entry declares"

    @property
    def code(self) -> str:
        """Its name in JSON, `deleted-key`."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True)
class Finding:
    """
    One loose end.

    Attributes:
        kind: What it is.
        subject: The project or app, in words.
        detail: What was seen, in words.
        app: Coolify's uuid of the app; empty for projects and keys.
        variable: Name of the variable; empty where none is meant.
        is_preview: Whether the preview row is meant.
        project: Slug of the Sentry project; empty where none is known.
        key: Id of the client key; empty where none is meant or known here.
    """

    kind: OrphanKind
    subject: str
    detail: str
    app: str = ""
    variable: str = ""
    is_preview: bool = False
    project: str = ""
    key: str = ""


@dataclass(frozen=True)
class OrphanReport:
    """
    All loose ends of one organization.

    Attributes:
        organization: Its slug.
        days: How many days a key may be quiet.
        findings: In the order of the kinds.
        has_manifest: Whether there was a manifest to compare with.
        unchecked: What could not be read.
        unchecked_kinds: Kinds of which nothing can be said for that reason.
        unknown_keys: Keys of which the server keeps no statistics, in words.
    """

    organization: str
    days: int
    findings: tuple[Finding, ...]
    has_manifest: bool
    unchecked: tuple[Unchecked, ...] = ()
    unchecked_kinds: frozenset[OrphanKind] = frozenset()
    unknown_keys: tuple[str, ...] = ()

    def of(self, kind: OrphanKind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind is kind)

    @property
    def exit_codes(self) -> tuple[int, ...]:
        """Every exit code that applies; none where all is well."""
        codes = [exits.CHANGES] if self.findings else []
        codes += [exits.UNCHECKED] if self.unchecked or self.unchecked_kinds else []
        return tuple(codes)
