"""
Scopes: which exist, which each role holds, and which each endpoint asks for.

Does not: look at a request; sandbox.sentry.access combines a token's scopes with its user's role.

Source: the role lists of a recorded organization; getsentry/sentry, src/sentry/api/bases.
"""

from collections.abc import Iterable, Mapping

ScopeMap = Mapping[str, tuple[str, ...]]
"""Scopes keyed by HTTP method; any one of them is enough. A method that is absent is refused."""

MEMBER = frozenset(
    (
        "team:read",
        "alerts:write",
        "org:read",
        "event:read",
        "alerts:read",
        "project:releases",
        "event:write",
        "member:read",
        "project:read",
        "event:admin",
    )
)
TEAM_CONTRIBUTOR = MEMBER - {"alerts:write", "event:admin"}
TEAM_ADMIN = MEMBER | {
    "team:admin",
    "org:integrations",
    "project:write",
    "project:admin",
    "team:write",
}
MANAGER = TEAM_ADMIN | {"org:write", "member:write", "member:admin"}
OWNER = MANAGER | {"org:admin"}

ROLES: Mapping[str, frozenset[str]] = {
    "member": MEMBER,
    "admin": TEAM_ADMIN,
    "manager": MANAGER,
    "owner": OWNER,
}
GLOBAL_ROLES = frozenset(("manager", "owner"))
TEAM_ROLES: Mapping[str, frozenset[str]] = {
    "contributor": TEAM_CONTRIBUTOR,
    "admin": TEAM_ADMIN,
}
ALL = OWNER
_LEVELS = ("read", "write", "admin")
ORGANIZATION_TOKEN = frozenset(("org:ci",))

_READ_PROJECT = ("project:read", "project:write", "project:admin")
_WRITE_PROJECT = ("project:write", "project:admin")
_READ_ORGANIZATION = ("org:read", "org:write", "org:admin")

ORGANIZATION: ScopeMap = {
    "GET": _READ_ORGANIZATION,
    "POST": ("org:write", "org:admin"),
    "PUT": ("org:write", "org:admin"),
    "DELETE": ("org:admin",),
}
ORGANIZATION_PROJECTS: ScopeMap = {"GET": _READ_ORGANIZATION, "POST": _READ_PROJECT}
ORGANIZATION_TEAMS: ScopeMap = {
    "GET": _READ_ORGANIZATION,
    "POST": ("org:write", "org:admin", "team:write"),
    "PUT": ("org:write", "org:admin", "team:write"),
    "DELETE": ("org:admin", "team:write"),
}
AUDIT: ScopeMap = {"GET": ("org:write",)}
TEAM: ScopeMap = {
    "GET": ("team:read", "team:write", "team:admin"),
    "POST": ("team:write", "team:admin"),
    "PUT": ("team:write", "team:admin"),
    "DELETE": ("team:admin",),
}
TEAM_PROJECTS: ScopeMap = {
    "GET": _READ_PROJECT,
    "POST": ("project:write", "project:admin", "org:write", "org:admin"),
    "PUT": _WRITE_PROJECT,
    "DELETE": ("project:admin",),
}
PROJECT: ScopeMap = {
    "GET": _READ_PROJECT,
    "POST": _WRITE_PROJECT,
    "PUT": _WRITE_PROJECT,
    "DELETE": ("project:admin",),
}
PROJECT_DETAILS: ScopeMap = {**PROJECT, "PUT": _READ_PROJECT}
PROJECT_TEAM: ScopeMap = {"POST": _WRITE_PROJECT, "DELETE": _WRITE_PROJECT}
OWNERSHIP: ScopeMap = {**PROJECT, "PUT": _READ_PROJECT}
PROJECT_ISSUES: ScopeMap = {
    "GET": ("event:read", "event:write", "event:admin"),
    "POST": ("event:write", "event:admin"),
    "PUT": ("event:write", "event:admin"),
    "DELETE": ("event:admin",),
}
RELEASES: ScopeMap = {
    "GET": (*_READ_PROJECT, "project:releases", "org:ci"),
    "POST": (*_WRITE_PROJECT, "project:releases", "org:ci"),
    "PUT": (*_WRITE_PROJECT, "project:releases", "org:ci"),
    "DELETE": ("project:admin", "project:releases"),
}


def with_implied(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes and all lower ones of their families: admin implies write, write implies read."""
    held = set(scopes)
    for scope in tuple(held):
        family, _, level = scope.partition(":")
        if level in _LEVELS:
            lower = {f"{family}:{name}" for name in _LEVELS[: _LEVELS.index(level)]}
            held |= lower & ALL
    return frozenset(held)
