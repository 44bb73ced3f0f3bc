"""
Who calls, and what its token may do.

Does not: count requests (throttle.py).

Source: docs.github.com, "Permissions required for fine-grained personal access tokens"; a public
repository is not simulated, so that every read needs its permission.
"""

import json

from sandbox.github.call import Call, Caller, Refused, Reply
from sandbox.world import World

SCHEMES = ("bearer ", "token ")


def authenticate(world: World, header: str) -> Caller | None:
    """The bearer of the token in an Authorization header; None if there is no valid one."""
    scheme = next((each for each in SCHEMES if header.lower().startswith(each)), None)
    if scheme is None:
        return None
    found = world.store.row(
        "SELECT t.*, u.login FROM github_tokens t JOIN github_users u ON u.id = t.user_id"
        " WHERE t.secret = ?",
        header[len(scheme) :].strip(),
    )
    if found is None:
        return None
    return Caller(
        token_name=found["name"],
        user_id=found["user_id"],
        login=found["login"],
        is_installation=found["kind"] == "installation",
        permissions=json.loads(found["permissions"]),
    )


def caller_of(call: Call) -> Caller:
    """
    The caller, who must be known.

    Raises:
        Refused: No token; what is private then is not there.
    """
    if call.caller is None:
        raise Refused(call.not_found())
    return call.caller


def raise_if_not_permitted(call: Call, access: str, *names: str) -> None:
    """
    Let only tokens pass that have one of the permissions *names*.

    Raises:
        Refused: 403 in the words for this kind of token.
    """
    caller = caller_of(call)
    if any(caller.may(name, access) for name in names):
        return
    kind = "integration" if caller.is_installation else "personal access token"
    refusal = call.refusal(403, f"Resource not accessible by {kind}")
    accepted = "; ".join(f"{name}={access}" for name in names)
    headers = {"X-Accepted-GitHub-Permissions": accepted}
    raise Refused(Reply(403, refusal.body, headers))


def show_user(call: Call) -> Reply:
    """Who the token belongs to; a run's token belongs to nobody who could be asked for."""
    caller = call.caller
    if caller is None:
        raise Refused(call.refusal(401, "Requires authentication"))
    if caller.is_installation:
        raise Refused(call.refusal(403, "Resource not accessible by integration"))
    return Reply(200, render_user(call, caller.user_id))


def render_user(call: Call, user_id: int) -> dict[str, object]:
    """A user as other objects show it."""
    found = call.world.store.row("SELECT * FROM github_users WHERE id = ?", user_id) or {}
    return {
        "login": found["login"],
        "id": found["id"],
        "url": f"{call.base}/users/{found['login']}",
        "type": found["type"],
        "site_admin": False,
    }
