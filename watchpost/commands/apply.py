"""
`watchpost apply`: carry out a reviewed plan, and report by project.

    plan -> limits -> the reviewed hash -> what a run needs -> yes? -> the engine, with a permit

Does not: apply what is over a limit or not the reviewed plan; both end with 4 before a write.

Source: issue 5; design.md 9; docs/plan.md.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.commands.plan import add_allow_argument
from watchpost.errors import SettingsError, WatchpostError
from watchpost.output import add_out_argument, raise_if_unknown_ending, write_files
from watchpost.progress import say, show_before_writing
from watchpost.workspace import add_stack_arguments, open_workspace, render_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from watchpost.applying import Outcome
    from watchpost.planning import Planned
    from watchpost.render.plan_report import PlanReport
    from watchpost.workspace import Workspace

ENDINGS = (".txt", ".json", ".md")
# The first three are slow and were needed for the plan already; an app that is missing fails only
# its own entry, and a database only its records.
_NOT_FOR_A_RUN = (
    *("python", "packages", "sentry plugin", "coolify apps"),
    *("records", "records table", "records rows", "records write"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the stack, the consent, the reviewed hash, the files and the limits."""
    add_stack_arguments(parser)
    parser.add_argument(
        "-y", "--yes", action="store_true", help="do not ask before the first write"
    )
    parser.add_argument(
        "--plan-hash",
        metavar="HASH",
        help="apply only if the plan still has this hash; else end with 4 and show what moved",
    )
    parser.add_argument(
        "--reviewed",
        metavar="FILE",
        help="the reviewed plan as `watchpost plan --out FILE.json` wrote it, to show what moved",
    )
    parser.add_argument(
        "--clear-lock",
        action="store_true",
        help="first take away the stack's lock, left behind by a run that was killed",
    )
    add_out_argument(parser, ENDINGS)
    add_allow_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Apply; return 0, 1 (refused or failed), 3, 4 (over a limit, another plan) or 130."""
    from watchpost.applying import (  # noqa: PLC0415 - `--help` needs none of it
        clear_lock,
        raise_if_writes_are_off,
    )
    from watchpost.planning import observe_plan  # noqa: PLC0415 - likewise
    from watchpost.reviewing import review_plan  # noqa: PLC0415
    from watchpost.transport import writes_refused  # noqa: PLC0415

    raise_if_unknown_ending(arguments.out, ENDINGS)
    _raise_if_no_hash(arguments)
    raise_if_writes_are_off()
    workspace = open_workspace(arguments)
    if arguments.clear_lock:
        clear_lock(workspace.engine)
        say(f"the lock of stack {workspace.engine.stack} is taken away")
    with writes_refused():
        planned = observe_plan(workspace)
    report = review_plan(planned, arguments.allow)
    from watchpost.render.plan_text import render_plan_text  # noqa: PLC0415 - likewise

    show_before_writing(render_plan_text(report))
    refusal = _refusal(report, arguments)
    if refusal is not None:
        return refusal
    if not planned.plan.has_changes:
        say("nothing to do")
        return exits.worst_of(report.exit_codes(detailed=False))
    return _apply(workspace, planned, report, arguments)


def _raise_if_no_hash(arguments: argparse.Namespace) -> None:
    """Refuse an empty hash, as of a variable that is not set: it would pass for any plan."""
    if arguments.plan_hash is not None and not arguments.plan_hash.strip():
        raise SettingsError(
            "--plan-hash", "is empty", fix="say the hash that `watchpost plan` printed"
        )


def _refusal(report: PlanReport, arguments: argparse.Namespace) -> int | None:
    """What stands against applying this plan; None where nothing does."""
    if arguments.plan_hash and arguments.plan_hash != report.hash:
        _say_moved(report, arguments)
        return exits.UNSAFE
    if report.exceeded:
        kinds = ", ".join(each.kind for each in report.exceeded)
        say(f"nothing was written: over the limit of {kinds}")
        return exits.UNSAFE
    return None


def _say_moved(report: PlanReport, arguments: argparse.Namespace) -> None:
    from watchpost.plan import list_lines  # noqa: PLC0415 - likewise
    from watchpost.render.plain import on_one_line  # noqa: PLC0415

    say(f"nothing was written: the plan is {report.hash}, not {arguments.plan_hash}")
    if not arguments.reviewed:
        say("  what moved can be shown only with the reviewed plan: --reviewed FILE.json")
        return
    before, now = set(_read_lines(arguments.reviewed)), set(list_lines(report.plan))
    for sign, lines in (("-", before - now), ("+", now - before)):
        for line in sorted(lines):
            words = " ".join(part for part in json.loads(line) if part)
            say(on_one_line(f"  {sign} {words}"))


def _read_lines(file: str) -> list[str]:
    from watchpost.render.plan_json import PlanDocument  # noqa: PLC0415 - likewise

    try:
        text = Path(file).read_text(encoding="utf-8")
        return PlanDocument.model_validate_json(text).lines
    except (OSError, ValueError):
        raise SettingsError(
            f"--reviewed {file}", "is not a plan as `watchpost plan --out FILE.json` writes it"
        ) from None


def _apply(
    workspace: Workspace, planned: Planned, report: PlanReport, arguments: argparse.Namespace
) -> int:
    from watchpost.applying import apply_plan  # noqa: PLC0415 - likewise

    _raise_if_not_ready(workspace)
    _raise_if_not_agreed(arguments)
    outcome = apply_plan(workspace.engine, planned, say)
    written = report_outcome(outcome, arguments.out)
    return exits.worst_of([*report.exit_codes(detailed=False), *outcome.exit_codes(), written])


def _raise_if_not_ready(workspace: Workspace) -> None:
    """Look at what a run needs: engine, lock, tokens and what they may do, versions."""
    from watchpost.diagnosis import CHECKS, Case, examine  # noqa: PLC0415 - likewise

    checks = [each for each in CHECKS if each.name not in _NOT_FOR_A_RUN]
    findings = examine(Case(workspace.folder, workspace.engine.stack), checks)
    failures = [each for each in findings if each.state == "failure"]
    if failures:
        raise SettingsError(
            f"stack {workspace.engine.stack}",
            "nothing was written: a run would fail",
            detail="\n".join(f"{each.name}: {each.seen} ({each.cure})" for each in failures),
            fix="mend what is named; `watchpost doctor` looks at everything",
        )


def _raise_if_not_agreed(arguments: argparse.Namespace) -> None:
    """Ask a person, unless somebody has agreed already."""
    if arguments.yes or arguments.plan_hash:
        return
    if not sys.stdin.isatty():
        raise SettingsError(
            "apply", "nobody can be asked here", fix="say `--yes`, or `--plan-hash HASH`"
        )
    sys.stdout.write("Apply this plan? Only `yes` is taken for one: ")
    sys.stdout.flush()
    if sys.stdin.readline().strip() != "yes":
        raise SettingsError("apply", "nothing was written: you did not say yes")


def report_outcome(outcome: Outcome, files: list[str]) -> int:
    """Print what became of a plan and write it to *files*; return 1 where one cannot be written."""
    from watchpost.render.outcome_text import (  # noqa: PLC0415 - likewise
        render_outcome_json,
        render_outcome_markdown,
        render_outcome_text,
    )

    say(render_outcome_text(outcome).rstrip())
    forms: Mapping[str, Callable[[], str]] = {
        ".txt": lambda: render_outcome_text(outcome),
        ".json": lambda: render_json(render_outcome_json(outcome)),
        ".md": lambda: render_outcome_markdown(outcome),
    }
    try:
        write_files(files, forms)
    except WatchpostError as error:
        sys.stderr.write(f"{error}\n")
        return exits.REFUSED
    return exits.DONE
