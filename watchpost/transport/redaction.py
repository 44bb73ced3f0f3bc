"""
Striking secrets out of what a service says, before any of it can reach a message or a log.

Three kinds: the token, which is struck out of every answer; what a request carried under the name
of something secret, in case a refusal repeats it; and user and password in URLs, as in the old
form of a DSN. The last two are struck out of refusals only, since answers are there to be read.

Does not: know any endpoint. Source: design.md 8 and 9.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SECRET_NAMES = frozenset({"value", "real_value", "secret", "token", "password"})
# A shorter one would strike out half of every sentence.
_SHORTEST = 4
_USER_AND_PASSWORD = re.compile(r"(:(?:\\?/){2})[^\s/@:\"\\]+:[^\s/@\"\\]+@")


def strike_out(text: str, secrets: Iterable[str], word: str) -> str:
    """*text* with `[word]` for each of *secrets*, as it stands or as JSON writes it."""
    for secret in secrets:
        for form in _forms(secret):
            if form in text:
                text = text.replace(form, f"[{word}]")
    return text


def strike_out_of_refusal(text: str, content: bytes) -> str:
    """*text*, which answers a request of that body, without what the body held of secrets."""
    values = sorted(set(_secrets(_parsed(content))), key=len, reverse=True)
    text = strike_out(text, values, "value")
    return _USER_AND_PASSWORD.sub(r"\1[secret]@", text)


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _secrets(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _secrets(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _secrets(item, name)
    elif isinstance(value, str) and name in _SECRET_NAMES and len(value) >= _SHORTEST:
        yield value


def _forms(secret: str) -> tuple[str, ...]:
    """As it is, as JSON writes it, and as PHP does, which puts a backslash before each slash."""
    quoted = json.dumps(secret)[1:-1]
    unicode = json.dumps(secret, ensure_ascii=False)[1:-1]
    slashes = [each.replace("/", r"\/") for each in (quoted, unicode)]
    return tuple(dict.fromkeys((*slashes, quoted, unicode, secret)))
