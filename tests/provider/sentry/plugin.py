"""
Speaking to the Sentry plugin as the engine does: its launcher as a process, gRPC over loopback.

Does not: import the plugin. What a test sees is what the engine would see.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent import futures
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]  # ships no types
from google.protobuf import (  # type: ignore[import-untyped]  # ships no types
    empty_pb2,
    json_format,
    struct_pb2,
)
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    provider_pb2,
    provider_pb2_grpc,
)

from tests.sandboxes import RunningSandbox

ROOT = Path(__file__).parents[3]
LAUNCHER = ROOT / "providers" / "sentry" / "pulumi-resource-sentry"
TYPES = {
    "team": "sentry:index/sentryTeam:SentryTeam",
    "project": "sentry:index/sentryProject:SentryProject",
    "key": "sentry:index/sentryKey:SentryKey",
}
PARENT = "watchpost:index:MonitoredProject"  # the types of its parents precede a type in a URN
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
Values = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """One message to the user: `info` or `warning`, and the logical name it is about."""

    severity: str
    name: str
    text: str


@dataclass(frozen=True)
class State:
    """What the engine would record of a resource."""

    id: str
    outputs: Values
    inputs: Values
    secrets: frozenset[str] = frozenset()


class FakeEngine(engine_pb2_grpc.EngineServicer):
    """Takes in what the plugin logs."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def Log(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: N802  # the protocol's name
        """Keep the message."""
        del context
        severity = engine_pb2.LogSeverity.Name(request.severity).lower()
        self.messages.append(Message(severity, request.urn.split("::")[-1], request.message))
        return empty_pb2.Empty()


class Plugin:
    """A running plugin."""

    def __init__(self, channel: Any, engine: FakeEngine) -> None:
        self.stub = provider_pb2_grpc.ResourceProviderStub(channel)
        self.engine = engine

    @property
    def messages(self) -> list[Message]:
        """What it said so far."""
        return self.engine.messages

    def check_config(self, **config: str) -> list[tuple[str, str]]:
        """Faults of the stack's settings: name and reason."""
        request = provider_pb2.CheckRequest(
            urn="urn:pulumi:t::t::pulumi:providers:sentry::default", news=_struct(config)
        )
        return [(each.property, each.reason) for each in self.stub.CheckConfig(request).failures]

    def configure(self, **config: str) -> None:
        """Configure it as the engine does."""
        self.stub.Configure(
            provider_pb2.ConfigureRequest(
                args=_struct(config), acceptSecrets=True, acceptResources=True
            )
        )

    def allow_takeover(self, *names: str) -> None:
        """Let the resources of these names change what they take over."""
        self.invoke("sentry:index/allowTakeover:allowTakeover", {"names": list(names)})

    def invoke(self, token: str, arguments: Values) -> None:
        """Call a function of the plugin."""
        self.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=_struct(arguments)))

    def check(self, kind: str, name: str, inputs: Values) -> list[tuple[str, str]]:
        """Faults of the inputs: property and reason."""
        request = provider_pb2.CheckRequest(urn=urn(kind, name), news=_struct(inputs))
        return [(each.property, each.reason) for each in self.stub.Check(request).failures]

    def create(self, kind: str, name: str, inputs: Values, *, preview: bool = False) -> State:
        """Create, or preview it."""
        answer = self.stub.Create(
            provider_pb2.CreateRequest(
                urn=urn(kind, name), properties=_struct(inputs), preview=preview
            )
        )
        outputs, secrets = _plain(answer.properties)
        return State(answer.id, outputs, inputs, secrets)

    def read(self, kind: str, name: str, state: State) -> State:
        """Read anew; an empty id says that it is gone."""
        answer = self.stub.Read(
            provider_pb2.ReadRequest(
                id=state.id,
                urn=urn(kind, name),
                properties=_struct(state.outputs),
                inputs=_struct(state.inputs),
            )
        )
        outputs, secrets = _plain(answer.properties)
        return State(answer.id, outputs, _plain(answer.inputs)[0], secrets)

    def import_(self, kind: str, resource_id: str) -> State:
        """Read something that state does not hold."""
        return self.read(kind, "imported", State(resource_id, {}, {}))

    def diff(self, kind: str, name: str, state: State, inputs: Values) -> Any:
        """The protocol's DiffResponse."""
        return self.stub.Diff(
            provider_pb2.DiffRequest(
                id=state.id,
                urn=urn(kind, name),
                olds=_struct(state.outputs),
                news=_struct(inputs),
                old_inputs=_struct(state.inputs),
            )
        )

    def is_changed(self, kind: str, name: str, state: State, inputs: Values) -> bool:
        """Whether the engine would see a change."""
        changes: int = self.diff(kind, name, state, inputs).changes
        return changes != provider_pb2.DiffResponse.DIFF_NONE

    def update(
        self, kind: str, name: str, state: State, inputs: Values, *, preview: bool = False
    ) -> State:
        """Update, or preview it."""
        answer = self.stub.Update(
            provider_pb2.UpdateRequest(
                id=state.id,
                urn=urn(kind, name),
                olds=_struct(state.outputs),
                news=_struct(inputs),
                old_inputs=_struct(state.inputs),
                preview=preview,
            )
        )
        outputs, secrets = _plain(answer.properties)
        return State(state.id, outputs, inputs, secrets)

    def delete(self, kind: str, name: str, state: State) -> None:
        """Delete it."""
        self.stub.Delete(
            provider_pb2.DeleteRequest(
                id=state.id, urn=urn(kind, name), properties=_struct(state.outputs)
            )
        )


def urn(kind: str, name: str) -> str:
    """The name of a resource as the engine makes it."""
    return f"urn:pulumi:test::fleet::{PARENT}${TYPES[kind]}::{name}"


def _struct(values: Values) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update({name: value for name, value in values.items() if value is not None})
    return struct


def _plain(struct: struct_pb2.Struct) -> tuple[Values, frozenset[str]]:
    values: Values = json_format.MessageToDict(struct)
    secrets = frozenset(
        name
        for name, value in values.items()
        if isinstance(value, dict) and value.get(_SIGNATURE) == _SECRET
    )
    return {
        name: value["value"] if name in secrets else value for name, value in values.items()
    }, secrets


def environment(sandbox: RunningSandbox, holder: str = "root") -> dict[str, str]:
    """The environment of a plugin that works on *sandbox*."""
    ours = {"SENTRY_AUTH_TOKEN", "SENTRY_BASE_URL", "WATCHPOST_READ_ONLY"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {
        "SENTRY_BASE_URL": sandbox.sentry_url,
        "SENTRY_AUTH_TOKEN": sandbox.tokens["sentry"][holder],
        "VIRTUAL_ENV": str(Path(sys.executable).parent.parent),
    }


@contextlib.contextmanager
def start_plugin(variables: dict[str, str]) -> Iterator[Plugin]:
    """Start the launcher with these environment variables, for as long as the block lasts."""
    engine = FakeEngine()
    server = grpc.server(futures.ThreadPoolExecutor(4))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    engine_port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    command = [str(LAUNCHER), f"127.0.0.1:{engine_port}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=variables)
    try:
        assert process.stdout is not None
        port = process.stdout.readline().decode().strip()
        with process.stdout, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Plugin(channel, engine)
    finally:
        process.terminate()
        process.wait()
        server.stop(None).wait()
