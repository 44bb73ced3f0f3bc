"""
The engine's own account of a plan: the one JSON document that `pulumi preview --json` prints.

Does not: know what the resources are; a step is a kind of change to a named object's properties.

Source: pkg/display/json.go of pulumi 3.259.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from watchpost.engine.credentials import without_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# pkg/resource/plugin/plugin.go, Plugin.Close; what the plugin printed would follow.
_SLOW_TO_END = re.compile(
    r"exited prematurely\..*STDOUT and STDERR streams of the plugin:\s*\Z", re.DOTALL
)
NOT_A_CHANGE = frozenset({"refresh", "same", "read"})
CHANGES_FOUND = 7
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands for a text that is known only once another resource was made."""


@dataclass(frozen=True)
class PropertyChange:
    """
    One property that a step changes.

    Attributes:
        path: As the engine writes it: `variables.SENTRY_DSN.fingerprint`, `teams[1]`.
        kind: `add`, `delete` or `update`.
        before: Value in the recorded or observed state; None where there is none.
        after: Value the program asks for; None where there is none.
    """

    path: str
    kind: str
    before: Any
    after: Any


@dataclass(frozen=True)
class State:
    """
    One resource at one moment, as the engine shows it: secrets are masked.

    Attributes:
        id: The provider's id; empty for what is not made yet.
        inputs: What the program asked for.
        outputs: What the provider answered; empty in a step that was not carried out.
        is_retained: Whether the object stays when the resource leaves the program.
        parents: URNs of what it depends on, its parent included.
    """

    id: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    is_retained: bool = False
    parents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """
    One step of a plan: what is done (`create`, `update`, `delete` ...) to which resource.

    Attributes:
        op: The engine's word for it.
        urn: The resource.
        changes: The properties that the engine names.
        old: The resource as observed; None for what is made.
        new: As the program declares it; None for what is deleted.
    """

    op: str
    urn: str
    changes: tuple[PropertyChange, ...]
    old: State | None = None
    new: State | None = None

    @property
    def name(self) -> str:
        """Logical name of the resource, the last part of its URN."""
        return name_of(self.urn)

    @property
    def type(self) -> str:
        """Type token of the resource without its parents' types."""
        return type_of(self.urn)


@dataclass(frozen=True)
class Refreshed:
    """One resource that was looked at: as recorded and as observed (None: it is gone)."""

    recorded: State
    observed: State | None


@dataclass(frozen=True)
class Diagnostic:
    """A message of the engine or of a provider; *urn* is empty where it is about the whole run."""

    severity: str
    message: str
    urn: str = ""

    def __str__(self) -> str:
        return f"{self.severity}: {self.message}"


@dataclass(frozen=True)
class Preview:
    """
    A plan as the engine sees it.

    Attributes:
        exit_code: 0 clean, 7 changes, anything else broken.
        steps: What would be changed; what stays as it is is left out.
        diagnostics: Errors, warnings and announcements.
        refreshed: What was looked at, by URN.
        declared: What the program declares, by URN; of what stays as it is, too.
    """

    exit_code: int
    steps: tuple[Step, ...]
    diagnostics: tuple[Diagnostic, ...]
    refreshed: Mapping[str, Refreshed] = field(default_factory=dict)
    declared: Mapping[str, State] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Nothing to change, and everything was looked at."""
        return self.exit_code == 0 and not self.steps


def read_preview(document: Mapping[str, Any], *, exit_code: int) -> Preview:
    """Turn the engine's document into a Preview."""
    raw_steps: list[Mapping[str, Any]] = document.get("steps") or []
    steps = tuple(
        Step(raw["op"], raw["urn"], tuple(_changes(raw)), _state(raw, "old"), _state(raw, "new"))
        for raw in raw_steps
        if raw["op"] not in NOT_A_CHANGE
    )
    refreshed = dict(_refreshed(raw_steps))
    declared = {
        raw["urn"]: state
        for raw in raw_steps
        if raw["op"] not in {"refresh", "read"} and (state := _state(raw, "new"))
    }
    diagnostics = tuple(read_diagnostic(raw) for raw in document.get("diagnostics") or ())
    return Preview(exit_code, steps, diagnostics, refreshed, declared)


def _refreshed(raw_steps: list[Mapping[str, Any]]) -> Iterator[tuple[str, Refreshed]]:
    """
    Pair what was recorded with what was observed, by URN.

    A refresh step is printed before the resource is read: both its states are the recorded one.
    What was observed is the old state of the program's step that follows; without one it is gone.
    """
    observed = {
        raw["urn"]: state
        for raw in raw_steps
        if raw["op"] != "refresh" and (state := _state(raw, "old"))
    }
    for raw in raw_steps:
        if raw["op"] == "refresh":
            yield raw["urn"], Refreshed(_state(raw, "old") or State(), observed.get(raw["urn"]))


def read_diagnostic(raw: Mapping[str, Any]) -> Diagnostic:
    """
    Turn one diagnostic of a plan or an event into ours, without the engine's `error: `.

    A plugin that does not answer its last call within five seconds is said to have exited
    prematurely, after all is done. On a busy machine that is no fault; a plugin that did die has
    left words of its own there, or failed calls.
    """
    severity = raw.get("severity", "info")
    message = without_credentials(raw["message"].strip().removeprefix(f"{severity}: "))
    if _SLOW_TO_END.search(message):
        severity = "debug"
    return Diagnostic(severity, message, raw.get("urn", ""))


def name_of(urn: str) -> str:
    """Logical name of a resource."""
    return urn.rsplit("::", 1)[-1]


def type_of(urn: str) -> str:
    """Type token of a resource without its parents' types."""
    return urn.split("::")[-2].rsplit("$", 1)[-1]


def _state(raw: Mapping[str, Any], which: str) -> State | None:
    state = raw.get(f"{which}State")
    if not state:
        return None
    parent = [state["parent"]] if state.get("parent") else []
    return State(
        id=str(state.get("id") or ""),
        inputs=state.get("inputs") or {},
        outputs=state.get("outputs") or {},
        is_retained=bool(state.get("retainOnDelete")),
        parents=(*parent, *(state.get("dependencies") or ())),
    )


def _changes(raw: Mapping[str, Any]) -> Iterator[PropertyChange]:
    old, new = raw.get("oldState") or {}, raw.get("newState") or {}
    for path, difference in sorted((raw.get("detailedDiff") or {}).items()):
        yield PropertyChange(path, difference["kind"], _declared(old, path), _declared(new, path))


def _declared(state: Mapping[str, Any], path: str) -> Any:
    """Input at *path*; where there is none, as of a key that is disabled, the output."""
    found = _value_at(state.get("inputs") or {}, path)
    return _value_at(state.get("outputs") or {}, path) if found is None else found


def _value_at(properties: Any, path: str) -> Any:
    """Follow *path* through maps and lists; None where it leads nowhere."""
    value = properties
    for part in path.replace("[", ".").replace("]", "").split("."):
        if isinstance(value, dict):
            value = value.get(part.strip('"'))
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
