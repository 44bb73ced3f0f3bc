"""
The engine's preview of a stack, started as early as can be: it is what a plan waits for.

The manifest is checked first, so that one with faults starts nothing. While the engine works, the
stack's settings are read, and the caller has time to import what it needs next.

Does not: import a client of a service, nor read the preview. Source: issue 5 (cost of a plan).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from watchpost.errors import ManifestError
from watchpost.manifest import list_expired

if TYPE_CHECKING:
    from concurrent.futures import Future

    from watchpost.engine import Preview
    from watchpost.manifest import Manifest
    from watchpost.workspace import Settings, Workspace

READ_ONLY = {"WATCHPOST_READ_ONLY": "1"}
"""Under it the providers' transport refuses to write; see `watchpost.transport.read_only`."""


@dataclass(frozen=True)
class Started:
    """A preview that is under way: of which manifest, and the stack's settings."""

    manifest: Manifest
    preview: Future[Preview]
    settings: Future[Settings]


def start_preview(workspace: Workspace) -> Started:
    """
    Start the engine's preview, read-only.

    Raises:
        ManifestError: The manifest has faults or an expired exception; nothing was started.
    """
    manifest = workspace.load_manifest()
    raise_if_expired(manifest, today_utc())
    engine = workspace.engine.with_settings(READ_ONLY)
    pool = ThreadPoolExecutor(2)
    preview = pool.submit(engine.preview)
    settings = pool.submit(lambda: workspace.settings)
    pool.shutdown(wait=False)
    return Started(manifest, preview, settings)


def raise_if_expired(manifest: Manifest, today: date) -> None:
    """Refuse a manifest with exceptions whose day has passed; tells all of them."""
    expired = list_expired(manifest, today)
    if expired:
        raise ManifestError("", "\n".join(str(fault) for fault in expired))


def today_utc() -> date:
    """This day, in UTC: the same on every machine."""
    return datetime.now(UTC).date()
