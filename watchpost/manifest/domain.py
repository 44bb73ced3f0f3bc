"""
The manifest's objects as the rest of Watchpost sees them: defaults applied, slugs and variables
computed.

Two manifests that say the same in another order hold equal objects: positions do not take part in
comparisons.

Does not: know YAML, pydantic, Sentry or Coolify. Values that only a service knows (a DSN) are
named, not held.

Source: design.md 2 and 5; docs/manifest.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from watchpost.manifest.rotated import is_rotated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from watchpost.manifest.faults import Fault
    from watchpost.manifest.source import Path, Source


@dataclass(frozen=True)
class Team:
    """
    One Sentry team.

    Attributes:
        key: Its name inside the manifest; entries refer to it.
        slug: Its slug in Sentry.
        name: The name shown in Sentry; for an existing team, which is never changed, only a label.
        existing: True for a team that others look after: it is bound to projects, never made or
            changed.
        position: `file:line:column` of its declaration.
    """

    key: str
    slug: str
    name: str
    existing: bool
    position: str = field(compare=False)


@dataclass(frozen=True)
class RateLimit:
    """At most `count` events per `window_seconds` for one client key."""

    count: int
    window_seconds: int


@dataclass(frozen=True)
class RetiredKey:
    """
    A client key that another one replaced; no resource of Pulumi's stands for it.

    Attributes:
        key_id: Its id in Sentry, 32 hexadecimal digits.
        since: When it was replaced, in UTC; midnight where only a date is written.
        disabled_on: When it was disabled, likewise; None where it was not.
        position: `file:line:column` of the item in the list.
    """

    key_id: str
    since: datetime
    disabled_on: datetime | None
    position: str = field(compare=False)


@dataclass(frozen=True)
class KeySpec:
    """
    One client key.

    Attributes:
        label: Shown in Sentry, unique in the project.
        rate_limit: None is unlimited.
        position: `file:line:column` of its declaration.
        retired: The keys that it replaced, in written order.
        shipped: Whether builds outside Coolify hold its DSN.
    """

    label: str
    rate_limit: RateLimit | None
    position: str = field(compare=False)
    retired: tuple[RetiredKey, ...] = ()
    shipped: bool = False

    @property
    def is_rotated(self) -> bool:
        """Whether it replaced another key, be that one still listed or not."""
        return bool(self.retired) or is_rotated(self.label)


@dataclass(frozen=True)
class Entry:
    """
    One Sentry project. A part of a monorepo is an entry of its own.

    Attributes:
        id: Immutable and unique: `shop`, or `studio-web` for the part `web` of `studio`.
        root: Id of the top-level entry it was declared in (`studio`); equal to `id` where there are
            no parts.
        name: The name shown in Sentry.
        slug: Resolved, unique in the manifest.
        platform: Sentry's platform, `python-fastapi`.
        teams: Keys into `Manifest.teams`, in declared order; at least one.
        keys: Client keys by their manifest name; at least one.
        digests_min_delay_seconds: None where the manifest leaves it to Sentry, as for the next two.
        digests_max_delay_seconds: Never below the minimum where both are given.
        resolve_age_hours: After how many hours without an event an issue resolves itself; 0 is
            never.
        on_remove: What becomes of the Sentry project when the entry leaves the manifest.
        take_over: Whether a project that exists already may be changed to match.
        position: `file:line:column` of its declaration.
    """

    id: str
    root: str
    name: str
    slug: str
    platform: str
    teams: tuple[str, ...]
    keys: Mapping[str, KeySpec]
    digests_min_delay_seconds: int | None
    digests_max_delay_seconds: int | None
    resolve_age_hours: int | None
    on_remove: Literal["keep", "delete"]
    take_over: bool
    position: str = field(compare=False)

    def identity_of(self, name: str) -> str:
        """
        Return by what the key *name* is remembered: `shop/production`, and another identity after
        each rotation, `shop/production/Default-20261128`.
        """
        key = self.keys[name]
        return f"{self.id}/{name}/{key.label}" if key.is_rotated else f"{self.id}/{name}"


@dataclass(frozen=True)
class PlainText:
    """A text written in the manifest or computed from it; empty is a value too."""

    text: str


@dataclass(frozen=True)
class KeyDsn:
    """The public DSN of the client key `key` (a name in `Entry.keys`) of the entry `entry_id`."""

    entry_id: str
    key: str


@dataclass(frozen=True)
class ProjectSlug:
    """The slug of the Sentry project of the entry `entry_id`; `slug` is the declared one."""

    entry_id: str
    slug: str


@dataclass(frozen=True)
class EnvironmentSecret:
    """The content of the environment variable `name` where Pulumi runs: always a secret."""

    name: str


Value: TypeAlias = PlainText | KeyDsn | ProjectSlug | EnvironmentSecret

EMPTY = PlainText("")


@dataclass(frozen=True)
class Variable:
    """
    One variable of an app.

    Attributes:
        value: For Coolify's production row.
        preview: For its preview row; `EMPTY` is an empty row, None means no such row (services have
            none).
        is_buildtime: Whether the build sees it.
        is_runtime: Whether the running app sees it. At least one of both flags is set.
        position: `file:line:column` of the line that asks for it.
    """

    value: Value
    preview: Value | None
    is_buildtime: bool
    is_runtime: bool
    position: str = field(compare=False)


@dataclass(frozen=True)
class ByUuid:
    """A Coolify application or service, by its uuid."""

    kind: Literal["application", "service"]
    uuid: str

    @property
    def label(self) -> str:
        """How people call it: the uuid."""
        return self.uuid


@dataclass(frozen=True)
class ByName:
    """A Coolify application or service, by the names of its project, environment and itself."""

    kind: Literal["application", "service"]
    project: str
    environment: str
    name: str

    @property
    def label(self) -> str:
        """How people call it: `Shop/production/web`."""
        return f"{self.project}/{self.environment}/{self.name}"


Selector: TypeAlias = ByUuid | ByName


@dataclass(frozen=True)
class AppEnvironment:
    """
    Everything that one Coolify application or service shall hold, from all parts of its top-level
    entry.

    Attributes:
        selector: Which app; at most one AppEnvironment per selector.
        owner: Id of the top-level entry (`studio`).
        entries: Ids of the entries that contribute, sorted.
        variables: By variable name.
        redeploy: Whether an effective change may redeploy the app.
        take_over: Whether variables that somebody else set may be changed.
        position: `file:line:column` of its first declaration.
        mark: Whether our mark is written to its variables' comments.
    """

    selector: Selector
    owner: str
    entries: tuple[str, ...]
    variables: Mapping[str, Variable]
    redeploy: Literal["never", "if-needed"]
    take_over: bool
    position: str = field(compare=False)
    mark: bool = True


@dataclass(frozen=True)
class Allowance:
    """
    An exception from the limits.

    Attributes:
        counts: By kind of limit, such as `key-delete`; at least one.
        until: The last day on which it holds, in UTC.
        reason: Why, for people.
        position: `file:line:column` of it.
    """

    counts: Mapping[str, int]
    until: date
    reason: str
    position: str = field(compare=False)


@dataclass(frozen=True)
class Ignored:
    """
    A finding of `watchpost drift` that does not count.

    Attributes:
        path: The finding's path, `shop.apps.shop-web.SENTRY_DSN`; `*` stands for one part between
            dots, or for some of its characters.
        reason: Why, for people.
        until: The last day on which it holds, in UTC.
        position: `file:line:column` of it.
    """

    path: str
    reason: str
    until: date
    position: str = field(compare=False)

    def covers(self, path: str) -> bool:
        """Return whether the finding at *path* is meant."""
        words = (re.escape(word).replace(r"\*", r"[^.]*") for word in self.path.split("."))
        return re.fullmatch(r"\.".join(words), path) is not None


@dataclass(frozen=True)
class RecordRow:
    """
    The row of the platform's own table that belongs to one entry, and what it shall hold.

    Attributes:
        entry_id: Id of the entry.
        table: `table`, or `schema.table`.
        key_column: The column that tells the rows apart; never one of `values`.
        key_value: Its text in this row; no two entries share it.
        values: By column, at least one; None is null. A DSN is named, not held.
    """

    entry_id: str
    table: str
    key_column: str
    key_value: str
    values: Mapping[str, PlainText | KeyDsn | None]

    @property
    def label(self) -> str:
        """How plans, permits and people call it: `projects.slug=acme/shop`."""
        return f"{self.table}.{self.key_column}={self.key_value}"


@dataclass(frozen=True)
class Records:
    """
    The platform's own table, one row per entry.

    Attributes:
        url: `env:DATABASE_URL`: the environment variable that holds the database's URL.
        table: `table`, or `schema.table`.
        insert: Whether a row that is missing is inserted.
        on_remove: Whether the columns become null when an entry leaves the manifest.
        rows: By entry id, in declared order.
        position: `file:line:column` of the block.
    """

    url: str
    table: str
    insert: bool
    on_remove: Literal["keep", "clear"]
    rows: Mapping[str, RecordRow]
    position: str = field(compare=False)

    def row_of(self, entry: Entry) -> RecordRow:
        """Return the row that belongs to *entry*."""
        return self.rows[entry.id]


@dataclass(frozen=True)
class Manifest:
    """
    A manifest without faults.

    Attributes:
        organization: Slug of the Sentry organization.
        teams: By team key.
        entries: One per Sentry project, in declared order.
        apps: One per Coolify application or service, in declared order.
        notes: Harmless findings, such as a key that no app uses.
        limits: What is written under `limits`, by kind; the policy holds the defaults.
        allowances: Exceptions from the limits in written order, expired ones too.
        ignored: Findings of drift that do not count, in written order, expired ones too.
        records: The platform's own table; None where the manifest names none.
    """

    organization: str
    teams: Mapping[str, Team]
    entries: tuple[Entry, ...]
    apps: tuple[AppEnvironment, ...]
    notes: tuple[Fault, ...] = field(compare=False)
    source: Source = field(compare=False, repr=False)
    limits: Mapping[str, int] = field(default_factory=dict)
    allowances: tuple[Allowance, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    records: Records | None = None

    def position(self, path: Path) -> str:
        """
        Return `file:line:column` of *path*, such as `("projects", "shop", "apps", 0, "key")`, or of
        its nearest parent.
        """
        return str(self.source.position(path))
