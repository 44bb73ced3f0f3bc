"""
Serving the provider to the engine: a port, plain error messages, and an end when the engine ends.

The SDK's own `server.main` would do, but it ends every error with a listing of the stack, and its
process outlives an engine that was killed.

Does not: know anything of Sentry. Source: pulumi-engine.md 2.4 and 6.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
import traceback
from typing import TYPE_CHECKING, Any

import grpc  # type: ignore[import-untyped]  # ships no types
import grpc.aio  # type: ignore[import-untyped]  # likewise
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2_grpc

from watchpost.errors import WatchpostError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pulumi.provider.experimental.provider import Provider

_WATCH_SECONDS = 1.0


class PlainErrors(grpc.aio.ServerInterceptor):  # type: ignore[misc]  # grpc ships no types
    """Answers an error with its own text, and with a status after which state is not in doubt."""

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], details: Any
    ) -> Any:
        """Wrap the handler of each asynchronous call."""
        handler = await continuation(details)
        if handler is None or not inspect.iscoroutinefunction(handler.unary_unary):
            return handler

        async def answer(request: Any, context: Any) -> Any:
            try:
                return await handler.unary_unary(request, context)
            except NotImplementedError:
                raise
            except Exception as error:  # noqa: BLE001  # the border to the engine
                await context.abort(*_status_and_text(error))

        return grpc.unary_unary_rpc_method_handler(
            answer,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


def _status_and_text(error: Exception) -> tuple[grpc.StatusCode, str]:
    """
    What the engine is told of *error*.

    Any status but UNKNOWN and INTERNAL tells the engine that nothing is pending; that is so,
    because creates look for what exists and deletes accept that it is gone.
    """
    original: BaseException = error
    if type(error) is Exception and error.__context__ is not None:
        original = error.__context__  # the SDK raised *error* over it, with a listing added
    if isinstance(original, WatchpostError):
        return grpc.StatusCode.FAILED_PRECONDITION, str(original)
    traceback.print_exception(original, file=sys.stderr)
    return grpc.StatusCode.ABORTED, f"BUG: {type(original).__name__}: {original}"


async def serve(provider: Provider, version: str, engine_address: str) -> None:
    """Serve until the engine, which started this process, is gone."""
    engine = os.getppid()  # before the port is told: the engine may be killed right after
    server = grpc.aio.server(interceptors=(PlainErrors(),), options=_GRPC_CHANNEL_OPTIONS)
    servicer = ProviderServicer([], version, provider, engine_address=engine_address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await _wait_for_orphanhood(engine)
    await server.stop(grace=None)


async def _wait_for_orphanhood(parent: int) -> None:
    """Return once the process that started this one is gone; nothing tells it, so it looks."""
    while os.getppid() == parent:  # noqa: ASYNC110  # a parent's end sets no event
        await asyncio.sleep(_WATCH_SECONDS)
