"""
Authentication: who sends a request, by its bearer token, and the 401 answers.

Does not: check what the caller may do (sandbox.sentry.access) or accept browser logins.

Source: getsentry/sentry, src/sentry/api/authentication.py.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.sentry.answers import Refused
from sandbox.world import World

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}


@dataclass(frozen=True)
class Caller:
    """
    Who sends a request.

    *kind* is ``user``, ``internal`` (internal integration) or ``organization`` (``sntrys_``
    token); *user* is the row of a user token's user, else None; *organization_id* is the one
    organization of the other two kinds.
    """

    kind: str
    name: str
    scopes: frozenset[str]
    user: dict[str, Any] | None = None
    organization_id: int | None = None

    @property
    def user_id(self) -> int | None:
        """The id of the caller's user, if it has one."""
        return None if self.user is None else int(self.user["id"])

    def bucket(self, address: str) -> str:
        """What its requests are counted under: user, organization, or network address."""
        if self.user is not None:
            return f"user:{self.user['id']}"
        if self.kind == "internal":
            return f"organization:{self.organization_id}"
        return f"address:{address}"


def unauthenticated(detail: str = "Authentication credentials were not provided.") -> Refused:
    """401 with its challenge."""
    return Refused(401, {"detail": detail}, dict(CHALLENGE))


def authenticate(world: World, authorization: str | None) -> Caller | None:
    """
    The caller that an ``Authorization`` header stands for; None without a bearer token.

    Raises:
        Refused: 401; the token is malformed, unknown, expired, or its user is inactive.
    """
    words = (authorization or "").split()
    if not words or words[0].lower() != "bearer":
        return None
    if len(words) == 1:
        raise unauthenticated("Invalid token header. No credentials provided.")
    if len(words) > 2:  # noqa: PLR2004  the scheme and the token
        raise unauthenticated("Invalid token header. Token string should not contain spaces.")
    return _caller(world, words[1])


def _caller(world: World, value: str) -> Caller:
    token = world.store.row("SELECT * FROM sentry_tokens WHERE value = ?", value)
    if token is None:
        is_organization = value.startswith("sntrys_")
        raise unauthenticated("Invalid org token" if is_organization else "Invalid token")
    if token["expires_at"] and datetime.fromisoformat(token["expires_at"]) <= world.now():
        raise unauthenticated("Token expired")
    if not token["application_active"]:
        raise unauthenticated("UserApplication inactive or deleted")
    return Caller(
        kind=token["kind"],
        name=token["name"],
        scopes=frozenset(token["scopes"].split()),
        user=_active_user(world, token["user_id"]),
        organization_id=token["organization_id"],
    )


def _active_user(world: World, user_id: int | None) -> dict[str, Any] | None:
    if user_id is None:
        return None
    user = world.store.row("SELECT * FROM sentry_users WHERE id = ?", user_id)
    if user is None or not user["is_active"]:
        raise unauthenticated("User inactive or deleted")
    return user
