"""
Answers of the simulated Sentry: JSON responses, and the errors that end a request early.

Does not: decide when to answer what; the modules of each subject do.
"""

import json
import secrets
from typing import Any

from starlette.responses import Response

NOT_FOUND = "The requested resource does not exist"
NO_PERMISSION = "You do not have permission to perform this action."


class Refused(Exception):
    """A request that ends with *status* and *body* (JSON, or None for an empty body)."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer; None stands for an empty body."""
    if body is None:
        return Response(status_code=status, headers=headers)
    content = json.dumps(body, separators=(",", ":"))
    return Response(content, status, headers, media_type="application/json")


def missing(detail: str = NOT_FOUND) -> Refused:
    """404 with the given detail."""
    return Refused(404, {"detail": detail})


def forbidden() -> Refused:
    """403 for an object that the caller's role does not reach."""
    return Refused(403, {"detail": NO_PERMISSION})


def insufficient_scope(wanted: tuple[str, ...]) -> Refused:
    """403 for a token that lacks every one of the *wanted* scopes."""
    headers = {}
    if wanted:
        scope = " ".join(wanted)
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{scope}"'
    return Refused(403, {"detail": NO_PERMISSION}, headers)


def bad_request(body: Any) -> Refused:
    """400 with the given body."""
    return Refused(400, body)


def internal_error() -> Refused:
    """500 as the server answers when its own code fails on a request."""
    return Refused(500, {"detail": "Internal Error", "errorId": secrets.token_hex(16)})


def not_simulated(what: str) -> Refused:
    """501 that names what the sandbox does not simulate."""
    return Refused(501, {"detail": f"Not simulated: {what}"})
