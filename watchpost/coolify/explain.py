"""
What went wrong, in words that name the entry, the app, the variable and what to do.

Does not: show a value. Values are named by their fingerprint.

Source: reference/coolify-api.md 1 (abilities); reference/style.md 5.5.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watchpost.coolify.marks import owner_of
from watchpost.coolify.rows import Unreadable
from watchpost.coolify.values import fingerprint
from watchpost.errors import AmbiguousOwner, Forbidden, ForeignOwner

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from watchpost.coolify.desired import DesiredEnvironment
    from watchpost.coolify.marks import Owner
    from watchpost.coolify.rows import AppRef, Row, Value
    from watchpost.coolify.writes import Refusal
    from watchpost.errors import ApiError, PolicyError

_MISSING_ABILITY = re.compile(r"Missing required permissions: (?P<ability>[\w:, ]+)")
_TOKEN_VARIABLE = "COOLIFY_TOKEN"  # noqa: S105  # the name of a variable
_BETTER_TOKEN = (
    "make a token with the abilities read, read:sensitive, write and deploy, as an admin of "
    f"the team, and put it into {_TOKEN_VARIABLE}"
)
# Answers to every token alike; Coolify says `"success": true` in both.
_CLOSED = {
    "API is disabled.": "switch the API on in Coolify's settings",
    "You are not allowed to access the API.": (
        "add this machine's address to the allowed IPs in Coolify's settings"
    ),
}


def refusal_error(
    desired: DesiredEnvironment, refusals: Sequence[Refusal], fingerprint_key: bytes
) -> PolicyError:
    """Make the one error that lists every row in the way."""
    are_foreign = any(refusal.kind == "foreign" for refusal in refusals)
    error = ForeignOwner if are_foreign else AmbiguousOwner
    names = ", ".join(dict.fromkeys(refusal.place[0] for refusal in refusals))
    lines = [_refusal_line(refusal, fingerprint_key) for refusal in refusals]
    return error(
        f"{desired.owner}: {desired.app}",
        f"not ours to write: {names}; nothing was written",
        detail="\n".join(lines),
        fix=_refusal_fix(refusals),
    )


def _refusal_line(refusal: Refusal, key: bytes) -> str:
    name, is_preview = refusal.place
    where = f"{name} (preview)" if is_preview else name
    if refusal.kind == "duplicate":
        return f"{where}: {len(refusal.rows)} rows of this name, not all of them ours"
    row = refusal.rows[0]
    owner = owner_of(row.comment)
    if owner is not None:
        return f"{where}: belongs to {owner}"
    seen, wanted = _name_value(row.value, key), _name_value(refusal.wanted, key)
    if seen == wanted:
        return f"{where}: made by somebody else, with other build or run flags"
    return f"{where}: made by somebody else, with the value {seen} instead of {wanted}"


def _name_value(value: Value, key: bytes) -> str:
    if isinstance(value, Unreadable):
        return "(unreadable)"
    return f"#{fingerprint(key, value)}" if value else "(empty)"


def _refusal_fix(refusals: Sequence[Refusal]) -> str:
    if any(refusal.kind == "duplicate" for refusal in refusals):
        return "remove the extra rows in Coolify, then run again"
    if any(owner_of(row.comment) for refusal in refusals for row in refusal.rows):
        return "remove the app from one of the two manifests"
    return "say `take_over: true` for this app to write over them, or rename the variables"


def not_found_error(app: AppRef, owner: Owner, names: Collection[str]) -> AmbiguousOwner:
    """Make the error of a removal that may hit the very app that a selector failed to find."""
    return AmbiguousOwner(
        f"{owner}: {app}",
        f"not removed: {', '.join(sorted(names))}",
        detail=f"{owner} declares another {app.kind} that was not found; it may be this one.",
        fix="correct that app in the manifest, then run again",
    )


def explain_fault(error: ApiError, path: str, variable: str = "") -> ApiError:
    """
    Say of a failed call whose it was, and name the ability that the token lacks.

    An error that says so already is answered as it is.
    """
    if error.path.startswith(path):
        return error
    where = f"{path}: {variable}" if variable else path
    if isinstance(error, Forbidden):
        return _explain_forbidden(error, where)
    request = f"{error.path}: " if error.path else ""
    return type(error)(
        where,
        f"{request}{error.summary}",
        detail=error.detail,
        fix=error.fix,
        status=error.status,
        body=error.body,
    )


def _explain_forbidden(error: Forbidden, where: str) -> Forbidden:
    message = str(error.body.get("message", "")) if isinstance(error.body, dict) else ""
    match = _MISSING_ABILITY.search(message)
    ability = match["ability"].strip() if match else ""
    summary = f"the Coolify token lacks the ability `{ability}`" if ability else error.summary
    return Forbidden(
        where,
        summary,
        detail=f"{error.path}: Coolify says: {message}" if message else error.path,
        fix=_CLOSED.get(message, _BETTER_TOKEN),
        status=error.status,
        body=error.body,
    )


def hidden_note(rows: Sequence[Row]) -> str:
    """What to do where the token may not read values; empty where it may."""
    if not any(row.value is Unreadable.HIDDEN for row in rows):
        return ""
    return (
        "the Coolify token cannot read values, so that they are neither clean nor changed: give "
        f"{_TOKEN_VARIABLE} the ability read:sensitive, of an admin of the team"
    )
