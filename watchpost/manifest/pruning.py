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

_TOP_STAND_INS: dict[str | int, Any] = {"version": 1, "organization": "unknown", "projects": {}}
_STAND_INS: dict[str | int, Any] = {
    "platform": "other",
    "framework": {"_DSN": {"from": "dsn"}, "_TOKEN": {"from": "build-token"}},
}


def prune(data: dict[str, Any], faulty: Iterable[Path]) -> tuple[ManifestDocument, set[Path]]:
    """
    Return *data* less what is not valid and less the *faulty* paths, and all paths left out.

    What a block cannot be without is replaced, so that the rest of the block is still checked.
    """
    pruned: set[Path] = set()
    doomed = set(faulty)
    while True:
        for path in doomed:
            data = _replace(data, path, _find_stand_in(path, pruned))
            pruned.add(path)
        try:
            return ManifestDocument.model_validate(data), pruned
        except ValidationError as error:
            found = ((item["type"], find_path(item)) for item in error.errors())
            doomed = {_find_removable(kind, path, pruned) for kind, path in found}


def is_consequence(fault: Fault, pruned: set[Path]) -> bool:
    """
    Return whether *fault* may come from what was left out.

    That is: something in its own block, around it, or in what every entry inherits. Templates of
    records are filled in from all entries.
    """
    own = fault.path
    if any(path[: len(own)] == own or own[: len(path)] == path for path in pruned):
        return True
    inherits = any(path[:1] in (("defaults",), ("organization",)) for path in pruned)
    is_entry = len(own) == (4 if own[2:3] == ("parts",) else 2)
    if own[:1] == ("records",) and own != ("records", "key", "column"):
        return inherits or any(path[:1] == ("projects",) for path in pruned)
    return inherits and (is_entry or own[-1:] == ("slug",))


def _find_removable(kind: str, path: Path, pruned: set[Path]) -> Path:
    """Return what to leave out: a missing field takes its block along, a list item its list."""
    if kind == "missing" and _find_stand_in(path, pruned) is None:
        path = path[:-1]
    return path[:-1] if isinstance(path[-1], int) else path


def _find_stand_in(path: Path, pruned: set[Path]) -> Any:
    """Return what may stand at *path* instead, or None; what was refused once gets none again."""
    if len(path) == 1:
        return _TOP_STAND_INS.get(path[0])
    return None if path in pruned else _STAND_INS.get(path[-1])


def _replace(data: Any, path: Path, stand_in: Any) -> Any:
    """Return *data* with *stand_in* at *path*; None leaves the key out."""
    head, rest = path[0], path[1:]
    if isinstance(data, tuple) and isinstance(head, int) and rest:
        return (*data[:head], _replace(data[head], rest, stand_in), *data[head + 1 :])
    if not isinstance(data, dict) or (rest and head not in data):
        return data
    if rest:
        return {**data, head: _replace(data[head], rest, stand_in)}
    kept = {key: value for key, value in data.items() if key != head}
    return kept if stand_in is None else {**kept, head: stand_in}
