"""Fixtures of the tests of the simulated Sentry."""

import pytest

from tests.sandbox.sentry.acme import Acme
from tests.sandbox.sentry.crashing_shop import CrashingShop
from tests.sandbox.sentry.searched_shop import HOUR, SearchedShop
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


@pytest.fixture
def bare(web: Acme) -> SearchedShop:
    """The project shop without events."""
    return SearchedShop(web)


@pytest.fixture
def stocked(bare: SearchedShop) -> SearchedShop:
    """Shop with three issues: Old of ten hours ago and one hour ago, Mild, and Paid of the card."""
    bare.send(
        "Old",
        ago=10 * HOUR,
        release="shop@1",
        environment="production",
        user={"id": "7", "email": "mia@example.com"},
    )
    bare.send("Old", ago=HOUR, release="shop@2", environment="staging", user={"id": "8"})
    bare.send("Mild", ago=60, level="warning", release="shop@2")
    bare.send("Paid", ago=30, level="fatal", tags={"payment": "card one"}, environment="production")
    return bare
