"""
The API's endpoints: which path and method is answered by whom, asking for which scopes.

Does not: answer anything itself; :mod:`sandbox.sentry.app` carries a matched call through.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.sentry.call import Call, Handler
from sandbox.sentry.issue_lookup import resolve_issue
from sandbox.sentry.lookup import (
    resolve_organization,
    resolve_project,
    resolve_team,
    resolve_team_for_projects,
)
from sandbox.sentry.scopes import ScopeMap

# The order in which Django REST framework names methods.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
RESOLVERS = {
    "organization": resolve_organization,
    "team": resolve_team,
    "team for projects": resolve_team_for_projects,
    "project": resolve_project,
    "issue": resolve_issue,
}


@dataclass(frozen=True)
class Endpoint:
    """
    One path of the API with its handlers and scopes, both keyed by method.

    *names* says what the path names: a key of :data:`RESOLVERS`, or nothing. *bucket* is the name
    of an own rate limit bucket, *most_per_second* an own limit. *others* are methods that the
    server has and the sandbox does not simulate.
    """

    path: str
    names: str
    scopes: ScopeMap
    handlers: Mapping[str, Handler]
    bucket: str = ""
    most_per_second: int | None = None
    others: tuple[str, ...] = ()
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", compile_path(self.path))

    @property
    def allowed(self) -> str:
        """The methods as the ``Allow`` header names them."""
        methods = {*self.handlers, *self.others, "OPTIONS"}
        if "GET" in methods:
            methods.add("HEAD")
        return ", ".join(sorted(methods, key=METHODS.index))

    def resolve(self, call: Call) -> None:
        """Find what the path names, or refuse the call."""
        if self.names:
            RESOLVERS[self.names](call, self.scopes.get(call.method, ()))


def compile_path(template: str) -> re.Pattern[str]:
    """A pattern for a path template with its variable parts in braces."""
    parts = re.split(r"(\{\w+\})", template)
    text = "".join(
        f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part) for part in parts
    )
    return re.compile(f"^{text}$")


class Router:
    """Endpoints by path."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._endpoints = endpoints

    def find(self, path: str) -> tuple[Endpoint, dict[str, str]] | None:
        """The endpoint of a path and the path's variable parts, or None."""
        for endpoint in self._endpoints:
            match = endpoint.pattern.match(path)
            if match:
                return endpoint, match.groupdict()
        return None
