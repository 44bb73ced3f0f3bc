"""
Reading the inventory: one pass of bulk reads over both services.

    Sentry     pages of projects, pages of the organization's client keys, pages of teams
    Coolify    applications, services, and one list of rows per app

A server without the organization-wide list of keys costs one list per project instead.

Does not: write, judge, or give up for one failure: what could not be read is named in the
inventory, and the rest is read.

Source: design.md 4 and 5; reference/sentry-api.md 6; reference/coolify-api.md 3.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from watchpost.adoption.inventory import HeldApp, Inventory, Unchecked
from watchpost.coolify import AppRef
from watchpost.errors import ApiError, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

    from watchpost.coolify import CoolifyClient, Kind
    from watchpost.coolify.client import App
    from watchpost.sentry import Key, Project, SentryClient, Team

    _SentryLooks = tuple[Future[list[Project]], Future[list[Key] | None], Future[list[Team]]]
    _SentryLists = tuple[list[Project] | None, list[Key] | None, list[Team] | None]

_AT_ONCE = 8
T = TypeVar("T")


def observe_fleet(sentry: SentryClient, coolify: CoolifyClient, organization: str) -> Inventory:
    """
    Read everything that adoption and the report of orphans need.

    Raises nothing for a service that fails; see `Inventory.unchecked`.
    """
    return _Pass(sentry, coolify, organization).run()


class _Pass:
    """One pass; remembers what failed."""

    def __init__(self, sentry: SentryClient, coolify: CoolifyClient, organization: str) -> None:
        self._sentry = sentry
        self._coolify = coolify
        self._organization = organization
        self._has_no_list_of_keys = False
        self._unchecked: list[Unchecked] = []

    def run(self) -> Inventory:
        """Ask both services at the same time."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            sentry = self._submit_sentry(pool)
            applications = pool.submit(self._coolify.list_applications)
            services = pool.submit(self._coolify.list_services)
            listed: dict[Kind, Sequence[App] | None] = {
                "application": self._take("Coolify's applications", applications.result),
                "service": self._take("Coolify's services", services.result),
            }
            apps = self._hold(pool, listed)
            projects, keys, teams = self._take_sentry(pool, sentry)
        return Inventory(
            organization=self._organization,
            projects=tuple(projects or ()),
            keys=tuple(keys or ()),
            teams=tuple(teams or ()),
            apps=apps,
            unchecked=tuple(self._unchecked),
            knows_sentry=projects is not None and keys is not None,
            knows_teams=teams is not None,
            knows_apps=None not in listed.values(),
        )

    def _submit_sentry(self, pool: ThreadPoolExecutor) -> _SentryLooks:
        return (
            pool.submit(self._sentry.list_projects, self._organization),
            pool.submit(self._find_keys),
            pool.submit(self._sentry.list_teams, self._organization),
        )

    def _take_sentry(self, pool: ThreadPoolExecutor, looks: _SentryLooks) -> _SentryLists:
        projects = self._take("Sentry's projects", looks[0].result)
        keys = self._take("Sentry's client keys", looks[1].result)
        teams = self._take("Sentry's teams", looks[2].result)
        if self._has_no_list_of_keys and projects is not None:
            keys = self._keys_one_by_one(pool, projects)
        return projects, keys, teams

    def _find_keys(self) -> list[Key] | None:
        try:
            return self._sentry.list_keys(self._organization)
        except NotFound:
            self._has_no_list_of_keys = True
            return None

    def _keys_one_by_one(
        self, pool: ThreadPoolExecutor, projects: Sequence[Project]
    ) -> list[Key] | None:
        def look(project: Project) -> list[Key]:
            return self._sentry.list_project_keys(self._organization, project.id)

        looks = [(project, pool.submit(look, project)) for project in projects]
        found = [
            self._take(f"client keys of project {project.slug}", asked.result)
            for project, asked in looks
        ]
        if None in found:
            return None
        return [key for keys in found for key in keys or ()]

    def _hold(
        self, pool: ThreadPoolExecutor, listed: Mapping[Kind, Sequence[App] | None]
    ) -> tuple[HeldApp, ...]:
        apps = [
            (AppRef(kind, app.uuid), app) for kind, group in listed.items() for app in group or ()
        ]
        looks = [(ref, app, pool.submit(self._coolify.list_rows, ref)) for ref, app in apps]
        return tuple(
            HeldApp(ref, app, self._take(f"variables of {ref}", asked.result))
            for ref, app, asked in looks
        )

    def _take(self, what: str, result: Callable[[], T]) -> T | None:
        """What was read; None, and a note, where the service failed."""
        try:
            return result()
        except ApiError as error:
            self._unchecked.append(Unchecked(what, f"{error.path}: {error.summary}"))
            return None
