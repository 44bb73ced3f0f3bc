"""
An end to the wait for a server that has gone silent: its connection is cut off.

A network that drops everything, or a pooler that is paused, leaves a connection open over which
nothing comes. The server's own limits do not help then, and its driver waits for ever.

Does not: know a database. Whoever waits sees a connection that was lost.

Source: docs/records.md; socket(7) on shutdown.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def end_of_silence(descriptor: int, seconds: float) -> Iterator[None]:
    """
    Cut a connection off if the block has not ended in time.

    Args:
        descriptor: Of the connection's socket.
        seconds: How long the block may take.
    """
    # of its own, so that no other connection can get this number meanwhile
    with socket.socket(fileno=os.dup(descriptor)) as held:
        timer = threading.Timer(seconds, _cut_off, (held,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _cut_off(held: socket.socket) -> None:
    with suppress(OSError):  # closed in the same moment
        held.shutdown(socket.SHUT_RDWR)
