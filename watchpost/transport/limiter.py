"""
Staying below a service's rate limit instead of running into it.

One limiter per host, shared by every thread of the process. It reserves each call from what the
service last said is left, waits for the next window when nothing is left, and bounds how many
calls are in flight. Four dialects:

- Sentry: `X-Sentry-Rate-Limit-Limit/-Remaining/-Reset` (epoch seconds) and `-ConcurrentRemaining`
  on every answer.
- Laravel (Coolify): `X-RateLimit-Limit/-Remaining` on every answer; the window's end only on a 429
  (`Retry-After`).
  Until one 429 has told how long a window is, the call after the last one allowed is sent alone,
  to ask.
- GitHub: `X-RateLimit-Limit/-Remaining/-Used/-Reset` (epoch seconds) on every answer.
- No headers: no limit.

Sentry counts each verb apart; here all verbs of a host draw on one window, which errs on the safe
side.

Does not: send, repeat, or talk to limiters of other processes (their calls show in what is left).
Source: sentry-api.md 4.1, coolify-api.md 2; design.md 8.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONCURRENT_CALLS = 16  # below Sentry's 25, so that another process has room
# Clocks differ by milliseconds; a call that arrives just before the window's end is refused.
_MARGIN_SECONDS = 0.05
_TOO_MANY = 429
# A date has whole seconds, and an answer takes a while.
_LARGEST_SKEW_SECONDS = 2.0


class LimiterTimeout(Exception):  # a signal; the transport raises RateLimited
    """The limit leaves no room within the time that the caller has."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__(wait_seconds)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Ticket:
    """
    The right to send one call.

    Attributes:
        generation: Number of the window it was reserved from.
        confirmed: How many calls the service had reported for that window when this one left.
    """

    generation: int
    confirmed: int


@dataclass
class Window:
    """
    What is known about the service's present window. Times are of the monotonic clock, in seconds.

    Attributes:
        limit: Calls per window; None where the service tells none.
        spent: Calls reserved or reported in it, whichever is more.
        confirmed: Calls that the service reported in it.
        started: When its first answer came.
        ends: When it ends, if known.
        length_seconds: How long windows are, if learned.
        reset: The end as the service names it (epoch seconds); 0 where it does not.
        generation: Counts windows, so that late answers of an old one are told apart.
    """

    limit: int | None = None
    spent: int = 0
    confirmed: int = 0
    started: float | None = None
    ends: float | None = None
    length_seconds: float | None = None
    reset: float = 0.0
    generation: int = 0

    def roll_over(self, spent: int) -> None:
        """Begin a window of which nothing is known but how many calls may already count in it."""
        self.generation += 1
        self.spent, self.confirmed = spent, 0
        self.started = self.ends = None

    def is_unconfirmed(self) -> bool:
        """
        Whether it is only guessed, from a learned length, that this window has begun: one call
        asks first.
        """
        return self.limit is not None and self.started is None and not self.reset

    def is_used_up(self) -> bool:
        """Whether the service would refuse one more call."""
        return self.limit is not None and self.spent >= self.limit


@dataclass
class HostLimiter:
    """Paces the calls to one host. Thread-safe; every public method takes the lock itself."""

    concurrent_calls: int = CONCURRENT_CALLS
    _window: Window = field(default_factory=Window)
    _in_flight: int = 0
    _bound: int = CONCURRENT_CALLS
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def reserve(self, timeout_seconds: float) -> Iterator[Ticket]:
        """
        Wait until one more call fits, and hold its place inside the block.

        Raises:
            LimiterTimeout: It would not fit within *timeout_seconds*.
        """
        ticket = self._acquire(time.monotonic() + timeout_seconds)
        try:
            yield ticket
        finally:
            with self._changed:
                self._in_flight -= 1
                self._changed.notify_all()

    def _acquire(self, latest: float) -> Ticket:
        with self._changed:
            while True:
                now = time.monotonic()
                wait = self._wait_seconds(now)
                if wait == 0:
                    break
                if now >= latest or (wait is not None and now + wait > latest):
                    raise LimiterTimeout(wait or 0.0)
                self._changed.wait(latest - now if wait is None else wait)
            self._in_flight += 1
            self._window.spent += 1
            return Ticket(self._window.generation, self._window.confirmed)

    def _wait_seconds(self, now: float) -> float | None:
        """0: go. A number: not before then. None: not before another call has come back."""
        window = self._window
        if window.ends is not None and now >= window.ends:
            # Calls that are on their way may arrive in the new window.
            window.roll_over(spent=self._in_flight)
        if self._in_flight >= self._bound:
            return None
        if window.is_used_up() and window.ends is not None:
            return window.ends - now
        if window.is_used_up() or window.is_unconfirmed():
            return 0 if self._in_flight == 0 else None
        return 0

    def learn(self, ticket: Ticket, status: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer says about the limit. *headers* are keyed by lower-case name."""
        with self._changed:
            self._learn_concurrency(headers)
            limit, remaining = _limit_and_remaining(headers)
            if limit is None or remaining is None:
                if status < 400:  # noqa: PLR2004  # faults may come from before the limiter
                    self._window.limit = None
                return
            self._window.limit = limit
            reset = _named_end(headers)
            if reset is not None:
                self._learn_named_window(reset, limit - remaining, _server_time(headers))
            elif status != _TOO_MANY:
                self._learn_unnamed_window(ticket, limit - remaining)
            elif remaining == 0:
                self._learn_refusal(_number(headers, "retry-after"))
            self._changed.notify_all()

    def _learn_concurrency(self, headers: Mapping[str, str]) -> None:
        free = _number(headers, "x-sentry-rate-limit-concurrentremaining")
        room = self.concurrent_calls if free is None else self._in_flight + int(free)
        self._bound = max(1, min(self.concurrent_calls, room))

    def _learn_named_window(self, reset: float, used: int, server_time: float) -> None:
        window, now = self._window, time.monotonic()
        # A late answer of a window that is over: to take it in would end the present one again and
        # forget the calls in it that were never answered.
        is_over = window.ends is None and reset <= server_time
        if reset < window.reset or is_over:
            return
        if reset > window.reset and window.ends is not None:
            window.roll_over(spent=self._in_flight)
        window.reset = reset
        window.spent = max(window.spent, used)
        window.ends = now + (reset - server_time) + _MARGIN_SECONDS

    def _learn_unnamed_window(self, ticket: Ticket, used: int) -> None:
        window, now = self._window, time.monotonic()
        if ticket.generation != window.generation:
            return
        if window.started is not None and used <= ticket.confirmed:
            window.roll_over(spent=used + self._in_flight - 1)
        if window.started is None:
            window.started = now
            if window.length_seconds is not None:
                window.ends = now + window.length_seconds
        window.confirmed = max(window.confirmed, used)
        window.spent = max(window.spent, used)

    def _learn_refusal(self, retry_after: float | None) -> None:
        window, now = self._window, time.monotonic()
        window.spent = max(window.spent, window.limit or 0)
        if retry_after is None:
            return
        window.ends = now + retry_after + _MARGIN_SECONDS
        if window.started is not None:
            seen = window.ends - window.started
            window.length_seconds = max(seen, window.length_seconds or 0.0)


def _limit_and_remaining(headers: Mapping[str, str]) -> tuple[int | None, int | None]:
    for prefix in ("x-sentry-rate-limit", "x-ratelimit"):
        limit = _number(headers, f"{prefix}-limit")
        remaining = _number(headers, f"{prefix}-remaining")
        if limit is not None and remaining is not None:
            return int(limit), int(remaining)
    return None, None


def _named_end(headers: Mapping[str, str]) -> float | None:
    """
    When the window ends as the service names it, in epoch seconds.

    Laravel names an end too, but only on a 429, beside the Retry-After that is used; it has no
    `-Used`, by which GitHub is known.
    """
    if "x-ratelimit-used" in headers:
        return _number(headers, "x-ratelimit-reset")
    return _number(headers, "x-sentry-rate-limit-reset")


def _server_time(headers: Mapping[str, str]) -> float:
    """
    What the server's clock says now, in epoch seconds.

    That is this machine's own clock, which counts in fractions, unless the answer's date shows that
    the two disagree: a window named by another clock would never end here, or be over at once.
    """
    here = time.time()
    try:
        there = parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        return here
    return here if abs(here - there) < _LARGEST_SKEW_SECONDS else there


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        return float(headers[name])
    except (KeyError, ValueError):
        return None


_limiters: dict[str, HostLimiter] = {}
_limiters_lock = threading.Lock()


def limiter_for(host: str) -> HostLimiter:
    """The one limiter of *host* (`name:port`) in this process."""
    with _limiters_lock:
        return _limiters.setdefault(host, HostLimiter())
