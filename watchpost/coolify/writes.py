"""
The difference between what an entry declares and what Coolify holds, as writes.

Pure: the plan, the drift words, create, update and delete all use `compute_writes`, so that what
is announced is what is done.

Order of the writes: extra rows with our mark go first (an update finds its row by name, so that
a twin would make it a gamble), then preview rows, then production rows, then rows that nobody
declares any more. A preview row precedes its production row because Coolify copies a new
production row into a preview row where there is none.

Does not: send anything, or decide about redeploys beyond naming each write's effect.

Source: design.md 5; reference/coolify-api.md 3.3 to 3.7.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Literal

from watchpost.coolify.marks import Owner, owner_of, parse_comment, render_comment
from watchpost.coolify.ownership import Answer, is_exactly, may_write
from watchpost.coolify.rows import Place, Row, Unreadable, group_by_place
from watchpost.coolify.values import has_moved_host, means_same

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from watchpost.coolify.desired import DesiredEnvironment, DesiredVariable

Verb = Literal["create", "update", "delete"]
Reason = Literal["missing", "value", "flags", "mark", "duplicate", "undeclared"]


class Effect(IntEnum):
    """What it takes until a write shows in the running app; the greater includes the smaller."""

    NOTHING = 0
    RESTART = 1
    REBUILD = 2


@dataclass(frozen=True, slots=True)
class Write:
    """
    One call that changes one row.

    Attributes:
        verb: What to do.
        row: The row as it shall be; as it is, for a delete. Its `uuid` is empty for a create.
        reasons: Why.
        effect: What it takes until the running app sees it.
    """

    verb: Verb
    row: Row
    reasons: frozenset[Reason]
    effect: Effect = Effect.NOTHING


RefusalKind = Literal["foreign", "duplicate"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    One declared row that may not be touched.

    Attributes:
        kind: `foreign` is somebody else's; `duplicate` are several rows, not all ours.
        rows: The rows in the way.
        wanted: The value that is declared, so that a message can name its fingerprint.
    """

    kind: RefusalKind
    rows: tuple[Row, ...]
    wanted: str | None = field(repr=False)

    @property
    def place(self) -> Place:
        """Where they lie."""
        return self.rows[0].place


@dataclass(frozen=True, slots=True)
class Writes:
    """
    All that `compute_writes` found.

    Attributes:
        writes: In the order in which they must be sent.
        refusals: With even one of them nothing at all may be sent.
        unreadable: Names of variables with a row that nobody can read: declared ones, and ours
            that nobody declares any more and somebody has locked.
        notes: What a reader should know, one sentence each.
    """

    writes: tuple[Write, ...]
    refusals: tuple[Refusal, ...] = ()
    unreadable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def deletes(self) -> tuple[Write, ...]:
        """Rows to remove."""
        return tuple(write for write in self.writes if write.verb == "delete")

    @property
    def effect(self) -> Effect:
        """What it takes until the running app sees all of them."""
        return max((write.effect for write in self.writes), default=Effect.NOTHING)


def compute_writes(desired: DesiredEnvironment, observed: Iterable[Row]) -> Writes:
    """
    Work out the writes that turn *observed* into *desired*.

    Pure: no network, no clock, the same input gives the same writes. Rows of undeclared names are
    left alone unless they bear exactly our own mark.

    Args:
        desired: What one entry declares for one app.
        observed: All rows of that app.
    """
    groups = group_by_place(observed)
    finding = _Finding(desired, groups)
    for place in desired.places:
        finding.add_place(place, groups.get(place, []))
    finding.add_undeclared()
    return finding.result()


class _Finding:
    """The writes found so far; lives as long as one call of `compute_writes`."""

    def __init__(self, desired: DesiredEnvironment, groups: dict[Place, list[Row]]) -> None:
        self._desired = desired
        self._groups = groups
        self._prunes: list[Write] = []
        self._rows: list[Write] = []
        self._removals: tuple[Write, ...] = ()
        self._removal_notes: tuple[str, ...] = ()
        self._refusals: list[Refusal] = []
        self._unreadable: set[str] = set()
        self._moved: set[str] = set()

    def add_place(self, place: Place, rows: list[Row]) -> None:
        """Find what one declared row needs."""
        if not rows:
            self._rows.append(_creation(self._desired, place))
            return
        kept = self._prune(rows) if len(rows) > 1 else rows[0]
        if kept is None:
            self._refuse("duplicate", rows)
            return
        twins = self._groups.get((place[0], False), [])
        production = twins[0] if len(twins) == 1 else None
        match may_write(self._desired, kept, production):
            case Answer.FOREIGN:
                self._refuse("foreign", [kept])
            case Answer.KEEP:
                self._unreadable.add(kept.key)
            case Answer.WRITE:
                self._add_update(kept)

    def _prune(self, rows: list[Row]) -> Row | None:
        """
        Remove extra rows with our mark; None if they are not all ours.

        A row that differs is kept: it may be the one that runs, and only its update leaves a trace
        on the server from which a killed run's redeploy can be derived.
        """
        owner = self._desired.owner
        if not all(is_exactly(row, owner) and row.is_readable for row in rows):
            return None
        wanted = _wanted_value(self._desired, rows[0].place)
        kept = next((row for row in rows if not means_same(row.value, wanted)), rows[0])
        extra = [row for row in rows if row is not kept]
        self._prunes += [_deletion(row, "duplicate") for row in extra]
        return kept

    def _refuse(self, kind: RefusalKind, rows: list[Row]) -> None:
        wanted = _wanted_value(self._desired, rows[0].place)
        self._refusals.append(Refusal(kind, tuple(rows), wanted))

    def _add_update(self, row: Row) -> None:
        wanted = wanted_row(self._desired, row)
        if has_moved_host(row.value, _wanted_value(self._desired, row.place)):
            self._moved.add(row.key)
        reasons = _differences(row, wanted)
        if reasons:
            effect = _effect_of_update(row, wanted, reasons)
            self._rows.append(Write("update", wanted, reasons, effect))

    def add_undeclared(self) -> None:
        """Find rows with exactly our own mark, or the former owner's, that nobody declares."""
        desired = self._desired
        owners = {owner for owner in (desired.owner, desired.former_owner) if owner}
        observed = [row for rows in self._groups.values() for row in rows]
        found = compute_removals(owners, observed, desired.variables)
        self._removals = found.writes
        self._unreadable.update(found.unreadable)
        self._removal_notes = found.notes

    def result(self) -> Writes:
        """Put everything into its order."""
        # A service is not built by Coolify, whatever its flags say: a restart is all it takes.
        most = Effect.REBUILD if self._desired.app.kind == "application" else Effect.RESTART
        writes = tuple(
            replace(write, effect=min(write.effect, most))
            for write in (*self._prunes, *self._rows, *self._removals)
        )
        return Writes(writes, tuple(self._refusals), tuple(sorted(self._unreadable)), self._notes())

    def _notes(self) -> tuple[str, ...]:
        moved = [
            f"{name}: the DSN names another ingest host than Sentry does now; key and project are"
            " the same, so it was left as it is"
            for name in sorted(self._moved)
        ]
        return (*moved, *self._removal_notes)


def compute_removals(
    owners: Collection[Owner], observed: Iterable[Row], declared: Collection[str] = ()
) -> Writes:
    """
    Work out the deletes of every row that bears exactly the mark of one of *owners*.

    Nothing is redeployed for them. A row that somebody has locked stays: it may hold what they put
    there, and nobody could put it back.

    Args:
        owners: Whose rows.
        observed: All rows of one app.
        declared: Names that stay, because they are declared.
    """
    rows = [row for row in observed if owner_of(row.comment) in owners and row.key not in declared]
    locked = sorted({row.key for row in rows if row.value is Unreadable.LOCKED})
    leaving = sorted((row for row in rows if row.value is not Unreadable.LOCKED), key=_row_order)
    notes = (
        *(
            f"{name}: no longer declared, but somebody has locked it, so that it stays; remove it "
            "in Coolify"
            for name in locked
        ),
        *(
            f"{name}: no longer declared; its removal redeploys nothing, so that the running app "
            "keeps it until its next deploy"
            for name in sorted({row.key for row in leaving})
        ),
    )
    deletes = tuple(_deletion(row, "undeclared") for row in leaving)
    return Writes(deletes, unreadable=tuple(locked), notes=notes)


def _deletion(row: Row, reason: Reason) -> Write:
    """Make the delete of one row. The running app is left alone."""
    return Write("delete", row, frozenset({reason}))


def _row_order(row: Row) -> tuple[str, bool, str]:
    return (row.key, row.is_preview, row.uuid)


def _wanted_value(desired: DesiredEnvironment, place: Place) -> str | None:
    return desired.variables[place[0]].value_at(is_preview=place[1])


def _creation(desired: DesiredEnvironment, place: Place) -> Write:
    variable = desired.variables[place[0]]
    value = _wanted_value(desired, place)
    row = Row(
        uuid="",
        key=place[0],
        value=value,
        is_preview=place[1],
        is_runtime=_flag(desired, variable, "is_runtime", default=True),
        is_buildtime=_flag(desired, variable, "is_buildtime", default=True),
        is_multiline=_has_lines(value),
        comment=render_comment(desired.owner, None) if desired.writes_marks else None,
    )
    return Write("create", row, frozenset({"missing"}), _effect_of_flags(row))


def _has_lines(value: str | None) -> bool:
    return "\n" in (value or "")


def wanted_row(desired: DesiredEnvironment, row: Row) -> Row:
    """
    Make *row* as the entry wants it: its value, its flags and its mark; all else as it is.

    A value that already means the same stays as it is written: a moved ingest host is no change.
    """
    variable = desired.variables[row.key]
    wanted = _wanted_value(desired, row.place)
    is_same = means_same(row.value, wanted)
    return Row(
        uuid=row.uuid,
        key=row.key,
        value=row.value if is_same else wanted,
        is_preview=row.is_preview,
        is_runtime=_flag(desired, variable, "is_runtime", default=row.is_runtime),
        is_buildtime=_flag(desired, variable, "is_buildtime", default=row.is_buildtime),
        is_literal=row.is_literal,
        is_multiline=row.is_multiline or (not is_same and _has_lines(wanted)),
        is_shown_once=row.is_shown_once,
        comment=_wanted_comment(desired, row),
        updated_at=row.updated_at,
    )


def _wanted_comment(desired: DesiredEnvironment, row: Row) -> str | None:
    """Our mark before the human's text; where marks are not written, the comment as it is."""
    if not desired.writes_marks:
        return row.comment
    is_owed = parse_comment(row.comment).is_restart_owed
    return render_comment(desired.owner, row.comment, is_restart_owed=is_owed)


def _flag(
    desired: DesiredEnvironment, variable: DesiredVariable, name: str, *, default: bool
) -> bool:
    """A declared flag; services have none, so that theirs stays as it is."""
    return bool(getattr(variable, name)) if desired.app.kind == "application" else default


def _differences(row: Row, wanted: Row) -> frozenset[Reason]:
    checks: dict[Reason, Callable[[Row], object]] = {
        "value": lambda one: one.value,
        "flags": lambda one: (one.is_runtime, one.is_buildtime),
        "mark": lambda one: owner_of(one.comment),
    }
    return frozenset(reason for reason, of in checks.items() if of(row) != of(wanted))


def _effect_of_update(row: Row, wanted: Row, reasons: frozenset[Reason]) -> Effect:
    """
    Name what an update takes to show.

        value differs                      by the flags that the row then has
        a flag is added (build or run)     by that flag
        a flag is taken away, mark         nothing: the running app already has what it needs
    """
    if row.is_preview:
        return Effect.NOTHING
    if "value" in reasons:
        return _effect_of_flags(wanted)
    if wanted.is_buildtime and not row.is_buildtime:
        return Effect.REBUILD
    return Effect.RESTART if wanted.is_runtime and not row.is_runtime else Effect.NOTHING


def _effect_of_flags(row: Row) -> Effect:
    """Preview rows show in the next preview deployment and never touch the running app."""
    if row.is_preview:
        return Effect.NOTHING
    if row.is_buildtime:
        return Effect.REBUILD
    return Effect.RESTART if row.is_runtime else Effect.NOTHING
