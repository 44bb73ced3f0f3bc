"""
`watchpost doctor`: is everything there that a run needs, and what mends what is not?

Does not: write anywhere, or mend.

Source: docs/doctor.md; exit codes of design.md 9.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.errors import ApiUnavailable, RateLimited
from watchpost.output import add_format_argument
from watchpost.workspace import add_stack_arguments, render_json

if TYPE_CHECKING:
    import argparse

    from watchpost.diagnosis import Case


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the listing, the format and the stack."""
    parser.add_argument(
        "--list-apps",
        action="store_true",
        help="only list the Coolify apps: project/environment/name, uuid, status",
    )
    add_format_argument(parser)
    add_stack_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; 0 nothing wrong, 1 something is, 3 something could not be checked."""
    from watchpost.diagnosis import Case  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.transport import READ_ONLY_VARIABLE  # noqa: PLC0415 - likewise

    os.environ[READ_ONLY_VARIABLE] = "1"
    case = Case(Path(arguments.cwd).resolve(), arguments.stack)
    if arguments.list_apps:
        return _print_apps(case, arguments.format)
    return _print_findings(case, arguments.format)


def _print_findings(case: Case, form: str) -> int:
    from watchpost import diagnosis  # noqa: PLC0415 - `--help` needs none of it

    findings = diagnosis.examine(case, diagnosis.CHECKS)
    if form == "json":
        sys.stdout.write(render_json(diagnosis.render_json(findings)))
    else:
        sys.stdout.write(diagnosis.render_text(findings))
    return diagnosis.exit_code(findings)


def _print_apps(case: Case, form: str) -> int:
    from watchpost import diagnosis  # noqa: PLC0415 - `--help` needs none of it

    try:
        apps = diagnosis.list_apps(case)
    except (ApiUnavailable, RateLimited) as error:
        sys.stderr.write(f"{error}\n")
        return exits.UNCHECKED
    if form == "json":
        sys.stdout.write(render_json({"apps": diagnosis.apps_as_json(apps)}))
    else:
        sys.stdout.write(diagnosis.render_apps(apps))
    return exits.DONE
