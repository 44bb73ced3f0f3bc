"""
Findings, from one preview with refresh.

    recorded    what the refresh found in the state
    observed    what it found in the services
    desired     what the program declares

    observed differs from recorded    drift
    desired differs from recorded     pending; a property may be both
    nobody can read it                unreadable
    a service did not answer          unchecked

Paths name a place as `ignore` in the manifest does: `shop.teams`, `shop.keys.preview.active`,
`shop.apps.shop-web.SENTRY_DSN`, `shop.record.sentry_dsn`, `teams.platform.name`.

Does not: look anything up. Source: issue 5; design.md 5 (unreadable) and 7 (unchecked).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from watchpost.drift.properties import properties_of
from watchpost.engine import UNKNOWN, name_of, type_of
from watchpost.plan.announcements import read_announcements
from watchpost.plan.app_changes import ENVIRONMENT
from watchpost.plan.record_changes import RECORD
from watchpost.plan.sentry_changes import CREATES, DELETES, KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from watchpost.engine import Preview, Refreshed, State

FindingKind = Literal["drift", "pending", "unreadable", "unchecked"]
EXISTENCE = ""
"""The property that an object has as a whole."""
NO_ROW, ONE_ROW, SEVERAL_ROWS = "no row", "one row", "several rows"
INSERTS = "an apply inserts it"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One difference at one place.

    Attributes:
        kind: Which of the four.
        urn: The resource.
        part: Which property of it; empty for the whole object.
        expected: Recorded, for drift; desired, for pending; empty where it has none.
        observed: What is there; recorded, for pending.
        reason: Why it could not be looked at, or cannot be read.
    """

    kind: FindingKind
    urn: str
    part: str = EXISTENCE
    expected: str = ""
    observed: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """Logical name of the resource."""
        return name_of(self.urn)

    @property
    def entry(self) -> str:
        """Id of the top-level entry; empty for teams."""
        return "" if self.object_kind == "team" else self.name.partition("/")[0]

    @property
    def object_kind(self) -> str:
        """`team`, `project`, `key`, `app` or `record`."""
        return "record" if _is_record(self.urn) else KINDS.get(type_of(self.urn), "app")

    @property
    def path(self) -> str:
        """Where it is, as `ignore` names it."""
        head, _, rest = self.name.partition("/")
        match self.object_kind:
            case "team":
                parts = ["teams", head]
            case "project":
                parts = [head]
            case "key":
                parts = [head, "keys", rest.partition("/")[0]]
            case "record":
                parts = [head, "record"]
            case _:
                parts = [head, "apps", rest]
        return ".".join([*parts, *([self.part] if self.part else [])])


def find_differences(preview: Preview) -> tuple[Finding, ...]:
    """List every finding of *preview*, in the order of its resources' names."""
    observed = tuple(_list_observed(preview))
    drifted = {(each.urn, each.part) for each in observed if each.kind == "drift"}
    found = [*observed, *_list_pending(preview), *_list_declared(preview, drifted)]
    return tuple(sorted(dict.fromkeys(found), key=lambda each: (each.path, each.kind)))


def _list_observed(preview: Preview) -> Iterator[Finding]:
    said = read_announcements(preview.diagnostics)
    for urn, why in said.unchecked.items():
        yield Finding("unchecked", urn, reason=_first_line(why))
    for urn, looked in preview.refreshed.items():
        if not _is_ours(urn):
            continue
        outputs = looked.observed.outputs if looked.observed else {}
        if outputs.get("state") == "unchecked":
            yield Finding("unchecked", urn, reason=_first_line(str(outputs.get("reason"))))
        elif _is_record(urn) and outputs.get("rows", 1) != 1:
            yield _without_one_row(urn, outputs)
        elif urn not in said.unchecked:
            yield from _compare(
                "drift", urn, looked.recorded, looked.observed, expected=looked.recorded
            )
        for name in outputs.get("unreadable") or ():
            yield Finding("unreadable", urn, name, reason="nobody can read its value")


def _without_one_row(urn: str, outputs: Mapping[str, Any]) -> Finding:
    """A record's row that is missing or has a twin; its columns are nobody's then."""
    if outputs["rows"]:
        return Finding("drift", urn, expected=ONE_ROW, observed=SEVERAL_ROWS)
    reason = INSERTS if outputs.get("insert") else ""
    return Finding("drift", urn, expected=ONE_ROW, observed=NO_ROW, reason=reason)


def _list_pending(preview: Preview) -> Iterator[Finding]:
    for step in preview.steps:
        looked = preview.refreshed.get(step.urn)
        if not _is_ours(step.urn) or step.op == "replace":
            continue
        if step.op in DELETES:
            yield Finding("pending", step.urn, expected="declared no longer", observed="there")
        elif looked is None:
            yield Finding("pending", step.urn, expected="declared")
        elif step.new is not None and not _is_unchecked(looked):
            yield from _compare("pending", step.urn, looked.recorded, step.new, expected=step.new)
        if step.op in CREATES and step.new is not None and _is_not_found(step.new):
            yield _not_found(step.urn, _first_line(str(step.new.inputs.get("selector"))))


def _list_declared(preview: Preview, drifted: Collection[tuple[str, str]]) -> Iterator[Finding]:
    """
    Yield what drifted to just what the manifest asks for by now.

    There is nothing left to do, so the engine has no step; but it was not applied either.
    """
    stepped = {step.urn for step in preview.steps}
    for urn, looked in preview.refreshed.items():
        desired = preview.declared.get(urn)
        if desired is None or urn in stepped or not _is_ours(urn):
            continue
        for each in _compare("pending", urn, looked.recorded, desired, expected=desired):
            if (urn, each.part) in drifted:
                yield each


def _is_unchecked(looked: Refreshed) -> bool:
    return bool(looked.observed and looked.observed.outputs.get("state") == "unchecked")


def _is_not_found(state: State) -> bool:
    return "selector" in state.inputs and not state.inputs.get("uuid")


def _not_found(urn: str, reason: str) -> Finding:
    """An app that no listing names, or, where the listing failed, one that nobody looked for."""
    if reason.startswith("GET "):
        return Finding("unchecked", urn, reason=reason)
    return Finding("pending", urn, expected="an app that is not found", reason=reason)


def _compare(
    kind: FindingKind, urn: str, one: State, other: State | None, *, expected: State
) -> Iterator[Finding]:
    """Compare the recorded state *one* with another one, property by property."""
    if other is None:
        yield Finding(kind, urn, expected="there", observed="gone")
        return
    is_observed = kind == "drift"
    before = properties_of(urn, one, with_outputs=is_observed)
    after = properties_of(urn, other, with_outputs=is_observed)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name, "") == after.get(name, ""):
            continue
        if not _is_record(urn) and _is_part_of_missing(name, before, after):
            continue
        sides = (before.get(name, ""), _shown(after.get(name, "")))
        wanted, seen = sides if expected is one else (sides[1], sides[0])
        yield Finding(kind, urn, name, wanted, seen)


def _is_part_of_missing(name: str, *sides: Mapping[str, str]) -> bool:
    """Whether the row that this property is of is missing on one side: then the row is told."""
    row = name.rpartition(".")[0]
    return bool(row) and row != "extra" and any(row not in side for side in sides)


def _shown(text: str) -> str:
    return "(known after its key is made)" if UNKNOWN in text else text


def _is_ours(urn: str) -> bool:
    return type_of(urn) in KINDS or type_of(urn).endswith(f":{ENVIRONMENT}") or _is_record(urn)


def _is_record(urn: str) -> bool:
    return type_of(urn).endswith(f":{RECORD}")


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
