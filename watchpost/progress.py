"""
What a command prints before and while it writes to services.

Before its first write, a reader that has gone away ends it. After that nothing that happens to the
output may: what was begun is finished and ends with its own exit code.

Does not: word anything. Source: issue 5; design.md 9.
"""

from __future__ import annotations

import contextlib
import os
import sys

from watchpost.errors import SettingsError


def show_before_writing(text: str) -> None:
    """
    Print what is about to be done.

    Raises:
        SettingsError: Nobody can read it, so nothing is to be written.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        _drop_output()
        raise SettingsError(
            "output",
            f"nothing was written: the plan cannot be shown: {error.strerror}",
            fix="run it again with an output that is read to its end",
        ) from None


def say(line: str) -> None:
    """Print a line of progress; where that fails, this one and all others are dropped."""
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except OSError as error:
        _drop_output()
        with contextlib.suppress(OSError):
            sys.stderr.write(f"output: cannot be written: {error.strerror}; the run goes on\n")


def _drop_output() -> None:
    """Let what is still buffered, and what follows, go nowhere."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
