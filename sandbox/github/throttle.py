"""
GitHub's primary rate limit: requests per hour and token, told on every answer.

Does not: know the secondary limits; a fault answers like them (403 or 429 with Retry-After).

Source: docs.github.com, "Rate limits for the REST API".
"""

from sandbox.github.call import Call, Refused, Reply


def throttled(call: Call) -> dict[str, str]:
    """
    Count the call and return the headers its answer gets; none when the limit is off.

    Raises:
        Refused: 403, the limit is used up; the call is not counted.
    """
    rule = call.world.limits.github
    if rule.limit is None:
        return {}
    name = call.caller.token_name if call.caller else "nobody"
    now = call.world.now().timestamp()
    window = call.world.limits.window(f"github {name}", rule.window_seconds, now)
    is_over = window.count >= rule.limit
    window.count += not is_over
    headers = {
        "X-RateLimit-Limit": str(rule.limit),
        "X-RateLimit-Remaining": str(rule.limit - window.count),
        "X-RateLimit-Used": str(window.count),
        "X-RateLimit-Reset": str(int(now) + window.seconds_left(now)),
        "X-RateLimit-Resource": "core",
    }
    if is_over:
        refusal = call.refusal(403, "API rate limit exceeded for installation.")
        raise Refused(Reply(403, refusal.body, headers))
    return headers
