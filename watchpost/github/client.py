"""
GitHub's REST API as far as comments, labels, issues and the pull request of a commit go.

Pull requests are issues: their comments and labels are those of the issue of that number.

Does not: decide what to write, or repeat a create whose fate is unclear (UnclearWrite): the caller
looks first.

Source: docs.github.com, REST API 2022-11-28.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

from watchpost.errors import Conflict, Forbidden, Invalid, NotFound, UnexpectedResponse
from watchpost.github.models import Comment, Issue, Pull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from watchpost.transport import Answer, Params, Transport

Item = TypeVar("Item", Comment, Issue, Pull)
# Who writes with a run's own token, which may not ask who it is.
RUN_LOGIN = "github-actions[bot]"
_PAGE_SIZE = 100
_MOST_PAGES = 1_000
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="next"')


class GitHubClient:
    """
    One repository as one token sees it.

    Args:
        transport: Speaks GitHub's dialect; its URL is that of the API.
        repository: `owner/name`.
        login: Who the token writes as; None asks, and takes a token that may not ask for a run's.
    """

    def __init__(self, transport: Transport, repository: str, login: str | None = None) -> None:
        self._transport = transport
        self._repository = repository
        self._given_login = login

    @cached_property
    def login(self) -> str:
        """Who the token writes as."""
        if self._given_login:
            return self._given_login
        try:
            return str(self._transport.request("GET", "/user").as_object()["login"])
        except Forbidden:
            return RUN_LOGIN

    def list_comments(self, number: int) -> list[Comment]:
        """Every comment of an issue or pull request, oldest first."""
        found = self._list(("issues", str(number), "comments"), Comment.from_json)
        return sorted(found, key=lambda comment: comment.id)

    def create_comment(self, number: int, body: str) -> Comment:
        """Write a comment."""
        path = self._path("issues", str(number), "comments")
        return self._one("POST", path, Comment.from_json, {"body": body})

    def update_comment(self, comment: int, body: str) -> None:
        """Replace a comment's text."""
        path = self._path("issues", "comments", str(comment))
        self._transport.request("PATCH", path, json={"body": body})

    def delete_comment(self, comment: int) -> None:
        """Delete a comment; it may be gone already."""
        self._delete(self._path("issues", "comments", str(comment)))

    def list_issues(self, label: str) -> list[Issue]:
        """Every issue with that label, open or closed, oldest first; no pull requests."""
        found = self._list(("issues",), Issue.from_json, {"state": "all", "labels": label})
        return sorted((each for each in found if not each.is_pull), key=lambda each: each.number)

    def create_issue(self, *, title: str, body: str, labels: Iterable[str]) -> Issue:
        """Open an issue."""
        document = {"title": title, "body": body, "labels": list(labels)}
        return self._one("POST", self._path("issues"), Issue.from_json, document)

    def update_issue(self, number: int, changes: dict[str, str]) -> None:
        """Change fields of an issue, named as GitHub names them."""
        self._transport.request("PATCH", self._path("issues", str(number)), json=changes)

    def list_labels(self, number: int) -> list[str]:
        """The names of the labels on an issue or pull request."""
        path = self._path("issues", str(number), "labels")
        answer = self._transport.request("GET", path, params={"per_page": _PAGE_SIZE})
        return [str(label["name"]) for label in answer.as_list()]

    def add_label(self, number: int, name: str) -> None:
        """Put a label on; putting it on twice is putting it on once."""
        path = self._path("issues", str(number), "labels")
        self._transport.request("POST", path, json={"labels": [name]})

    def remove_label(self, number: int, name: str) -> None:
        """Take a label off; it may be off already."""
        self._delete(self._path("issues", str(number), "labels", name))

    def ensure_label(self, name: str, *, color: str, description: str) -> None:
        """See that the repository has the label; one that it has stays as it is."""
        try:
            self._transport.request("GET", self._path("labels", name))
        except NotFound:
            self._create_label({"name": name, "color": color, "description": description})

    def list_pulls(self, commit: str) -> list[Pull]:
        """
        The pull requests that brought a commit.

        Raises:
            Invalid: The repository has no such commit.
        """
        return self._list(("commits", commit, "pulls"), Pull.from_json)

    def _create_label(self, label: dict[str, str]) -> None:
        try:
            self._transport.request("POST", self._path("labels"), json=label)
        except (Conflict, Invalid) as error:
            if "already_exists" not in str(error.body):  # another run was faster
                raise

    def _path(self, *segments: str) -> str:
        quoted = "/".join(quote(segment, safe="") for segment in segments)
        return f"/repos/{self._repository}/{quoted}"

    def _one(
        self,
        method: str,
        path: str,
        parse: Callable[[dict[str, Any]], Item],
        body: dict[str, Any],
    ) -> Item:
        answer = self._transport.request(method, path, json=body)
        return _parsed(answer, answer.as_object(), parse)

    def _list(
        self,
        segments: tuple[str, ...],
        parse: Callable[[dict[str, Any]], Item],
        params: Params | None = None,
    ) -> list[Item]:
        path = self._path(*segments)
        query: Params = {**(params or {}), "per_page": _PAGE_SIZE}
        items: list[Item] = []
        for _ in range(_MOST_PAGES):
            answer = self._transport.request("GET", path, params=query)
            items += [_parsed(answer, item, parse) for item in answer.as_list()]
            following = _next_query(answer.headers.get("link", ""))
            if following is None:
                return list(dict.fromkeys(items))
            query = {**query, **following}
        raise UnexpectedResponse(f"GET {path}", "the list has no last page")

    def _delete(self, path: str) -> None:
        try:
            self._transport.request("DELETE", path)
        except NotFound:
            return


def _next_query(link: str) -> Params | None:
    """The query of the next page, or None; only the query, so that no token goes elsewhere."""
    found = _NEXT.search(link)
    return dict(parse_qsl(urlsplit(found[1]).query)) if found else None


def _parsed(answer: Answer, data: dict[str, Any], parse: Callable[[dict[str, Any]], Item]) -> Item:
    try:
        return parse(data)
    except (KeyError, TypeError, ValueError) as error:
        raise UnexpectedResponse(
            answer.request,
            "GitHub answered an object that lacks what every such object has",
            detail=f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else "",
            status=answer.status,
        ) from None
