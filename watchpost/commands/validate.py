"""
`watchpost validate`: check a manifest offline, with an exit code and output for people or programs.

Does not: ask Sentry or Coolify whether what the manifest names exists. It reads the clock, because
an exception that has expired is a fault.

Source: docs/manifest.md, "Checking"; exit codes of design.md 9.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from watchpost.errors import ManifestError
from watchpost.output import add_format_argument

if TYPE_CHECKING:
    import argparse
    from datetime import date

    from watchpost.manifest import Fault, Inspection

DEFAULT_FILE = "projects.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file, the format and strictness."""
    parser.add_argument(
        "file", nargs="?", default=DEFAULT_FILE, help=f"the manifest; {DEFAULT_FILE} if not given"
    )
    add_format_argument(parser)
    parser.add_argument("--strict", action="store_true", help="fail on notes too")


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; return 0 for a manifest without faults, else 1."""
    from watchpost.manifest import inspect_manifest  # noqa: PLC0415 - `--help` needs none of it

    try:
        inspection = _add_expired(inspect_manifest(arguments.file), datetime.now(UTC).date())
    except ManifestError as error:
        if arguments.format == "text":
            raise
        _print_json(arguments.file, [_render_error(error)], [])
        return 1
    if arguments.format == "json":
        faults, notes = ([_render_fault(each) for each in group] for group in _groups(inspection))
        _print_json(arguments.file, faults, notes)
    else:
        _print_text(arguments.file, inspection)
    return 1 if inspection.faults or (arguments.strict and inspection.notes) else 0


def _add_expired(inspection: Inspection, today: date) -> Inspection:
    """Count exceptions that held until before *today* among the faults."""
    from watchpost.manifest import Inspection, list_expired  # noqa: PLC0415 - `--help` needs none

    if inspection.manifest is None:
        return inspection
    expired = list_expired(inspection.manifest, today)
    return Inspection(None if expired else inspection.manifest, expired, inspection.notes)


def _groups(inspection: Inspection) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    return inspection.faults, inspection.notes


def _print_text(file: str, inspection: Inspection) -> None:
    for fault in inspection.faults:
        sys.stderr.write(f"{fault}\n")
    for note in inspection.notes:
        sys.stdout.write(f"note: {note}\n")
    manifest = inspection.manifest
    if manifest is None:
        sys.stderr.write(f"{file}: {_count(len(inspection.faults), 'fault')}\n")
        return
    counts = (
        _count(len(manifest.entries), "Sentry project"),
        _count(sum(len(entry.keys) for entry in manifest.entries), "key"),
        _count(len(manifest.apps), "app"),
        _count(len(inspection.notes), "note"),
    )
    sys.stdout.write(f"{file}: valid: {', '.join(counts)}\n")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _print_json(file: str, faults: list[dict[str, Any]], notes: list[dict[str, Any]]) -> None:
    report = {"file": file, "faults": faults, "notes": notes}
    sys.stdout.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def _render_fault(fault: Fault) -> dict[str, Any]:
    from watchpost.manifest.faults import render_path  # noqa: PLC0415 - `--help` needs none of it

    return {
        "path": render_path(fault.path),
        "line": fault.position.line,
        "column": fault.position.column,
        "summary": fault.summary,
        "detail": fault.detail,
        "fix": fault.fix,
    }


def _render_error(error: ManifestError) -> dict[str, Any]:
    """Render an error about the file as a whole; its path may end in line and column."""
    _, *place = error.path.rsplit(":", 2)
    line, column = (int(part) for part in place) if len(place) == 2 else (1, 1)  # noqa: PLR2004 - both
    return {
        "path": "",
        "line": line,
        "column": column,
        "summary": error.summary,
        "detail": error.detail,
        "fix": error.fix,
    }
