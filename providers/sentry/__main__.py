"""
Entry point of the plugin: `python -m providers.sentry ENGINE_ADDRESS`.

Does not: print anything to standard output but the port that it serves on.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os

from providers.sentry.diagnostics import EngineLog
from providers.sentry.provider import SentryProvider
from providers.sentry.serve import serve

VERSION = "0.0.9"  # of the upstream plugin whose types and state these are


def run() -> None:
    """Serve until the engine is gone. Threads that still wait for Sentry are not waited for."""
    parser = argparse.ArgumentParser(description="Pulumi resource plugin for Sentry")
    parser.add_argument("engine", help="address of the engine")
    address = parser.parse_known_args()[0].engine
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(SentryProvider(EngineLog(address)), VERSION, address))
    os._exit(0)


if __name__ == "__main__":
    run()
