"""
How many events came by a key, by outcome and time.

Does not: know when a key was last used; the server does not say either.

Source: getsentry/sentry, src/sentry/core/endpoints/project_key_stats.py.
"""

from starlette.responses import Response

from sandbox.sentry.answers import answer, bad_request
from sandbox.sentry.call import Call, Row
from sandbox.sentry.keys import get_key

# Keyed by the names the API takes: seconds.
RESOLUTIONS = {"10s": 10, "1m": 60, "1h": 3600, "1d": 86400}
DAY_SECONDS = 86400
# More buckets than this are refused, as the server's event store does.
MOST_BUCKETS = 10_000


def show_stats(call: Call) -> Response:
    """``[{ts, total, accepted, filtered, dropped}]``, one per interval from since to until."""
    key = get_key(call)
    width = RESOLUTIONS.get(call.parameter("resolution") or "1h")
    until = _epoch(call, "until", int(call.world.now().timestamp()))
    since = _epoch(call, "since", until - DAY_SECONDS)
    if width is None or since > until or (until - since) / width > MOST_BUCKETS:
        raise _refuse()
    first = since - since % width
    buckets = [_bucket(ts) for ts in range(first, until + 1, width)]
    outcomes = call.store.rows(
        "SELECT outcome, at_ms FROM sentry_outcomes WHERE key_id = ? AND at_ms >= ? AND at_ms < ?",
        key["id"],
        first * 1000,
        (first + len(buckets) * width) * 1000,
    )
    for row in outcomes:
        bucket = buckets[(row["at_ms"] // 1000 - first) // width]
        bucket[row["outcome"]] += 1
        bucket["total"] += 1
    return answer(buckets)


def _bucket(ts: int) -> Row:
    return {"ts": ts, "total": 0, "accepted": 0, "filtered": 0, "dropped": 0}


def _epoch(call: Call, name: str, default: int) -> int:
    asked = call.parameter(name)
    if asked is None:
        return default
    try:
        return int(float(asked))
    except (ValueError, OverflowError):
        raise _refuse() from None


def _refuse() -> Exception:
    return bad_request({"detail": "Invalid request data"})
