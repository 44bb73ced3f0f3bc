"""
The provider: turns the engine's requests into calls of the resource types, and back.

Does not: know any field. Calls run in a bounded pool of threads, because clients are synchronous.
Three rules for all types stand here:

- In a preview nothing is written: the transport refuses, whatever a resource type does.
- In a preview a fault of one resource is a warning and unknown outputs, since an error would stop
  the whole run; a token that Sentry refuses concerns everything and is raised.
- A Read that fails answers what is recorded. The next diff of that resource reports a change and
  its update looks again, and raises; the others go on.

Source: design.md 4 and 7; pulumi-engine.md 6.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from pulumi.provider.experimental.provider import (
    CheckFailure,
    CheckRequest,
    CheckResponse,
    ConfigureRequest,
    ConfigureResponse,
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    InvokeRequest,
    InvokeResponse,
    PropertyDiff,
    PropertyDiffKind,
    Provider,
    ReadRequest,
    ReadResponse,
    UpdateRequest,
    UpdateResponse,
)

from providers.sentry.diagnostics import EngineLog, PermittedLog, ResourceLog
from providers.sentry.keys import KeyType
from providers.sentry.projects import ProjectType
from providers.sentry.properties import Properties, from_plain, to_plain
from providers.sentry.resource_type import Created, Observed, ResourceType, Session
from providers.sentry.settings import config_faults, open_session
from providers.sentry.takeover import ALLOW_TOKEN
from providers.sentry.teams import TeamType
from watchpost.errors import ApiError, SettingsError, Unauthorized, WatchpostError
from watchpost.permit import find_permit
from watchpost.transport import writes_refused

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")
_THREADS = 16
_TYPES: dict[str, Callable[[Session], ResourceType]] = {
    "sentry:index/sentryTeam:SentryTeam": TeamType,
    "sentry:index/sentryProject:SentryProject": ProjectType,
    "sentry:index/sentryKey:SentryKey": KeyType,
}


class SentryProvider(Provider):
    """The plugin behind `sentry:index/...` resources."""

    def __init__(self, log: EngineLog) -> None:
        self._log = log
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="sentry")
        self._session: Session | None = None
        self._types: dict[str, ResourceType] = {}
        self._unchecked: set[str] = set()

    async def check_config(self, request: CheckRequest) -> CheckResponse:
        """Refuse a token in the configuration, and two URLs that differ."""
        faults = config_faults(to_plain(request.new_inputs))
        return CheckResponse(request.new_inputs, _failures(faults))

    async def configure(self, request: ConfigureRequest) -> ConfigureResponse:
        """Connect to the server that is meant."""
        self._session = session = open_session(to_plain(request.args))
        self._types = {token: make(session) for token, make in _TYPES.items()}
        # Without accept_secrets the engine itself keeps the secrecy of inputs.
        return ConfigureResponse(supports_preview=True)

    async def invoke(self, request: InvokeRequest) -> InvokeResponse:
        """Take in the names of the resources that may change what they take over."""
        if request.tok != ALLOW_TOKEN:
            raise SettingsError(request.tok, "this plugin has no such function")
        names = to_plain(request.args).get("names", [])
        self._configured().takeovers.allow([str(each) for each in names])
        return InvokeResponse({})

    async def check(self, request: CheckRequest) -> CheckResponse:
        """Name inputs that are missing."""
        faults = self._type_of(request.type).check(to_plain(request.new_inputs))
        return CheckResponse(request.new_inputs, _failures(faults))

    async def diff(self, request: DiffRequest) -> DiffResponse:
        """Compare by meaning; the engine words the differences of inputs itself."""
        outputs, inputs = to_plain(request.old_state), to_plain(request.new_inputs)
        inputs = _less_ignored(outputs, inputs, request.ignore_changes)
        difference = self._type_of(request.type).diff(outputs, inputs)
        unchecked = ["unchecked"] if request.urn in self._unchecked else []
        if unchecked or difference.outputs:
            return DiffResponse(
                changes=True,
                diffs=[*unchecked, *difference.inputs, *difference.outputs],
                detailed_diff=_detailed(difference.inputs, difference.outputs),
            )
        return DiffResponse(changes=None if difference.inputs else False)

    async def create(self, request: CreateRequest) -> CreateResponse:
        """Make the resource or go on with the existing one; in a preview, look only."""
        kind, inputs = self._type_of(request.type), to_plain(request.properties)
        tell = ResourceLog(self._log, request.urn)
        _raise_if_missing(kind, inputs)
        if request.preview:
            look = functools.partial(kind.preview_create, request.name, inputs, tell)
            unknown = kind.unknown_outputs(inputs)
            created = await self._run(lambda: _look_only(look, unknown, tell))
        else:
            permit = find_permit()
            if permit is not None:
                permit.raise_if_unplanned(request.urn, "create", inputs=inputs)
                tell = PermittedLog(self._log, request.urn, permit)
            created = await self._run(lambda: kind.create(request.name, inputs, tell))
        return CreateResponse(created.id, from_plain(created.outputs, kind.secrets))

    async def read(self, request: ReadRequest) -> ReadResponse:
        """Show what is; an empty id says that it is gone for sure."""
        kind = self._type_of(request.type)
        inputs, outputs = to_plain(request.inputs), to_plain(request.properties)
        observed = await self._run(lambda: self._read_or_recall(kind, request, inputs, outputs))
        if observed is None:
            return ReadResponse()
        return ReadResponse(
            observed.id,
            from_plain(observed.outputs, kind.secrets),
            from_plain(observed.inputs, kind.secrets),
        )

    def _read_or_recall(
        self, kind: ResourceType, request: ReadRequest, inputs: Properties, outputs: Properties
    ) -> Observed | None:
        try:
            with writes_refused():
                observed = kind.read(request.resource_id, inputs, outputs)
        except ApiError as error:
            if not outputs:  # an import has nothing to recall
                raise
            self._unchecked.add(request.urn)
            tell = ResourceLog(self._log, request.urn)
            tell.warn(f"could not check this resource, its recorded state is kept\n{error}")
            return Observed(request.resource_id, inputs, outputs)
        self._unchecked.discard(request.urn)
        return observed

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        """Make it as declared; in a preview, answer what that would be."""
        kind = self._type_of(request.type)
        outputs = to_plain(request.olds)
        inputs = _less_ignored(outputs, to_plain(request.news), request.ignore_changes)
        if request.preview:
            return UpdateResponse(from_plain(kind.preview_update(outputs, inputs), kind.secrets))
        look = request.urn in self._unchecked
        difference = kind.diff(outputs, inputs)
        permit = find_permit()
        if permit is not None:
            fields = (*difference.inputs, *difference.outputs)
            permit.raise_if_unplanned(request.urn, "update", fields, to_plain(request.news))
        updated = await self._run(lambda: kind.update(outputs, inputs, look=look))
        self._unchecked.discard(request.urn)
        return UpdateResponse(from_plain(updated, kind.secrets))

    async def delete(self, request: DeleteRequest) -> None:
        """Delete it; it may be gone already."""
        kind, outputs = self._type_of(request.type), to_plain(request.properties)
        permit = find_permit()
        if permit is not None:
            permit.raise_if_unplanned(request.urn, "delete")
        await self._run(lambda: kind.delete(request.resource_id, outputs))

    def _configured(self) -> Session:
        if self._session is None:
            raise SettingsError("plugin sentry", "it was asked before it was configured")
        return self._session

    def _type_of(self, qualified: str) -> ResourceType:
        self._configured()
        # A URN names the types of all parents before the resource's own: `component$token`.
        token = qualified.rpartition("$")[2]
        try:
            return self._types[token]
        except KeyError:
            raise SettingsError(
                token,
                "this plugin does not serve that type",
                detail="It serves " + ", ".join(sorted(_TYPES)),
            ) from None

    async def _run(self, call: Callable[[], Result]) -> Result:
        """Run *call* in the pool, in a context of its own."""
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._pool, context.run, call)


def _look_only(look: Callable[[], Created], unknown: Properties, tell: ResourceLog) -> Created:
    """Preview a create without writing; what concerns one resource alone becomes a warning."""
    try:
        with writes_refused():
            return look()
    except (Unauthorized, SettingsError):
        raise
    except ApiError as error:
        tell.warn(f"could not check this resource\n{error}")
        return Created("", unknown)
    except WatchpostError as error:
        tell.warn(str(error))
        return Created("", unknown)


def _raise_if_missing(kind: ResourceType, inputs: Properties) -> None:
    missing = [each for each in kind.required if not inputs.get(each)]
    if missing:
        raise SettingsError("inputs", f"required and missing: {', '.join(missing)}")


def _less_ignored(outputs: Properties, inputs: Properties, ignored: list[str]) -> Properties:
    """*inputs* with those whose changes are ignored as they are recorded, or left out."""
    kept = {name: value for name, value in inputs.items() if name not in ignored}
    return kept | {name: outputs[name] for name in ignored if name in outputs}


def _failures(faults: dict[str, str]) -> list[CheckFailure]:
    return [CheckFailure(name, reason) for name, reason in faults.items()]


def _detailed(inputs: tuple[str, ...], outputs: tuple[str, ...]) -> dict[str, PropertyDiff]:
    differing = {each: PropertyDiff(PropertyDiffKind.UPDATE, True) for each in inputs}  # noqa: FBT003  # the SDK's order
    repaired = {each: PropertyDiff(PropertyDiffKind.UPDATE, False) for each in outputs}  # noqa: FBT003  # the SDK's order
    return differing | repaired
