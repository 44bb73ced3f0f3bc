"""Fixtures of the tests of the simulated Coolify."""

import pytest

from tests.sandbox.coolify.app import App
from tests.sandboxes import RunningSandbox


@pytest.fixture
def app(contracts_sandbox: RunningSandbox) -> App:
    """An application without variables that was never deployed."""
    return App(contracts_sandbox, "/applications/railpack-expressjs")


@pytest.fixture
def service(contracts_sandbox: RunningSandbox) -> App:
    """A service without variables."""
    return App(contracts_sandbox, f"/services/{contracts_sandbox.variables['service']}")
