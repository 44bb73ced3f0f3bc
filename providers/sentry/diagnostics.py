"""
Messages to the user, each tied to its resource, through the engine's log.

Does not: decide what is worth saying. A message that the engine does not take is dropped: it must
not fail the resource it is about.

Source: design.md 4 (takeovers are announced); the engine's protocol (engine.proto, Log).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import grpc  # type: ignore[import-untyped]  # ships no types
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

if TYPE_CHECKING:
    from watchpost.permit import Permit

_LOG_SECONDS = 5.0


class EngineLog:
    """The log of the engine that started this plugin."""

    def __init__(self, address: str) -> None:
        self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def send(self, urn: str, severity: engine_pb2.LogSeverity.ValueType, message: str) -> None:
        """Log *message* about the resource *urn*."""
        request = engine_pb2.LogRequest(severity=severity, message=message, urn=urn)
        try:
            self._stub.Log(request, timeout=_LOG_SECONDS)
        except grpc.RpcError:
            return


@dataclass(frozen=True)
class ResourceLog:
    """The messages about one resource."""

    log: EngineLog
    urn: str

    def info(self, message: str) -> None:
        """Say something about this resource."""
        self.log.send(self.urn, engine_pb2.INFO, message)

    def warn(self, message: str) -> None:
        """Say that something about this resource needs attention."""
        self.log.send(self.urn, engine_pb2.WARNING, message)

    def note_lost_answer(self) -> None:
        """Nothing depends on it here."""


@dataclass(frozen=True)
class PermittedLog(ResourceLog):
    """
    Likewise in an apply with a permit: a takeover is announced before it is made.

    What is found after an answer got lost was most likely made by that very request, so that it
    need not have been announced.
    """

    permit: Permit
    _lost: threading.Event = field(default_factory=threading.Event)

    def info(self, message: str) -> None:
        """
        Announce a takeover.

        Raises:
            Unplanned: The reviewed plan does not hold it; nothing was written.
        """
        if not self._lost.is_set():
            self.permit.raise_if_unplanned_takeover(self.urn, message)
        super().info(message)

    def note_lost_answer(self) -> None:
        """Let what is found from now on be taken over."""
        self._lost.set()
