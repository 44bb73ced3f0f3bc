"""
`watchpost adopt`: write down as a manifest what exists, so that applying it changes nothing.

Does not: write to Sentry or Coolify; the transport refuses it. It does not apply either.

Source: docs/adoption.md; exit codes of design.md 9.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.adoption.arguments import add_organization_argument
from watchpost.errors import SettingsError
from watchpost.output import add_format_argument
from watchpost.workspace import add_stack_arguments, open_workspace, render_json

if TYPE_CHECKING:
    import argparse

    from watchpost.adoption.adopting import Adoption
    from watchpost.adoption.reading import StackReading

READ_ONLY = {"WATCHPOST_READ_ONLY": "1"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the stack, where to write, marks and the format."""
    add_stack_arguments(parser)
    add_organization_argument(parser)
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--out", metavar="FILE", help="write the manifest to a new file")
    place.add_argument(
        "--write", action="store_true", help="write the stack's manifest, or add what it lacks"
    )
    parser.add_argument(
        "--no-mark",
        action="store_true",
        help="let new apps keep every comment: applying writes nothing at all to them",
    )
    add_format_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Read, match, write; 3 where something could not be read."""
    from watchpost.adoption.adopting import adopt  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.adoption.reading import read_stack  # noqa: PLC0415 - likewise
    from watchpost.manifest.writing import read_text  # noqa: PLC0415 - likewise

    os.environ.update(READ_ONLY)
    _raise_if_there(arguments.out)
    workspace = open_workspace(arguments, READ_ONLY)
    path = workspace.manifest_path
    existing = read_text(path) if path.is_file() else None  # before the services, which take long
    reading = read_stack(workspace, arguments.organization)
    if not reading.inventory.is_complete:
        return _tell_incomplete(reading)
    adoption = adopt(
        reading.inventory,
        reading.declared,
        existing,
        mark=not arguments.no_mark,
        file=path.name,
    )
    target = path if arguments.write else Path(arguments.out) if arguments.out else None
    if target:
        _write(target, adoption.text, existing if arguments.write else None)
    _tell(adoption, reading, target, arguments.format)
    return exits.UNCHECKED if reading.unchecked else exits.DONE


def _write(target: Path, text: str, existing: str | None) -> None:
    """Write what was made of *existing*; None: of nothing, so that there must be no file yet."""
    from watchpost.manifest.writing import write_manifest  # noqa: PLC0415 - likewise

    write_manifest(target, text, read=existing, is_new=existing is None)


def _raise_if_there(out: str | None) -> None:
    if out and Path(out).exists():
        fix = "name a new file, or say `--write` to add to the stack's manifest"
        raise SettingsError(out, "the file exists already", fix=fix)


def _tell(adoption: Adoption, reading: StackReading, target: Path | None, form: str) -> None:
    from watchpost.adoption.report import render_summary, report_as_data  # noqa: PLC0415 - likewise

    found = (adoption.drafts, adoption.caveats, reading.unchecked)
    if form == "json":
        report = report_as_data(*found)
        report |= {"file": str(target) if target else None, "manifest": adoption.text}
        sys.stdout.write(render_json(report))
    elif target:
        sys.stdout.write(f"{render_summary(*found)}written to {target}\n")
    else:
        sys.stdout.write(adoption.text)
        sys.stderr.write(render_summary(*found))


def _tell_incomplete(reading: StackReading) -> int:
    """A manifest of half of what exists would be worse than none."""
    sys.stderr.write("nothing was written, because not everything could be read\n")
    for each in reading.unchecked:
        sys.stderr.write(f"  {each.what}: {each.reason}\n")
    return exits.UNCHECKED
