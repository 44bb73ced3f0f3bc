from collections.abc import Iterator

import pytest

from tests.sandboxes import RunningSandbox
from watchpost.coolify import AppRef, CoolifyClient
from watchpost.transport import RetryPolicy, Transport


@pytest.fixture
def app() -> AppRef:
    """An application without any row."""
    return AppRef("application", "railpack-expressjs")


@pytest.fixture
def client(contracts_sandbox: RunningSandbox) -> Iterator[CoolifyClient]:
    """Coolify's API with the root token, impatient."""
    transport = Transport(
        "Coolify",
        contracts_sandbox.coolify_url,
        contracts_sandbox.tokens["coolify"]["root"],
        token_variable="COOLIFY_TOKEN",
        retry=RetryPolicy(attempts=2, base_seconds=0.01),
    )
    yield CoolifyClient(transport)
    transport.close()
