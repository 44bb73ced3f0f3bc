"""
Runs the pulumi binary and reads what it says.

Does not: decide anything. What a step means for a fleet is said by those who read these values.

Source: design.md 2; docs/adr/0008-engine-from-go-modules.md.
"""

from watchpost.engine.command import Engine, Finished, find_pulumi
from watchpost.engine.document import (
    UNKNOWN,
    Diagnostic,
    Preview,
    PropertyChange,
    Refreshed,
    State,
    Step,
    name_of,
    read_diagnostic,
    read_preview,
    type_of,
)
from watchpost.engine.events import Event, Operation, Summary, read_event
from watchpost.engine.failures import explain_failure

__all__ = [
    "UNKNOWN",
    "Diagnostic",
    "Engine",
    "Event",
    "Finished",
    "Operation",
    "Preview",
    "PropertyChange",
    "Refreshed",
    "State",
    "Step",
    "Summary",
    "explain_failure",
    "find_pulumi",
    "name_of",
    "read_diagnostic",
    "read_event",
    "read_preview",
    "type_of",
]
