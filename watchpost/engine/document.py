"""
The engine's own account of a plan: the one JSON document that `pulumi preview --json` prints.

Does not: know what the resources are; a step is a kind of change to a named object's properties.

Source: pkg/display/json.go of pulumi 3.259.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NOT_A_CHANGE = frozenset({"refresh", "same", "read"})
CHANGES_FOUND = 7


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
class Step:
    """One step of a plan: what is done (`create`, `update`, `delete` ...) to which resource."""

    op: str
    urn: str
    changes: tuple[PropertyChange, ...]

    @property
    def name(self) -> str:
        """Logical name of the resource, the last part of its URN."""
        return self.urn.rsplit("::", 1)[-1]

    @property
    def type(self) -> str:
        """Type token of the resource without its parents' types."""
        return self.urn.split("::")[-2].rsplit("$", 1)[-1]


@dataclass(frozen=True)
class Preview:
    """
    A plan as the engine sees it.

    Attributes:
        exit_code: 0 clean, 7 changes, anything else broken.
        steps: What would be changed; what stays as it is is left out.
        diagnostics: Errors and warnings, each `severity: message`.
    """

    exit_code: int
    steps: tuple[Step, ...]
    diagnostics: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Nothing to change, and everything was looked at."""
        return self.exit_code == 0 and not self.steps


def read_preview(document: Mapping[str, Any], *, exit_code: int) -> Preview:
    """Turn the engine's document into a Preview."""
    steps = tuple(
        Step(raw["op"], raw["urn"], tuple(_changes(raw)))
        for raw in document.get("steps") or ()
        if raw["op"] not in NOT_A_CHANGE
    )
    diagnostics = tuple(
        f"{raw.get('severity', 'info')}: {raw['message'].strip()}"
        for raw in document.get("diagnostics") or ()
    )
    return Preview(exit_code, steps, diagnostics)


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
