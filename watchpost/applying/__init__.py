"""
Carrying out a reviewed plan: the engine's run, watched event by event, and its report by project.

Does not: plan or judge. Source: issue 5; design.md 9.
"""

from watchpost.applying.locking import clear_lock
from watchpost.applying.outcome import Outcome, Result, Tracker
from watchpost.applying.running import Run, apply_plan, raise_if_writes_are_off

__all__ = [
    "Outcome",
    "Result",
    "Run",
    "Tracker",
    "apply_plan",
    "clear_lock",
    "raise_if_writes_are_off",
]
