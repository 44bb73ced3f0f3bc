"""What GitHub means by a 403 is a limit for GitHub only."""

from __future__ import annotations

import pytest

from tests.clients.transport.servers import Reply, serving
from watchpost.errors import Forbidden, RateLimited
from watchpost.transport import Dialect, RetryPolicy, Transport

ONCE = RetryPolicy(attempts=1)
LIMITING = Dialect(limits_by_403=True)
NOTHING_LEFT = {"X-RateLimit-Limit": "200", "X-RateLimit-Remaining": "0"}


@pytest.mark.parametrize("headers", [NOTHING_LEFT, {"Retry-After": "1"}])
def test_a_403_is_a_limit_only_where_it_is_meant_so(headers: dict[str, str]) -> None:
    """Coolify's last answer in a window may be a 403, too, and is one."""
    with serving(Reply(403, {"message": "no"}, headers)) as server:
        with pytest.raises(Forbidden):
            Transport("Coolify", server.url, "token", retry=ONCE).request("GET", "/x")
        with pytest.raises(RateLimited):
            Transport("GitHub", server.url, "token", retry=ONCE, dialect=LIMITING).request(
                "GET", "/x"
            )


def test_a_403_with_room_left_is_a_refusal() -> None:
    """A missing permission is not waited for."""
    headers = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "7"}
    with serving(Reply(403, {"message": "no"}, headers)) as server:
        transport = Transport("GitHub", server.url, "token", dialect=LIMITING)
        with pytest.raises(Forbidden):
            transport.request("GET", "/x")
    assert len(server.calls) == 1
