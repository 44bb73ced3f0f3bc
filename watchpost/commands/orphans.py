"""
`watchpost orphans`: the loose ends between Sentry and Coolify, from one pass of reads.

Does not: write; the transport refuses it.

Source: docs/adoption.md, "Orphans"; exit codes of design.md 9.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.adoption.arguments import add_organization_argument
from watchpost.output import add_format_argument
from watchpost.workspace import add_stack_arguments, open_workspace, render_json

if TYPE_CHECKING:
    from watchpost.orphans.findings import OrphanReport
    from watchpost.workspace import Workspace

READ_ONLY = {"WATCHPOST_READ_ONLY": "1"}
DEFAULT_DAYS = 30
MOST_DAYS = 365


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the stack, the days and the format."""
    add_stack_arguments(parser)
    add_organization_argument(parser)
    parser.add_argument(
        "--days",
        type=_days,
        default=DEFAULT_DAYS,
        metavar="N",
        help=f"how long a key may be without an accepted event; default: {DEFAULT_DAYS}",
    )
    add_format_argument(parser, ("text", "json", "markdown"))


def run(arguments: argparse.Namespace) -> int:
    """Print every loose end; 0 none, 2 some, 3 where not all could be checked."""
    from watchpost.orphans import report as reports  # noqa: PLC0415 - `--help` needs none of it

    os.environ.update(READ_ONLY)
    report = _observe(open_workspace(arguments, READ_ONLY), arguments)
    if arguments.format == "json":
        sys.stdout.write(render_json(reports.report_as_data(report)))
    elif arguments.format == "markdown":
        sys.stdout.write(reports.render_markdown(report))
    else:
        sys.stdout.write(reports.render_text(report))
    return exits.worst_of(report.exit_codes)


def _observe(workspace: Workspace, arguments: argparse.Namespace) -> OrphanReport:
    from watchpost.adoption.reading import read_stack  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.orphans.activity import observe_activity  # noqa: PLC0415 - likewise
    from watchpost.orphans.search import find_orphans, keys_on_their_way_out  # noqa: PLC0415

    reading = read_stack(workspace, arguments.organization)
    left_out = keys_on_their_way_out(reading.declared)
    activity = observe_activity(workspace.sentry, reading.inventory, arguments.days, left_out)
    return find_orphans(
        reading.inventory,
        reading.declared,
        activity,
        days=arguments.days,
        unchecked=reading.unchecked,
    )


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"a number of days from 1 to {MOST_DAYS}")
    return int(text)
