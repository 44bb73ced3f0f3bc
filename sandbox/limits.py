"""
The rate limits of the services and the counters they need.

Does not: know what a service counts (user, token, address) or how it answers when a limit is
reached; each service brings its own rule and uses the counters here, so that the control API can
set the limits and reset the counters of all.
"""

import math
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class SentryLimits:
    """Sentry's limits; None switches one off."""

    per_second: int | None = None
    concurrent: int | None = None


@dataclass
class CoolifyLimits:
    """Coolify's limit: *limit* requests per *window_seconds* and user; None switches it off."""

    limit: int | None = 200
    window_seconds: float = 60.0


@dataclass
class GitHubLimits:
    """GitHub's limit: *limit* requests per *window_seconds* and token; None switches it off."""

    limit: int | None = 1000
    window_seconds: float = 3600.0


@dataclass
class Window:
    """One fixed window: *count* requests since *started* (epoch seconds), over at *ends*."""

    started: float
    ends: float
    count: int = 0

    def seconds_left(self, now: float) -> int:
        """Whole seconds until the window ends, rounded up, at least 0."""
        return max(0, math.ceil(self.ends - now))


@dataclass
class Limits:
    """The limits in force, and what has been counted so far."""

    sentry: SentryLimits = field(default_factory=SentryLimits)
    coolify: CoolifyLimits = field(default_factory=CoolifyLimits)
    github: GitHubLimits = field(default_factory=GitHubLimits)
    windows: dict[str, Window] = field(default_factory=dict)
    in_flight: Counter[str] = field(default_factory=Counter)

    def window(self, key: str, seconds: float, now: float) -> Window:
        """The window that *key* is in at *now*; a new one starts when the last has ended."""
        window = self.windows.get(key)
        if window is None or now >= window.ends:
            window = self.windows[key] = Window(started=now, ends=now + seconds)
        return window

    def reset_windows(self) -> None:
        """Forget all counted requests. Requests being served stay counted as in flight."""
        self.windows.clear()

    @classmethod
    def profile(cls, name: str) -> "Limits":
        """The limits of one of the profiles ``contracts``, ``cloud`` and ``none``."""
        if name == "cloud":
            return cls(sentry=SentryLimits(per_second=40, concurrent=25))
        if name == "none":
            return cls(coolify=CoolifyLimits(limit=None), github=GitHubLimits(limit=None))
        return cls()
