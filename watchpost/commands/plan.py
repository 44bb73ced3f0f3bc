"""
`watchpost plan`: what an apply would do, worst first, with its consequences, limits and hash.

Does not: write anywhere but to the files of `--out`. Source: issue 5; design.md 6; docs/plan.md.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.output import (
    add_format_argument,
    add_out_argument,
    raise_if_unknown_ending,
    write_files,
)
from watchpost.workspace import add_stack_arguments, open_workspace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from watchpost.render.plan_report import PlanReport

ENDINGS = (".txt", ".json", ".md", ".html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the stack, the files, the form and the limits."""
    add_stack_arguments(parser)
    add_out_argument(parser, ENDINGS)
    add_format_argument(parser, ("text", "json", "markdown"))
    parser.add_argument(
        "--detailed-exitcode", action="store_true", help="end with 2 where there are changes"
    )
    add_allow_argument(parser)


def add_allow_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--allow KIND=COUNT`."""
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="KIND=COUNT",
        help="raise one limit for this run, e.g. --allow rebuild=40; may be repeated",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the plan; return 0, 2 (asked for), 1 (refused), 3 (unchecked) or 4 (over a limit)."""
    from watchpost.previewing import start_preview  # noqa: PLC0415 - `--help` needs none of it

    raise_if_unknown_ending(arguments.out, ENDINGS)
    workspace = open_workspace(arguments)
    started = start_preview(workspace)
    # Imported while the engine works.
    from watchpost.planning import observe_plan, refuse_writes  # noqa: PLC0415
    from watchpost.reviewing import review_plan  # noqa: PLC0415

    refuse_writes()
    planned = observe_plan(workspace, started)
    report = review_plan(planned, arguments.allow)
    write_files(arguments.out, renderers(report))
    form = {"text": ".txt", "json": ".json", "markdown": ".md"}[arguments.format]
    sys.stdout.write(renderers(report)[form]())
    return exits.worst_of(report.exit_codes(detailed=arguments.detailed_exitcode))


def renderers(report: PlanReport) -> Mapping[str, Callable[[], str]]:
    """How each form of a plan is made, by the ending of its file."""
    from watchpost.render.plan_html import render_plan_html  # noqa: PLC0415 - likewise
    from watchpost.render.plan_json import render_plan_json  # noqa: PLC0415
    from watchpost.render.plan_markdown import render_plan_markdown  # noqa: PLC0415
    from watchpost.render.plan_text import render_plan_text  # noqa: PLC0415

    return {
        ".txt": lambda: render_plan_text(report),
        ".json": lambda: render_plan_json(report),
        ".md": lambda: render_plan_markdown(report),
        ".html": lambda: render_plan_html(report),
    }
