"""
What a service answered, and which error an answer is.

| status                   | error                                                                 |
|--------------------------|-----------------------------------------------------------------------|
| 2xx                      | none                                                                  |
| 301, 302, 303, 307, 308  | Moved: redirects are never followed; the body says where it is        |
| 400, 422                 | Invalid                                                               |
| 401 / 403 / 404 / 409    | Unauthorized / Forbidden / NotFound / Conflict                        |
| 429                      | RateLimited                                                           |
| 408, 5xx                 | ApiUnavailable; of a write UnclearWrite: it may be applied            |
| 410                      | ApiUnavailable: Sentry uses it for brownouts, so never "deleted"      |
| anything else            | UnexpectedResponse                                                    |

Does not: repeat, log or know any endpoint. Source: sentry-api.md 4.3, coolify-api.md 1; design
8.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watchpost.errors import (
    ApiError,
    ApiUnavailable,
    Conflict,
    Forbidden,
    Invalid,
    Moved,
    NotFound,
    RateLimited,
    Unauthorized,
    UnclearWrite,
    UnexpectedResponse,
)
from watchpost.transport.read_only import SAFE_METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping

_ERRORS: dict[int, type[ApiError]] = {
    **dict.fromkeys((301, 302, 303, 307, 308), Moved),
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: ApiUnavailable,
    422: Invalid,
    429: RateLimited,
}
_REQUEST_TIMEOUT = 408
_FIRST_SERVER_FAULT = 500
_FORBIDDEN = 403
_LONGEST_TEXT = 300
_SCOPE = re.compile(r'error="insufficient_scope".*scope="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    """
    One answer of a service.

    Attributes:
        request: `METHOD /path` that it answers, for messages.
        status: The HTTP status.
        headers: Header values by lower-case name.
        body: The parsed JSON value; the text where it is not JSON; None where it is empty.
    """

    request: str
    status: int
    headers: Mapping[str, str]
    body: Any

    def as_list(self) -> list[dict[str, Any]]:
        """
        The body as the list of objects that it must be.

        Raises:
            UnexpectedResponse: It is something else, e.g. the login page of a proxy.
        """
        body = self.body
        if isinstance(body, list) and all(isinstance(item, dict) for item in body):
            return body
        raise self._unexpected("a list of objects")

    def as_object(self) -> dict[str, Any]:
        """
        The body as the object that it must be.

        Raises:
            UnexpectedResponse: It is something else.
        """
        if isinstance(self.body, dict):
            return self.body
        raise self._unexpected("an object")

    def _unexpected(self, wanted: str) -> UnexpectedResponse:
        return UnexpectedResponse(
            self.request,
            f"answered {self.status} with something other than {wanted}",
            detail=f"content type {self.headers.get('content-type', 'absent')}",
            fix="check that the URL names the service itself, not a login page before it",
            status=self.status,
        )


def parse_body(text: str) -> Any:
    """The JSON value of *text*, or the text itself where it is none, or None where it is empty."""
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def raise_for_answer(answer: Answer, method: str, service: str, token_variable: str) -> None:
    """
    Raise the error that *answer* is, if it is one.

    Args:
        answer: Already free of secrets.
        method: The verb that was sent.
        service: The service's name, for messages.
        token_variable: Where its token comes from, for messages.

    Raises:
        ApiError: The subclass that the table above names.
    """
    if answer.status // 100 == 2:  # noqa: PLR2004  # the class of successes
        return
    detail = compute_detail(answer)
    error = error_class(answer.status, method)
    raise error(
        answer.request,
        f"{service} answered {answer.status}" + (f": {detail}" if detail else ""),
        detail=_missing_scope(answer),
        fix=_fix(error, token_variable),
        status=answer.status,
        body=answer.body,
    )


def error_class(status: int, method: str) -> type[ApiError]:
    """The error that *status* means in answer to *method*."""
    if status == _REQUEST_TIMEOUT or status >= _FIRST_SERVER_FAULT:
        return ApiUnavailable if method in SAFE_METHODS else UnclearWrite
    return _ERRORS.get(status, UnexpectedResponse)


def compute_detail(answer: Answer) -> str:
    """
    What the service says is wrong, as one line.

    Known forms: `detail` or `message` as text, as a list, or as an object with `message`; field
    faults `{"slug": ["..."]}` and `{"errors": {...}}`, nested as deep as Python follows; plain text
    and HTML pages, shortened. Signs that a terminal would obey, or nobody sees, become spaces.
    """
    with contextlib.suppress(RecursionError):
        return _shorten("; ".join(_said(answer.body)))
    return ""


def _said(body: object) -> list[str]:
    if isinstance(body, dict):
        for key in ("detail", "message", "error"):
            if body.get(key):
                return _texts(body[key]) + (_texts(body["errors"]) if "errors" in body else [])
    if isinstance(body, str) and "<" in body:
        return ["an HTML page"]
    return _texts(body)


def _texts(value: object, where: str = "") -> list[str]:
    if isinstance(value, dict):
        if isinstance(value.get("message"), str):
            return [value["message"]]
        return [text for key, item in value.items() for text in _texts(item, str(key))]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item, where)]
    if value is None or value == "":
        return []
    return [f"{where}: {value}" if where and where != "non_field_errors" else str(value)]


def _shorten(text: str) -> str:
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= _LONGEST_TEXT else line[:_LONGEST_TEXT] + "..."


def _missing_scope(answer: Answer) -> str:
    found = _SCOPE.search(answer.headers.get("www-authenticate", ""))
    if found:
        return f"One of these scopes would do: {found[1]}"
    accepted = answer.headers.get("x-accepted-github-permissions", "")
    is_refused = answer.status == _FORBIDDEN and accepted
    return f"One of these permissions would do: {accepted}" if is_refused else ""


def _fix(error: type[ApiError], token_variable: str) -> str:
    token = f"the token in {token_variable}" if token_variable else "the token"
    fixes: dict[type[ApiError], str] = {
        Unauthorized: f"check {token}: it is missing, wrong, expired or revoked",
        Forbidden: f"give {token} the scope or role that this call needs",
        RateLimited: "run again in a minute, or with a lower `--parallel`",
        UnclearWrite: "run again: it looks first whether the write was applied",
        ApiUnavailable: "run again when the service is well",
    }
    return fixes.get(error, "")
