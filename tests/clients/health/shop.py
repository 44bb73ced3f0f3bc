"""
Two projects in the sandbox with errors of their own, and a client that asks about the first.

Does not: check anything; a test does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.sandboxes import send
from watchpost.health import AuditLog, HealthProject
from watchpost.health.audit_history import parse_history
from watchpost.sentry import SentryClient
from watchpost.transport import Transport

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox

SHOP = HealthProject("shop", "acme", "acme-shop")
VAULT = HealthProject("vault", "acme", "acme-vault")
REASON = "totals are optional since 1.4.2"
Json = dict[str, Any]


@dataclass(frozen=True)
class Shop:
    """The sandbox, and the log that acts are written to."""

    sandbox: RunningSandbox
    log: AuditLog

    @property
    def client(self) -> SentryClient:
        """A client with a token that sees both projects."""
        return self.client_of("internal")

    def client_of(self, holder: str, url: str = "") -> SentryClient:
        """A client with the token of that name, of the sandbox or of another address."""
        token = self.sandbox.tokens["sentry"][holder]
        return SentryClient(Transport("Sentry", url or self.sandbox.sentry_url, token))

    def crash(self, project: HealthProject = SHOP, kind: str = "KeyError", **event: Any) -> None:
        """Let the project's app send one error; *event* are further fields, as an SDK sends it."""
        frame = {"filename": f"{kind}.py", "function": "pay", "lineno": 41, "in_app": True}
        thrown = {"type": kind, "value": "'total'", "stacktrace": {"frames": [frame]}}
        self.send({"exception": {"values": [thrown]}, "level": "error", **event}, project)

    def send(self, event: object, project: HealthProject = SHOP) -> None:
        """Let the project's app send one event as it stands."""
        (key, *_) = self.ask(f"/api/0/projects/acme/{project.slug}/keys/")
        url = f"{self.sandbox.sentry_url}/api/{key['projectId']}/store/?sentry_key={key['public']}"
        answer = send("POST", url, body=event)
        assert answer.status == 200, answer.text
        self.sandbox.clear_log()

    def ask(self, path: str) -> Any:
        """What Sentry answers to a GET."""
        answer = self.sandbox.sentry("GET", path)
        assert answer.status == 200, answer.text
        return answer.body

    def issues(self, project: HealthProject = SHOP) -> list[Json]:
        """Every issue of a project, the first one first."""
        number = self.ask(f"/api/0/projects/acme/{project.slug}/")["id"]
        path = f"/api/0/organizations/acme/issues/?project={number}&query=&statsPeriod=90d"
        found: list[Json] = sorted(self.ask(path), key=lambda issue: int(issue["id"]))
        self.sandbox.clear_log()
        return found

    def state_of(self, issue: Json) -> tuple[str, Json]:
        """An issue's status and how it came to it, without who did it."""
        found = self.ask(f"/api/0/organizations/acme/issues/{issue['id']}/")
        found["statusDetails"].pop("actor", None)
        self.sandbox.clear_log()
        return found["status"], found["statusDetails"]

    def requests(self) -> list[str]:
        """What was asked of Sentry since the log was cleared: verb and path."""
        return [f"{each['method']} {each['path']}" for each in self.sandbox.log("sentry")]

    def lines(self) -> list[tuple[str, str]]:
        """Action and outcome of each line of the audit log, which is whole."""
        history = parse_history(self.log.read())
        assert history.faults == ()
        return [(each["action"], each["outcome"]) for each in history.lines]


def make_shop(sandbox: RunningSandbox, folder: Path) -> Shop:
    """Make both projects; neither has failed yet."""
    sandbox.set_limits(sentry={"per_second": None, "concurrent": None})
    sandbox.sentry("POST", "/api/0/organizations/acme/teams/", {"slug": "web"})
    for project in (SHOP, VAULT):
        made = {"name": project.slug, "slug": project.slug}
        sandbox.sentry("POST", "/api/0/teams/acme/web/projects/", made)
    sandbox.clear_log()
    return Shop(sandbox, AuditLog(folder / "audit.jsonl", "ann@desk"))


def hours_ago(hours: float) -> float:
    """A moment as an event's `timestamp` says it."""
    return (datetime.now(UTC) - timedelta(hours=hours)).timestamp()
