import sys
from collections.abc import Iterator

import pytest

from components.coolify_session import close_sessions
from tests.provider.coolify.apps import App
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of the machine's settings reaches a provider, and nothing of a test the next."""
    monkeypatch.delenv("COOLIFY_URL", raising=False)
    monkeypatch.delenv("WATCHPOST_READ_ONLY", raising=False)
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)
    yield
    close_sessions()


@pytest.fixture
def sandbox(demo_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> RunningSandbox:
    """The demo's fleet, its root token in the environment."""
    monkeypatch.setenv("COOLIFY_TOKEN", demo_sandbox.tokens["coolify"]["root"])
    return demo_sandbox


@pytest.fixture
def stack(sandbox: RunningSandbox) -> Stack:
    """An empty stack on that sandbox."""
    return Stack(sandbox.coolify_url)


@pytest.fixture
def app(sandbox: RunningSandbox) -> App:
    """The application shop-web: running, with one finished deployment and foreign rows."""
    return App(sandbox, "shop-web")
