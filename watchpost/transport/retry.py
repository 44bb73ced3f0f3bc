"""
When a request is sent again, and after how long.

| what happened                          | GET, PUT, DELETE, PATCH | POST                       |
|----------------------------------------|-------------------------|----------------------------|
| connection refused, no connection      | again                   | again (surely not applied) |
| 429                                    | again                   | again (surely not applied) |
| dropped, timed out, 408, 500, 502-504  | again (idempotent)      | never: UnclearWrite        |
| everything else                        | never                   | never                      |

A 500 is repeated too, although many clients do not: these four verbs may be applied twice without
harm. Waits use full jitter: anything between nothing and the doubling ceiling, so that threads do
not come back together.

Does not: sleep or send. Source: design.md 8.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

IDEMPOTENT_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE", "PATCH"})
# 520 to 524 are a CDN's words for "the server behind me did not answer".
UNAVAILABLE_STATUSES = frozenset({408, 500, 502, 503, 504, 520, 521, 522, 523, 524})


@dataclass(frozen=True)
class RetryPolicy:
    """
    How patient one operation is.

    Attributes:
        attempts: How often a request is sent at most.
        base_seconds: Ceiling of the wait after the first attempt; it doubles with each.
        ceiling_seconds: The ceiling's own ceiling.
        deadline_seconds: Total for one operation: sending, waiting for the limiter and waiting
            between attempts.
        connect_seconds: For a connection to open.
        read_seconds: For an answer to come.
    """

    attempts: int = 6
    base_seconds: float = 0.25
    ceiling_seconds: float = 8.0
    deadline_seconds: float = 180.0
    connect_seconds: float = 5.0
    read_seconds: float = 30.0

    def wait_seconds(self, attempt: int) -> float:
        """How long to wait after *attempt* (1 for the first), drawn anew each time."""
        ceiling = min(self.ceiling_seconds, self.base_seconds * 2 ** (attempt - 1))
        return random.uniform(0, ceiling)  # noqa: S311  # jitter is no secret


def is_repeatable(method: str, status: int) -> bool:
    """Whether an answer of *status* lets a request of *method* be sent again."""
    if status == 429:  # noqa: PLR2004  # the status says itself what it is
        return True
    return method in IDEMPOTENT_METHODS and status in UNAVAILABLE_STATUSES
