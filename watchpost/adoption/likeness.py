"""
Which Sentry project an app is likely to report to, by repository or by name.

    equal     the repository's name, or the app's, is the project's slug or name
    akin      equal once a clear prefix or suffix is taken away: the organization's own name in
              front, or what says `production` behind

Names are compared in lower case, everything but letters and digits as one hyphen.

Does not: look at variables; a DSN is stronger than any name.

Source: docs/adoption.md.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watchpost.coolify.client import App
    from watchpost.sentry import Project

_SUFFIXES = ("-production", "-prod", "-live")


@dataclass(frozen=True)
class Likeness:
    """
    Why an app may belong to some projects.

    Attributes:
        projects: Those that are equally like it; more than one is ambiguous.
        why: In words.
        is_equal: Whether nothing had to be taken away.
    """

    projects: tuple[Project, ...]
    why: str
    is_equal: bool


class ProjectNames:
    """
    The names of all projects, to find them by.

    Args:
        projects: All of them.
        workspaces: Words that may stand before a name: the organization's slug, for example.
    """

    def __init__(self, projects: Iterable[Project], workspaces: Iterable[str]) -> None:
        self._prefixes = tuple(f"{plain(each)}-" for each in workspaces if plain(each))
        self._equal: dict[str, list[Project]] = defaultdict(list)
        self._akin: dict[str, list[Project]] = defaultdict(list)
        for project in projects:
            for name in dict.fromkeys((plain(project.slug), plain(project.name))):
                _add(self._equal, name, project)
                _add(self._akin, self._stem(name), project)

    def find(self, app: App) -> Likeness | None:
        """The best likeness: equal before akin, the repository before the app's own name."""
        names = dict(_names_of(app))
        for index, is_equal in ((self._equal, True), (self._akin, False)):
            for what, name in names.items():
                found = index.get(name if is_equal else self._stem(name), [])
                if found and name:
                    relation = "is" if is_equal else "is like"
                    return Likeness(tuple(found), f"{what} {relation} the project's", is_equal)
        return None

    def _stem(self, name: str) -> str:
        """Take clear prefixes and suffixes away, as long as something is left."""
        for prefix in self._prefixes:
            name = name.removeprefix(prefix) or name
        for suffix in _SUFFIXES:
            name = name.removesuffix(suffix) or name
        return name


def plain(name: str) -> str:
    """A name in lower case, its words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def repository_name(repository: str) -> str:
    """The last part of a repository's path or address, without `.git`; may be empty."""
    last = re.split(r"[/:]", repository.rstrip("/"))[-1]
    return last.removesuffix(".git")


def _names_of(app: App) -> Iterator[tuple[str, str]]:
    repository = plain(repository_name(app.git_repository))
    if repository:
        yield "its repository's name", repository
    yield "its name", plain(app.name)


def _add(index: dict[str, list[Project]], name: str, project: Project) -> None:
    if name and project not in index[name]:
        index[name].append(project)
