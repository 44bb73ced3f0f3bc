"""Fixtures of the tests of the simulated Sentry."""

import pytest

from tests.sandbox.sentry.acme import Acme
from tests.sandbox.sentry.crashing_shop import CrashingShop
from tests.sandboxes import RunningSandbox


@pytest.fixture
def acme(empty_sandbox: RunningSandbox) -> Acme:
    """The organization acme with nothing in it."""
    return Acme(empty_sandbox)


@pytest.fixture
def web(acme: Acme) -> Acme:
    """Acme with a team ``web`` and its project ``shop`` on node."""
    acme.team("web")
    acme.project("shop", "web", platform="node")
    return acme


@pytest.fixture
def shop(web: Acme) -> CrashingShop:
    """The project shop, ready to send events."""
    return CrashingShop(web)
