"""
The state of each link between a Sentry key and an app, variable by variable and row by row.

    state        meaning
    wired        the row is there and is as declared
    unused       a client key that no app uses
    unchecked    a service did not answer, or a declared value is not known here
    unreadable   the row is there, and nobody or not this token may read it
    drifted      it differs: value, flags, mark, number of rows, a disabled key
    missing      the row, the app, the key or the project is not there

Every comparison is `compute_writes`: what it would write is what differs.

Does not: ask anybody, or show a value. Source: design.md 5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from watchpost.coolify import (
    AppRef,
    DesiredEnvironment,
    DesiredVariable,
    Owner,
    compute_writes,
    group_by_place,
    means_same,
    owner_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from watchpost.coolify import Row, Writes
    from watchpost.coolify.rows import Place
    from watchpost.coolify.writes import Reason, Refusal
    from watchpost.manifest import AppEnvironment, Entry
    from watchpost.wiring.observed import ObservedApp
    from watchpost.wiring.values import Naming, Resolved, Values

LinkState = Literal["wired", "unused", "unchecked", "unreadable", "drifted", "missing"]
STATES: tuple[LinkState, ...] = (
    "missing",
    "drifted",
    "unreadable",
    "unchecked",
    "unused",
    "wired",
)
"""Worst first."""
_REASONS: Mapping[Reason, str] = {
    "missing": "no such row",
    "value": "another value",
    "flags": "other flags",
    "mark": "without our mark",
    "duplicate": "several rows",
    "undeclared": "nobody declares it any more",
}


def worst_state(states: Iterable[LinkState]) -> LinkState:
    """The worst of *states*; `wired` where there is none."""
    found = set(states)
    return next((state for state in STATES if state in found), "wired")


@dataclass(frozen=True)
class RowLink:
    """
    One declared row.

    Attributes:
        is_preview: Whether it is of preview deployments.
        state: See the table.
        wanted: The declared value by its name; empty where it is not known.
        fingerprint: The declared value's fingerprint; empty where it is not known.
        observed: The row's value by its name; empty without a row.
        is_same: Whether the row's value means what is declared; None where that is not known.
        reasons: What differs, or why nobody knows.
        row: What was seen, its value included: never shown.
    """

    is_preview: bool
    state: LinkState
    wanted: str = ""
    fingerprint: str = ""
    observed: str = ""
    is_same: bool | None = None
    reasons: tuple[str, ...] = ()
    row: Row | None = field(default=None, repr=False)

    @property
    def mark(self) -> str:
        """Whose mark the row bears, `organization/entry`; empty without one."""
        owner = owner_of(self.row.comment) if self.row else None
        return str(owner) if owner else ""

    @property
    def updated_at(self) -> datetime | None:
        """When the row was last changed, by Coolify's clock."""
        return self.row.updated_at if self.row else None


@dataclass(frozen=True)
class VariableLink:
    """One declared variable: its rows, preview's last."""

    name: str
    rows: tuple[RowLink, ...]

    @property
    def state(self) -> LinkState:
        """The worst of its rows."""
        return worst_state(row.state for row in self.rows)


@dataclass(frozen=True)
class AppLinks:
    """
    One app.

    Attributes:
        variables: By name.
        left_over: Names of rows with our mark that nobody declares any more.
        reason: Why the app is missing, or could not be looked at.
        notes: What a reader should know.
    """

    variables: Mapping[str, VariableLink]
    left_over: tuple[str, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()

    def state_of(self, names: Iterable[str]) -> LinkState:
        """The worst state of these variables."""
        return worst_state(self.variables[name].state for name in names)


@dataclass(frozen=True)
class KeyLink:
    """
    One declared client key.

    Attributes:
        name: In the manifest.
        label: In Sentry.
        state: See the table.
        key_id: Sentry's id of it; empty where there is none.
        reason: What is wrong, or why nobody knows.
    """

    name: str
    label: str
    state: LinkState
    key_id: str = ""
    reason: str = ""


def compute_key_links(entry: Entry, values: Values, used: Iterable[str]) -> tuple[KeyLink, ...]:
    """Say the state of each client key of an entry; *used* are the names that apps use."""
    names = set(used)
    return tuple(_key_link(entry, name, values, is_used=name in names) for name in entry.keys)


def _key_link(entry: Entry, name: str, values: Values, *, is_used: bool) -> KeyLink:
    label = entry.keys[name].label
    keys, reason = values.find_keys(entry, name)
    if len(keys) == 1:
        key = keys[0]
        if not key.is_active:
            return KeyLink(name, label, "drifted", key.id, "disabled in Sentry")
        return KeyLink(name, label, "wired" if is_used else "unused", key.id)
    is_unchecked = bool(keys) or values.trouble
    return KeyLink(name, label, "unchecked" if is_unchecked else "missing", reason=reason)


def compute_app_links(
    organization: str, app: AppEnvironment, observed: ObservedApp, values: Values, naming: Naming
) -> AppLinks:
    """
    Compare what is declared for one app with its rows.

    Args:
        organization: Slug; with the app's entry it makes the mark.
        app: What is declared.
        observed: What Coolify answered.
        values: What declared values are.
        naming: How they are named.
    """
    return _Comparison(organization, app, observed, values, naming).compute()


class _Comparison:
    """One app, while it is being compared."""

    def __init__(
        self,
        organization: str,
        app: AppEnvironment,
        observed: ObservedApp,
        values: Values,
        naming: Naming,
    ) -> None:
        self._organization = organization
        self._app = app
        self._observed = observed
        self._naming = naming
        self._groups = group_by_place(observed.rows)
        self._resolved: dict[Place, Resolved] = {}
        for name, variable in app.variables.items():
            self._resolved[name, False] = values.resolve(variable.value)
            if variable.preview is not None:
                self._resolved[name, True] = values.resolve(variable.preview)

    def compute(self) -> AppLinks:
        reason = self._observed.trouble or self._observed.missing
        if reason or self._observed.ref is None:
            state: LinkState = "unchecked" if self._observed.trouble else "missing"
            variables = self._variables(lambda place: self._without(place, state, reason))
            return AppLinks(variables, reason=reason)
        writes = compute_writes(self._desired(self._observed.ref), self._observed.rows)
        findings = _Findings(writes)
        left_over = sorted({w.row.key for w in writes.deletes if "undeclared" in w.reasons})
        variables = self._variables(lambda place: self._link(place, findings))
        return AppLinks(variables, tuple(left_over), notes=writes.notes)

    def _desired(self, ref: AppRef) -> DesiredEnvironment:
        variables = {
            name: DesiredVariable(
                self._wanted((name, False)),
                variable.is_buildtime,
                variable.is_runtime,
                self._wanted((name, True)),
            )
            for name, variable in self._app.variables.items()
        }
        owner = Owner(self._organization, self._app.owner)
        take_over, marks = self._app.take_over, self._app.mark
        return DesiredEnvironment(ref, owner, variables, take_over, writes_marks=marks)

    def _wanted(self, place: Place) -> str | None:
        """The declared value; where nobody knows it, what is there, so that nothing is compared."""
        resolved = self._resolved.get(place)
        if resolved is not None and resolved.state == "known":
            return resolved.value
        rows = self._groups.get(place, [])
        return rows[0].value if rows and isinstance(rows[0].value, str) else None

    def _variables(self, link: Callable[[Place], RowLink]) -> dict[str, VariableLink]:
        places: dict[str, list[Place]] = {name: [] for name in self._app.variables}
        for place in self._resolved:
            places[place[0]].append(place)
        return {name: VariableLink(name, tuple(map(link, each))) for name, each in places.items()}

    def _without(self, place: Place, state: LinkState, reason: str) -> RowLink:
        """A row of an app that is not there, or did not answer."""
        return RowLink(place[1], state, *self._names(place), reasons=(reason,))

    def _names(self, place: Place) -> tuple[str, str]:
        resolved = self._resolved[place]
        if resolved.state != "known":
            return "", ""
        return self._naming.describe(resolved.value), self._naming.fingerprint(resolved.value)

    def _link(self, place: Place, findings: _Findings) -> RowLink:
        resolved, rows = self._resolved[place], self._groups.get(place, [])
        row = rows[0] if rows else None
        state, reasons = findings.at(place, rows)
        if resolved.state != "known":
            state = worst_state([state, resolved.state])
        elif resolved.reason and state == "wired":
            state = "drifted"
        is_same = None
        if row is not None and row.is_readable and resolved.state == "known":
            is_same = means_same(row.value, resolved.value)
        return RowLink(
            place[1],
            state,
            *self._names(place),
            observed=self._naming.describe(row.value) if row else "",
            is_same=is_same,
            reasons=(*reasons, *([resolved.reason] if resolved.reason else [])),
            row=row,
        )


class _Findings:
    """What `compute_writes` found, by place."""

    def __init__(self, writes: Writes) -> None:
        self._reasons: dict[Place, set[Reason]] = {}
        for write in writes.writes:
            self._reasons.setdefault(write.row.place, set()).update(write.reasons)
        self._refusals: dict[Place, Refusal] = {each.place: each for each in writes.refusals}
        self._unreadable = set(writes.unreadable)

    def at(self, place: Place, rows: list[Row]) -> tuple[LinkState, tuple[str, ...]]:
        """The state of one declared row, and what differs."""
        if place in self._refusals:
            return "drifted", (_refusal_words(self._refusals[place]),)
        if place[0] in self._unreadable and any(not row.is_readable for row in rows):
            return "unreadable", ("nobody can read its value, or not this token",)
        reasons = self._reasons.get(place, set())
        words = tuple(_REASONS[reason] for reason in sorted(reasons))
        if not reasons:
            return "wired", ()
        return ("missing" if "missing" in reasons else "drifted"), words


def _refusal_words(refusal: Refusal) -> str:
    if refusal.kind == "duplicate":
        return "several rows, not all of them ours"
    owner = owner_of(refusal.rows[0].comment)
    return f"belongs to {owner}" if owner else "somebody else's, with another value"
