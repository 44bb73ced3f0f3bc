"""
Turns the written list of retired keys into objects, and finds ids that are listed twice.

Does not: ask Sentry whether such a key exists; that is `watchpost rotate status`.

Source: docs/manifest.md; docs/rotation.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.manifest.dates import read_moment
from watchpost.manifest.domain import RetiredKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from watchpost.manifest.document import KeyBlock
    from watchpost.manifest.faults import FaultLog
    from watchpost.manifest.source import Path


def resolve_retired(block: KeyBlock, path: Path, log: FaultLog) -> tuple[RetiredKey, ...]:
    """Return the retired keys of *block*, which stands at *path*; reversed dates are faults."""
    retired: list[RetiredKey] = []
    for index, each in enumerate(block.retired):
        where = (*path, "retired", index)
        since = read_moment(each.since)
        disabled_on = read_moment(each.disabled_on) if each.disabled_on else None
        if disabled_on is not None and disabled_on.date() < since.date():
            detail = f"seen '{each.disabled_on}', and retired since '{each.since}'"
            summary = "disabled before it was retired"
            log.add_fault((*where, "disabled_on"), summary, detail=detail, fix="correct one date")
        position = str(log.source.position(where))
        retired.append(RetiredKey(each.key_id, since, disabled_on, position))
    return tuple(retired)


def check_key_ids(blocks: Iterable[tuple[Path, Mapping[str, KeyBlock]]], log: FaultLog) -> None:
    """Record each key id that is listed twice; *blocks* are each entry's path and its keys."""
    first: dict[str, Path] = {}
    for path, key_id in _list_key_ids(blocks):
        if key_id in first:
            detail = f"it also stands at {log.source.position(first[key_id])}"
            summary = "one key id listed twice"
            log.add_fault(path, summary, detail=detail, fix="remove one of them")
        first.setdefault(key_id, path)


def _list_key_ids(
    blocks: Iterable[tuple[Path, Mapping[str, KeyBlock]]],
) -> Iterator[tuple[Path, str]]:
    for path, keys in blocks:
        for name, block in keys.items():
            for index, each in enumerate(block.retired):
                yield (*path, "keys", name, "retired", index, "key_id"), each.key_id
