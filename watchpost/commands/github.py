"""
`watchpost github`: post a plan, a label or a report of drift, and find the plan that was approved.

Each action can run twice: the second time changes nothing.

Does not: plan or check; it posts what `watchpost plan`, `apply` and `drift` wrote.

Source: docs/gitops.md; exit codes of design.md 9.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.errors import SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from watchpost.github import GitHubClient

STACK_VARIABLE = "WATCHPOST_STACK"


@dataclass(frozen=True)
class Action:
    """What can be done: its line in the help, and two examples."""

    summary: str
    examples: tuple[str, str]


ACTIONS = {
    "comment": Action(
        "keep one comment on a pull request, edited in place",
        (
            "watchpost github comment --pr 12 --body plan.md --plan plan.json",
            "watchpost github comment --commit 1f0c2d3 --body apply.md --marker apply",
        ),
    ),
    "label": Action(
        "keep one label on a pull request that says what merging it would do",
        (
            "watchpost github label --pr 12 --plan plan.json",
            "watchpost github label --pr 12 --set rebuild",
        ),
    ),
    "issue": Action(
        "keep one issue per stack: open, update, close, open again",
        (
            "watchpost github issue --body drift.md --report drift.json",
            "watchpost github issue --stack production --kind unchecked --close",
        ),
    ),
    "approved-hash": Action(
        "print the hash of the plan that was shown on a commit's pull request",
        (
            "watchpost github approved-hash --commit 1f0c2d3",
            "watchpost github approved-hash --commit 1f0c2d3 --stack production",
        ),
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the four actions, each with options of its own."""
    children = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    adders: dict[str, Callable[[argparse.ArgumentParser], None]] = {
        "comment": _add_comment_options,
        "label": _add_label_options,
        "issue": _add_issue_options,
        "approved-hash": _add_approval_options,
    }
    for name, action in ACTIONS.items():
        examples = "\n".join(f"  {example}" for example in action.examples)
        child = children.add_parser(
            name,
            help=action.summary,
            description=f"{action.summary.capitalize()}.",
            epilog=f"examples:\n{examples}",
            formatter_class=parser.formatter_class,
        )
        adders[name](child)


def _add_comment_options(parser: argparse.ArgumentParser) -> None:
    _add_pull(parser)
    _add_stack(parser)
    parser.add_argument(
        "--body", required=True, type=Path, metavar="FILE", help="the text, in Markdown"
    )
    parser.add_argument(
        "--plan",
        type=Path,
        metavar="FILE",
        help="the plan in JSON; the comment then bears its hash",
    )
    parser.add_argument(
        "--marker", default="plan", metavar="NAME", help="which comment; default: plan"
    )


def _add_label_options(parser: argparse.ArgumentParser) -> None:
    from watchpost.github.labels import DEFAULT_PREFIX, LABELS  # noqa: PLC0415 - only this action

    _add_pull(parser)
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--set", choices=tuple(LABELS), help="the consequence that it says")
    chosen.add_argument(
        "--plan", type=Path, metavar="FILE", help="the plan in JSON, which says the consequence"
    )
    parser.add_argument(
        "--label-prefix",
        default=DEFAULT_PREFIX,
        metavar="TEXT",
        help=f"what the labels begin with; default: {DEFAULT_PREFIX!r}",
    )


def _add_issue_options(parser: argparse.ArgumentParser) -> None:
    _add_stack(parser)
    parser.add_argument(
        "--kind",
        choices=("drift", "unchecked"),
        default="drift",
        help="drift, or the notice that the check could not run; default: drift",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="the drift check in JSON; it then decides which issues are opened and closed",
    )
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--body", type=Path, metavar="FILE", help="the report, in Markdown")
    wanted.add_argument("--close", action="store_true", help="there is nothing to report")


def _add_approval_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--commit", required=True, metavar="SHA", help="the commit on the branch")
    _add_stack(parser)


def _add_pull(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--pr", type=int, metavar="N", help="the pull request's number")
    where.add_argument(
        "--commit", metavar="SHA", help="the pull request whose merge made this commit"
    )


def _add_stack(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-s",
        "--stack",
        default=os.environ.get(STACK_VARIABLE, ""),
        help=f"the stack that it is about; default: {STACK_VARIABLE}",
    )


def run(arguments: argparse.Namespace) -> int:
    """Do the chosen action; return 0."""
    from watchpost.github.settings import open_client  # noqa: PLC0415 - `--help` needs none of it

    if not getattr(arguments, "stack", "any"):
        raise SettingsError(
            "stack", "no stack is named", fix=f"say `--stack NAME`, or set {STACK_VARIABLE}"
        )
    actions: dict[str, Callable[[GitHubClient, argparse.Namespace], str]] = {
        "comment": _comment,
        "label": _label,
        "issue": _issue,
        "approved-hash": _approved_hash,
    }
    done = actions[arguments.action](open_client(os.environ), arguments)
    sys.stdout.write(f"{done}\n")
    return exits.DONE


def _comment(client: GitHubClient, arguments: argparse.Namespace) -> str:
    from watchpost.github import Marker, keep_comment, load_plan_file  # noqa: PLC0415 - likewise
    from watchpost.github.bodies import compose_body  # noqa: PLC0415

    plan = load_plan_file(arguments.plan) if arguments.plan else None
    marker = Marker(arguments.marker, arguments.stack, plan.hash if plan else "")
    body = compose_body(marker, _read(arguments.body))
    number = _pull(client, arguments)
    done = keep_comment(client, number, marker, body)
    headline = f": {plan.headline}" if plan else ""
    return f"comment on #{number} {done}{headline}"


def _label(client: GitHubClient, arguments: argparse.Namespace) -> str:
    from watchpost.github import LABELS, keep_label, load_plan_file  # noqa: PLC0415 - likewise

    consequence = arguments.set or load_plan_file(arguments.plan).label
    number = _pull(client, arguments)
    done = keep_label(client, number, consequence, arguments.label_prefix)
    return f"label of #{number} {done}: {arguments.label_prefix}{LABELS[consequence].name}"


def _issue(client: GitHubClient, arguments: argparse.Namespace) -> str:
    from watchpost.github import (  # noqa: PLC0415 - likewise
        DRIFT,
        UNCHECKED,
        close_issue,
        keep_issue,
        keep_issues,
        load_drift_codes,
    )

    if arguments.report:
        _raise_if_no_body(arguments)
        codes = load_drift_codes(arguments.report)
        return "\n".join(keep_issues(client, arguments.stack, codes, _read(arguments.body)))

    kind = {"drift": DRIFT, "unchecked": UNCHECKED}[arguments.kind]
    if arguments.close:
        done = close_issue(client, kind, arguments.stack)
    else:
        done = keep_issue(client, kind, arguments.stack, _read(arguments.body))
    return f"issue of the kind {arguments.kind} for {arguments.stack}: {done}"


def _raise_if_no_body(arguments: argparse.Namespace) -> None:
    if arguments.close:
        raise SettingsError(
            "--report", "decides itself what is closed", fix="say `--body FILE`, not `--close`"
        )


def _approved_hash(client: GitHubClient, arguments: argparse.Namespace) -> str:
    from watchpost.github import find_approved_hash  # noqa: PLC0415 - likewise

    return find_approved_hash(client, arguments.commit, arguments.stack)


def _pull(client: GitHubClient, arguments: argparse.Namespace) -> int:
    from watchpost.github import get_merged_pull  # noqa: PLC0415 - likewise

    number: int | None = arguments.pr
    return get_merged_pull(client, arguments.commit) if number is None else number


def _read(path: Path) -> str:
    """The text of a file, which must hold some."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), "cannot be read", detail=type(error).__name__) from None
    if not text.strip():
        raise SettingsError(str(path), "is empty", fix="write the report into it first")
    return text
