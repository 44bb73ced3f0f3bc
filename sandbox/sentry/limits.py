"""
Sentry's rate limits: a fixed window per caller, bucket and method, and calls at once.

Does not: count events that clients send (sandbox.sentry.ingest), or hold the counters, which live
in the world so that the control API can reset them.

Source: getsentry/sentry, src/sentry/middleware/ratelimit.py.
"""

import math
from dataclasses import dataclass

from sandbox.sentry.answers import Refused
from sandbox.world import World

WINDOW_SECONDS = 1
# What the server's code falls back to where only the other of the two limits is in force.
UNLIMITED = 999


@dataclass(frozen=True)
class Admission:
    """One counted call: its headers, and what to give back once it is answered."""

    key: str
    headers: dict[str, str]
    refusal: Refused | None = None


def admit(world: World, bucket: str, method: str, most: int | None = None) -> Admission | None:
    """
    Count one call against the window and the calls at once of *bucket* and *method*.

    *most* is an endpoint's own limit per second where it is lower. None where limits are off:
    then answers carry no limit headers. :func:`leave` must follow an admission.
    """
    limits = world.limits.sentry
    if limits.per_second is None and limits.concurrent is None:
        return None
    per_second = UNLIMITED if limits.per_second is None else limits.per_second
    per_second = per_second if most is None else min(per_second, most)
    concurrent = UNLIMITED if limits.concurrent is None else limits.concurrent
    key = f"sentry:{bucket}:{method}"
    window = world.limits.window(key, WINDOW_SECONDS, math.floor(world.now().timestamp()))
    window.count += 1
    world.limits.in_flight[key] += 1
    in_flight = world.limits.in_flight[key]
    headers = {
        "X-Sentry-Rate-Limit-Limit": str(per_second),
        "X-Sentry-Rate-Limit-Remaining": str(max(0, per_second - window.count)),
        "X-Sentry-Rate-Limit-Reset": str(int(window.ends)),
        "X-Sentry-Rate-Limit-ConcurrentLimit": str(concurrent),
        "X-Sentry-Rate-Limit-ConcurrentRemaining": str(max(0, concurrent - in_flight)),
    }
    refusal = None
    if in_flight > concurrent:
        refusal = _too_many_at_once(concurrent)
    elif window.count > per_second:
        refusal = _too_frequent(per_second)
    return Admission(key, headers, refusal)


def check(admission: Admission | None) -> None:
    """
    Refuse a call that was over a limit when it came.

    Raises:
        Refused: 429.
    """
    if admission and admission.refusal:
        raise admission.refusal


def leave(world: World, admission: Admission | None) -> None:
    """The admitted call is answered; it no longer counts as being served."""
    if admission is None:
        return
    in_flight = world.limits.in_flight
    in_flight[admission.key] -= 1
    if in_flight[admission.key] <= 0:
        del in_flight[admission.key]


def _too_frequent(limit: int) -> Refused:
    message = (
        "You are attempting to use this endpoint too frequently. "
        f"Limit is {limit} requests in {WINDOW_SECONDS} seconds"
    )
    return Refused(429, {"detail": message})


def _too_many_at_once(limit: int) -> Refused:
    message = (
        "You are attempting to go above the allowed concurrency for this endpoint. "
        f"Concurrency limit is {limit}"
    )
    return Refused(429, {"detail": message})
