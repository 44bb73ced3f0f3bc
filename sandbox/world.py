"""
The world of one sandbox process: everything its services and its control API share.

Does not: hold behaviour of a service. Only plain state: options, storage, limits, faults, log.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.faults import Faults
from sandbox.limits import Limits
from sandbox.requestlog import RequestLog
from sandbox.store import Store


@dataclass
class Options:
    """What the command line sets; ``PATCH /options`` of the control API changes the last four."""

    seed: str = "empty"
    ready_file: str | None = None
    sentry_port: int = 0
    coolify_port: int = 0
    github_port: int = 0
    control_port: int = 0
    database: str = ":memory:"
    rate_limits: str = "contracts"
    worker: bool = False
    queue_limit: int = 25
    api_disabled: bool = False
    allowlist: str = ""
    project_keys_endpoint: bool = True


@dataclass(frozen=True)
class Seeded:
    """What a service's seed made: tokens keyed by their name, and variables for scenarios."""

    tokens: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """The services' state at one moment: the store's image, and the switch of Coolify's API."""

    image: bytes
    is_api_disabled: bool


@dataclass
class World:
    """State shared by all listeners of the process. The URLs are set before anything is seeded."""

    options: Options = field(default_factory=Options)
    store: Store = field(default_factory=Store)
    limits: Limits = field(default_factory=Limits)
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    sentry_url: str = ""
    coolify_url: str = ""
    github_url: str = ""
    control_url: str = ""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)
