"""Fixtures: a plugin that works on an empty organization, and its parts as tests declare them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.provider.sentry.plugin import Plugin, State, Values, environment, start_plugin
from tests.sandboxes import RunningSandbox

ORGANIZATION = "acme"


@pytest.fixture
def sandbox(empty_sandbox: RunningSandbox) -> RunningSandbox:
    """An organization with the team `web`, made by hand."""
    empty_sandbox.sentry(
        "POST", f"/api/0/organizations/{ORGANIZATION}/teams/", {"slug": "web", "name": "Web"}
    )
    empty_sandbox.clear_log()
    return empty_sandbox


@pytest.fixture
def plugin(sandbox: RunningSandbox) -> Iterator[Plugin]:
    """A configured plugin of the sandbox's root token."""
    with start_plugin(environment(sandbox)) as running:
        running.configure()
        yield running


@pytest.fixture
def other_plugin(
    sandbox: RunningSandbox,
) -> Callable[[], AbstractContextManager[Plugin]]:
    """Starts one more plugin, not configured: the next run of the engine."""
    return lambda: start_plugin(environment(sandbox))


def project_inputs(**changes: object) -> Values:
    """A valid declaration of a project, with *changes*; None leaves a field out."""
    inputs = {
        "organization": ORGANIZATION,
        "name": "Shop",
        "slug": "shop",
        "platform": "node",
        "teams": ["web"],
    } | changes
    return {name: value for name, value in inputs.items() if value is not None}


def team_inputs(**changes: object) -> Values:
    """A valid declaration of a team, with *changes*."""
    inputs = {"organization": ORGANIZATION, "name": "Platform", "slug": "platform"} | changes
    return {name: value for name, value in inputs.items() if value is not None}


def key_inputs(**changes: object) -> Values:
    """A valid declaration of a client key, with *changes*."""
    inputs = {"organization": ORGANIZATION, "project": "shop", "name": "production"} | changes
    return {name: value for name, value in inputs.items() if value is not None}


@pytest.fixture
def shop(plugin: Plugin) -> State:
    """A project made by the plugin."""
    return plugin.create("project", "shop", project_inputs())
