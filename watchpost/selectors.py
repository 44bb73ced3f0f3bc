"""
Finds the uuids of apps that the manifest selects by name.

One listing of projects, and one of each environment that the manifest names, per run. An app that
cannot be found is an answer, not an error: it must fail its own resource and nothing else.

Does not: look at apps that are selected by uuid, nor at variables.

Source: Coolify API 3.1 (names are not unique anywhere); design.md 5;
docs/adr/0004-ownership-mark.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from watchpost.errors import ApiError
from watchpost.manifest import ByName, ByUuid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from watchpost.coolify import CoolifyClient, Kind
    from watchpost.manifest import Selector


class Named(Protocol):
    """What Coolify tells of a project, an application or a service: its uuid and its name."""

    @property
    def uuid(self) -> str:
        """Coolify's own id."""

    @property
    def name(self) -> str:
        """The name that people gave it."""


@dataclass(frozen=True)
class Found:
    """
    The answer to one selector.

    Attributes:
        uuid: None where no app or more than one answers to it.
        reason: Why there is none, and what is known instead; empty where there is one.
        is_unanswered: True if Coolify did not answer, so that there may be one.
    """

    uuid: str | None
    reason: str = ""
    is_unanswered: bool = False


def observe_selected(
    selectors: Iterable[Selector], connect: Callable[[], CoolifyClient]
) -> dict[Selector, Found]:
    """
    Find the uuid of each selector; keyed by selector.

    Args:
        selectors: As the manifest declares them.
        connect: Makes the client; not called where every app is selected by uuid.
    """
    found: dict[Selector, Found] = {}
    search: _Search | None = None
    for selector in selectors:
        if isinstance(selector, ByUuid):
            found[selector] = Found(selector.uuid)
            continue
        search = search or _Search(connect)
        found[selector] = search.find(selector)
    return {selector: _unless_shared(selector, found) for selector in found}


def _unless_shared(selector: Selector, found: Mapping[Selector, Found]) -> Found:
    """Refuse an app that another selector names too: two owners would undo each other's rows."""
    mine = found[selector]
    others = [
        other.label
        for other, its in found.items()
        if other != selector and other.kind == selector.kind and its.uuid == mine.uuid
    ]
    if mine.uuid is None or not others:
        return mine
    return Found(None, f"{selector.label} and {', '.join(others)} are the same {selector.kind}")


class _Search:
    """Answers selectors by name from listings that are fetched once each."""

    def __init__(self, connect: Callable[[], CoolifyClient]) -> None:
        self._connect = connect
        self._client: CoolifyClient | None = None
        self._projects: Sequence[Named] = ()
        self._environments: dict[tuple[str, str], Mapping[Kind, Sequence[Named]]] = {}
        self._failures: dict[tuple[str, str], ApiError] = {}

    def find(self, selector: ByName) -> Found:
        """Look one app up; a service that does not answer is told as the reason."""
        try:
            project = self._only(
                [
                    each
                    for each in self._list_projects()
                    if selector.project in (each.name, each.uuid)
                ],
                f"project {selector.project!r}",
                self._projects,
            )
            if project.uuid is None:
                return project
            candidates = self._list_environment(project.uuid, selector.environment)[selector.kind]
        except ApiError as error:
            return Found(None, str(error), is_unanswered=True)
        matching = [each for each in candidates if each.name == selector.name]
        return self._only(matching, f"{selector.kind} {selector.name!r}", candidates)

    def _list_projects(self) -> Sequence[Named]:
        if self._client is None:
            self._client = self._connect()
            self._projects = self._client.list_projects()
        return self._projects

    def _list_environment(self, project: str, name: str) -> Mapping[Kind, Sequence[Named]]:
        place = (project, name)
        if place in self._failures:
            raise self._failures[place]
        if place not in self._environments and self._client is not None:
            try:
                self._environments[place] = self._client.list_environment(project, name)
            except ApiError as error:
                self._failures[place] = error
                raise
        return self._environments[place]

    @staticmethod
    def _only(matching: Sequence[Named], what: str, known: Sequence[Named]) -> Found:
        """Accept exactly one; of two with one name, guessing would wire the wrong app."""
        if len(matching) == 1:
            return Found(matching[0].uuid)
        if matching:
            uuids = ", ".join(sorted(each.uuid for each in matching))
            return Found(None, f"{what} is ambiguous: {uuids}; select it by uuid")
        names = ", ".join(sorted({repr(each.name) for each in known})) or "none"
        return Found(None, f"no {what} in Coolify; known here: {names}")
