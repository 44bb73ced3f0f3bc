"""
What an organization holds, listed once per process and shared by all Reads and previews.

Lists are asked for one kind at a time, and only when that kind is read. Writes put in what they
answered, or drop what they touched.

Does not: write, or decide what is drift. Absence from a list is confirmed by one GET before an
object counts as gone.

Source: design.md 4; sentry-api.md 4.2, 5.5 and 6.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from providers.sentry.single_flight import SingleFlight
from watchpost.errors import NotFound, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from watchpost.sentry import Key, Project, SentryClient, Team

Item = TypeVar("Item")


@dataclass(frozen=True)
class KnownProject:
    """A project, and whether this process made it a moment ago."""

    project: Project
    is_new: bool = False


class Fleet:
    """Everything seen so far of each organization. Thread-safe."""

    def __init__(self, client: SentryClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._slugs: dict[tuple[str, str], str] = {}
        self._expected_projects: dict[tuple[str, str], str] = {}
        self._expected_teams: dict[tuple[str, str], str] = {}
        self._projects: SingleFlight[dict[str, Project]] = SingleFlight()
        self._teams: SingleFlight[dict[str, Team]] = SingleFlight()
        self._keys: SingleFlight[dict[str, list[Key]] | None] = SingleFlight()
        self._project_keys: SingleFlight[list[Key]] = SingleFlight()
        self._by_slug: SingleFlight[KnownProject] = SingleFlight()

    def projects(self, organization: str) -> dict[str, Project]:
        """Every project by id, without settings."""
        return self._projects.get(organization, lambda: self._load_projects(organization))

    def teams(self, organization: str) -> dict[str, Team]:
        """Every team by id."""
        return self._teams.get(organization, lambda: self._load_teams(organization))

    def keys(self, organization: str, project: str) -> list[Key]:
        """Every client key of the project of that id; empty where the project is gone."""
        everything = self._keys.get(organization, lambda: self._load_keys(organization))
        if everything is not None:
            return everything.get(project, [])
        return self.project_keys(organization, project)

    def project_keys(self, organization: str, project: str) -> list[Key]:
        """Likewise, from that project's own list."""
        key = (organization, project)
        return self._project_keys.get(key, lambda: self._load_project_keys(*key))

    def find_project(self, organization: str, project: str) -> Project | None:
        """The project of that id, or None if it is gone for sure."""
        listed = self.projects(organization).get(project)
        found = listed or self._client.find_project(organization, project)
        if found is None:
            self.raise_if_everything_is_gone(organization)
        return found

    def find_team(self, organization: str, team: str) -> Team | None:
        """The team of that id, or None if it is gone for sure."""
        found = self.teams(organization).get(team) or self._client.find_team(organization, team)
        if found is None:
            self.raise_if_everything_is_gone(organization)
        return found

    def find_key(self, organization: str, project: str, key: str) -> Key | None:
        """The client key of that id in the project of that id, or None if it is gone for sure."""
        for each in self.keys(organization, project):
            if each.id == key:
                return each
        found = self._client.find_key(organization, project, key)
        if found is None:
            self.raise_if_everything_is_gone(organization)
        return found

    def project_of_slug(self, organization: str, slug: str) -> KnownProject:
        """
        The project that has this slug now.

        Raises:
            NotFound: There is none.
            Moved: It is a former slug.
        """
        key = (organization, slug)
        known = self._by_slug.loaded(key)
        if known is not None:
            return known
        listed = self._projects.loaded(organization) or {}
        for project in (each for each in listed.values() if each.slug == slug):
            return KnownProject(project)
        return self._by_slug.get(key, lambda: self._load_slug(organization, slug))

    def raise_if_everything_is_gone(self, organization: str) -> None:
        """
        Stop before a whole organization is taken for deleted.

        Raises:
            SettingsError: The organization is unknown here, or shows no project and no team.
        """
        if self.projects(organization) or self.teams(organization):
            return
        raise SettingsError(
            f"organization {organization}",
            "everything that is recorded of it seems to be gone",
            detail="Sentry shows no project and no team there. The token or the organization is"
            " probably the wrong one; nothing was changed.",
            fix="check SENTRY_AUTH_TOKEN, the organization and the URL",
        )

    def expect_project_slug(self, organization: str, project: str, slug: str) -> None:
        """In a preview: the project of that id is about to get this slug."""
        with self._lock:
            self._expected_projects[organization, slug] = project

    def expect_team_slug(self, organization: str, before: str, slug: str) -> None:
        """In a preview: the team of the slug *before* is about to get this one."""
        with self._lock:
            self._expected_teams[organization, before] = slug

    def find_expected_project(self, organization: str, slug: str) -> Project | None:
        """In a preview: the project that has this slug, or is about to get it."""
        listed = self.projects(organization)
        with self._lock:
            expected = self._expected_projects.get((organization, slug), "")
        having = (each for each in listed.values() if each.slug == slug)
        return listed.get(expected) or next(having, None)

    def expected_team_slugs(self, organization: str, slugs: Iterable[str]) -> tuple[str, ...]:
        """In a preview: the slugs that the teams of these are about to have."""
        with self._lock:
            return tuple(self._expected_teams.get((organization, each), each) for each in slugs)

    def put_project(self, organization: str, project: Project, *, is_new: bool = False) -> None:
        """Take in what a write answered about a project."""
        self._projects.change(organization, lambda listed: {**listed, project.id: project})
        self._by_slug.put((organization, project.slug), KnownProject(project, is_new))
        self._note_slug(organization, project.id, project.slug)

    def put_team(self, organization: str, team: Team) -> None:
        """Take in what a write answered about a team."""
        self._teams.change(organization, lambda listed: {**listed, team.id: team})

    def put_key(self, organization: str, key: Key) -> None:
        """Take in what a write answered about a client key."""
        project = str(key.project_id)
        self._change_keys(organization, project, lambda keys: [*_without(keys, key.id), key])

    def drop_project(self, organization: str, project: str) -> None:
        """Forget a project that was deleted, and its keys."""
        self._projects.change(organization, lambda listed: _less(listed, project))
        self._note_slug(organization, project, "")
        self._change_keys(organization, project, lambda _: [])

    def drop_team(self, organization: str, team: str) -> None:
        """Forget a team that was deleted; its projects still name it, in a form of its own."""
        self._teams.change(organization, lambda listed: _less(listed, team))
        self._projects.drop(organization)

    def drop_key(self, organization: str, project: str, key: str) -> None:
        """Forget a client key that was deleted."""
        self._change_keys(organization, project, lambda keys: _without(keys, key))

    def look_again_for_keys(self, organization: str, project: str) -> list[Key]:
        """The keys of a project from its own list, asked anew."""
        self._project_keys.drop((organization, project))
        return self.project_keys(organization, project)

    def _change_keys(
        self, organization: str, project: str, change: Callable[[list[Key]], list[Key]]
    ) -> None:
        self._project_keys.change((organization, project), change)
        self._keys.change(
            organization,
            lambda listed: (
                None if listed is None else {**listed, project: change(listed.get(project, []))}
            ),
        )

    def _note_slug(self, organization: str, project: str, slug: str) -> None:
        """A slug that the project had before is not its any more."""
        with self._lock:
            before = self._slugs.get((organization, project), slug)
            self._slugs[organization, project] = slug
        known = self._by_slug.loaded((organization, before))
        if before != slug and known is not None and known.project.id == project:
            self._by_slug.drop((organization, before))

    def _load_projects(self, organization: str) -> dict[str, Project]:
        try:
            return {each.id: each for each in self._client.list_projects(organization)}
        except NotFound as error:
            raise _unknown_organization(organization) from error

    def _load_slug(self, organization: str, slug: str) -> KnownProject:
        project = self._client.get_project(organization, slug)
        self._note_slug(organization, project.id, slug)
        return KnownProject(project)

    def _load_teams(self, organization: str) -> dict[str, Team]:
        try:
            return {each.id: each for each in self._client.list_teams(organization)}
        except NotFound as error:
            raise _unknown_organization(organization) from error

    def _load_keys(self, organization: str) -> dict[str, list[Key]] | None:
        """By project id; None where the server has no list of the whole organization."""
        try:
            keys = self._client.list_keys(organization)
        except NotFound:
            return None
        by_project: dict[str, list[Key]] = defaultdict(list)
        for each in keys:
            by_project[str(each.project_id)].append(each)
        return by_project

    def _load_project_keys(self, organization: str, project: str) -> list[Key]:
        try:
            return self._client.list_project_keys(organization, project)
        except NotFound:
            return []


def _without(keys: list[Key], key: str) -> list[Key]:
    return [each for each in keys if each.id != key]


def _less(listed: dict[str, Item], gone: str) -> dict[str, Item]:
    return {each: item for each, item in listed.items() if each != gone}


def _unknown_organization(organization: str) -> SettingsError:
    return SettingsError(
        f"organization {organization}",
        "Sentry does not know this organization, or hides it from this token",
        detail="Nothing was changed.",
        fix="check the organization's slug, SENTRY_AUTH_TOKEN and the URL",
    )
