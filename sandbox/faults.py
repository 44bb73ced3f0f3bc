"""
Faults on demand: slow answers, wrong answers and dropped connections for chosen requests.

Does not: touch the network; it only decides which fault, if any, a request meets. sandbox.gate
carries the decision out.
"""

import math
import random
import re
from collections.abc import Callable
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


def _is_number(value: Any, least: float, most: float = math.inf) -> bool:
    return type(value) in (int, float) and least <= value <= most


def _is_count(value: Any, least: int, most: float = math.inf) -> bool:
    return type(value) is int and least <= value <= most


def _are_headers(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


SERVICES = ("sentry", "coolify", "github", "*")
# For each field what is expected, and whether a value is that.
RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "service": (f"one of {', '.join(SERVICES)}", lambda v: v in SERVICES),
    "method": ("a verb or *", lambda v: isinstance(v, str)),
    "path": ("a regular expression", lambda v: isinstance(v, str)),
    "status": ("a status of 200 to 599", lambda v: v is None or _is_count(v, 200, 599)),
    "headers": ("an object of texts", _are_headers),
    "applied": ("true or false", lambda v: isinstance(v, bool)),
    "latency_seconds": ("a number of seconds", lambda v: _is_number(v, 0)),
    "drop": ("one of before, after", lambda v: v in ("before", "after", None)),
    "first": ("a whole number", lambda v: v is None or _is_count(v, 0)),
    "share": ("a number from 0 to 1", lambda v: v is None or _is_number(v, 0, 1)),
    "seed": ("a whole number", lambda v: type(v) is int),
}


class InvalidFault(BadControl):
    """A fault that cannot be meant; the message says which field and why."""


@dataclass
class Fault:
    """
    One rule: which requests it matches, how many of them it hits, and what happens to those.

    A request matches by *service* (or ``*``), *method* (or ``*``) and *path*, a regular expression
    that is searched in the path. Of the matching requests the first *first*, or the share *share*
    (0 to 1, drawn from a random generator started with *seed*, in the order in which requests
    arrive over all connections), or all are hit. *status* answers with *body* and *headers* without
    applying the request, or after applying it when *applied* is true; *latency_seconds* waits
    before anything else; *drop* closes the connection without an answer, ``before`` or ``after``
    the request was applied.
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
        _raise_if_invalid(self)
        self._pattern = _compiled(self.path)
        # Reproducible choice of requests, not cryptography.
        self._random = random.Random(self.seed)  # noqa: S311

    def meets(self, service: str, method: str, path: str) -> bool:
        """Whether this request is hit. Counts, so ask once per request."""
        if self.service not in ("*", service) or self.method.upper() not in ("*", method):
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


def _raise_if_invalid(fault: Fault) -> None:
    for name, (expected, holds) in RULES.items():
        value = getattr(fault, name)
        if not holds(value):
            raise InvalidFault(f"{name}: {value!r} is not {expected}")
    if fault.first is not None and fault.share is not None:
        raise InvalidFault("first and share exclude each other")


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise InvalidFault(f"path: not a regular expression: {error}") from None


class Faults:
    """The rules in force, in the order they were added; a request meets the first that hits it."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}
        self._last_id = 0

    def add(self, fields: dict[str, Any]) -> str:
        """
        Add a rule and return its id; a field that is null counts as left out.

        Raises:
            InvalidFault: A field is unknown or has an impossible value.
        """
        unknown = sorted(set(fields) - FIELDS)
        if unknown:
            raise InvalidFault(f"unknown fields {unknown}; known are {sorted(FIELDS)}")
        given = {name: value for name, value in fields.items() if value is not None}
        fault = Fault(id=str(self._last_id + 1), **given)
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
