"""
Faults on demand: slow answers, wrong answers and dropped connections for chosen requests.

Does not: touch the network; it only decides which fault, if any, a request meets. sandbox.gate
carries the decision out.
"""

import random
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from sandbox.control_errors import BadControl

FIELDS = frozenset(
    (
        "service",
        "method",
        "path",
        "status",
        "body",
        "headers",
        "applied",
        "latency_seconds",
        "drop",
        "first",
        "share",
        "seed",
    )
)


class InvalidFault(BadControl):
    """A fault that cannot be meant; the message says which field and why."""


@dataclass
class Fault:
    """
    One rule: which requests it matches, how many of them it hits, and what happens to those.

    A request matches by *service* (or ``*``), *method* (or ``*``) and *path*, a regular expression
    that is searched in the path. Of the matching requests the first *first*, or the share *share*
    (0 to 1, drawn from a random generator started with *seed*), or all are hit. *status* answers
    with *body* and *headers* without applying the request, or after applying it when *applied* is
    true; *latency_seconds* waits before anything else; *drop* closes the connection without an
    answer, ``before`` or ``after`` the request was applied.
    """

    id: str
    service: str = "*"
    method: str = "*"
    path: str = ""
    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    applied: bool = False
    latency_seconds: float = 0.0
    drop: Literal["before", "after"] | None = None
    first: int | None = None
    share: float | None = None
    seed: int = 0
    matched: int = 0
    hit: int = 0

    def __post_init__(self) -> None:
        if self.service not in ("sentry", "coolify", "*"):
            raise InvalidFault(f"service: {self.service!r} is none of sentry, coolify, *")
        if self.drop not in ("before", "after", None):
            raise InvalidFault(f"drop: {self.drop!r} is none of before, after")
        if self.first is not None and self.share is not None:
            raise InvalidFault("first and share exclude each other")
        try:
            self._pattern = re.compile(self.path)
        except re.error as error:
            raise InvalidFault(f"path: not a regular expression: {error}") from None
        # Reproducible choice of requests, not cryptography.
        self._random = random.Random(self.seed)  # noqa: S311

    def meets(self, service: str, method: str, path: str) -> bool:
        """Whether this request is hit. Counts, so ask once per request."""
        if self.service not in ("*", service) or self.method not in ("*", method):
            return False
        if not self._pattern.search(path):
            return False
        self.matched += 1
        hit = self._chosen()
        self.hit += hit
        return hit

    def _chosen(self) -> bool:
        if self.first is not None:
            return self.hit < self.first
        if self.share is not None:
            return self._random.random() < self.share
        return True

    def as_json(self) -> dict[str, Any]:
        """The rule with its counters *matched* and *hit*."""
        return asdict(self)


class Faults:
    """The rules in force, in the order they were added; a request meets the first that hits it."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}
        self._last_id = 0

    def add(self, fields: dict[str, Any]) -> str:
        """
        Add a rule and return its id.

        Raises:
            InvalidFault: A field is unknown or has an impossible value.
        """
        unknown = sorted(set(fields) - FIELDS)
        if unknown:
            raise InvalidFault(f"unknown fields {unknown}; known are {sorted(FIELDS)}")
        fault = Fault(id=str(self._last_id + 1), **fields)
        self._last_id += 1
        self._faults[fault.id] = fault
        return fault.id

    def remove(self, fault_id: str) -> bool:
        """Remove one rule; False if there is none of that id."""
        return self._faults.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Remove all rules."""
        self._faults.clear()

    def meet(self, service: str, method: str, path: str) -> Fault | None:
        """The fault this request meets, if any."""
        for fault in self._faults.values():
            if fault.meets(service, method, path):
                return fault
        return None

    def as_json(self) -> list[dict[str, Any]]:
        """All rules with their counters."""
        return [fault.as_json() for fault in self._faults.values()]
