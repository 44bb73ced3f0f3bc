"""
The control API: what tests and the demo may do that no client of the real services could.

Routes for everything the services share are here; each service adds its own under its name (see
the module ``control`` of each). Answers are JSON; a request that cannot be
meant gets 400 and ``{"error": what}``.

Does not: check tokens (it listens on loopback only) or appear in the request log.
"""

import dataclasses
import json
import sqlite3
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

import sandbox.coolify.control
import sandbox.github.control
import sandbox.sentry.control
from sandbox.control_errors import BadControl
from sandbox.limits import Limits
from sandbox.world import Snapshot, World

CHANGEABLE_OPTIONS: dict[str, type] = {
    "queue_limit": int,
    "api_disabled": bool,
    "allowlist": str,
    "project_keys_endpoint": bool,
}
SERVICES = ("sentry", "coolify", "github")
NUMBERS = (int, float)


def create_control(world: World) -> Starlette:
    """The control API's app."""
    control = Control(world)
    routes = [
        Route("/log", control.read_log, methods=["GET"]),
        Route("/log", control.clear_log, methods=["DELETE"]),
        Route("/faults", control.add_fault, methods=["POST"]),
        Route("/faults", control.list_faults, methods=["GET"]),
        Route("/faults", control.clear_faults, methods=["DELETE"]),
        Route("/faults/{id}", control.remove_fault, methods=["DELETE"]),
        Route("/limits", control.read_limits, methods=["GET"]),
        Route("/limits", control.set_limits, methods=["PUT"]),
        Route("/limits/windows", control.reset_windows, methods=["DELETE"]),
        Route("/snapshots", control.take_snapshot, methods=["POST"]),
        Route("/snapshots/{id}/restore", control.restore_snapshot, methods=["POST"]),
        Route("/state", control.read_state, methods=["GET"]),
        Route("/options", control.read_options, methods=["GET"]),
        Route("/options", control.set_options, methods=["PATCH"]),
        Mount("/sentry", routes=sandbox.sentry.control.routes(world)),
        Mount("/coolify", routes=sandbox.coolify.control.routes(world)),
        Mount("/github", routes=sandbox.github.control.routes(world)),
    ]
    unusable = (BadControl, json.JSONDecodeError, UnicodeDecodeError, sqlite3.Error)
    handlers: Any = dict.fromkeys(unusable, refuse)
    return Starlette(routes=routes, exception_handlers=handlers)


async def refuse(_request: Request, error: Exception) -> Response:
    """Answer 400 with what is wrong."""
    return JSONResponse({"error": str(error)}, status_code=400)


class Control:
    """The handlers of the shared routes."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def read_log(self, _request: Request) -> Response:
        """
        ``{"requests": [...], "forgotten": n}``, ordered by the time they began.

        *forgotten* counts the oldest ones that are no longer kept; 0 says that none is missing.
        """
        log = self.world.log
        return JSONResponse({"requests": log.as_json(), "forgotten": log.forgotten})

    async def clear_log(self, _request: Request) -> Response:
        """Forget all requests."""
        self.world.log.clear()
        return Response(status_code=204)

    async def add_fault(self, request: Request) -> Response:
        """Add a fault (fields: :class:`sandbox.faults.Fault`); answers ``{"id"}``."""
        fault_id = self.world.faults.add(await _object(request))
        return JSONResponse({"id": fault_id}, status_code=201)

    async def list_faults(self, _request: Request) -> Response:
        """All faults with how often they matched and hit."""
        return JSONResponse({"faults": self.world.faults.as_json()})

    async def clear_faults(self, _request: Request) -> Response:
        """Remove all faults."""
        self.world.faults.clear()
        return Response(status_code=204)

    async def remove_fault(self, request: Request) -> Response:
        """Remove one fault; 404 if there is none of that id."""
        found = self.world.faults.remove(request.path_params["id"])
        return Response(status_code=204 if found else 404)

    async def read_limits(self, _request: Request) -> Response:
        """The limits in force, keyed by service; null = off."""
        limits = self.world.limits
        return JSONResponse({name: dataclasses.asdict(getattr(limits, name)) for name in SERVICES})

    async def set_limits(self, request: Request) -> Response:
        """Set the named limits of the named services; all others stay."""
        wanted = await _object(request)
        for service, values in wanted.items():
            _raise_if_no_limits(self.world.limits, service, values)
        for service, values in wanted.items():
            for name, value in values.items():
                setattr(getattr(self.world.limits, service), name, value)
        return await self.read_limits(request)

    async def reset_windows(self, _request: Request) -> Response:
        """Forget how many requests were counted."""
        self.world.limits.reset_windows()
        return Response(status_code=204)

    async def take_snapshot(self, _request: Request) -> Response:
        """Keep the state of all services; answers ``{"id"}``."""
        snapshots = self.world.snapshots
        snapshot_id = str(len(snapshots) + 1)
        is_disabled = self.world.options.api_disabled
        snapshots[snapshot_id] = Snapshot(self.world.store.snapshot(), is_disabled)
        return JSONResponse({"id": snapshot_id}, status_code=201)

    async def restore_snapshot(self, request: Request) -> Response:
        """Put all services back; log, faults and counted requests are cleared too."""
        snapshot = self.world.snapshots.get(request.path_params["id"])
        if snapshot is None:
            return JSONResponse({"error": "no such snapshot"}, status_code=404)
        self.world.store.restore(snapshot.image)
        self.world.options.api_disabled = snapshot.is_api_disabled
        self.world.log.clear()
        self.world.faults.clear()
        self.world.limits.reset_windows()
        return Response(status_code=204)

    async def read_state(self, _request: Request) -> Response:
        """All rows of all tables keyed by service and table, without the tables of tokens."""
        store = self.world.store
        state = {
            service: {
                table: store.rows(f'SELECT * FROM "{table}" ORDER BY rowid')  # noqa: S608  ours
                for table in store.tables(f"{service}_")
                if not table.endswith("_tokens")
            }
            for service in SERVICES
        }
        return JSONResponse(state)

    async def read_options(self, _request: Request) -> Response:
        """The options that can be changed, with their values."""
        options = self.world.options
        return JSONResponse({name: getattr(options, name) for name in CHANGEABLE_OPTIONS})

    async def set_options(self, request: Request) -> Response:
        """Change options of the command line at run time."""
        fields = await _object(request)
        for name, value in fields.items():
            wanted = CHANGEABLE_OPTIONS.get(name)
            if wanted is None or type(value) is not wanted:
                raise BadControl(f"{name}: changeable are {_described_options()}")
        for name, value in fields.items():
            setattr(self.world.options, name, value)
        return await self.read_options(request)


async def _object(request: Request) -> dict[str, Any]:
    fields = await request.json()
    if not isinstance(fields, dict):
        raise BadControl("a JSON object is expected")
    return fields


def _raise_if_no_limits(limits: Limits, service: str, values: Any) -> None:
    if service not in SERVICES or not isinstance(values, dict):
        raise BadControl(f"{service!r}: limits are given as an object for each of {SERVICES}")
    known = [each.name for each in dataclasses.fields(getattr(limits, service))]
    for name, value in values.items():
        if name not in known:
            raise BadControl(f"{name!r}: limits of {service} are {known}")
        is_window = name == "window_seconds"
        if value is None and not is_window:
            continue
        if type(value) not in NUMBERS or value < 0 or (is_window and not value):
            raise BadControl(f"{name}: {value!r} is no number, or null, that makes a limit")


def _described_options() -> str:
    return ", ".join(f"{name} ({kind.__name__})" for name, kind in CHANGEABLE_OPTIONS.items())
