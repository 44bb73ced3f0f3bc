"""
Taking over what somebody else made: adding is fine, changing needs to be asked for.

Does not: look or write. The resource types tell what a takeover would add and what it would
change; this module decides and words it.

Source: design.md 4 (create is an upsert).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.errors import TakeoverRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

ALLOW_TOKEN = "sentry:index/allowTakeover:allowTakeover"  # noqa: S105  # the name of a function


@dataclass(frozen=True)
class Takeover:
    """
    What managing an existing object would mean for it.

    Attributes:
        what: The object in words, e.g. `project acme-billing (id 1)`.
        additions: What would be added, each in words.
        differences: What somebody set up and would be changed, each in words.
    """

    what: str
    additions: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()

    def render(self) -> str:
        """What is taken over, and a line for each thing that is added or changed."""
        line = f"takes over the existing {self.what}"
        changes = [f"  adds {each}" for each in self.additions]
        changes += [f"  changes {each}" for each in self.differences]
        return "\n".join([line, *changes])


class AllowedTakeovers:
    """
    The logical names of resources that may change what they take over. Thread-safe.

    A client key is named `<entry>/<key>`, so the name of an entry covers its keys.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: set[str] = set()

    def allow(self, names: Iterable[str]) -> None:
        """Allow takeovers by the resources of these names, besides those allowed before."""
        with self._lock:
            self._names.update(names)

    def covers(self, name: str) -> bool:
        """Whether the resource of this logical name may change what it takes over."""
        with self._lock:
            return name in self._names or name.partition("/")[0] in self._names

    def raise_if_refused(self, name: str, takeover: Takeover) -> None:
        """
        Refuse a takeover that would change something, unless the entry allows it.

        Raises:
            TakeoverRefused: Lists every difference.
        """
        if not self.covers(name):
            raise_if_changing(
                name, takeover, fix="write down what it has, or say `take_over: true` in this entry"
            )


def raise_if_changing(name: str, takeover: Takeover, *, fix: str) -> None:
    """
    Refuse a takeover that would change something.

    Raises:
        TakeoverRefused: Lists every difference.
    """
    if not takeover.differences:
        return
    differences = "\n".join(f"- {each}" for each in takeover.differences)
    raise TakeoverRefused(
        name,
        f"the existing {takeover.what} was set up otherwise, and is left as it is",
        detail=f"Taking it over would change:\n{differences}",
        fix=fix,
    )
