"""
What a call is answered with, and keeping it within a length.

The text is for reading; what an event's sender wrote stands in it alone, inside its fence. The
figures are for programs: what the server counted, and nothing else.

Does not: render, or speak the protocol.

Source: docs/agents.md (answers); ADR 0015.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

DEFAULT_CHARACTERS = 8_000
FEWEST_CHARACTERS = 3_000
"""What a digest may have; less would leave no room for one error with its fence and figures."""


@dataclass(frozen=True)
class Answer:
    """
    An answer to one call.

    Attributes:
        text: To be read.
        figures: JSON values for programs; None where the call failed.
        outcome: One word for the log: `answered`, `denied`, `failed`, `refused`.
    """

    text: str
    figures: dict[str, Any] | None = None
    outcome: str = "answered"

    @property
    def is_error(self) -> bool:
        """Whether the call failed."""
        return self.figures is None


def length_of(figures: object) -> int:
    """How many characters *figures* take as JSON, as the protocol sends them."""
    return len(json.dumps(figures, ensure_ascii=False, separators=(",", ":")))
