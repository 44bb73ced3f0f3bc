"""Settings: the URL from the stack or the environment, the token from the environment only."""

import contextlib

import grpc  # type: ignore[import-untyped]  # ships no types
import pytest
from pulumi.runtime.proto import provider_pb2

from tests.provider.sentry.conftest import project_inputs
from tests.provider.sentry.plugin import environment, start_plugin
from tests.sandboxes import RunningSandbox


def test_token_in_the_configuration_is_refused(sandbox: RunningSandbox) -> None:
    """It would be copied into the state; the message says what to do instead."""
    with start_plugin(environment(sandbox)) as plugin:
        faults = dict(plugin.check_config(token="sntrys_0123456789"))
    assert "SENTRY_AUTH_TOKEN" in faults["token"]
    assert "sntrys_" not in faults["token"]


def test_missing_token_is_named(sandbox: RunningSandbox) -> None:
    """Without a token nothing is asked; the message names the variable."""
    variables = environment(sandbox)
    del variables["SENTRY_AUTH_TOKEN"]
    with (
        start_plugin(variables) as plugin,
        pytest.raises(grpc.RpcError, match="set SENTRY_AUTH_TOKEN"),
    ):
        plugin.configure()
    assert sandbox.log("sentry") == []


def test_two_urls_are_refused_before_any_call(sandbox: RunningSandbox) -> None:
    """A staging stack must not reach production: both given and different is an error."""
    with start_plugin(environment(sandbox)) as plugin:
        faults = dict(plugin.check_config(baseUrl="https://sentry.example.com"))
        assert "SENTRY_BASE_URL name different servers" in faults["baseUrl"]
        with pytest.raises(grpc.RpcError, match="different servers"):
            plugin.configure(baseUrl="https://sentry.example.com")
    assert sandbox.log("sentry") == []


def test_same_url_in_two_forms_is_accepted(sandbox: RunningSandbox) -> None:
    """`http://host` and `http://host/api/` mean the same."""
    with start_plugin(environment(sandbox)) as plugin:
        url = f"{sandbox.sentry_url}/api/"
        assert plugin.check_config(baseUrl=url) == []
        plugin.configure(baseUrl=url)
        assert plugin.create("project", "shop", project_inputs()).id == "shop"


def test_read_only_mode_stops_every_write(sandbox: RunningSandbox) -> None:
    """WATCHPOST_READ_ONLY=1 holds in the plugin whatever the engine asks for."""
    with start_plugin(environment(sandbox) | {"WATCHPOST_READ_ONLY": "1"}) as plugin:
        plugin.configure()
        with pytest.raises(grpc.RpcError, match="writes are switched off"):
            plugin.create("project", "shop", project_inputs())
    assert sandbox.writes("sentry") == []


def test_unknown_type_is_named(sandbox: RunningSandbox) -> None:
    """A type that the upstream plugin serves and this one does not is an error with the list."""
    with start_plugin(environment(sandbox)) as plugin:
        plugin.configure()
        name = "urn:pulumi:t::t::sentry:index/sentryRule:SentryRule::x"
        with pytest.raises(grpc.RpcError, match=r"It serves .*SentryKey"):
            plugin.stub.Check(provider_pb2.CheckRequest(urn=name))


def test_token_is_never_in_a_message(sandbox: RunningSandbox) -> None:
    """A server that repeats the token cannot make a message of ours show it."""
    token = sandbox.tokens["sentry"]["root"]
    sandbox.add_fault(service="sentry", path="/", status=400, body={"detail": f"no {token}"})
    with start_plugin(environment(sandbox)) as plugin:
        plugin.configure()
        with contextlib.suppress(grpc.RpcError):
            plugin.create("project", "shop", project_inputs(), preview=True)
        with pytest.raises(grpc.RpcError) as caught:
            plugin.create("project", "shop", project_inputs())
        texts = [caught.value.details(), *(each.text for each in plugin.messages)]
    assert texts
    assert not any(token in text for text in texts)
    assert any("no [token]" in text for text in texts)
