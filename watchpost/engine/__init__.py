"""
Runs the pulumi binary and reads what it says.

Does not: decide anything. What a step means for a fleet is said by those who read these values.

Source: design.md 2; docs/adr/0008-engine-from-go-modules.md.
"""

from watchpost.engine.command import Engine, Finished, find_pulumi
from watchpost.engine.document import Preview, PropertyChange, Step, read_preview

__all__ = [
    "Engine",
    "Finished",
    "Preview",
    "PropertyChange",
    "Step",
    "find_pulumi",
    "read_preview",
]
