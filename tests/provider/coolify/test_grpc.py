"""The provider as the engine really runs it: its own process, spoken to over gRPC."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]  # ships no types
import pytest
from google.protobuf import (  # type: ignore[import-untyped]  # likewise
    json_format,
    struct_pb2,
)
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, KEY, OTHER_DSN, SECRETS, inputs, variable
from tests.provider.coolify.test_pickling import STORED
from tests.sandboxes import RunningSandbox

ROOT = Path(__file__).parents[3]
URN = "urn:pulumi:test::watchpost::pulumi-python:dynamic/watchpost:CoolifyEnvironment::shop-web"


def declared(**overrides: Any) -> dict[str, Any]:
    """What the engine sends for `inputs()`."""
    return inputs(__provider=STORED, **overrides)


def struct(props: dict[str, Any]) -> struct_pb2.Struct:
    """Properties as they travel."""
    travelling = struct_pb2.Struct()
    travelling.update(props)
    return travelling


class Plugin:
    """A provider process and a connection to it."""

    def __init__(self, settings: dict[str, str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.dynamic"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        port = self.process.stdout.readline().decode().strip()
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)
        self.stub.Configure(provider_pb2.ConfigureRequest(args=struct(settings)))

    def stop(self) -> str:
        """End the process; answers what it wrote to stderr."""
        self.channel.close()
        self.process.terminate()
        return self.process.communicate()[1].decode()

    def create(self, props: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Create; answers id and outputs."""
        answer = self.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(props)))
        return answer.id, json_format.MessageToDict(answer.properties)

    def read(self, id_: str, outs: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Read; answers id, outputs and inputs."""
        answer = self.stub.Read(provider_pb2.ReadRequest(id=id_, urn=URN, properties=struct(outs)))
        seen = json_format.MessageToDict(answer)
        return answer.id, seen.get("properties", {}), seen.get("inputs", {})

    def diff(self, outs: dict[str, Any], news: dict[str, Any]) -> Any:
        """Diff; answers the whole message."""
        request = provider_pb2.DiffRequest(id="x", urn=URN, olds=struct(outs), news=struct(news))
        return self.stub.Diff(request)

    def update(self, outs: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        """Update; answers outputs."""
        request = provider_pb2.UpdateRequest(
            id="application/shop-web", urn=URN, olds=struct(outs), news=struct(news)
        )
        updated: dict[str, Any] = json_format.MessageToDict(self.stub.Update(request).properties)
        return updated

    def delete(self, id_: str, outs: dict[str, Any]) -> None:
        """Delete."""
        request = provider_pb2.DeleteRequest(id=id_, urn=URN, properties=struct(outs))
        self.stub.Delete(request)

    def check(self, news: dict[str, Any]) -> dict[str, Any]:
        """Check; answers the inputs."""
        answer = self.stub.Check(provider_pb2.CheckRequest(urn=URN, news=struct(news)))
        checked: dict[str, Any] = json_format.MessageToDict(answer.inputs)
        return checked


@pytest.fixture
def plugin(sandbox: RunningSandbox) -> Iterator[Plugin]:
    """A provider process for the sandbox."""
    settings = {
        "coolify:url": sandbox.coolify_url,
        "watchpost:fingerprintKey": KEY,
        "coolify:queuePatienceSeconds": "0",
    }
    running = Plugin(settings, {"COOLIFY_TOKEN": sandbox.tokens["coolify"]["root"]})
    yield running
    running.stop()


def test_a_whole_life_over_grpc(plugin: Plugin, app: App) -> None:
    """Check, create, diff, read, update and delete, with numbers as floats and all."""
    assert plugin.check(declared())["variables"]["SENTRY_DSN"]["value"] == DSN
    id_, outs = plugin.create(declared())
    assert (id_, outs["state"]) == ("application/shop-web", "checked")
    assert plugin.diff(outs, declared()).changes == provider_pb2.DiffResponse.DIFF_NONE
    app.edit("SENTRY_DSN", value=OTHER_DSN)
    id_, outs, observed = plugin.read(id_, outs)
    assert (
        observed["variables"]["SENTRY_DSN"]["fingerprint"]
        != (declared()["variables"]["SENTRY_DSN"]["fingerprint"])
    )
    assert plugin.diff(outs, declared()).changes == provider_pb2.DiffResponse.DIFF_UNKNOWN
    outs = plugin.update(outs, declared())
    assert app.row("SENTRY_DSN")["value"] == DSN
    plugin.delete(id_, outs)
    assert app.row("SENTRY_DSN")["value"] == DSN, "declared in this run"


def test_a_process_without_a_program_removes_what_is_ours(plugin: Plugin, app: App) -> None:
    """`pulumi destroy` checks nothing, so that nothing is declared."""
    id_, outs = plugin.create(declared())
    assert app.row("SENTRY_DSN")["value"] == DSN
    plugin.delete(id_, outs)
    assert app.find("SENTRY_DSN") is None


def test_unknown_values_pass_through_check_and_diff(plugin: Plugin) -> None:
    """In a preview a DSN may not be there yet; nothing is validated or sent."""
    news = declared(variables={"SENTRY_DSN": variable()})
    news["variables"]["SENTRY_DSN"] |= {"value": rpc.UNKNOWN, "fingerprint": rpc.UNKNOWN}
    assert plugin.check(news)["variables"]["SENTRY_DSN"]["value"] == rpc.UNKNOWN
    outs = {**declared(), "state": "checked"}
    assert plugin.diff(outs, news).changes == provider_pb2.DiffResponse.DIFF_UNKNOWN


def test_another_app_is_named_as_the_cause_of_a_replacement(plugin: Plugin) -> None:
    """The engine replaces a resource whose app is another one."""
    outs = {**declared(), "state": "checked"}
    assert list(plugin.diff(outs, declared(uuid="shop-api")).replaces) == ["uuid"]


def test_an_app_that_is_gone_has_an_empty_id(plugin: Plugin, app: App) -> None:
    """The engine then drops it and plans a create."""
    id_, outs = plugin.create(declared())
    app.delete()
    assert plugin.read(id_, outs)[0] == ""


def test_an_error_is_its_own_words_and_nothing_else(plugin: Plugin, app: App) -> None:
    """No traceback, no class path, no value."""
    app.add("SENTRY_DSN", OTHER_DSN)
    with pytest.raises(grpc.RpcError) as raised:
        plugin.create(declared())
    text = raised.value.details()
    assert text.startswith("ForeignOwner: acme/shop: application shop-web: not ours to write")
    assert "Traceback" not in text
    assert "File " not in text
    assert not any(secret in text for secret in SECRETS)


def test_a_process_without_a_token_says_so(sandbox: RunningSandbox) -> None:
    """The message names the variable to set."""
    settings = {"coolify:url": sandbox.coolify_url, "watchpost:fingerprintKey": KEY}
    plugin = Plugin(settings, {"COOLIFY_TOKEN": ""})
    with pytest.raises(grpc.RpcError) as raised:
        plugin.create(declared())
    plugin.stop()
    assert raised.value.details().startswith("SettingsError: COOLIFY_TOKEN: no usable token given")


def test_two_urls_that_differ_are_refused(sandbox: RunningSandbox) -> None:
    """A staging stack must not reach production because of a variable left over."""
    settings = {"coolify:url": sandbox.coolify_url, "watchpost:fingerprintKey": KEY}
    token = sandbox.tokens["coolify"]["root"]
    other = {"COOLIFY_TOKEN": token, "COOLIFY_URL": "https://coolify.example"}
    plugin = Plugin(settings, other)
    with pytest.raises(grpc.RpcError) as raised:
        plugin.create(declared())
    plugin.stop()
    assert "name different servers" in raised.value.details()
    assert sandbox.log("coolify") == []


def test_nothing_secret_is_written_to_the_streams(sandbox: RunningSandbox) -> None:
    """Neither token nor value shows in what the process prints."""
    settings = {"coolify:url": sandbox.coolify_url, "watchpost:fingerprintKey": KEY}
    token = sandbox.tokens["coolify"]["root"]
    plugin = Plugin(settings, {"COOLIFY_TOKEN": token})
    id_, outs = plugin.create(declared())
    plugin.delete(id_, outs)
    printed = plugin.stop()
    assert "removed SENTRY_DSN, SENTRY_ENVIRONMENT" in printed
    assert not any(secret in printed for secret in (*SECRETS, token, KEY))
