"""
The server's log: one line per thing that happened, on standard error.

No line holds a token, an argument of a call or a text of an event. What libraries log is kept to
one line each, without the traceback, which would show values.

Does not: keep or rotate; whatever runs the server does.

Source: docs/agents.md (operations).
"""

from __future__ import annotations

import logging
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from watchpost.health.fence import clean

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_LINE = 500


def write_line(text: str) -> None:
    """Write *text* as one line with the time in UTC."""
    line = clean("; ".join(part.strip() for part in text.splitlines()), LONGEST_LINE)
    sys.stderr.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}\n")
    sys.stderr.flush()


def tame_libraries(log: Callable[[str], None]) -> None:
    """Pass warnings of the libraries to *log*; with WATCHPOST_DEBUG=1 they say all they have."""
    if os.environ.get("WATCHPOST_DEBUG") == "1":
        logging.basicConfig(level=logging.INFO, stream=sys.stderr)
        return
    root = logging.getLogger()
    root.handlers = [_Lines(log)]
    root.setLevel(logging.WARNING)


class _Lines(logging.Handler):
    """Takes the message of a record and leaves its traceback."""

    def __init__(self, log: Callable[[str], None]) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        self._log(f"{record.name}: {record.getMessage()}")
