"""
What a manifest excepts: allowances beyond the limits, and findings of drift that do not count.

Does not: weigh them against a plan or a finding; that is the policy's. Loading asks for no date, so
that a run of Pulumi's does not depend on the calendar; `list_expired` is asked by the commands.

Source: docs/manifest.md, "Limits and exceptions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.manifest.blocks import AllowBlock, read_counts
from watchpost.manifest.dates import read_day
from watchpost.manifest.domain import Allowance, Ignored
from watchpost.manifest.faults import Fault, render_choices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from watchpost.manifest.document import ManifestDocument
    from watchpost.manifest.domain import Manifest
    from watchpost.manifest.faults import FaultLog
    from watchpost.manifest.source import Path

_KINDS = tuple(each for each in AllowBlock.model_fields if each not in ("until", "reason"))


def resolve_allowances(document: ManifestDocument, log: FaultLog) -> tuple[Allowance, ...]:
    """Return the allowances in written order; one that allows nothing is a fault."""
    allowances: list[Allowance] = []
    for path, block in _list_allow_blocks(document):
        counts = read_counts(block)
        if not counts:
            kinds = render_choices(AllowBlock.model_fields[name].alias or name for name in _KINDS)
            fix = "add 'key-delete: 1', for example, or remove it"
            log.add_fault(path, "allows nothing", detail=f"allowed: {kinds}", fix=fix)
        position = str(log.source.position(path))
        allowances.append(Allowance(counts, read_day(block.until), block.reason, position))
    return tuple(allowances)


def _list_allow_blocks(document: ManifestDocument) -> Iterator[tuple[Path, AllowBlock]]:
    if isinstance(document.allow, AllowBlock):
        yield ("allow",), document.allow
        return
    for index, block in enumerate(document.allow):
        yield ("allow", index), block


def resolve_ignored(document: ManifestDocument, log: FaultLog) -> tuple[Ignored, ...]:
    """Return the ignored findings in written order; a path given twice is a fault."""
    ignored: dict[str, Ignored] = {}
    for index, block in enumerate(document.ignore):
        path: Path = ("ignore", index)
        position = str(log.source.position(path))
        if block.path in ignored:
            detail = f"it also stands at {ignored[block.path].position}"
            log.add_fault(
                (*path, "path"), "one path ignored twice", detail=detail, fix="remove one of them"
            )
        each = Ignored(block.path, block.reason, read_day(block.until), position)
        ignored.setdefault(block.path, each)
    return tuple(ignored.values())


def list_expired(manifest: Manifest, today: date) -> tuple[Fault, ...]:
    """
    Return a fault for each allowance and each ignored finding of *manifest* that held until a day
    before *today*, a day in UTC, in the order of the file.
    """
    expired = [(path, item) for path, item in _list_items(manifest) if item.until < today]
    faults = [_explain_expired((*path, "until"), item, manifest) for path, item in expired]
    return tuple(sorted(faults, key=lambda fault: (fault.position.line, fault.position.column)))


def _list_items(manifest: Manifest) -> Iterator[tuple[Path, Allowance | Ignored]]:
    has_list = isinstance(manifest.source.data.get("allow"), tuple)
    for index, allowance in enumerate(manifest.allowances):
        yield ("allow", index) if has_list else ("allow",), allowance
    for index, ignored in enumerate(manifest.ignored):
        yield ("ignore", index), ignored


def _explain_expired(path: Path, item: Allowance | Ignored, manifest: Manifest) -> Fault:
    detail = f"it held until {item.until.isoformat()}; reason: {item.reason}"
    fix = "remove it, or give it a later 'until:' if its reason still holds"
    return Fault(manifest.source.position(path), path, "has expired", detail, fix)
