"""
The engine's account of a run while it runs: one JSON event a line.

Does not: know what the resources are. Events that say nothing to us are None.

Source: sdk/go/common/apitype/events.go of pulumi 3.259.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from watchpost.engine.document import NOT_A_CHANGE, Diagnostic, read_diagnostic

if TYPE_CHECKING:
    from collections.abc import Mapping

Stage = Literal["started", "done", "failed"]
_STAGES: Mapping[str, Stage] = {
    "resourcePreEvent": "started",
    "resOutputsEvent": "done",
    "resOpFailedEvent": "failed",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on one resource that has started, is done or has failed."""

    stage: Stage
    op: str
    urn: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a run: what it came to, and the seconds it took."""

    result: str
    seconds: int


Event = Operation | Diagnostic | Summary


def read_event(line: str) -> Event | None:
    """Read one line; None for what is no event, or says nothing to us."""
    try:
        raw: Any = json.loads(line)
    except ValueError:
        return None
    if not isinstance(raw, dict):
        return None
    if "diagnosticEvent" in raw:
        return read_diagnostic(raw["diagnosticEvent"])
    if "summaryEvent" in raw:
        summary = raw["summaryEvent"]
        return Summary(str(summary.get("result", "")), int(summary.get("durationSeconds", 0)))
    for name, stage in _STAGES.items():
        if name in raw:
            return _operation(stage, raw[name]["metadata"])
    return None


def _operation(stage: Stage, metadata: Mapping[str, Any]) -> Operation | None:
    op = str(metadata["op"])
    return None if op in NOT_A_CHANGE else Operation(stage, op, str(metadata["urn"]))
