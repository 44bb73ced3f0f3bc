"""
Limits by kind of harm, counted on a plan.

    kind              counts                                                   default
    key-delete        client keys deleted or disabled                          0
    project-delete    Sentry projects deleted, with their events               0
    team-unbind       teams that lose a project                                5
    variable-remove   variables removed from apps, both rows of one are one;   20
                      columns of records that are cleared
    rebuild           apps built anew                                          25
    changed-share     percent of the recorded entries that change or go,       30
                      once there are more than ten

Absolute numbers, because fleets are small: a percentage of six projects protects nothing. An
allowance raises one limit to its count; of several the highest holds. A record that is set counts
as a change of its entry alone: what stood there is shown, and no app is touched.

Does not: read a clock; the caller says which day it is. Source: issue 5; peers.md 8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, get_args

from watchpost.coolify import Effect
from watchpost.errors import SettingsError
from watchpost.plan import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from watchpost.manifest import Manifest
    from watchpost.plan import Plan

LimitKind = Literal[
    "key-delete", "project-delete", "team-unbind", "variable-remove", "rebuild", "changed-share"
]
KINDS: tuple[LimitKind, ...] = get_args(LimitKind)
DEFAULT_LIMITS: Mapping[LimitKind, int] = {
    "key-delete": 0,
    "project-delete": 0,
    "team-unbind": 5,
    "variable-remove": 20,
    "rebuild": 25,
    "changed-share": 30,
}
_SMALL_FLEET = 10
_WEEK = timedelta(days=7)
_OPTION = re.compile(r"(?P<kind>[a-z-]+)=(?P<count>\d+)")


@dataclass(frozen=True, slots=True)
class Allowed:
    """How much of one kind is allowed, and what says so."""

    count: int
    source: str


@dataclass(frozen=True, slots=True)
class Tally:
    """
    One kind of harm in one plan.

    Attributes:
        kind: Which.
        count: How much of it; percent for `changed-share`.
        allowed: How much may be, and what says so.
        names: What it counts.
    """

    kind: LimitKind
    count: int
    allowed: Allowed
    names: tuple[str, ...] = ()

    @property
    def is_exceeded(self) -> bool:
        """Whether somebody has to say so first."""
        return self.count > self.allowed.count


def judge_plan(plan: Plan, allowed: Mapping[LimitKind, Allowed]) -> tuple[Tally, ...]:
    """Count every kind of harm in *plan*; all kinds, the harmless too."""
    counts = _count(plan)
    return tuple(
        Tally(kind, counts[kind][0], allowed[kind], tuple(sorted(counts[kind][1])))
        for kind in KINDS
    )


def compute_allowed(
    manifest: Manifest, today: date, options: Mapping[LimitKind, int] | None = None
) -> dict[LimitKind, Allowed]:
    """
    How much of each kind is allowed.

    Args:
        manifest: Its `limits` and `allow`; allowances whose day has passed do not count.
        today: In UTC.
        options: From `--allow`, for this run only.
    """
    allowed = {kind: _limit(manifest, kind) for kind in KINDS}
    for allowance in manifest.allowances:
        if allowance.until >= today:
            source = f"allowed until {allowance.until} at {allowance.position}"
            _raise_to(allowed, allowance.counts, source)
    _raise_to(allowed, options or {}, "allowed for this run by --allow")
    return allowed


def _limit(manifest: Manifest, kind: LimitKind) -> Allowed:
    if kind in manifest.limits:
        return Allowed(manifest.limits[kind], "limits of the manifest")
    return Allowed(DEFAULT_LIMITS[kind], "default")


def _raise_to(
    allowed: dict[LimitKind, Allowed],
    counts: Mapping[LimitKind, int] | Mapping[str, int],
    source: str,
) -> None:
    for kind in KINDS:
        count = dict(counts).get(kind, 0)
        if count > allowed[kind].count:
            allowed[kind] = Allowed(count, source)


def parse_allow_option(words: Iterable[str]) -> dict[LimitKind, int]:
    """
    Read the values of `--allow KIND=COUNT`.

    Raises:
        SettingsError: One has another form, or names no kind.
    """
    options: dict[LimitKind, int] = {}
    for word in words:
        match = _OPTION.fullmatch(word)
        kind = next((each for each in KINDS if match and each == match["kind"]), None)
        if match is None or kind is None:
            raise SettingsError(
                f"--allow {word}",
                "is not of the form KIND=COUNT",
                detail=f"Kinds: {', '.join(KINDS)}.",
                fix="write it like --allow rebuild=40",
            )
        options[kind] = int(match["count"])
    return options


def render_allow_line(tallies: Iterable[Tally], today: date, *, is_item: bool = False) -> str:
    """
    Write the line that the manifest needs for what exceeds its limit; empty if nothing does.

    Args:
        tallies: Of the plan.
        today: In UTC; the exception holds for a week.
        is_item: Whether it goes into a list under `allow`.
    """
    counts = [f"{each.kind}: {each.count}" for each in tallies if each.is_exceeded]
    if not counts:
        return ""
    head = "  -" if is_item else "allow:"
    return f"{head} {{{', '.join(counts)}, until: {today + _WEEK}, reason: ...}}"


def render_allow_options(tallies: Iterable[Tally]) -> str:
    """Write the options that allow for one run what exceeds its limit; empty if nothing does."""
    return " ".join(f"--allow {each.kind}={each.count}" for each in tallies if each.is_exceeded)


Count = tuple[int, set[str]]


def _count(plan: Plan) -> dict[LimitKind, Count]:
    harmed = (Action.DELETE, Action.DISABLE)
    # A key that goes with its project is no harm besides the project's.
    keys = {e.name for e in plan.changes if e.kind == "key" and e.action in harmed and e.calls}
    gone = {each.name for each in plan.of(Action.DELETE) if each.kind == "project"}
    unbound = {
        f"{call.what.removeprefix('unbind ')}"
        for call in plan.calls
        if call.what.startswith("unbind ")
    }
    removed = {
        f"{change.name}: {row.name}"
        for change in plan.changes
        if change.app
        for row in change.app.rows
        if row.verb == "delete" and "undeclared" in row.reasons
    }
    removed |= {
        f"{change.record.row}: {column.column}"
        for change in plan.changes
        if change.record and change.record.verb == "clear"
        for column in change.record.columns
    }
    rebuilt = {each.name for each in plan.redeploys(Effect.REBUILD)}
    named: dict[LimitKind, set[str]] = {
        "key-delete": keys,
        "project-delete": gone,
        "team-unbind": unbound,
        "variable-remove": removed,
        "rebuild": rebuilt,
    }
    counts: dict[LimitKind, Count] = {kind: (len(each), each) for kind, each in named.items()}
    counts["changed-share"] = _changed_share(plan)
    return counts


def _changed_share(plan: Plan) -> Count:
    changed = {
        each.entry
        for each in plan.changes
        if each.entry in plan.fleet and (each.is_change or each.action == Action.KEEP)
    }
    if len(plan.fleet) <= _SMALL_FLEET:
        return 0, changed
    return -(-100 * len(changed) // len(plan.fleet)), changed
