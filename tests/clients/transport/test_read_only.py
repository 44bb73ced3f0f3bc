"""Read-only mode: no write leaves, whichever way it was switched on."""

import asyncio
import threading

import pytest

from tests.clients.transport.servers import Reply, serving
from tests.clients.transport.test_retries import transport
from watchpost.errors import ReadOnly
from watchpost.transport import is_read_only, writes_refused


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_writes_do_not_leave(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every verb but GET and HEAD raises before anything is sent."""
    with serving(Reply(200, {})) as server:
        subject = transport(server.url)
        with writes_refused(), pytest.raises(ReadOnly, match=method):
            subject.request(method, "/x")
        monkeypatch.setenv("WATCHPOST_READ_ONLY", "1")
        with pytest.raises(ReadOnly, match="WATCHPOST_READ_ONLY"):
            subject.request(method, "/x")
        subject.request("GET", "/x")
        assert server.methods == ["GET"]


@pytest.mark.parametrize(("value", "expected"), [("", False), ("0", False), ("yes", True)])
def test_any_value_but_nothing_and_zero_is_on(
    value: str, monkeypatch: pytest.MonkeyPatch, *, expected: bool
) -> None:
    """Who writes something means it."""
    monkeypatch.setenv("WATCHPOST_READ_ONLY", value)
    assert is_read_only() is expected


def test_block_holds_for_its_own_thread_only() -> None:
    """Another thread writes on; a thread started with this context does not."""
    seen: list[bool] = []
    with writes_refused():
        other = threading.Thread(target=lambda: seen.append(is_read_only()))
        other.start()
        other.join()
        # A loop of its own: asyncio.run would take away the one that Pulumi's mocks rely on.
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            seen.append(runner.run(asyncio.to_thread(is_read_only)))
    assert seen == [False, True]
    assert not is_read_only()
