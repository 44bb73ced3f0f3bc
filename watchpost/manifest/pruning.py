"""
Makes a faulty manifest valid by leaving out what is faulty, so that the remaining checks can run
over the rest.

Only the search for further faults uses the result; a manifest with faults is never handed out.

Does not: report. Each round leaves out what pydantic refused; what becomes incomplete goes in the
next round.

Source: docs/manifest.md, "Faults".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from watchpost.manifest.document import ManifestDocument
from watchpost.manifest.translation import find_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchpost.manifest.faults import Fault
    from watchpost.manifest.source import Path

_PLACEHOLDERS: dict[str, Any] = {"version": 1, "organization": "unknown", "projects": {}}


def prune(data: dict[str, Any], faulty: Iterable[Path]) -> tuple[ManifestDocument, set[Path]]:
    """
    Return the largest part of *data* that is valid without the *faulty* paths, and all paths left
    out.
    """
    pruned: set[Path] = set()
    doomed = set(faulty)
    while True:
        for path in doomed:
            pruned.add(path)
            data = _without(data, path)
        try:
            return ManifestDocument.model_validate({**_PLACEHOLDERS, **data}), pruned
        except ValidationError as error:
            doomed = {_find_removable(item["type"], find_path(item)) for item in error.errors()}


def is_consequence(fault: Fault, pruned: set[Path]) -> bool:
    """
    Return whether *fault* may come from what was left out: in its own block, or in what every entry
    inherits.
    """
    if any(path[: len(fault.path)] == fault.path for path in pruned):
        return True
    inherits = any(path[:1] in (("defaults",), ("organization",)) for path in pruned)
    is_entry = len(fault.path) == (4 if fault.path[2:3] == ("parts",) else 2)
    return inherits and (is_entry or fault.path[-1:] == ("slug",))


def _find_removable(kind: str, path: Path) -> Path:
    """
    Return what to leave out for an error at *path*: a missing field takes its block along, an item
    its list.
    """
    path = path[:-1] if kind == "missing" else path
    return path[:-1] if path and isinstance(path[-1], int) else path


def _without(data: Any, path: Path) -> Any:
    if not path:
        return {}
    head, rest = path[0], path[1:]
    if isinstance(data, dict) and head in data:
        if rest:
            return {**data, head: _without(data[head], rest)}
        return {key: value for key, value in data.items() if key != head}
    if isinstance(data, tuple) and isinstance(head, int) and head < len(data) and rest:
        return (*data[:head], _without(data[head], rest), *data[head + 1 :])
    return data
