"""
The sandbox's process: four loopback listeners on one event loop.

Does not: parse the command line (sandbox.__main__) or know what the services answer.
"""

import asyncio
import contextlib
import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

import sandbox.coolify.app
import sandbox.coolify.auth
import sandbox.coolify.seed
import sandbox.github.app
import sandbox.github.auth
import sandbox.github.seed
import sandbox.sentry.answers
import sandbox.sentry.app
import sandbox.sentry.auth
import sandbox.sentry.seed
from sandbox.control import create_control
from sandbox.coolify.worker import work
from sandbox.gate import Gate
from sandbox.world import Options, Seeded, World

HOST = "127.0.0.1"
SEEDS = """
CREATE TABLE IF NOT EXISTS sandbox_seeds (
    service TEXT PRIMARY KEY, profile TEXT NOT NULL, tokens TEXT NOT NULL, variables TEXT NOT NULL
);
"""


class DatabaseInUse(Exception):
    """The database file was seeded with another profile than the one asked for."""


class DroppableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with a way for the app to close the connection unanswered."""

    def on_message_begin(self) -> None:
        """Begin a request; its scope gets the function that drops the connection."""
        super().on_message_begin()
        self.scope["sandbox.drop"] = self._drop  # type: ignore[typeddict-unknown-key]  # ours

    def _drop(self) -> None:
        # Marked at once: uvicorn would otherwise answer 500 for an app that answers nothing.
        self.cycle.disconnected = True
        self.transport.abort()


class Listener(uvicorn.Server):
    """A uvicorn server that leaves the process's signals alone: four of them share one process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none; :func:`serve` handles them for all listeners."""
        yield


def serve(world: World) -> None:
    """
    Bind, seed, announce and serve until SIGTERM or SIGINT.

    Raises:
        OSError: A port is taken, or the ready file cannot be written.
        DatabaseInUse: The database file was seeded with another profile.
        sqlite3.Error: The database file is none.
    """
    _forget_ready_file(world.options)
    sockets = [_bind(port) for port in _ports(world.options)]
    urls = (_url(each) for each in sockets)
    world.sentry_url, world.coolify_url, world.github_url, world.control_url = urls
    seeded = _prepare(world)
    apps = (
        Gate("sentry", sandbox.sentry.app.create_app(world), world, _name_sentry_token),
        Gate("coolify", sandbox.coolify.app.create_app(world), world, _name_coolify_token),
        Gate("github", sandbox.github.app.create_app(world), world, _name_github_token),
        create_control(world),
    )
    listeners = [_listener(app) for app in apps]
    factory = listeners[0].config.get_loop_factory()
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_run(world, listeners, sockets, _announcement(world, seeded)))


def _forget_ready_file(options: Options) -> None:
    # One of an earlier run would be taken for this one's.
    if options.ready_file:
        path = Path(options.ready_file)
        path.unlink(missing_ok=True)
        if not path.parent.is_dir():
            raise NotADirectoryError(f"{path.parent} is no folder for the ready file")


async def _run(
    world: World, listeners: list[Listener], sockets: list[socket.socket], ready: dict[str, Any]
) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, listeners)
    running = [
        asyncio.create_task(listener.serve(sockets=[sock]))
        for listener, sock in zip(listeners, sockets, strict=True)
    ]
    worker = asyncio.create_task(work(world))
    announcer = asyncio.create_task(_announce(world.options, listeners, ready))
    await asyncio.gather(*running)
    for task in (worker, announcer):
        task.cancel()
    world.store.close()


def _stop(listeners: list[Listener]) -> None:
    for listener in listeners:
        listener.should_exit = True


async def _announce(options: Options, listeners: list[Listener], ready: dict[str, Any]) -> None:
    # uvicorn sets a flag and offers nothing to wait for.
    while not all(listener.started for listener in listeners):  # noqa: ASYNC110  see above
        await asyncio.sleep(0.005)
    if options.ready_file:
        _write_whole(Path(options.ready_file), json.dumps(ready, indent=1) + "\n")


def _name_sentry_token(world: World, header: str) -> str | None:
    with contextlib.suppress(sandbox.sentry.answers.Refused):
        caller = sandbox.sentry.auth.authenticate(world, header)
        return caller.name if caller else None
    return None


def _name_coolify_token(world: World, header: str) -> str | None:
    principal = sandbox.coolify.auth.authenticate(world, {"authorization": header})
    return principal.token_name if principal else None


def _name_github_token(world: World, header: str) -> str | None:
    caller = sandbox.github.auth.authenticate(world, header)
    return caller.token_name if caller else None


def _write_whole(path: Path, text: str) -> None:
    # Renamed into place, so that who waits for the file never reads half of it.
    draft = path.with_name(path.name + ".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _announcement(world: World, seeded: dict[str, Seeded]) -> dict[str, Any]:
    return {
        "sentry_url": world.sentry_url,
        "coolify_url": world.coolify_url,
        "github_url": world.github_url,
        "control_url": world.control_url,
        "tokens": {service: made.tokens for service, made in seeded.items()},
        "variables": {k: v for made in seeded.values() for k, v in made.variables.items()},
    }


def _prepare(world: World) -> dict[str, Seeded]:
    """Create the tables and seed the services, or find what an earlier run of the file seeded."""
    world.store.create(SEEDS)
    for service in ("sentry", "coolify", "github"):
        world.store.create((Path(__file__).parent / service / "schema.sql").read_text("utf-8"))
    known = world.store.rows("SELECT * FROM sandbox_seeds")
    if not known:
        return _seed(world)
    if known[0]["profile"] != world.options.seed:
        raise DatabaseInUse(
            f"{world.options.database} holds the profile {known[0]['profile']!r}, not "
            f"{world.options.seed!r}; give that profile or another file"
        )
    return {
        row["service"]: Seeded(json.loads(row["tokens"]), json.loads(row["variables"]))
        for row in known
    }


def _seed(world: World) -> dict[str, Seeded]:
    profile = world.options.seed
    sentry = sandbox.sentry.seed.seed(world, profile)
    coolify = sandbox.coolify.seed.seed(world, profile, sentry.variables)
    github = sandbox.github.seed.seed(world)
    seeded = {"sentry": sentry, "coolify": coolify, "github": github}
    for service, made in seeded.items():
        world.store.insert(
            "sandbox_seeds",
            service=service,
            profile=profile,
            tokens=json.dumps(made.tokens),
            variables=json.dumps(made.variables),
        )
    return seeded


def _ports(options: Options) -> tuple[int, int, int, int]:
    return options.sentry_port, options.coolify_port, options.github_port, options.control_port


def _bind(port: int) -> socket.socket:
    # Named, because asyncio sends small answers at once only on sockets whose protocol it knows.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    return listener


def _url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


def _listener(app: ASGIApp) -> Listener:
    config = uvicorn.Config(
        app,
        http=DroppableProtocol,
        ws="none",
        lifespan="off",
        loop="auto",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    return Listener(config)
