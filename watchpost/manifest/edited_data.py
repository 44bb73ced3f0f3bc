"""
What plain data is after an edit, so that the edited text can be compared with it.

Does not: know YAML. Mappings are dicts, lists are tuples, dates are texts, as `source` reads them.

Source: docs/manifest.md, "Edits by commands".
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchpost.manifest.source import Path

MISSING = object()


def to_plain(value: Any) -> Any:
    """Return *value* as reading it from a file would give it: lists are tuples, dates texts."""
    if isinstance(value, dict):
        return {str(key): to_plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(to_plain(item) for item in value)
    return value.isoformat() if isinstance(value, date) else value


def find_data(data: Any, path: Path) -> Any:
    """Return what stands at *path* in *data*, or `MISSING`."""
    for part in path:
        is_key = isinstance(data, dict) and part in data
        is_index = isinstance(data, tuple) and isinstance(part, int) and 0 <= part < len(data)
        if not (is_key or is_index):
            return MISSING
        data = data[part]
    return data


def with_value(data: Any, path: Path, value: Any) -> Any:
    """Return *data* with *value* at *path*; missing mappings are made."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(data, tuple) and isinstance(head, int):
        return (*data[:head], with_value(data[head], rest, value), *data[head + 1 :])
    data = data or {}
    return {**data, head: with_value(data.get(head), rest, value)}


def without(data: Any, path: Path) -> Any:
    """Return *data* without what stands at *path*."""
    head, rest = path[0], path[1:]
    if isinstance(data, tuple) and isinstance(head, int):
        kept = (without(data[head], rest),) if rest else ()
        return (*data[:head], *kept, *data[head + 1 :])
    if rest:
        return {**data, head: without(data[head], rest)}
    return {key: value for key, value in data.items() if key != head}


def is_same(first: Any, second: Any) -> bool:
    """Return whether both are equal and of equal kinds: 1, 1.0 and true are three values."""
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(is_same(first[k], second[k]) for k in first)
    if isinstance(first, tuple):
        return len(first) == len(second) and all(map(is_same, first, second))
    return bool(first == second) or (first != first and second != second)  # noqa: PLR0124 - NaN
