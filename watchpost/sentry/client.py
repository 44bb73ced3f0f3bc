"""
Sentry's REST API as far as teams, projects and client keys go.

`organization` is always its slug. A project is addressed by its numeric id or its slug; callers
that know the id use it, because a former slug may belong to somebody else today. `list_` answers
everything, `get_` raises NotFound, `find_` answers None instead, `delete_` accepts that the object
is gone already.

Does not: remember answers, decide what to write, or repeat a create whose fate is unclear
(UnclearWrite): the caller looks first. Source: sentry-api.md 3 to 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from watchpost.errors import NotFound, UnclearWrite, UnexpectedResponse
from watchpost.sentry.models import Key, Project, RateLimit, Team
from watchpost.sentry.paging import next_cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from watchpost.transport import Answer, Params, RetryPolicy, Transport

Item = TypeVar("Item", Team, Project, Key)
_PAGE_SIZE = 100
_MOST_PAGES = 10_000
_BINDING_ATTEMPTS = 4


class SentryClient:
    """One Sentry server as one token sees it. Thread-safe, as its transport is."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def transport(self) -> Transport:
        """What it sends with, for the readers of events and statistics."""
        return self._transport

    def list_projects(self, organization: str) -> list[Project]:
        """Every active project of the organization, without settings."""
        return self._list(_path("organizations", organization, "projects"), Project.from_json)

    def list_teams(self, organization: str) -> list[Team]:
        """Every team of the organization."""
        path = _path("organizations", organization, "teams")
        return self._list(path, Team.from_json, {"detailed": "0"})

    def list_keys(self, organization: str) -> list[Key]:
        """
        Every client key of every project of the organization.

        Raises:
            NotFound: The server is older than December 2025 and has no such list.
        """
        path = _path("organizations", organization, "project-keys")
        return self._list(path, Key.from_json, {"project": "-1"})

    def list_project_keys(self, organization: str, project: str) -> list[Key]:
        """Every client key of one project, newest first."""
        return self._list(_path("projects", organization, project, "keys"), Key.from_json)

    def list_newest_keys(
        self, organization: str, project: str, retry: RetryPolicy
    ) -> tuple[tuple[Key, ...], bool]:
        """
        One page of a project's client keys, newest first, and whether that is all of them.

        Always one request, unless *retry* repeats it: for a caller with a budget.
        """
        path = _path("projects", organization, project, "keys")
        query: Params = {"per_page": _PAGE_SIZE}
        answer = self._transport.request("GET", path, params=query, retry=retry)
        keys = tuple(_parsed(answer, item, Key.from_json) for item in answer.as_list())
        return keys, next_cursor(answer.headers.get("link", "")) is None

    def get_team(self, organization: str, team: str) -> Team:
        """One team, by slug or id."""
        return self._one("GET", _path("teams", organization, team), Team.from_json)

    def get_project(self, organization: str, project: str) -> Project:
        """
        One project with its settings, by id or slug.

        Raises:
            Moved: The slug is a former one of a project that has another now.
        """
        return self._one("GET", _path("projects", organization, project), Project.from_json)

    def get_key(self, organization: str, project: str, key: str) -> Key:
        """One client key."""
        path = _path("projects", organization, project, "keys", key)
        return self._one("GET", path, Key.from_json)

    def find_team(self, organization: str, team: str) -> Team | None:
        """One team, or None."""
        return _found(lambda: self.get_team(organization, team))

    def find_project(self, organization: str, project: str) -> Project | None:
        """One project with its settings, or None."""
        return _found(lambda: self.get_project(organization, project))

    def find_key(self, organization: str, project: str, key: str) -> Key | None:
        """One client key, or None."""
        return _found(lambda: self.get_key(organization, project, key))

    def create_team(self, organization: str, *, slug: str, name: str) -> Team:
        """
        Make a team.

        Raises:
            Conflict: The slug is taken.
        """
        path = _path("organizations", organization, "teams")
        return self._one("POST", path, Team.from_json, {"slug": slug, "name": name})

    def update_team(self, organization: str, team: str, changes: Mapping[str, str]) -> Team:
        """Change `slug` or `name` of a team."""
        path = _path("teams", organization, team)
        return self._one("PUT", path, Team.from_json, dict(changes))

    def delete_team(self, organization: str, team: str) -> None:
        """Delete a team; its projects stay."""
        self._delete(_path("teams", organization, team))

    def create_project(
        self, organization: str, team: str, *, name: str, slug: str, platform: str = ""
    ) -> Project:
        """
        Make a project that *team* owns. Always with a slug, else Sentry makes a silent duplicate.

        Raises:
            Conflict: The slug is taken, or the server is busy: look before concluding.
        """
        body = {"name": name, "slug": slug} | ({"platform": platform} if platform else {})
        path = _path("teams", organization, team, "projects")
        return self._one("POST", path, Project.from_json, body)

    def update_project(
        self, organization: str, project: str, changes: Mapping[str, object]
    ) -> Project:
        """Change fields of a project, named as Sentry names them; answers the detailed project."""
        path = _path("projects", organization, project)
        return self._one("PUT", path, Project.from_json, dict(changes))

    def delete_project(self, organization: str, project: str) -> None:
        """Delete a project with its events and keys. There is no way back."""
        self._delete(_path("projects", organization, project))

    def bind_team(self, organization: str, project: str, team: str) -> None:
        """Make *team* an owner of the project; it may be one already."""
        path = _path("projects", organization, project, "teams", team)
        for attempt in range(1, _BINDING_ATTEMPTS + 1):
            try:
                self._transport.request("POST", path)
            except UnclearWrite:
                # Binding twice is binding once, so sending again is as good as looking.
                if attempt == _BINDING_ATTEMPTS:
                    raise
            else:
                return

    def unbind_team(self, organization: str, project: str, team: str) -> None:
        """End the ownership of *team*; it may have ended already."""
        self._delete(_path("projects", organization, project, "teams", team))

    def create_key(
        self, organization: str, project: str, *, label: str, rate_limit: RateLimit | None
    ) -> Key:
        """Make a client key. Labels are not unique: making one twice makes two."""
        body: dict[str, object] = {"name": label}
        if rate_limit is not None:
            body["rateLimit"] = _rate_limit_json(rate_limit)
        path = _path("projects", organization, project, "keys")
        return self._one("POST", path, Key.from_json, body)

    def update_key(
        self,
        organization: str,
        project: str,
        key: Key,
        *,
        label: str,
        rate_limit: RateLimit | None,
        is_active: bool,
    ) -> Key:
        """Give *key* this label, rate limit and activity; what else it has stays as it was read."""
        body = {
            "name": label,
            "isActive": is_active,
            "rateLimit": rate_limit and _rate_limit_json(rate_limit),
            "browserSdkVersion": key.browser_sdk_version,
        }
        path = _path("projects", organization, project, "keys", key.id)
        return self._one("PUT", path, Key.from_json, body)

    def delete_key(self, organization: str, project: str, key: str) -> None:
        """Delete a client key: whatever still sends with it falls silent."""
        self._delete(_path("projects", organization, project, "keys", key))

    def _one(
        self,
        method: str,
        path: str,
        parse: Callable[[dict[str, Any]], Item],
        body: Mapping[str, object] | None = None,
    ) -> Item:
        answer = self._transport.request(method, path, json=body)
        return _parsed(answer, answer.as_object(), parse)

    def _list(
        self,
        path: str,
        parse: Callable[[dict[str, Any]], Item],
        params: Mapping[str, str] | None = None,
    ) -> list[Item]:
        query: Params = {**(params or {}), "per_page": _PAGE_SIZE}
        # A project starred meanwhile moves to another page and may be seen twice.
        items: dict[str, Item] = {}
        for _ in range(_MOST_PAGES):
            answer = self._transport.request("GET", path, params=query)
            page = [_parsed(answer, item, parse) for item in answer.as_list()]
            items |= {item.id: item for item in page}
            cursor = next_cursor(answer.headers.get("link", ""))
            if cursor is None:
                return list(items.values())
            query = {**query, "cursor": cursor}
        raise UnexpectedResponse(f"GET {path}", "the list has no last page")

    def _delete(self, path: str) -> None:
        try:
            self._transport.request("DELETE", path)
        except NotFound:
            return


def _path(*segments: str) -> str:
    return "/".join(["/api/0", *(quote(segment, safe="") for segment in segments), ""])


def _parsed(answer: Answer, data: dict[str, Any], parse: Callable[[dict[str, Any]], Item]) -> Item:
    try:
        return parse(data)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnexpectedResponse(
            answer.request,
            "Sentry answered an object that lacks what every such object has",
            detail=f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else "",
            status=answer.status,
        ) from None


def _found(get: Callable[[], Item]) -> Item | None:
    try:
        return get()
    except NotFound:
        return None


def _rate_limit_json(rate_limit: RateLimit) -> dict[str, int]:
    return {"count": rate_limit.count, "window": rate_limit.window_seconds}
