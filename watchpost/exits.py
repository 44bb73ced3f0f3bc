"""
The exit codes of every command, and which one wins where several apply.

Does not: decide when a code applies; each command does.

Source: design.md 9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DONE = 0
REFUSED = 1
CHANGES = 2
UNCHECKED = 3
UNSAFE = 4
BUG = 70
INTERRUPTED = 130
_WORST_FIRST = (BUG, INTERRUPTED, UNSAFE, REFUSED, UNCHECKED, CHANGES)


def worst_of(codes: Iterable[int]) -> int:
    """The code to end with where *codes* apply; 0 where none does."""
    found = set(codes)
    return next((code for code in _WORST_FIRST if code in found), DONE)
