"""
Sending the canaries and waiting until Sentry shows them, all at the same time.

    send each                     8 at once
    ask for those still missing   8 at once, within the limits that Sentry tells
    wait                          half a second first, then longer each time, at most 5 seconds
    time is up                    ask the key's statistics why: filtered, dropped, or nobody knows

Does not: send twice on purpose, or follow where a server points.

Source: docs/verify.md; sentry-api.md 4.1.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from watchpost.canary.event import TAG, make_event_id, read_dsn, render_envelope
from watchpost.canary.outcome import Outcome, State
from watchpost.errors import ApiError, Forbidden, SettingsError, Unauthorized
from watchpost.sentry import find_event_tags, find_outcomes
from watchpost.transport import IngestSender, raise_if_read_only

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from watchpost.canary.resolution import Resolved
    from watchpost.sentry import Key, SentryClient
    from watchpost.transport import Delivery

_AT_ONCE = 8
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 5.0
_FORBIDDEN = 403
_TOO_MANY = 429
# Statistics count by ten seconds, and clocks differ.
_BEFORE = timedelta(seconds=15)


@dataclass(frozen=True)
class _Waiting:
    """A canary that the ingest endpoint took, and when (monotonic and by the clock)."""

    outcome: Outcome
    key: Key
    sent_at: float
    moment: datetime


@dataclass(frozen=True)
class _Run:
    """What the steps of one run share."""

    client: SentryClient
    organization: str
    nonce: str
    pool: ThreadPoolExecutor


def check_by_canary(
    client: SentryClient,
    organization: str,
    resolved: Sequence[Resolved],
    timeout_seconds: float,
    *,
    nonce: str,
) -> tuple[Outcome, ...]:
    """
    Send one canary by each key that an app uses, and wait until Sentry shows it.

    Args:
        client: Shows the events.
        organization: Its slug.
        resolved: What to verify.
        timeout_seconds: How long to wait for the last of them.
        nonce: Marks the canaries of this run.

    Raises:
        ReadOnly: Writes are switched off; nothing was sent.
    """
    raise_if_read_only("POST", "a canary event")
    with ThreadPoolExecutor(_AT_ONCE) as pool, IngestSender() as sender:
        run = _Run(client, organization, nonce, pool)
        sent = list(pool.map(lambda each: _send(run, sender, each), resolved))
        waiting = [each for each in sent if isinstance(each, _Waiting)]
        done = _wait(run, waiting, timeout_seconds)
    return tuple(each if isinstance(each, Outcome) else done[id(each)] for each in sent)


def _send(run: _Run, sender: IngestSender, resolved: Resolved) -> Outcome | _Waiting:
    key = resolved.key
    if key is None:
        return Outcome(resolved, "no key", reason=resolved.problem)
    if not resolved.target.is_used:
        return Outcome(resolved, "unused", reason="not sent: no app uses this key")
    event_id, moment = make_event_id(), datetime.now(UTC)
    content = render_envelope(event_id, run.nonce, resolved.target.environment, moment)
    try:
        address = read_dsn(key.dsn_public, resolved.dsn_name)
        delivery = sender.send(address.url, address.public_key, content)
    except SettingsError as error:
        return Outcome(resolved, "refused", reason=f"not sent: {error.summary}")
    if not delivery.is_accepted:
        return _refused(resolved, key, delivery)
    outcome = Outcome(resolved, "not seen", is_sent=True, event_id=event_id)
    return _Waiting(outcome, key, time.monotonic(), moment)


def _refused(resolved: Resolved, key: Key, delivery: Delivery) -> Outcome:
    """Word what the ingest endpoint said to an event that it did not take."""
    said = f": {delivery.detail}" if delivery.detail else ""
    state: State = "refused"
    match delivery.status:
        case 0:
            state, reason = "unchecked", f"the ingest endpoint did not answer{said}"
        case status if status == _FORBIDDEN and not key.is_active:
            state, reason = "disabled", "the key is disabled (403)"
        case status if status == _TOO_MANY:
            seconds = f", free again in {delivery.retry_after_seconds:.0f} s"
            reason = f"rate limited (429){seconds if delivery.retry_after_seconds else ''}"
            state = "rate limited"
        case status if status // 100 == 3:  # noqa: PLR2004  # the class of redirects
            reason = f"the ingest endpoint redirects ({status}), which is not followed"
        case status if status // 100 == 5:  # noqa: PLR2004  # the class of server faults
            state, reason = "unchecked", f"the ingest endpoint is unwell ({status}){said}"
        case status:
            reason = f"refused ({status}){said}"
    return Outcome(resolved, state, reason=reason)


def _wait(run: _Run, waiting: Iterable[_Waiting], timeout_seconds: float) -> dict[int, Outcome]:
    """Poll in rounds until each is seen or the time is up."""
    latest = time.monotonic() + timeout_seconds
    pending = list(waiting)
    done: dict[int, Outcome] = {}
    wait = _FIRST_WAIT_SECONDS
    while pending:
        polled = list(run.pool.map(lambda each: _poll(run, each), pending))
        done |= {id(one): outcome for one, outcome in zip(pending, polled, strict=True)}
        pending = [one for one in pending if done[id(one)].state in {"not seen", "unchecked"}]
        left = latest - time.monotonic()
        if left <= 0 or not pending:
            break
        time.sleep(min(left, wait * random.uniform(0.8, 1.2)))  # noqa: S311  # jitter is no secret
        wait = min(_LONGEST_WAIT_SECONDS, wait * 1.7)
    missing = [one for one in pending if done[id(one)].state == "not seen"]
    explained = run.pool.map(lambda each: _explain_missing(run, each, timeout_seconds), missing)
    return done | {id(one): outcome for one, outcome in zip(missing, explained, strict=True)}


def _poll(run: _Run, one: _Waiting) -> Outcome:
    """Ask once for one canary; a fault is told with the outcome and does not end the run."""
    project = str(one.key.project_id)
    try:
        tags = find_event_tags(run.client, run.organization, project, one.outcome.event_id)
    except (Unauthorized, Forbidden):
        what = "sent, but the token may not read events (project:read)"
        return replace(one.outcome, state="unchecked", reason=what)
    except ApiError as error:
        return replace(one.outcome, state="unchecked", reason=f"sent, but {error.summary}")
    if tags is None or tags.get(TAG) != run.nonce:
        return replace(one.outcome, state="not seen")
    seconds = round(time.monotonic() - one.sent_at, 1)
    return replace(one.outcome, state="seen", seen_after_seconds=seconds)


def _explain_missing(run: _Run, one: _Waiting, timeout_seconds: float) -> Outcome:
    """Say what the key's statistics tell of a canary that was taken and is not shown."""
    late = replace(one.outcome, reason=f"accepted, not seen within {timeout_seconds:g} s")
    project, since = str(one.key.project_id), one.moment - _BEFORE
    try:
        outcomes = find_outcomes(
            run.client, run.organization, project, one.key.id, since=since, resolution="10s"
        )
    except ApiError:
        return late
    filtered = sum(each.filtered for each in outcomes or ())
    dropped = sum(each.dropped for each in outcomes or ())
    if filtered:
        said = f"{late.reason}; an inbound filter put {filtered} of this key's events aside"
        return replace(late, state="filtered", reason=said)
    if dropped:
        said = f"{late.reason}; a limit or quota dropped {dropped} of this key's events"
        return replace(late, state="rate limited", reason=said)
    return late
