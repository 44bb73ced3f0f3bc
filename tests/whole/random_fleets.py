"""
Small random fleets: a manifest's entries, and what both services hold before it is applied.

Everything follows from one `random.Random`, so that a seed tells the whole story. Names begin with
the fleet's prefix: several fleets share one run of the engine and do not touch each other. Texts
that are values look like nothing else, so that a plan that shows one is found out.

Does not: edit (see `random_edits`) or assert.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from watchpost.manifest import KeyDsn, PlainText, ProjectSlug, inspect_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from random import Random

    from tests.sandboxes import RunningSandbox
    from watchpost.manifest import AppEnvironment, Manifest, Value

PLATFORMS = ("python", "node", "javascript-nextjs", "python-fastapi")
STANDING_TEAMS = ("platform", "web", "ops")
FRAMEWORKS = ("nextjs", "vite", "python", "fastapi", "custom")
STATUSES = ("running:healthy",) * 7 + ("exited:unhealthy", "restarting:unknown", "never")
COOLIFY_PROJECT = "Fleet"
_MARKS = ("watchpost:acme/other x", "watchpost:acme/f0-e0", "watchpost:acme/f1-e0")
_CUSTOM = {
    "BOT_SENTRY_DSN": {"from": "dsn"},
    "BOT_ENVIRONMENT": {"from": "environment", "build": True},
    "BOT_PROJECT": {"from": "project", "build": True, "run": False},
}


@dataclass(frozen=True)
class App:
    """One app of Coolify."""

    uuid: str
    kind: str
    name: str

    def selector(self, *, by_name: bool) -> dict[str, Any]:
        """How a manifest names it."""
        field_name = "app" if self.kind == "application" else "service"
        name = {"project": COOLIFY_PROJECT, "name": self.name}
        return {field_name: name if by_name else self.uuid}

    def is_named_in(self, declared: dict[str, Any]) -> bool:
        """Whether a manifest's app is this one."""
        return any(
            self.selector(by_name=each).items() <= declared.items() for each in (True, False)
        )


@dataclass
class RandomFleet:
    """
    One fleet on its way.

    Attributes:
        random: Where everything comes from.
        prefix: What its names begin with.
        apps: All its apps in Coolify, declared or not.
        teams: Its own teams, as in a manifest.
        projects: Its entries, as in a manifest.
        story: What was done to the services, for a failing test.
    """

    random: Random
    prefix: str
    apps: list[App] = field(default_factory=list)
    teams: dict[str, Any] = field(default_factory=dict)
    projects: dict[str, Any] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)

    def chance(self, share: float) -> bool:
        """True in this share of the calls."""
        return self.random.random() < share

    def text(self) -> str:
        """A value that stands nowhere else."""
        return f"plain-{self.random.getrandbits(48):012x}"

    def leaves(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Id and block of each Sentry project."""
        for root, block in self.projects.items():
            if "parts" in block:
                yield from ((f"{root}-{part}", each) for part, each in block["parts"].items())
            else:
                yield root, block

    def free_apps(self) -> list[App]:
        """Apps that no entry names."""
        named = [app for _, block in self.leaves() for app in block.get("apps", ())]
        return [each for each in self.apps if not any(map(each.is_named_in, named))]

    def populate(self) -> None:
        """Invent teams, apps and entries."""
        own = f"{self.prefix}-team"
        self.teams[own] = {"name": self.random.choice(["Own team", "Other team"])}
        for number in range(6):
            kind = "service" if self.chance(0.3) else "application"
            uuid = f"{self.prefix}-app{number}"
            self.apps.append(App(uuid, kind, f"name-of-{uuid}"))
        for number in range(self.random.randint(1, 3)):
            self.add_entry(f"{self.prefix}-e{number}")

    def add_entry(self, root: str) -> None:
        """Invent one entry, a third of them with two parts."""
        if self.chance(0.3):
            parts = {part: self.leaf() for part in ("web", "api")}
            self.projects[root] = {"name": f"Parts {root}", "parts": parts}
        else:
            self.projects[root] = self.leaf()
        blocks = [block for id_, block in self.leaves() if id_.startswith(root)]
        for block in blocks:
            for _ in range(self.random.randint(0, 2)):
                self.add_app(block)
        if len(blocks) > 1 and blocks[0]["apps"]:
            self.share_app(*blocks)

    def leaf(self) -> dict[str, Any]:
        """Invent the block of one Sentry project."""
        random = self.random
        teams = random.sample([*STANDING_TEAMS, *self.teams], random.randint(1, 3))
        block: dict[str, Any] = {
            "platform": random.choice(PLATFORMS),
            "teams": teams,
            "keys": {"production": {"label": "Default"} if self.chance(0.7) else {}},
            "apps": [],
        }
        if self.chance(0.4):
            block["keys"]["preview"] = self.key()
        if self.chance(0.25):
            block |= {"digests_min_delay_seconds": 60 * random.randint(1, 9)}
        if self.chance(0.25):
            block |= {"resolve_age_hours": random.choice([0, 24, 720])}
        block |= {"take_over": True} if self.chance(0.5) else {}
        block |= {"on_remove": "delete"} if self.chance(0.5) else {}
        return block

    def key(self) -> dict[str, Any]:
        """Invent a key, half of them with a limit."""
        limit = {"count": 10 * self.random.randint(1, 9), "window_seconds": 60}
        return {"rate_limit": limit} if self.chance(0.5) else {}

    def add_app(self, block: dict[str, Any]) -> None:
        """Give a free app to an entry."""
        free = self.free_apps()
        if not free:
            return
        app = self.random.choice(free)
        declared = app.selector(by_name=self.chance(0.3)) | self.wiring(app, block)
        block.setdefault("apps", []).append(declared)

    def share_app(self, one: dict[str, Any], other: dict[str, Any]) -> None:
        """Give an app of one part to the other part too, in half of the cases."""
        app = one["apps"][0]
        if app["framework"] is not _CUSTOM and self.chance(0.5):
            kept = {name: app[name] for name in ("app", "service") if name in app}
            key = self.random.choice(list(other["keys"]))
            other["apps"].append({**kept, "framework": _CUSTOM, "key": key})

    def wiring(self, app: App, block: dict[str, Any]) -> dict[str, Any]:
        """Invent how an app is wired."""
        framework = self.random.choice(FRAMEWORKS)
        wired: dict[str, Any] = {"framework": _CUSTOM if framework == "custom" else framework}
        wired["key"] = self.random.choice(list(block["keys"]))
        is_application = app.kind == "application"
        if is_application and self.chance(0.3):
            wired["preview_key"] = self.random.choice(list(block["keys"]))
        if is_application and framework in {"nextjs", "vite"} and self.chance(0.4):
            wired["build_token"] = "env:SENTRY_BUILD_TOKEN"
        if self.chance(0.4):
            plain = {"value": self.text(), "build": self.chance(0.5)}
            wired["variables"] = {"PLAIN_ONE": plain, "PLAIN_TWO": self.text()}
        wired |= {"redeploy": "never"} if self.chance(0.15) else {}
        wired |= {"mark": False} if self.chance(0.15) else {}
        return wired | ({"take_over": True} if self.chance(0.4) else {})


def render(fleets: Iterable[RandomFleet]) -> str:
    """The manifest of all *fleets*."""
    fleets = list(fleets)
    teams: dict[str, Any] = {slug: {"existing": True} for slug in STANDING_TEAMS}
    manifest = {
        "version": 1,
        "organization": "acme",
        "teams": teams | {name: team for each in fleets for name, team in each.teams.items()},
        "projects": {name: block for each in fleets for name, block in each.projects.items()},
    }
    return yaml.dump(manifest, Dumper=_NoAliases, sort_keys=False)


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        """Blocks that fleets share are written out."""
        del data
        return True


def read(fleets: Iterable[RandomFleet]) -> Manifest | None:
    """The manifest as the program will see it; None where it would be refused."""
    return inspect_text(render(fleets), "projects.yaml").manifest


class World:
    """What both services hold before the first run: made over their APIs and by hand."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        sandbox.set_limits(coolify={"limit": None}, sentry={"per_second": None, "concurrent": None})
        sandbox.set_options(queue_limit=1000)
        for slug in STANDING_TEAMS:
            sandbox.control("POST", "/sentry/teams", {"slug": slug})
        sandbox.control("POST", "/coolify/projects", {"uuid": "fleet", "name": COOLIFY_PROJECT})

    def make(self, fleet: RandomFleet) -> None:
        """Make a fleet's apps, and here and there what the manifest is about to find."""
        declared = read([fleet])
        assert declared is not None, render([fleet])
        for app in fleet.apps:
            self.make_app(fleet, app)
        for team in fleet.teams:
            if fleet.chance(0.4):
                name = fleet.random.choice(["Own team", "Other team"])
                self.ask_sentry("POST", "organizations/acme/teams/", {"slug": team, "name": name})
        for entry in declared.entries:
            if fleet.chance(0.45):
                self._make_project(fleet, entry)
        dsns = self.dsns()
        for each in declared.apps:
            self._make_rows(fleet, each, dsns)

    def make_app(self, fleet: RandomFleet, app: App) -> None:
        """Make one app of a random status."""
        status = fleet.random.choice(STATUSES)
        body: dict[str, Any] = {"uuid": app.uuid, "name": app.name, "project": "fleet"}
        if app.kind == "application":
            body |= {"is_deployed": status != "never"}
        self.sandbox.control("POST", f"/coolify/{app.kind}s", body)
        if status != "never":
            path = f"/coolify/{app.kind}s/{app.uuid}"
            self.sandbox.control("PATCH", path, {"status": status})
        fleet.story.append(f"{app.kind} {app.uuid}: {status}")

    def _make_project(self, fleet: RandomFleet, entry: Any) -> None:
        random = fleet.random
        team = random.choice([*STANDING_TEAMS])
        team = team if fleet.chance(0.5) or entry.teams[0] in fleet.teams else entry.teams[0]
        body = {
            "name": entry.name if fleet.chance(0.7) else "By hand",
            "slug": entry.slug,
            "platform": random.choice([entry.platform, None, "ruby"]),
        }
        made = self.ask_sentry("POST", f"teams/acme/{team}/projects/", body)
        fleet.story.append(f"project {body} of {team}")
        keys = f"projects/acme/{entry.slug}/keys/"
        for key in entry.keys.values():
            if key.label != "Default" and fleet.chance(0.4):
                limit = {"rateLimit": {"count": 50, "window": 60}} if fleet.chance(0.3) else {}
                for _ in range(2 if fleet.chance(0.15) else 1):
                    self.ask_sentry("POST", keys, {"name": key.label} | limit)
        found = self.ask_sentry("GET", keys)
        if fleet.chance(0.15):
            self.sandbox.control("PATCH", f"/sentry/keys/{found[0]['id']}", {"is_active": 0})
        if fleet.chance(0.2):
            when = "2026-01-01T00:00:00+00:00"
            self.sandbox.control("PATCH", f"/sentry/projects/{made['id']}", {"first_event": when})
        fleet.story.append(f"keys of {entry.slug}: {[each['label'] for each in found]}")

    def _make_rows(
        self, fleet: RandomFleet, app: AppEnvironment, dsns: dict[tuple[str, str], str]
    ) -> None:
        uuid = _uuid(app)
        for name, variable in app.variables.items():
            if fleet.chance(0.8):
                continue
            meaning = _text(variable.value, app, dsns) or fleet.text()
            value = fleet.random.choice([meaning, meaning, fleet.text(), None])
            comment = fleet.random.choice(
                [None, None, None, "ask Eva", "ask Eva", *_MARKS, "watchpost:globex/shop"]
            )
            row = {
                app.selector.kind: uuid,
                "key": name,
                "value": value,
                "comment": comment,
                "copies": fleet.chance(0.5),
                "is_buildtime": fleet.chance(0.5),
                "is_shown_once": fleet.chance(0.07),
            }
            for _ in range(2 if fleet.chance(0.07) else 1):
                self.sandbox.control("POST", "/coolify/rows", row)
            fleet.story.append(f"row {row}")
        if app.selector.kind == "application" and fleet.chance(0.15):
            self.ask_coolify("POST", f"/deploy?uuid={uuid}")

    def dsns(self) -> dict[tuple[str, str], str]:
        """Every DSN by slug and label."""
        state = self.sandbox.state()["sentry"]
        slugs = {each["id"]: each["slug"] for each in state["sentry_projects"]}
        host = self.sandbox.sentry_url.partition("://")[2]
        return {
            (slugs[key["project_id"]], key["label"]): (
                f"http://{key['public']}@{host}/{key['project_id']}"
            )
            for key in state["sentry_keys"]
        }

    def ask_sentry(self, method: str, path: str, body: object = None) -> Any:
        """Call Sentry, which must not refuse."""
        answer = self.sandbox.sentry(method, f"/api/0/{path}", body)
        assert answer.status < 400, f"{method} {path}: {answer.text}"
        return answer.body

    def ask_coolify(self, method: str, path: str, body: object = None) -> Any:
        """Call Coolify, which must not refuse."""
        answer = self.sandbox.coolify(method, path, body)
        assert answer.status < 400, f"{method} {path}: {answer.text}"
        return answer.body


def _uuid(app: AppEnvironment) -> str:
    return app.selector.label.rpartition("name-of-")[2]


def _text(value: Value, app: AppEnvironment, dsns: dict[tuple[str, str], str]) -> str:
    """The value as far as it is known beforehand; empty where it is not."""
    match value:
        case PlainText():
            return value.text
        case ProjectSlug():
            return value.slug
        case KeyDsn():
            found = [dsn for (slug, _), dsn in dsns.items() if slug.startswith(value.entry_id)]
            return found[0] if found else ""
        case _:
            del app
            return ""
