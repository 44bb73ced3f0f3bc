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

__all__ = [
    "UNKNOWN",
    "Diagnostic",
    "Engine",
    "Finished",
    "Preview",
    "PropertyChange",
    "Refreshed",
    "State",
    "Step",
    "find_pulumi",
    "name_of",
    "read_diagnostic",
    "read_preview",
    "type_of",
]
