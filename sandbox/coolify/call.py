"""
One call to the simulated Coolify, what may be asked of it, and the answers it can get.

Does not: know any endpoint. It is what the endpoints share: the input as Laravel presents it
(trimmed, empty text to null), the answer in Coolify's key order, errors raised as answers.

Source: coolify-api.md sections 0 and 3.5; framework behaviour of Laravel 12.
"""

import json
import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from sandbox.coolify.auth import Principal
from sandbox.world import World

# What Laravel counts as blank at either end of a text: white space, null, invisible characters.
# Its white space is PCRE's, which, unlike Python's, lacks the separators \x1c to \x1f.
BLANK = (
    r"[\t-\r \x85\u1680\u2028\u2029\x00"
    r"\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2000-\u200f\u202f\u205f"
    r"\u2060-\u2065\u206a-\u206f\u3000\u2800\u3164\ufeff\uffa0\U0001d159\U0001d173-\U0001d17a"
    r"\U000e0020]+"
)
ENDS = re.compile(rf"\A{BLANK}|{BLANK}\Z")
PLACED_FIRST = ("id", "uuid", "description", "name")
PLACED_LAST = ("created_at", "updated_at")
ERROR_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
    <meta charset="UTF-8" />
    <meta name="robots" content="noindex,nofollow,noarchive" />
    <title>An Error Occurred: {title}</title>
    <link rel="icon" href="data:," />
</head>
<body>
    <h1>{title}</h1>
    <p>The server returned a "{status} {title}".</p>
</body>
</html>
"""
TITLES = {429: "Too Many Requests", 500: "Internal Server Error"}


@dataclass(frozen=True)
class Reply:
    """An answer before it is sent; *body* is a JSON value, or text when *html* is true."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    html: bool = False


class Refused(Exception):
    """Ends a call with the reply it carries."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class ServerError(Exception):
    """What the real server answers with a bare 500."""


@dataclass
class Call:
    """One call; *path* holds the values of the path's parameters by name."""

    world: World
    method: str
    path: dict[str, str]
    query_string: str
    headers: Mapping[str, str]
    raw: bytes
    address: str
    principal: Principal | None = None

    @property
    def caller(self) -> Principal:
        """Whose token this is; only for endpoints behind the authentication."""
        if self.principal is None:
            raise Refused(refusal(401, "Unauthenticated."))
        return self.principal

    @property
    def is_sensitive(self) -> bool:
        """Whether values may be shown to this caller."""
        return self.caller.reads_sensitive

    @cached_property
    def query(self) -> dict[str, Any]:
        """The query parameters, trimmed, empty text to None."""
        pairs = parse_qsl(self.query_string, keep_blank_values=True)
        return {name: clean(value) for name, value in pairs}

    @property
    def is_json(self) -> bool:
        """Whether the request says that its body is JSON."""
        kind = self.headers.get("content-type", "")
        return "/json" in kind or "+json" in kind

    @cached_property
    def json(self) -> Any:
        """The decoded body, trimmed; None when PHP could not decode it."""
        try:
            text = self.raw.decode("utf-8")
            value = json.loads(text, parse_constant=_refuse_constant)
            if "\\u" in text:
                json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a surrogate pair fails
        except (ValueError, RecursionError):
            return None
        return clean(value)

    @cached_property
    def body(self) -> dict[str, Any]:
        """The body's fields; a list's items are keyed by their index, as PHP does."""
        if not self.is_json:
            return self._form
        found = self.json
        if isinstance(found, dict):
            return found
        if found is None:
            return {}
        items = found if isinstance(found, list) else [found]
        return {str(index): item for index, item in enumerate(items)}

    @property
    def _form(self) -> dict[str, Any]:
        if "form-urlencoded" not in self.headers.get("content-type", ""):
            return {}
        pairs = parse_qsl(self.raw.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: clean(value) for name, value in pairs}

    @cached_property
    def fields(self) -> dict[str, Any]:
        """All input: query parameters and the body's fields, which win."""
        return {**self.query, **self.body}

    def now(self) -> str:
        """The present moment as Coolify writes it: whole seconds, six digits after the point."""
        return self.world.now().strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def clean(value: Any) -> Any:
    """Trim every text within *value* and turn empty ones into None."""
    if isinstance(value, str):
        return ENDS.sub("", value) or None
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {name: clean(item) for name, item in value.items()}
    return value


def arranged(value: Mapping[str, Any]) -> dict[str, Any]:
    """The keys in Coolify's order: id, uuid, description, name, the others sorted, timestamps."""
    first = [key for key in PLACED_FIRST if value.get(key) is not None]
    last = [key for key in PLACED_LAST if value.get(key) is not None]
    placed = {*first, *last}
    return {
        key: value[key] for key in (*first, *sorted(k for k in value if k not in placed), *last)
    }


def refusal(status: int, message: str, **more: Any) -> Reply:
    """An answer that says why not."""
    return Reply(status, {"message": message, **more})


def invalid(errors: Mapping[str, list[str]]) -> Reply:
    """The answer to fields that do not hold, keyed by field."""
    return Reply(422, {"message": "Validation failed.", "errors": dict(errors)})


def error_page(status: int) -> Reply:
    """The HTML page of an error for clients that do not ask for JSON."""
    title = TITLES[status]
    return Reply(status, ERROR_PAGE.format(title=title, status=status), html=True)


def wants_json(headers: Mapping[str, str]) -> bool:
    """Whether the first type the client accepts is JSON."""
    kinds = [_with_quality(kind) for kind in headers.get("accept", "").split(",")]
    if headers.get("x-requested-with") == "XMLHttpRequest" and kinds[0][1] in ("*/*", "*", ""):
        return True
    preferred = max(kinds, key=lambda each: each[0])[1]
    return "/json" in preferred or "+json" in preferred


def _with_quality(kind: str) -> tuple[float, str]:
    name, *parameters = (part.strip() for part in kind.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:]), name.lower()
            except ValueError:
                return 0.0, name.lower()
    return 1.0, name.lower()


def new_uuid() -> str:
    """A fresh id as Coolify makes them: 24 lower-case letters and digits, a letter first."""
    rest = (secrets.choice(string.ascii_lowercase + string.digits) for _ in range(23))
    return secrets.choice(string.ascii_lowercase) + "".join(rest)
