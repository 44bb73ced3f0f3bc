"""
`watchpost drift`: the scheduled check, read-only by construction.

Does not: write without `--repair`, which puts back what drifted and nothing else.

Source: issue 5; docs/drift.md.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.commands.apply import report_outcome
from watchpost.commands.plan import add_allow_argument
from watchpost.errors import SettingsError
from watchpost.output import (
    add_format_argument,
    add_out_argument,
    raise_if_unknown_ending,
    write_files,
)
from watchpost.progress import say, show_before_writing
from watchpost.workspace import add_stack_arguments, open_workspace, render_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from watchpost.drift import DriftReport
    from watchpost.drift_checking import Checked
    from watchpost.workspace import Workspace

ENDINGS = (".txt", ".json", ".md")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the stack, the files, the form and the repair."""
    add_stack_arguments(parser)
    add_out_argument(parser, ENDINGS)
    add_format_argument(parser, ("text", "json", "markdown"))
    parser.add_argument(
        "--repair",
        action="store_true",
        help="put back what drifted; refuses what the manifest changes too",
    )
    add_allow_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; return 0 (clean), 2 (drift or pending changes) or 3 (unchecked)."""
    from watchpost.applying import raise_if_writes_are_off  # noqa: PLC0415 - likewise
    from watchpost.drift_checking import check_drift  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.planning import refuse_writes  # noqa: PLC0415

    raise_if_unknown_ending(arguments.out, ENDINGS)
    _raise_if_mixed(arguments)
    if arguments.repair:
        raise_if_writes_are_off()
    else:
        refuse_writes()
    workspace = open_workspace(arguments)
    checked = check_drift(workspace)
    forms = _renderers(checked.report)
    write_files(arguments.out, forms)
    form = {"text": ".txt", "json": ".json", "markdown": ".md"}[arguments.format]
    if arguments.repair:
        show_before_writing(forms[form]())
        return _repair(workspace, checked, arguments)
    sys.stdout.write(forms[form]())
    return exits.worst_of(checked.report.exit_codes())


def _raise_if_mixed(arguments: argparse.Namespace) -> None:
    """Refuse a form for programs where progress is printed too."""
    if arguments.repair and arguments.format != "text":
        raise SettingsError(
            f"--format {arguments.format}",
            "does not go with --repair, which prints as it goes",
            fix="let the check be written to a file: `--out drift.json`",
        )


def _renderers(report: DriftReport) -> Mapping[str, Callable[[], str]]:
    from watchpost.render.drift_report import (  # noqa: PLC0415 - likewise
        render_drift_json,
        render_drift_markdown,
        render_drift_text,
    )

    return {
        ".txt": lambda: render_drift_text(report),
        ".json": lambda: render_json(render_drift_json(report)),
        ".md": lambda: render_drift_markdown(report),
    }


def _repair(workspace: Workspace, checked: Checked, arguments: argparse.Namespace) -> int:
    from watchpost.applying import apply_plan  # noqa: PLC0415 - likewise
    from watchpost.render.plan_text import render_plan_text  # noqa: PLC0415
    from watchpost.repairing import choose_repairs, plan_repair  # noqa: PLC0415
    from watchpost.reviewing import review_plan  # noqa: PLC0415

    repairs = choose_repairs(checked.report)
    for name, reason in repairs.refused.items():
        say(f"not repaired: {name}: {reason}; `watchpost apply` does both")
    codes = [exits.REFUSED] if repairs.refused else []
    codes += _left(checked.report)
    if not repairs.urns:
        say("nothing to repair")
        return exits.worst_of(codes)
    planned = plan_repair(workspace, checked, repairs.urns)
    report = review_plan(planned, arguments.allow)
    show_before_writing(f"\n{render_plan_text(report)}")
    if report.exceeded:
        kinds = ", ".join(each.kind for each in report.exceeded)
        say(f"nothing was written: over the limit of {kinds}")
        return exits.UNSAFE
    outcome = apply_plan(workspace.engine, planned, say, targets=repairs.urns)
    report_outcome(outcome, [])
    return exits.worst_of([*codes, *outcome.exit_codes()])


def _left(report: DriftReport) -> list[int]:
    """What no repair mends: what is pending, and what could not be looked at."""
    codes = [exits.CHANGES] if report.of("pending") else []
    return codes + [code for code in report.exit_codes() if code == exits.UNCHECKED]
