"""The Allow header, and what browsers of other sites are told before they call."""

import pytest

from tests.sandbox.sentry.acme import Acme
from tests.sandboxes import send


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/organizations/acme/", "GET, PUT, DELETE, HEAD, OPTIONS"),
        ("/organizations/acme/projects/", "GET, POST, HEAD, OPTIONS"),
        ("/organizations/acme/project-keys/", "GET, HEAD, OPTIONS"),
        ("/teams/acme/web/", "GET, PUT, DELETE, HEAD, OPTIONS"),
        ("/projects/acme/nobody/", "GET, PUT, DELETE, HEAD, OPTIONS"),
        ("/projects/acme/shop/teams/web/", "POST, DELETE, OPTIONS"),
        ("/projects/acme/shop/filters/localhost/", "PUT, OPTIONS"),
        ("/projects/acme/shop/issues/", "GET, PUT, DELETE, HEAD, OPTIONS"),
    ],
)
def test_allow_header(web: Acme, path: str, allowed: str) -> None:
    """Every answer of an endpoint, refused or not, names its methods in the server's order."""
    for answer in (web.get(path), web.get(path, "nobody"), web.call("PATCH", path, {})):
        assert answer.headers["allow"] == allowed
        assert answer.headers["access-control-allow-methods"] == allowed
        assert answer.headers["access-control-allow-origin"] == "*"


def test_preflight(acme: Acme) -> None:
    """OPTIONS needs no token and answers 200 without a body, to be kept for an hour."""
    answer = send("OPTIONS", f"{acme.sandbox.sentry_url}/api/0/organizations/acme/teams/")
    assert (answer.status, answer.text) == (200, "")
    assert answer.headers["allow"] == "GET, POST, HEAD, OPTIONS"
    assert answer.headers["access-control-max-age"] == "3600"
