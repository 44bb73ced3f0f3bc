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
from typing import TYPE_CHECKING

from providers.sentry.single_flight import SingleFlight
from watchpost.errors import NotFound, SettingsError

if TYPE_CHECKING:
    from watchpost.sentry import Key, Project, SentryClient, Team


@dataclass(frozen=True)
class KnownProject:
    """A project, and whether this process made it a moment ago."""

    project: Project
    is_new: bool = False


class Fleet:
    """Everything seen so far of each organization. Thread-safe."""

    def __init__(self, client: SentryClient) -> None:
        self._client = client
        self._writes = threading.Lock()
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
        listed = self._projects.loaded(organization) or {}
        known = self._by_slug.loaded(key)
        found = next((each for each in listed.values() if each.slug == slug), None)
        if known is None and found is not None:
            return KnownProject(found)
        return self._by_slug.get(
            key, lambda: KnownProject(self._client.get_project(organization, slug))
        )

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

    def put_project(self, organization: str, project: Project, *, is_new: bool = False) -> None:
        """Take in what a write answered about a project."""
        with self._writes:
            listed = self._projects.loaded(organization)
            if listed is not None:
                self._projects.put(organization, {**listed, project.id: project})
        self._by_slug.put((organization, project.slug), KnownProject(project, is_new))

    def put_team(self, organization: str, team: Team) -> None:
        """Take in what a write answered about a team."""
        with self._writes:
            listed = self._teams.loaded(organization)
            if listed is not None:
                self._teams.put(organization, {**listed, team.id: team})

    def put_key(self, organization: str, key: Key) -> None:
        """Take in what a write answered about a client key."""
        project = str(key.project_id)
        with self._writes:
            own = self._project_keys.loaded((organization, project))
            if own is not None:
                self._project_keys.put((organization, project), _with_key(own, key))
            everything = self._keys.loaded(organization)
            if everything is not None:
                keys = _with_key(everything.get(project, []), key)
                self._keys.put(organization, {**everything, project: keys})

    def drop_project(self, organization: str, project: str) -> None:
        """Forget a project and its keys."""
        self._by_slug = SingleFlight()
        self._projects.drop(organization)
        self.drop_keys(organization, project)

    def drop_team(self, organization: str) -> None:
        """Forget the teams, and the projects that name them."""
        self._teams.drop(organization)
        self._projects.drop(organization)

    def drop_keys(self, organization: str, project: str) -> None:
        """Forget the client keys of a project."""
        self._keys.drop(organization)
        self._project_keys.drop((organization, project))

    def _load_projects(self, organization: str) -> dict[str, Project]:
        try:
            return {each.id: each for each in self._client.list_projects(organization)}
        except NotFound as error:
            raise _unknown_organization(organization) from error

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


def _with_key(keys: list[Key], key: Key) -> list[Key]:
    return [*(each for each in keys if each.id != key.id), key]


def _unknown_organization(organization: str) -> SettingsError:
    return SettingsError(
        f"organization {organization}",
        "Sentry does not know this organization, or hides it from this token",
        detail="Nothing was changed.",
        fix="check the organization's slug, SENTRY_AUTH_TOKEN and the URL",
    )
