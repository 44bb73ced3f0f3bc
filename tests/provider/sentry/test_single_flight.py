"""One list for many askers, while writes run beside it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from providers.sentry.single_flight import SingleFlight


def test_list_loaded_during_a_write_serves_nobody_later() -> None:
    """A list that began before a write may lack it: whoever asks after the write loads anew."""
    flights: SingleFlight[list[str]] = SingleFlight()
    began, written = threading.Event(), threading.Event()

    def load_slowly() -> list[str]:
        began.set()
        written.wait(10)
        return ["old"]

    with ThreadPoolExecutor(1) as pool:
        early = pool.submit(flights.get, "acme", load_slowly)
        began.wait(10)
        flights.change("acme", lambda listed: [*listed, "new"])
        late = flights.get("acme", lambda: ["old", "new"])
        written.set()
        assert early.result() == ["old"]
    assert late == flights.loaded("acme") == ["old", "new"]


def test_writes_at_once_are_all_kept() -> None:
    """Changes by many threads lose nothing."""
    flights: SingleFlight[list[int]] = SingleFlight()
    flights.put("acme", [])

    def add(number: int) -> None:
        flights.change("acme", lambda listed: [*listed, number])

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(add, range(500)))
    assert sorted(flights.loaded("acme") or []) == list(range(500))


def test_failure_stays_whatever_is_written() -> None:
    """A broken list is not tried again for every write."""
    flights: SingleFlight[list[int]] = SingleFlight()
    loads = []

    def fail() -> list[int]:
        loads.append(1)
        raise OSError

    for _ in range(2):
        with pytest.raises(OSError):  # noqa: PT011  # it has no message
            flights.get("acme", fail)
        flights.change("acme", lambda listed: [*listed, 1])
    assert len(loads) == 1
