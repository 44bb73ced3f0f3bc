"""
One API call while it is being answered: its request, its caller, and the objects its path names.

Does not: answer; the modules of each subject do that with a :class:`Call`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response

from sandbox.sentry.access import Access
from sandbox.sentry.answers import Refused, answer, bad_request
from sandbox.sentry.auth import Caller
from sandbox.sentry.paging import (
    MOST_PER_PAGE,
    Page,
    Rows,
    link_header,
    page_by_key,
    page_by_offset,
    read_cursor,
    read_per_page,
)
from sandbox.store import Store
from sandbox.world import World

FORM = "application/x-www-form-urlencoded"

Row = dict[str, Any]
Render = Callable[[list[Row]], list[Row]]


@dataclass
class Call:
    """
    One call. *segments* are the path's variable parts keyed by name, *pairs* the query string.

    *organization*, *team*, *project* and *issue* are rows, present where the path names them (an
    issue names its project too); *access* is the caller's reach in that organization.
    """

    world: World
    method: str
    path: str
    query_string: str
    pairs: list[tuple[str, str]]
    content: bytes
    content_type: str
    address: str
    caller: Caller | None
    segments: Mapping[str, str]
    organization: Row = field(default_factory=dict)
    team: Row = field(default_factory=dict)
    project: Row = field(default_factory=dict)
    issue: Row = field(default_factory=dict)
    _access: Access | None = None

    @property
    def store(self) -> Store:
        """The sandbox's storage."""
        return self.world.store

    @property
    def access(self) -> Access:
        """The caller's reach in the organization; only for calls that name one."""
        if self._access is None:
            raise TypeError("a call that names no organization has no access")
        return self._access

    @access.setter
    def access(self, access: Access) -> None:
        self._access = access

    @property
    def user_id(self) -> int | None:
        """The id of the caller's user, if it has one."""
        return None if self.caller is None else self.caller.user_id

    @property
    def query(self) -> dict[str, list[str]]:
        """All values of each query parameter, keyed by its name."""
        values: dict[str, list[str]] = {}
        for name, value in self.pairs:
            values.setdefault(name, []).append(value)
        return values

    def parameter(self, name: str) -> str | None:
        """The last value of a query parameter, or None."""
        return next((value for key, value in reversed(self.pairs) if key == name), None)

    def parameters(self, name: str) -> list[str]:
        """All values of a query parameter."""
        return [value for key, value in self.pairs if key == name]

    def body(self) -> Any:
        """
        The JSON body; an empty one reads as an empty object, a form as an object of texts.

        Forms, and the refusal of NaN, are conventions of Django REST framework.

        Raises:
            Refused: 415 for another content type, 400 for what is not JSON.
        """
        if not self.content:
            return {}
        media_type = self.content_type.split(";")[0].strip().lower()
        if media_type == FORM:
            return dict(parse_qsl(self.content.decode("utf-8", "replace"), keep_blank_values=True))
        if media_type != "application/json":
            message = f'Unsupported media type "{self.content_type}" in request.'
            raise Refused(415, {"detail": message})
        try:
            return json.loads(self.content.decode(), parse_constant=_refuse_constant)
        except ValueError as error:
            raise bad_request({"detail": f"JSON parse error - {error}"}) from None

    def now_text(self) -> str:
        """The present moment as the server writes times."""
        return render_time(self.world.now())

    def now_ms(self) -> int:
        """The present moment in milliseconds since the epoch."""
        return int(self.world.now().timestamp() * 1000)

    def page_by_offset(self, rows: Rows, render: Render) -> Response:
        """One page of an offset list, rendered, with its Link header."""
        size = read_per_page(self.query)
        return self._page(page_by_offset(rows, size, read_cursor(self.query)), render)

    def page_by_key(
        self,
        rows: Rows,
        render: Render,
        *,
        key: Callable[[Row], int] = lambda row: int(row["id"]),
        default: int = MOST_PER_PAGE,
        wrap: Callable[[list[Row]], Any] = lambda items: items,
    ) -> Response:
        """One page of a keyset list with a falling *key*, rendered, with its Link header."""
        size = read_per_page(self.query, default)
        page = page_by_key(rows, size, read_cursor(self.query), key)
        return self._page(page, render, wrap)

    def _page(
        self, page: Page, render: Render, wrap: Callable[[list[Row]], Any] = lambda items: items
    ) -> Response:
        url = f"{self.world.sentry_url}{self.path}"
        link = link_header(url, self.pairs, page)
        return answer(wrap(render(page.items)), headers={"Link": link})


def _refuse_constant(name: str) -> None:
    raise ValueError(f"Out of range float values are not JSON compliant: {name!r}")


Handler = Callable[[Call], Response]


def render_time(moment: datetime) -> str:
    """A moment as the server writes it: ISO 8601 with microseconds and Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def render_time_ms(at_ms: int) -> str:
    """A moment in milliseconds since the epoch as the server writes it."""
    return render_time(datetime.fromtimestamp(at_ms / 1000, UTC))
