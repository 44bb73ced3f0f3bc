"""
A fleet of three projects in the sandbox, with errors, and servers for its agents.

The entry `shop` is the agents' own; `ledger` and `vault` are somebody else's, and every text of
theirs has a word that stands nowhere else.

Does not: check anything; a test does.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.sandboxes import send
from tests.unit.manifest.documents import app, entry, manifest, write
from watchpost.agents.access import read_access
from watchpost.agents.callers import Caller
from watchpost.agents.connections import HurriedConnection
from watchpost.agents.desk import Desk, Manners
from watchpost.agents.door import PATH
from watchpost.agents.grants_file import GrantsFile
from watchpost.agents.http import listen, make_app, make_http_server
from watchpost.agents.issuing import issue_token
from watchpost.agents.looks import Services
from watchpost.agents.projects import DeclaredProjects
from watchpost.coolify import CoolifyClient
from watchpost.health.model import ASK_ONCE
from watchpost.sentry import SentryClient
from watchpost.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import ASGIApp

    from tests.sandboxes import RunningSandbox
    from watchpost.agents.access import Access
    from watchpost.agents.grants import GrantsSource

WORDS = {"shop": "Teapot", "ledger": "Quetzal", "vault": "Ocelot"}
APPS = {"shop": "shop-web", "ledger": "billing-api", "vault": "shop-api"}
SECRET_WORDS = ("quetzal", "ocelot", "ledger", "vault", "billing-api")
QUICK = Manners(step_seconds=0.05)
TOKEN = "internal"
NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Fleet:
    """
    The sandbox with the three projects, and the manifest that declares them.

    Attributes:
        issues: By entry id, each issue as Sentry answers it, the first one first.
        lines: What servers logged.
    """

    sandbox: RunningSandbox
    folder: Path
    issues: dict[str, list[dict[str, Any]]]
    lines: list[str] = field(default_factory=list)

    @property
    def grants(self) -> Path:
        """The grants file."""
        return self.folder / "grants.yaml"

    def grant(self, name: str, *projects: str, may_resolve: bool = False, days: int = 1) -> str:
        """Make a token for these projects."""
        caller = Caller(name, frozenset(projects), may_resolve)
        return issue_token(self.grants, caller, datetime.now(UTC) + timedelta(days=days))

    def issue(self, entry_id: str, number: int = 0) -> str:
        """The number of an issue of that entry, as Sentry counts."""
        return str(self.issues[entry_id][number]["id"])

    def requests(self, service: str = "sentry") -> list[str]:
        """What was asked of a service since the log was cleared."""
        return [f"{each['method']} {each['path']}" for each in self.sandbox.log(service)]

    def desk(self, manners: Manners = QUICK, **changes: Any) -> Desk:
        """A desk over the sandbox; *changes* are of its services."""
        sentry = self.sandbox.tokens["sentry"][TOKEN]
        services = Services(self.sentry(sentry), self.coolify)
        projects = DeclaredProjects(self.folder / "projects.yaml", self.lines.append)
        return Desk(projects, replace(services, **changes), manners, self.lines.append)

    def sentry(self, token: str, url: str = "") -> SentryClient:
        """A client of the sandbox's Sentry, or of another address."""
        return SentryClient(Transport("Sentry", url or self.sandbox.sentry_url, token))

    def coolify(self) -> CoolifyClient:
        """A client of its Coolify, as impatient as an agent's server is."""
        token = self.sandbox.tokens["coolify"]["root"]
        return CoolifyClient(Transport("Coolify", self.sandbox.coolify_url, token, retry=ASK_ONCE))


def make_fleet(sandbox: RunningSandbox, folder: Path) -> Fleet:
    """Declare the three projects, make them in Sentry, and let each of them fail."""
    keys = {"production": {"label": "Default"}}
    projects = {
        name: entry(keys=keys, slug=f"acme-{name}", apps=[app(app=APPS[name])]) for name in WORDS
    }
    write(folder, manifest(projects=projects))
    sandbox.set_limits(sentry={"per_second": None, "concurrent": None}, coolify={"limit": None})
    issues = {name: _fail(sandbox, name, word) for name, word in WORDS.items()}
    return Fleet(sandbox, folder, issues)


def _fail(sandbox: RunningSandbox, name: str, word: str) -> list[dict[str, Any]]:
    """Make a project, let it send three errors of two kinds, and return its issues."""
    slug = f"acme-{name}"
    sandbox.sentry("POST", "/api/0/teams/acme/web/projects/", {"name": slug, "slug": slug})
    for kind in ("Broken", "Broken", "Lost"):
        send_error(sandbox, name, f"{word}{kind}", f"{word} in the {kind}")
    listed = sandbox.sentry("GET", f"/api/0/projects/acme/{slug}/").body
    found = sandbox.sentry(
        "GET", f"/api/0/organizations/acme/issues/?project={listed['id']}&query=&statsPeriod=24h"
    )
    assert found.status == 200, found.text
    return sorted(found.body, key=lambda issue: int(issue["id"]))


def send_error(sandbox: RunningSandbox, name: str, kind: str, value: str, **more: Any) -> None:
    """Let the project of the entry *name* send one error with the key that it has."""
    frame = {"filename": f"{kind}.py", "function": f"do_{kind}", "lineno": 7, "in_app": True}
    thrown = {"type": kind, "value": value, "stacktrace": {"frames": [frame]}}
    event = {"exception": {"values": [thrown]}, "level": "error", **more}
    send_event(sandbox, name, event)


def send_event(sandbox: RunningSandbox, name: str, event: object) -> None:
    """Let the project of the entry *name* send one event as it stands."""
    (key,) = sandbox.sentry("GET", f"/api/0/projects/acme/acme-{name}/keys/").body
    url = f"{sandbox.sentry_url}/api/{key['projectId']}/store/?sentry_key={key['public']}"
    answer = send("POST", url, body=event)
    assert answer.status == 200, answer.text


@contextlib.contextmanager
def serving(
    fleet: Fleet,
    desk: Desk,
    *,
    caller: Caller | None = None,
    grants: GrantsSource | None = None,
    connection: type[HurriedConnection] = HurriedConnection,
) -> Iterator[str]:
    """Serve over HTTP in a thread, by the fleet's or other grants, or for *caller*; the address."""
    access = read_access(
        "127.0.0.1:0", [], ["https://chat.example.com"], has_tokens=caller is None, is_behind=False
    )
    log = fleet.lines.append
    if caller is None and grants is None:
        grants = GrantsFile(fleet.grants, log)
    app = make_app(desk, access, log, grants=grants, caller=caller)
    with running(app, access, connection) as url:
        yield url


@contextlib.contextmanager
def running(
    app: ASGIApp, access: Access, connection: type[HurriedConnection] = HurriedConnection
) -> Iterator[str]:
    """Serve an application in a thread; its address."""
    taken = listen(access)
    server = make_http_server(app, connection)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[taken])))
    thread.start()
    try:
        yield f"http://127.0.0.1:{taken.getsockname()[1]}{PATH}"
    finally:
        server.should_exit = True
        thread.join()
        taken.close()
