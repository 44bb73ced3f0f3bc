"""
One call for many askers: the first thread loads, the others wait for its answer.

A value that is being loaded while a write runs may or may not show that write; whoever asked before
gets it, nobody who asks after.

Does not: expire. A failure is kept like an answer, so that a fleet of Reads does not wait out the
retries of one broken list hundreds of times; this process lives for one preview or one update.

Source: design.md 4 (Read is bulk).
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Value = TypeVar("Value")


class SingleFlight(Generic[Value]):
    """Values by key, each loaded at most once until it is dropped. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[Hashable, Future[Value]] = {}

    def get(self, key: Hashable, load: Callable[[], Value]) -> Value:
        """The value of *key*; whoever comes first calls *load*. Raises what *load* raised."""
        with self._lock:
            flight = self._flights.get(key)
            is_first = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if is_first:
            try:
                flight.set_result(load())
            except BaseException as error:  # noqa: BLE001  # handed to every asker, this one too
                flight.set_exception(error)
        return flight.result()

    def loaded(self, key: Hashable) -> Value | None:
        """The value of *key* if it is there already."""
        with self._lock:
            flight = self._flights.get(key)
        if flight is None or not flight.done() or flight.exception() is not None:
            return None
        return flight.result()

    def put(self, key: Hashable, value: Value) -> None:
        """Replace the value of *key*."""
        with self._lock:
            self._flights[key] = _landed(value)

    def change(self, key: Hashable, change: Callable[[Value], Value]) -> None:
        """
        Take a write into the value of *key*, if there is one; *change* answers a new value.

        One that is still being loaded is forgotten instead, and a failure stays.
        """
        with self._lock:
            flight = self._flights.get(key)
            if flight is None:
                return
            if not flight.done():
                del self._flights[key]
            elif flight.exception() is None:
                self._flights[key] = _landed(change(flight.result()))

    def drop(self, key: Hashable) -> None:
        """Forget *key*, so that the next asker loads it anew."""
        with self._lock:
            self._flights.pop(key, None)


def _landed(value: Value) -> Future[Value]:
    flight: Future[Value] = Future()
    flight.set_result(value)
    return flight
