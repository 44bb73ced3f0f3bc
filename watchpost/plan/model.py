"""
A plan in this domain's words: what would be done to which team, project, key, app and record, and
what the running apps would feel of it.

Does not: know Pulumi or a service; `building` makes plans. No secret is in it: values appear as the
stack's fingerprints, DSNs as `…@{project id} key {label}`, those not made yet as
`{project}/{label}`.

Source: design.md 1 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from watchpost.coolify import Effect

Kind = Literal["team", "project", "key", "app", "record"]
Service = Literal["sentry", "coolify", "database"]
RecordVerb = Literal["update", "insert", "clear"]
CONSEQUENCES = {Effect.NOTHING: "nothing", Effect.RESTART: "restart", Effect.REBUILD: "rebuild"}


class Action(IntEnum):
    """What is done, worst first."""

    DELETE = 0
    DISABLE = 1
    TAKE_OVER = 2
    CHANGE = 3
    CREATE = 4
    KEEP = 5
    SKIP = 6

    @property
    def word(self) -> str:
        """How it is called in a table."""
        return _WORDS[self]

    @property
    def heading(self) -> str:
        """How a list of them is headed."""
        return _HEADINGS[self]


_WORDS = {
    Action.DELETE: "delete",
    Action.DISABLE: "disable",
    Action.TAKE_OVER: "take over",
    Action.CHANGE: "change",
    Action.CREATE: "create",
    Action.KEEP: "keep",
    Action.SKIP: "skip",
}
_HEADINGS = {
    Action.DELETE: "deleted",
    Action.DISABLE: "disabled",
    Action.TAKE_OVER: "taken over",
    Action.CHANGE: "changed",
    Action.CREATE: "created",
    Action.KEEP: "kept, although gone from the manifest",
    Action.SKIP: "skipped",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that changes, both sides as shown to people; empty is absent."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Call:
    """One write that an apply sends: to which service, and what it does in words."""

    service: Service
    what: str


@dataclass(frozen=True, slots=True)
class RowWrite:
    """
    One row of an app that is written.

    Attributes:
        verb: `create`, `update` or `delete`.
        name: The variable.
        is_preview: Whether it is the row for pull requests.
        before: The value there, as shown; empty where there is none.
        after: The value then, as shown; empty for a delete or an empty value.
        reasons: Why: `missing`, `value`, `flags`, `mark`, `duplicate`, `undeclared`.
        is_buildtime: The flag that it will have.
        is_runtime: Likewise.
        fingerprints: The values there and then; of a DSN not made yet, its words.
    """

    verb: str
    name: str
    is_preview: bool
    before: str
    after: str
    reasons: tuple[str, ...]
    is_buildtime: bool
    is_runtime: bool
    fingerprints: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class AppChange:
    """
    What an app gets and feels.

    Attributes:
        app: Coolify's kind and uuid, `application shop-web`.
        rows: In the order in which they are written.
        effect: What it takes until the running app has it all.
        redeploy: What is asked for; NOTHING where the app does not run or its redeploy is left to
            somebody.
        because: The variables that need it.
        note: Why nothing is asked for although something is due, or more than that.
    """

    app: str
    rows: tuple[RowWrite, ...] = ()
    effect: Effect = Effect.NOTHING
    redeploy: Effect = Effect.NOTHING
    because: tuple[str, ...] = ()
    note: str = ""

    @property
    def consequence(self) -> str:
        """`rebuild`, `restart` or `nothing`."""
        return CONSEQUENCES[self.redeploy]


@dataclass(frozen=True, slots=True)
class ColumnWrite:
    """
    One column of a record that is written.

    Attributes:
        column: Its name.
        before: The value there, as shown; `(null)` for null, empty where there is no row yet.
        after: The value then, as shown; `(null)` for null.
        fingerprints: The values there and then; of a DSN not made yet, its words.
    """

    column: str
    before: str
    after: str
    fingerprints: tuple[str, str]


@dataclass(frozen=True, slots=True)
class RecordChange:
    """
    What a row of the platform's own table gets.

    Attributes:
        row: Its table and key, `projects.slug=acme/shop`.
        verb: `update` and `clear` write to one row that is there, `insert` adds it.
        columns: Those that are written; none where the row holds everything already.
    """

    row: str
    verb: RecordVerb
    columns: tuple[ColumnWrite, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """
    One object and what is done to it.

    Attributes:
        action: What.
        kind: To what.
        name: The resource's logical name: `shop`, `shop/production`, `shop/shop-web`,
            `shop/record`.
        entry: Id of the top-level entry it belongs to; empty for teams.
        title: The object in words: `project acme-shop`.
        position: `file:line:column` of what asks for it; empty where it is gone.
        differences: Properties that change.
        calls: Every write that an apply sends for it, in order.
        app: What the app gets and feels; for apps only.
        reason: Why it is kept or skipped.
        record: What the row gets; for records only.
    """

    action: Action
    kind: Kind
    name: str
    entry: str
    title: str
    position: str = ""
    differences: tuple[Difference, ...] = ()
    calls: tuple[Call, ...] = ()
    app: AppChange | None = None
    reason: str = ""
    record: RecordChange | None = None

    @property
    def is_change(self) -> bool:
        """Whether an apply does something for it."""
        return self.action not in {Action.KEEP, Action.SKIP}


@dataclass(frozen=True, slots=True)
class Unchecked:
    """One object that could not be looked at, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """
    All that an apply would do now.

    Attributes:
        stack: Name of the stack.
        changes: Worst first, then by name.
        unchecked: What could not be looked at.
        unreadable: Apps and variables whose value nobody can read, `app: NAME`.
        notes: What a reader should know.
        refused: Names of what cannot be applied until somebody mends it.
        fleet: Ids of the top-level entries that are recorded.
        reads: Requests that an apply needs for looking, by service; an estimate.
        operations: The engine's word for what it does, by URN; for the permit of an apply.
    """

    stack: str
    changes: tuple[Change, ...]
    unchecked: tuple[Unchecked, ...] = ()
    unreadable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    fleet: frozenset[str] = frozenset()
    reads: dict[Service, int] = field(default_factory=dict)
    operations: dict[str, str] = field(default_factory=dict)

    def of(self, action: Action) -> tuple[Change, ...]:
        """The changes of one kind of action."""
        return tuple(change for change in self.changes if change.action == action)

    @property
    def has_changes(self) -> bool:
        """Whether an apply would do anything, be it only to forget what is kept."""
        return any(change.action != Action.SKIP for change in self.changes)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every write that an apply sends."""
        return tuple(call for change in self.changes for call in change.calls)

    def redeploys(self, effect: Effect) -> tuple[Change, ...]:
        """The apps of which this redeploy is asked for."""
        return tuple(each for each in self.changes if each.app and each.app.redeploy == effect)
