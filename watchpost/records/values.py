"""
When a text and what a column holds mean the same, and how to speak of either without showing it.

    kind of column    same
    text, integer     the same characters
    number            the same number: 1.5 and 1.50
    boolean           the same truth: yes and true
    uuid, json        the same uuid, the same document
    other             the same characters

Does not: ask a database. Unlike a variable of an app, a DSN is compared as it is written: a column
costs no redeploy, and who reads it connects to the host that stands there.

Source: docs/records.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import uuid
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchpost.records.model import Kind

_TRUTHS = {
    **dict.fromkeys(("t", "true", "y", "yes", "on", "1"), True),
    **dict.fromkeys(("f", "false", "n", "no", "off", "0"), False),
}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def _read_integer(text: str) -> object:
    if not _INTEGER.fullmatch(text):
        raise ValueError
    return text


def _read_number(text: str) -> object:
    if not _NUMBER.fullmatch(text):
        raise ValueError
    return Decimal(text)


def _read_json(text: str) -> object:
    """Read a document; its numbers are told from truths, which to Python are numbers too."""
    return json.loads(
        text, parse_int=_read_part, parse_float=_read_part, parse_constant=_read_number
    )


def _read_part(text: str) -> object:
    return "number", Decimal(text)


_MEANINGS: dict[Kind, Callable[[str], object]] = {
    "integer": _read_integer,
    "number": _read_number,
    "boolean": lambda text: _TRUTHS[text.lower()],
    "uuid": uuid.UUID,
    "json": _read_json,
}


def is_fit(kind: Kind, text: str) -> bool:
    """Return whether *text* can be what a column of this kind holds."""
    read = _MEANINGS.get(kind)
    try:
        if read is not None:
            read(text)
    except (ValueError, KeyError, InvalidOperation, RecursionError):
        return False
    return True


def means_same(kind: Kind, one: str | None, other: str | None) -> bool:
    """Return whether two texts of a column of this kind mean the same; null is only null."""
    if one is None or other is None or one == other:
        return one == other
    read = _MEANINGS.get(kind)
    if read is None or not (is_fit(kind, one) and is_fit(kind, other)):
        return False
    return read(one) == read(other)


def fingerprint(key: bytes, text: str | None) -> str:
    """
    Name a text without showing it: HMAC-SHA-256 under *key*, the first 8 hexadecimal digits.

    Null has the empty fingerprint; an empty text has one like any other.
    """
    if text is None:
        return ""
    return hmac.new(key, f"record\0{text}".encode(), hashlib.sha256).hexdigest()[:8]
