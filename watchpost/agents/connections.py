"""
Connections that are closed where the head of a request is not there in time.

The server has room for some number of connections. Without this, who opens that many and sends
nothing keeps everybody out, and needs no token for it.

Does not: hurry a body, which only a caller with a token gets to send, nor an answer.

Source: docs/agents.md (HTTP).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio


class HurriedConnection(H11Protocol):
    """
    One connection, read by the stricter of the server's two parsers.

    Attributes:
        head_seconds: From the connection's begin, or from an answer, to the end of a head.
    """

    head_seconds = 10.0
    _hurry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Stop to wait where a head is complete."""
        super().data_received(data)
        if not self._is_waiting:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Begin to wait for the next head, where it is not there yet."""
        super().on_response_complete()
        self._stop_waiting()
        if self._is_waiting:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def _is_waiting(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait_for_head(self) -> None:
        self._hurry = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None
