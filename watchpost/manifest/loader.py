"""
Loads the manifest: reads the file, finds every fault, and resolves it into objects.

Does not: talk to anybody. The one file is all it reads.

Source: docs/manifest.md; design.md 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from watchpost.errors import ManifestError
from watchpost.manifest.allowances import resolve_allowances, resolve_ignored
from watchpost.manifest.blocks import read_counts
from watchpost.manifest.document import ManifestDocument
from watchpost.manifest.domain import Manifest
from watchpost.manifest.entries import resolve_entries, resolve_teams
from watchpost.manifest.environments import resolve_environments
from watchpost.manifest.faults import Fault, FaultLog
from watchpost.manifest.pruning import is_consequence, prune
from watchpost.manifest.records import resolve_records
from watchpost.manifest.secrecy import find_secret_shape
from watchpost.manifest.source import parse_source, read_source
from watchpost.manifest.translation import find_path, translate_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as FilePath

    from watchpost.manifest.source import Path, Source


@dataclass(frozen=True)
class Inspection:
    """
    What was found in a manifest.

    Attributes:
        manifest: None where there are faults.
        faults: In the order of the file.
        notes: In the order of the file.
    """

    manifest: Manifest | None
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...]


def load_manifest(path: str | FilePath) -> Manifest:
    """
    Load the manifest at *path*.

    Raises:
        ManifestError: With all faults, one after the other, each `file:line:column: path: what`.
    """
    inspection = inspect_manifest(path)
    if inspection.manifest is None:
        raise ManifestError("", "\n".join(str(fault) for fault in inspection.faults))
    return inspection.manifest


def inspect_manifest(path: str | FilePath) -> Inspection:
    """
    Return the manifest at *path* with all faults and notes.

    Raises:
        ManifestError: The file cannot be read or is no YAML, so that there is nothing to inspect.
    """
    return _inspect(read_source(path))


def inspect_text(text: str, file: str) -> Inspection:
    """
    Return the manifest that *text* says, with all faults and notes; *file* is its name in them.

    Raises:
        ManifestError: It is no YAML.
    """
    return _inspect(parse_source(text.removeprefix("\ufeff"), file))


def _inspect(source: Source) -> Inspection:
    log = FaultLog(source)
    manifest = _inspect_source(source, log)
    faults, notes = _in_file_order(log.faults), _in_file_order(log.notes)
    return Inspection(None if faults else manifest, faults, notes)


def _inspect_source(source: Source, log: FaultLog) -> Manifest | None:
    if not isinstance(source.data, dict) or not source.data:
        what = "the file is empty" if not source.data else "the file holds no mapping"
        log.add_fault((), what, fix="begin with the lines 'version: 1' and 'organization: ...'")
        return None
    _report_yaml_problems(source, log)
    refused = _report_refused_values(source.data, log)
    document, pruned = _read_document(source.data, refused, log)
    checks = FaultLog(source)
    manifest = _resolve(document, checks)
    log.faults += [fault for fault in checks.faults if not is_consequence(fault, pruned)]
    log.notes += [note for note in checks.notes if not is_consequence(note, pruned)]
    return manifest


def _report_yaml_problems(source: Source, log: FaultLog) -> None:
    for problem in source.problems:
        log.faults.append(Fault(problem.position, problem.path, problem.summary, fix=problem.fix))


def _report_refused_values(data: dict[str, Any], log: FaultLog) -> set[Path]:
    """Report what no field may hold, nothing and secrets, and return where it stands."""
    refused: set[Path] = set()
    for path, value in _walk(data, ()):
        if value is None:
            fix = "write a value, {} for a mapping of defaults, or remove the line"
            log.add_fault(path, "has no value", fix=fix)
            refused.add(path)
        elif isinstance(value, str) and (kind := find_secret_shape(value)):
            summary = f"looks like {kind}, and the manifest is no place for secrets"
            field = "url" if path[:1] == ("records",) else "build_token"
            fix = f"remove it and revoke it if it was ever committed; {field} takes env:NAME"
            detail = "the value is not shown"
            log.add_fault(path, summary, detail=detail, fix=fix, at_key=value == path[-1])
            refused.add(path)
    return refused


def _walk(data: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield each value that is no mapping or list; of a key that looks like a secret, the key."""
    if isinstance(data, dict):
        for key, value in data.items():
            is_refused = find_secret_shape(key) is not None
            yield from _walk(key if is_refused else value, (*path, key))
    elif isinstance(data, tuple):
        for index, value in enumerate(data):
            yield from _walk(value, (*path, index))
    else:
        yield path, data


def _read_document(
    data: dict[str, Any], refused: set[Path], log: FaultLog
) -> tuple[ManifestDocument, set[Path]]:
    try:
        document = ManifestDocument.model_validate(data)
    except ValidationError as error:
        errors = (item for item in error.errors() if not _is_within(find_path(item), refused))
        translate_errors(errors, log)
        return prune(data, refused)
    return (document, set()) if not refused else prune(data, refused)


def _is_within(path: Path, refused: set[Path]) -> bool:
    return any(path[:length] in refused for length in range(1, len(path) + 1))


def _resolve(document: ManifestDocument, log: FaultLog) -> Manifest:
    teams = resolve_teams(document, log)
    entries = resolve_entries(document, log)
    apps = resolve_environments(document, entries, log)
    return Manifest(
        organization=document.organization,
        teams=teams,
        entries=entries,
        apps=apps,
        notes=tuple(log.notes),
        source=log.source,
        limits=read_counts(document.limits),
        allowances=resolve_allowances(document, log),
        ignored=resolve_ignored(document, log),
        records=resolve_records(document, entries, log),
    )


def _in_file_order(faults: list[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: (fault.position.line, fault.position.column)))
