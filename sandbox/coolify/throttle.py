"""
Coolify's rate limit: a fixed window per user, or per address where no user is known.

Does not: hold the counters; those are in sandbox.limits, so that the control API can reset them.

Source: coolify-api.md section 2. The recorded server counts its first user, whose id is 0,
together with unauthenticated calls of the same address: it takes the id when that is not zero, and
the address otherwise.
"""

from sandbox.coolify.call import Call, Refused, Reply, error_page, wants_json
from sandbox.limits import Window

HEALTH_LIMIT = 1000


def throttled(call: Call, *, is_health: bool = False) -> dict[str, str]:
    """
    Count the call and return the headers its answer gets; none when the limit is off.

    Raises:
        Refused: The window is used up; the call is not counted.
    """
    rule = call.world.limits.coolify
    if rule.limit is None:
        return {}
    now = call.world.now().timestamp()
    window = call.world.limits.window(_key(call), rule.window_seconds, now)
    limit = HEALTH_LIMIT if is_health else rule.limit
    if window.count >= limit:
        raise Refused(_too_many(call, limit, window, now))
    window.count += 1
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(limit - window.count),
    }


def _key(call: Call) -> str:
    user_id = call.principal.user_id if call.principal else 0
    return f"coolify user {user_id}" if user_id else f"coolify address {call.address}"


def _too_many(call: Call, limit: int, window: Window, now: float) -> Reply:
    wait = window.seconds_left(now)
    headers = {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": "0",
        "Retry-After": str(wait),
        "X-RateLimit-Reset": str(int(now) + wait),
    }
    if wants_json(call.headers):
        return Reply(429, {"message": "Too Many Attempts."}, headers)
    page = error_page(429)
    return Reply(429, page.body, headers, html=True)
