"""
`watchpost health`: what Sentry knows of one project's errors, and resolving one with a reason.

Does not: need the engine or a passphrase where the stack is named, or write anything but an issue's
status, with `--resolve` or `--reopen`.

Source: docs/health.md; exit codes of design.md 9.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from watchpost import exits
from watchpost.errors import ApiUnavailable, RateLimited, SettingsError, WatchpostError
from watchpost.output import add_format_argument
from watchpost.workspace import add_stack_arguments, open_workspace, render_json

if TYPE_CHECKING:
    from watchpost.health import HealthProject
    from watchpost.manifest import Manifest
    from watchpost.workspace import Workspace

READ_ONLY = {"WATCHPOST_READ_ONLY": "1"}
# What is told and how: as text, and as JSON values.
Answer = tuple[str, dict[str, Any]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the entry, the period, what to do with which issue, the format and the stack."""
    parser.add_argument("entry", metavar="ENTRY", help="id of an entry, or the key of its record")
    parser.add_argument(
        "--since", default="6h", metavar="PERIOD", help="30m, 6h, 14d or 2w; default: 6h"
    )
    parser.add_argument(
        "--minimum-count",
        type=_count,
        default=2,
        metavar="N",
        help="leave issues with fewer events in the period out; default: 2",
    )
    parser.add_argument("--environment", metavar="NAME", help="only what happened in it")
    _add_acts(parser)
    add_format_argument(parser, ("text", "json", "preamble"))
    add_stack_arguments(parser)


def _add_acts(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_mutually_exclusive_group()
    acts.add_argument("--issue", metavar="ISSUE", help="tell one issue: its number or short id")
    acts.add_argument("--resolve", metavar="ISSUE", help="resolve one; needs --reason")
    acts.add_argument("--reopen", metavar="ISSUE", help="make one unresolved; needs --reason")
    acts.add_argument("--log", action="store_true", help="tell what was resolved and reopened")
    parser.add_argument("--reason", default="", metavar="TEXT", help="kept in the audit log")
    parser.add_argument(
        "--in-release",
        metavar="VERSION",
        help="with --resolve: the version that mends it, or `next`; later events are regressions",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for; 0, or 1 for a damaged log, or 3 where Sentry did not answer."""
    _raise_if_senseless(arguments)
    if not _is_change(arguments):
        os.environ.update(READ_ONLY)
    workspace = open_workspace(arguments)
    manifest = workspace.load_manifest()
    if arguments.log:
        return _print_log(manifest, arguments)
    project = _choose_project(manifest, arguments.entry)
    try:
        text, document = _answer(workspace, project, arguments)
    except (ApiUnavailable, RateLimited) as error:
        sys.stderr.write(f"{error}\n")
        return exits.UNCHECKED
    sys.stdout.write(render_json(document) if arguments.format == "json" else text)
    return exits.DONE


def _is_change(arguments: argparse.Namespace) -> bool:
    return arguments.resolve is not None or arguments.reopen is not None


def _raise_if_senseless(arguments: argparse.Namespace) -> None:
    """Refuse options that would be ignored."""
    is_act = _is_change(arguments) or arguments.issue is not None or arguments.log
    if arguments.format == "preamble" and is_act:
        raise SettingsError("--format preamble", "a preamble tells the digest and nothing else")
    if arguments.in_release is not None and arguments.resolve is None:
        raise SettingsError("--in-release", "it goes with --resolve only")
    if arguments.reason and not _is_change(arguments):
        raise SettingsError("--reason", "it goes with --resolve or --reopen only")
    if arguments.environment is not None and is_act:
        raise SettingsError("--environment", "it goes with the digest only")


def _choose_project(manifest: Manifest, name: str) -> HealthProject:
    from watchpost.health import HealthProject  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.records.resolving import find_entry  # noqa: PLC0415 - likewise

    entry = find_entry(manifest, name)
    if entry is None:
        known = ", ".join(sorted(each.id for each in manifest.entries))
        raise WatchpostError(
            f"entry {name}", "the manifest has no such entry", detail=f"known: {known}"
        )
    return HealthProject(entry.id, manifest.organization, entry.slug)


def _answer(workspace: Workspace, project: HealthProject, arguments: argparse.Namespace) -> Answer:
    if _is_change(arguments):
        return _change(workspace, project, arguments)
    if arguments.issue is not None:
        return _tell_issue(workspace, project, arguments.issue)
    return _tell_digest(workspace, project, arguments)


def _tell_digest(
    workspace: Workspace, project: HealthProject, arguments: argparse.Namespace
) -> Answer:
    from watchpost.health import digest, render_digest_answer  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.health.document import digest_document  # noqa: PLC0415 - likewise
    from watchpost.health.preamble import render_preamble  # noqa: PLC0415 - likewise

    found = digest(
        workspace.sentry_without_engine,
        project,
        arguments.since,
        arguments.minimum_count,
        arguments.environment,
    )
    if arguments.format == "preamble":
        block = render_preamble(found)
        return (f"{block}\n" if block else "", {})
    return render_digest_answer(found), digest_document(found)


def _tell_issue(workspace: Workspace, project: HealthProject, issue: str) -> Answer:
    from watchpost.health import error_detail, render_detail  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.health.document import detail_document  # noqa: PLC0415 - likewise

    detail = error_detail(workspace.sentry_without_engine, project, issue)
    return render_detail(detail), detail_document(detail)


def _change(workspace: Workspace, project: HealthProject, arguments: argparse.Namespace) -> Answer:
    from watchpost import health  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.health.document import resolution_document  # noqa: PLC0415 - likewise

    log = health.open_audit_log()
    client, reason = workspace.sentry_without_engine, arguments.reason
    if arguments.resolve is not None:
        resolution = health.resolve_error(
            client, project, arguments.resolve, reason, arguments.in_release, log=log
        )
    else:
        resolution = health.reopen_error(client, project, arguments.reopen, reason, log=log)
    return f"{health.render_resolution(resolution)}\n", resolution_document(resolution)


def _print_log(manifest: Manifest, arguments: argparse.Namespace) -> int:
    """Print what was done to the entry's issues, be it still declared or not."""
    from watchpost.health import open_audit_log  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.health.audit_history import parse_history, render_history  # noqa: PLC0415

    whole = parse_history(open_audit_log().read())
    history = whole.of_entry(manifest.organization, arguments.entry)
    if not history.lines:
        entry_id = _choose_project(manifest, arguments.entry).entry_id
        history = whole.of_entry(manifest.organization, entry_id)
    if arguments.format == "json":
        document = {"version": 1, "lines": list(history.lines), "faults": list(history.faults)}
        # Escaped: a line that somebody else wrote may hold anything.
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(render_history(history)) + "\n")
    return exits.REFUSED if history.faults else exits.DONE


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 1_000_000:  # noqa: PLR2004  # said below
        raise argparse.ArgumentTypeError("a number of events from 1 to 1000000")
    return int(text)
