"""
Inventories to begin from: projects, keys and apps of no service, in a line each.

`Fleet` collects them; tests say only what they are about. `random_fleet` makes a mess of a seed.
"""

from __future__ import annotations

import random
from typing import Any

from watchpost.adoption.inventory import HeldApp, Inventory
from watchpost.coolify import AppRef, Kind, Row, Unreadable
from watchpost.coolify.client import App
from watchpost.sentry import Key, Project, RateLimit, Team

HOST = "o7.ingest.sentry.example"
FOREIGN = "https://ffffffffffffffffffffffffffffffff@elsewhere.example/9"
GONE = "e" * 32


def dsn_of(key_id: str, project: str | int, host: str = HOST) -> str:
    """A DSN."""
    return f"https://{key_id}@{host}/{project}"


class Fleet:
    """What both services hold, as it is added."""

    def __init__(self, organization: str = "acme") -> None:
        self.organization = organization
        self.projects: list[Project] = []
        self.keys: list[Key] = []
        self.teams = [Team("1", "platform", "Platform"), Team("2", "web", "Web")]
        self.apps: list[HeldApp] = []

    def project(self, slug: str, **overrides: Any) -> Project:
        """A project of the team platform with its key Default."""
        number = len(self.projects) + 11
        fields: dict[str, Any] = {
            "name": slug.title(),
            "platform": "python",
            "teams": ("platform",),
        }
        default = overrides.pop("default", "Default")
        made = Project(str(number), slug, **({**fields, "has_events": True} | overrides))
        self.projects.append(made)
        if default is not None:
            self.key(made, default)
        return made

    def key(
        self,
        project: Project,
        label: str,
        *,
        is_active: bool = True,
        rate_limit: RateLimit | None = None,
    ) -> Key:
        """A client key of a project."""
        key_id = f"{len(self.keys) + 1:032x}"
        dsn = dsn_of(key_id, project.id)
        made = Key(key_id, label, int(project.id), is_active, rate_limit, dsn, "")
        self.keys.append(made)
        return made

    def dsn(self, project: Project, label: str = "Default") -> str:
        """The DSN of a project's key."""
        return next(
            key.dsn_public
            for key in self.keys
            if str(key.project_id) == project.id and key.label == label
        )

    def app(
        self,
        uuid: str,
        rows: list[Row] | None = None,
        kind: Kind = "application",
        **overrides: Any,
    ) -> HeldApp:
        """An app; without rows it could not be read."""
        fields: dict[str, Any] = {"name": uuid, "status": "running"}
        app = App(uuid, **(fields | overrides))
        held = HeldApp(AppRef(kind, uuid), app, None if rows is None else tuple(rows))
        self.apps.append(held)
        return held

    def inventory(self, **overrides: Any) -> Inventory:
        """All of it."""
        fields: dict[str, Any] = {
            "projects": tuple(self.projects),
            "keys": tuple(self.keys),
            "teams": tuple(self.teams),
            "apps": tuple(self.apps),
        }
        return Inventory(self.organization, **(fields | overrides))


def row(key: str, value: Any, **overrides: Any) -> Row:
    """One row of somebody's, for the build and the running app, as Coolify makes it."""
    place = "preview" if overrides.get("is_preview") else "production"
    return Row(**({"uuid": f"{key}-{place}", "key": key, "value": value} | overrides))


def pair(key: str, value: Any, **overrides: Any) -> list[Row]:
    """A production row with the preview copy that Coolify makes."""
    return [row(key, value, **overrides), row(key, value, is_preview=True, **overrides)]


def random_fleet(seed: int) -> Inventory:
    """A small fleet with every kind of mess, the same for the same seed."""
    return _Mess(random.Random(seed)).inventory()  # noqa: S311 - a test, no secret


class _Mess:
    """Makes one random fleet."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._fleet = Fleet()
        self._home: Project | None = None  # of the app that is being made

    def inventory(self) -> Inventory:
        """Three to six projects, four to ten apps."""
        for number in range(self._chance.randint(3, 6)):
            self._add_project(number)
        for number in range(self._chance.randint(4, 10)):
            self._add_app(number)
        return self._fleet.inventory()

    def _add_project(self, number: int) -> None:
        pick, odd = self._chance.choice, self._chance.random() < 0.25
        slug = pick(["shop", "acme-shop", "_odd", "x" * 80, "on", "1e3", "42a"])
        platforms = ["python", "node", "python-fastapi"]
        teams = [("platform",), ("web", "platform"), ("gone-" + "a" * 32, "web")]
        names = ["Shop", "on", "a: b # c", "{x}", "Größe", "-", "yes"]
        project = self._fleet.project(
            "billing" if odd and not number else f"{slug}-{number}",
            name=pick(["settings", "n" * 60] if odd else names),
            platform=pick(["", "cobol"] if odd and number else platforms),
            teams=pick([*teams, ()] if odd else teams),
            default=pick(["Default", "Default", "Default", None, "production"]),
        )
        for _ in range(self._chance.randint(0, 2)):
            self._fleet.key(
                project,
                pick(["preview", "Default", "Browser / web", "staging", " ", "öl", "yes"]).strip(),
                is_active=self._chance.random() < 0.8,
                rate_limit=pick([None, None, RateLimit(10, 60), RateLimit(1, 90_000)]),
            )

    def _add_app(self, number: int) -> None:
        pick = self._chance.choice
        kind: Kind = pick(["application", "application", "service"])
        self._home = pick(self._fleet.projects)
        rows = [each for name in self._names() for each in self._rows(name, kind)]
        name = pick(["shop", "Shop production", "app", "billing", "a\nb"])
        self._fleet.app(f"app-{number}", rows, kind, name=name)

    def _names(self) -> list[str]:
        names = ["SENTRY_DSN", "NEXT_PUBLIC_SENTRY_DSN", "ERROR_URL", "SENTRY_ENVIRONMENT"]
        names += ["SENTRY_RELEASE", "SERVICE_SENTRY_DSN", "DATABASE_URL"]
        return self._chance.sample(names, self._chance.randint(0, 4))

    def _rows(self, name: str, kind: Kind) -> list[Row]:
        chance = self._chance
        flags = {
            "is_buildtime": chance.random() < 0.5,
            "is_runtime": chance.random() < 0.95,
            "comment": self._comment(),
        }
        first = row(name, self._value(name), **flags)
        copy = row(name, first.value, **(flags | {"is_preview": True}))
        if kind == "service":
            return [first] if chance.random() < 0.9 else [first, row(name, "x", uuid="twin")]
        if chance.random() < 0.3:
            copy = row(name, self._value(name), **(flags | {"is_preview": True}))
        if chance.random() < 0.05:
            copy = row(name, first.value, is_preview=True, is_buildtime=not first.is_buildtime)
        rows = [first, copy]
        if chance.random() < 0.05:
            rows.remove(chance.choice(rows))
        if chance.random() < 0.05:
            rows.append(row(name, first.value, uuid="twin"))
        return rows

    def _comment(self) -> str | None:
        entries = [project.slug for project in self._fleet.projects]
        owners = ["globex/shop", *(f"acme/{entry}" for entry in entries)]
        marked = f"watchpost:{self._chance.choice(owners)}"
        return marked if self._chance.random() < 0.15 else self._chance.choice([None, "ask Eva"])

    def _value(self, name: str) -> Any:
        chance = self._chance
        if name.endswith("ENVIRONMENT"):
            return chance.choice(["production", "preview", "a/b", None, "staging"])
        if not (name.endswith("DSN") or name == "ERROR_URL"):
            return "text"
        odd = [FOREIGN, None, Unreadable.LOCKED, Unreadable.HIDDEN, "{{team.DSN}}", "no dsn"]
        project = chance.choice(self._fleet.projects)
        odd += [dsn_of(GONE, project.id), dsn_of(GONE, 9999)]
        here = [
            key for key in self._fleet.keys if self._home and str(key.project_id) == self._home.id
        ]
        if chance.random() < 0.1 or not self._fleet.keys:
            return chance.choice(odd)
        key = chance.choice(here if here and chance.random() < 0.9 else self._fleet.keys)
        host = chance.choice([HOST, HOST, "moved.example"])
        number = key.project_id if chance.random() < 0.97 else 9999
        return dsn_of(key.id, number, host)
