"""
Noticing that a file is another one than before, without reading it.

Does not: watch. Whoever needs the file asks each time: one look at its state on the disk.

Source: docs/agents.md (reloading).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from pathlib import Path

FileMark = tuple[int, ...]
NO_FILE: FileMark = ()
"""The mark of a file that is not there, or that nobody may look at."""


def read_mark(path: Path) -> FileMark:
    """What tells one state of the file from another; through links, as they may be exchanged."""
    try:
        return mark_of(path.stat())
    except OSError:
        return NO_FILE


def mark_of(state: os.stat_result) -> FileMark:
    """The mark of a state; times in nanoseconds, so that an edit of the same length is seen."""
    return (
        state.st_dev,
        state.st_ino,
        state.st_size,
        state.st_mtime_ns,
        state.st_ctime_ns,
        state.st_mode,
    )
