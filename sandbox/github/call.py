"""
One call to the simulated GitHub, and the answers it can get.

Does not: know any endpoint.

Source: docs.github.com, "REST API", of 2025; answers of the real server as public issues quote
them (the texts of 401, 403, 404, 422 and the field `status`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote

from sandbox.world import World

DOCUMENTATION = "https://docs.github.com/rest"
LARGEST_PAGE = 100
DEFAULT_PAGE = 30


@dataclass(frozen=True)
class Reply:
    """An answer before it is sent; *body* is a JSON value, None sends none."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """Ends a call with the reply it carries."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(frozen=True)
class Caller:
    """A token's bearer; *permissions* name what the token may ``read`` or ``write``."""

    token_name: str
    user_id: int
    login: str
    is_installation: bool
    permissions: Mapping[str, str]

    def may(self, name: str, access: str) -> bool:
        """Whether the token has that permission; write includes read."""
        held = self.permissions.get(name, "")
        return held == "write" or (held == "read" and access == "read")


@dataclass
class Call:
    """One call; *path* holds the path's parameters by name, *base* what precedes its path."""

    world: World
    method: str
    route: str
    base: str
    path: Mapping[str, str]
    query_string: str
    raw: bytes
    caller: Caller | None
    documentation: str = DOCUMENTATION

    @cached_property
    def query(self) -> dict[str, str]:
        """The query parameters; of one given twice the last counts."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The body's fields; Refused where the body is no JSON object."""
        try:
            found = json.loads(self.raw or b"{}")
        except ValueError:
            raise Refused(self.refusal(400, "Problems parsing JSON")) from None
        if not isinstance(found, dict):
            raise Refused(self.refusal(400, "Body should be a JSON object"))
        return found

    @cached_property
    def repository(self) -> dict[str, Any]:
        """The repository of the path; owner and name are not case sensitive."""
        found = self.world.store.row(
            "SELECT * FROM github_repositories WHERE lower(owner) = ? AND lower(name) = ?",
            self.path["owner"].lower(),
            self.path["repo"].lower(),
        )
        if found is None:
            raise Refused(self.not_found())
        return found

    def now(self) -> str:
        """The present moment as GitHub writes it."""
        return self.world.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def refusal(self, status: int, message: str, **more: Any) -> Reply:
        """An answer that says why not."""
        ending = {"documentation_url": self.documentation, "status": str(status)}
        return Reply(status, {"message": message, **more, **ending})

    def not_found(self) -> Reply:
        """The answer for what is not there, or is not for this caller to see."""
        return self.refusal(404, "Not Found")

    def invalid(self, **fault: str) -> Refused:
        """The refusal of a field: its resource, field, code and perhaps a message."""
        return Refused(self.refusal(422, "Validation Failed", errors=[fault]))

    def text(self, name: str, *, is_required: bool = False) -> str | None:
        """A field that must be text where it is given; null counts as left out."""
        value = self.fields.get(name)
        if value is None and is_required:
            raise Refused(self.refusal(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.'))
        if value is not None and not isinstance(value, str):
            shown = json.dumps(value)
            raise Refused(
                self.refusal(
                    422, f"Invalid request.\n\nFor 'properties/{name}', {shown} is not a string."
                )
            )
        return value

    def page(self, sql: str, *parameters: object) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """The rows of the page that was asked for, and the header that leads to its neighbours."""
        rows = self.world.store.rows(sql, *parameters)
        size = min(_count(self.query.get("per_page"), DEFAULT_PAGE), LARGEST_PAGE)
        number = _count(self.query.get("page"), 1)
        last = max(1, -(-len(rows) // size))
        shown = rows[(number - 1) * size : number * size]
        return shown, self._links(number, last)

    def _links(self, number: int, last: int) -> dict[str, str]:
        steps = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        if number <= 1:
            steps = {name: steps[name] for name in ("next", "last")}
        if number >= last:
            steps = {name: page for name, page in steps.items() if name in ("prev", "first")}
        links = [f'<{self._page_url(page)}>; rel="{name}"' for name, page in steps.items()]
        return {"Link": ", ".join(links)} if links else {}

    def _page_url(self, number: int) -> str:
        pairs = {**self.query, "page": str(number)}
        query = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs.items())
        return f"{self.base}{self.route}?{query}"


def _count(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and int(text) > 0 else default
