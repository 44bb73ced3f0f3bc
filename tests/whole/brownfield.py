"""
A fleet that people made by hand over the years: 60 apps, some fifty Sentry projects, and the usual
mess between them.

Everything goes through the real APIs, as a person's clicks would, so that Coolify makes its preview
copies; the control API does what only the web interface or a race can do: lock and double rows.

Does not: assert; tests do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sandboxes import RunningSandbox

PLATFORMS = ("python", "node", "javascript-nextjs", "python-fastapi")
WIRED = 43  # apps 0..42 report to project of the same number
FOREIGN = "https://ffffffffffffffffffffffffffffffff@elsewhere.example/9"


class Brownfield:
    """
    The fleet, as it is made.

    Attributes:
        apps: Uuids of all applications and services.
        declarable: Those that can be declared as they are.
        keys: DSNs by (project slug, label).
    """

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.apps: list[str] = []
        self.declarable: set[str] = set()
        self.dsns: dict[tuple[str, str], str] = {}
        sandbox.set_limits(coolify={"limit": None}, sentry={"per_second": None, "concurrent": None})
        for slug in ("platform", "web"):
            sandbox.control("POST", "/sentry/teams", {"slug": slug})
        sandbox.control("POST", "/coolify/projects", {"uuid": "fleet", "name": "Fleet"})
        self._make_projects()
        self._make_wired_apps()
        self._make_odd_apps()
        self._make_services()
        sandbox.clear_log()

    def _make_projects(self) -> None:
        for number in range(50):
            slug = f"p{number:02}"
            platform = PLATFORMS[number % 4] if number != 49 else None
            self.project(slug, f"Project {number}", platform, ("platform", "web")[number % 2])
            if number % 5 == 0:
                self.key(slug, "preview", rateLimit={"count": 100, "window": 60})
            if number % 8 == 0:
                self.disable(self.key(slug, "old"))
            if number % 7 == 0:
                path = f"/api/0/projects/acme/{slug}/teams/{('web', 'platform')[number % 2]}/"
                self.ask_sentry("POST", path)
        self.key("p48", "Twice")
        self.key("p48", "Twice")

    def _make_wired_apps(self) -> None:
        for number in range(WIRED):
            app, slug = self.application(), f"p{number:02}"
            flags = {"is_buildtime": number % 3 == 0}
            dsn = self.dsns[slug, "Default"]
            if number % 11 == 0:
                dsn = dsn.replace("127.0.0.1", "sentry.moved.example")
            self.set(app, "SENTRY_DSN", dsn, **flags)
            if number % 5 == 0:
                self.set_preview(app, "SENTRY_DSN", self.dsns[slug, "preview"], **flags)
            if number % 6 == 1:
                self.set_preview(app, "SENTRY_DSN", "", **flags)
            self._set_more(app, number, dsn)
            self.declarable.add(app)

    def _set_more(self, app: str, number: int, dsn: str) -> None:
        if number % 4 == 2:
            self.set(app, "NEXT_PUBLIC_SENTRY_DSN", dsn, is_runtime=False)
            self.set(app, "SENTRY_AUTH_TOKEN", "sntrys_not-to-be-read")
        if number % 2:
            self.set(app, "SENTRY_ENVIRONMENT", "production", is_buildtime=False)
        if number % 4 == 3:
            self.set_preview(app, "SENTRY_ENVIRONMENT", "preview", is_buildtime=False)
        self.set(app, "DATABASE_URL", f"postgres://db/{number}")

    def _make_odd_apps(self) -> None:
        shared, also_shared, odd_name = (self.application() for _ in range(3))
        self.set(shared, "SENTRY_DSN", self.dsns["p00", "Default"])
        self.set(also_shared, "SENTRY_DSN", self.dsns["p01", "Default"])
        self.set(odd_name, "ERROR_TRACKER_URL", self.dsns["p43", "Default"])
        two_keys = self.application()
        self.set(two_keys, "SENTRY_DSN", self.dsns["p45", "Default"])
        self.set(two_keys, "BROWSER_SENTRY_DSN", self.dsns["p45", "preview"])
        half = self.application()
        self.set(half, "SENTRY_DSN", self.dsns["p44", "Default"])
        self.set(half, "OTHER_SENTRY_DSN", FOREIGN)
        self.declarable |= {shared, also_shared, odd_name, two_keys, half}
        self._make_hopeless_apps()

    def _make_hopeless_apps(self) -> None:
        disabled, deleted, locked, doubled, torn, twice, bare, unknown = (
            self.application() for _ in range(8)
        )
        self.set(disabled, "SENTRY_DSN", self.dsns["p08", "old"])
        gone = self.key("p46", "gone")
        self.set(deleted, "SENTRY_DSN", self.dsns["p46", "gone"])
        self.ask_sentry("DELETE", f"/api/0/projects/acme/p46/keys/{gone['id']}/")
        self.lock(locked, self.set(locked, "SENTRY_DSN", self.dsns["p46", "Default"]))
        self.set(doubled, "SENTRY_DSN", self.dsns["p46", "Default"])
        body = {"application": doubled, "key": "SENTRY_DSN", "value": "x"}
        self.sandbox.control("POST", "/coolify/rows", body)
        self.set(torn, "SENTRY_DSN", self.dsns["p02", "Default"])
        self.set(torn, "API_SENTRY_DSN", self.dsns["p03", "Default"])
        self.set(twice, "SENTRY_DSN", self.dsns["p49", "Default"])
        self.sandbox.control("PATCH", f"/coolify/applications/{bare}", {"name": "P46 production"})
        self.set(unknown, "DATABASE_URL", "postgres://db/unknown")

    def _make_services(self) -> None:
        for number in range(4):
            uuid = f"app-{len(self.apps):02}"
            body = {"uuid": uuid, "name": f"Service {number}", "project": "fleet"}
            self.sandbox.control("POST", "/coolify/services", body)
            self.apps.append(uuid)
            name = "SENTRY_DSN" if number else "GLITCH_URL"
            row = {"key": name, "value": self.dsns["p47", "Default"]}
            self.ask_coolify("POST", f"/services/{uuid}/envs", row)
            self.declarable.add(uuid)

    def project(self, slug: str, name: str, platform: str | None, team: str) -> None:
        """A project, with its key Default."""
        body = {"name": name, "slug": slug, "platform": platform}
        self.ask_sentry("POST", f"/api/0/teams/acme/{team}/projects/", body)
        (key,) = self.ask_sentry("GET", f"/api/0/projects/acme/{slug}/keys/")
        self.dsns[slug, "Default"] = key["dsn"]["public"]

    def key(self, slug: str, label: str, **fields: Any) -> dict[str, Any]:
        """One more key."""
        body = {"name": label, **fields}
        key: dict[str, Any] = self.ask_sentry("POST", f"/api/0/projects/acme/{slug}/keys/", body)
        self.dsns[slug, label] = key["dsn"]["public"]
        return key

    def disable(self, key: dict[str, Any]) -> None:
        """Switch a key off."""
        self.sandbox.control("PATCH", f"/sentry/keys/{key['public']}", {"is_active": 0})

    def application(self) -> str:
        """A running application, deployed once, before its variables were set."""
        uuid = f"app-{len(self.apps):02}"
        body = {"uuid": uuid, "name": f"App {uuid[4:]}", "project": "fleet", "is_deployed": True}
        self.sandbox.control("POST", "/coolify/applications", body)
        self.apps.append(uuid)
        return uuid

    def set(self, app: str, name: str, value: str, **flags: Any) -> str:
        """Make a variable; Coolify copies it for previews."""
        body = {"key": name, "value": value, **flags}
        uuid: str = self.ask_coolify("POST", f"/applications/{app}/envs", body)["uuid"]
        return uuid

    def set_preview(self, app: str, name: str, value: str, **flags: Any) -> None:
        """Change the preview copy."""
        body = {"key": name, "value": value, "is_preview": True, **flags}
        self.ask_coolify("PATCH", f"/applications/{app}/envs", body)

    def lock(self, app: str, row: str) -> None:
        """Lock a row, as the web interface does."""
        del app
        self.sandbox.control("PATCH", f"/coolify/rows/{row}", {"is_shown_once": True})

    def ask_sentry(self, method: str, path: str, body: object = None) -> Any:
        """Call Sentry, which must not refuse."""
        answer = self.sandbox.sentry(method, path, body)
        assert answer.status < 400, answer.text
        return answer.body

    def ask_coolify(self, method: str, path: str, body: object = None) -> Any:
        """Call Coolify, which must not refuse."""
        answer = self.sandbox.coolify(method, path, body)
        assert answer.status < 400, answer.text
        return answer.body

    def felt(self) -> dict[str, Any]:
        """All that an app, a deployment or Sentry could show a change in; comments are not felt."""
        state = self.sandbox.state()
        rows = [
            {name: each[name] for name in each if name not in ("comment", "updated_at", "written")}
            for each in state["coolify"]["coolify_rows"]
        ]
        coolify = {
            table: content
            for table, content in state["coolify"].items()
            if table not in ("coolify_rows", "coolify_instance")
        }
        return {"rows": rows, "coolify": coolify, "sentry": state["sentry"]}

    def comments(self) -> dict[str, str | None]:
        """The comment of each row, by its uuid."""
        rows = self.sandbox.state()["coolify"]["coolify_rows"]
        return {row["uuid"]: row["comment"] for row in rows}
