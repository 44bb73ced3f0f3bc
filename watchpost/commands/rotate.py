"""
`watchpost rotate`: replace a client key without losing an event, in three steps.

`start` edits the manifest, `status` looks, `finish` disables and later deletes what nobody uses.

Does not: make the new key or write it into apps; that is `watchpost apply`.

Source: docs/rotation.md; docs/adr/0012; exit codes of design.md 9.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.output import add_format_argument
from watchpost.workspace import add_stack_arguments, open_workspace, render_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchpost.manifest import Entry, Manifest
    from watchpost.rotation import Outcome, Permission, Start, Step
    from watchpost.workspace import Workspace

QUIET_HOURS = 24
GRACE_DAYS = 30
MOST_QUIET_HOURS = 30 * 24


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the three steps with their options."""
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    start = steps.add_parser("start", help="give a key a new label and list the old one as retired")
    start.add_argument("entry", metavar="ENTRY", help="id of an entry")
    start.add_argument("key", metavar="KEY", help="name of one of its keys")
    start.add_argument("--dry-run", action="store_true", help="show the edit and write nothing")
    status = steps.add_parser("status", help="say who still uses the retired keys")
    finish = steps.add_parser("finish", help="disable, and later delete, what nobody uses")
    for step in (status, finish):
        step.add_argument("entry", metavar="ENTRY", nargs="?", default="", help="only this entry")
        step.add_argument("key", metavar="KEY", nargs="?", default="", help="only this key")
        add_format_argument(step)
        _add_terms(step)
    finish.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="key-delete=N",
        help="allow N keys to be disabled or deleted in this run",
    )
    for step in (start, status, finish):
        add_stack_arguments(step)


def _add_terms(step: argparse.ArgumentParser) -> None:
    step.add_argument(
        "--quiet-hours",
        type=_hours,
        default=QUIET_HOURS,
        metavar="H",
        help=f"no event may have been accepted for so long; default {QUIET_HOURS}",
    )
    step.add_argument(
        "--grace-days",
        type=_count,
        default=GRACE_DAYS,
        metavar="D",
        help=f"delete a key so long after it was disabled; default {GRACE_DAYS}",
    )
    step.add_argument(
        "--force-shipped",
        action="store_true",
        help="treat keys with `shipped: true` like any other",
    )
    step.add_argument(
        "--despite-unreadable",
        action="store_true",
        help="let no variable or record that nobody can read hold a key back",
    )


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("a whole number is needed")
    return int(text)


def _hours(text: str) -> int:
    hours = _count(text)
    if hours > MOST_QUIET_HOURS:
        raise argparse.ArgumentTypeError(f"Sentry is asked about {MOST_QUIET_HOURS} hours at most")
    return hours


def run(arguments: argparse.Namespace) -> int:
    """Run one step and return its exit code."""
    now = datetime.now(UTC)
    if arguments.step != "finish":
        os.environ["WATCHPOST_READ_ONLY"] = "1"
    workspace = open_workspace(arguments)
    if arguments.step == "start":
        return _start(workspace, arguments, now)
    if arguments.step == "status":
        return _status(workspace, arguments, now)
    return _finish(workspace, arguments, now)


def _start(workspace: Workspace, arguments: argparse.Namespace, now: datetime) -> int:
    """Edit the manifest; 0 also where a rotation waits for an apply already."""
    from watchpost.manifest.writing import read_text, write_manifest  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.rotation.places import find_key  # noqa: PLC0415 - likewise
    from watchpost.rotation.starting import compute_start, load_text  # noqa: PLC0415 - likewise

    path = workspace.manifest_path
    text = read_text(path)
    manifest = load_text(text, str(path))
    entry = find_key(manifest, arguments.entry, arguments.key)
    keys = workspace.sentry.list_project_keys(manifest.organization, entry.slug)
    start = compute_start(text, str(path), entry, arguments.key, keys, now.date())
    if start.is_waiting:
        sys.stdout.write(_describe_waiting(entry, arguments.key, start))
        return exits.DONE
    _raise_if_lost(workspace, entry, arguments.key)
    if not arguments.dry_run:
        write_manifest(path, start.text, read=text)
    sys.stdout.write(_render_diff(text, start.text, path.name))
    sys.stdout.write(_describe_start(entry, arguments.key, start, is_dry=arguments.dry_run))
    return exits.DONE


def _raise_if_lost(workspace: Workspace, entry: Entry, key: str) -> None:
    from watchpost.rotation import raise_if_engine_would_delete  # noqa: PLC0415 - `--help` needs none of it

    raise_if_engine_would_delete(workspace.engine.resources(), entry, key)


def _describe_waiting(entry: Entry, key: str, start: Start) -> str:
    return (
        f"{entry.id}/{key}: a rotation was started already, and Sentry has no key labelled "
        f"'{start.label}' yet; nothing was changed\n"
        "next: `watchpost apply`\n"
    )


def _describe_start(entry: Entry, key: str, start: Start, *, is_dry: bool) -> str:
    if is_dry:
        return f"{entry.id}/{key}: nothing was written, because of --dry-run\n"
    return (
        f"{entry.id}/{key}: the next apply makes the key '{start.label}'; "
        f"the key {start.key_id} stays active\n"
        f"next: review the edit, `watchpost apply`, then `watchpost rotate status {entry.id}`\n"
    )


def _render_diff(before: str, after: str, name: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{name}", f"b/{name}", lineterm=""
    )
    return "".join(f"{line}\n" for line in lines)


def _look(
    workspace: Workspace, manifest: Manifest, arguments: argparse.Namespace, now: datetime
) -> list[Step]:
    """Look at the retired keys that were asked for, and decide about each."""
    from watchpost.rotation import Terms, judge, list_retired, observe_retired  # noqa: PLC0415 - `--help` needs none of it

    places = list_retired(manifest, arguments.entry, arguments.key)
    statuses = observe_retired(
        lambda: workspace.sentry,
        lambda: workspace.coolify.client,
        manifest,
        places,
        now,
        workspace.folder,
    )
    terms = Terms(
        now,
        arguments.quiet_hours,
        arguments.grace_days,
        arguments.force_shipped,
        arguments.despite_unreadable,
    )
    return [judge(status, terms) for status in statuses]


def _status(workspace: Workspace, arguments: argparse.Namespace, now: datetime) -> int:
    """Print what is known; 3 where a service could not be asked."""
    from watchpost.rotation import render_status, status_document  # noqa: PLC0415 - `--help` needs none of it

    steps = _look(workspace, workspace.load_manifest(), arguments, now)
    if arguments.format == "json":
        sys.stdout.write(render_json(status_document(steps)))
    else:
        sys.stdout.write(render_status(steps))
    return exits.UNCHECKED if any(step.status.is_unchecked for step in steps) else exits.DONE


def _finish(workspace: Workspace, arguments: argparse.Namespace, now: datetime) -> int:
    """Carry out what is due; 4, and nothing done, where the limits do not allow it."""
    from watchpost.policy import parse_allow_option  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.rotation import carry_out, judge_permission  # noqa: PLC0415 - likewise

    options = parse_allow_option(arguments.allow)
    manifest = workspace.load_manifest()
    steps = _look(workspace, manifest, arguments, now)
    permission = judge_permission(steps, manifest, now.date(), options)
    outcomes: list[Outcome] = []
    if steps and not permission.is_refused:
        organization, path = manifest.organization, workspace.manifest_path
        outcomes = carry_out(steps, workspace.sentry, organization, path, now.date())
    _print_finish(arguments.format, steps, outcomes, permission)
    codes = [exits.UNSAFE] if permission.is_refused else []
    codes += [exits.REFUSED for each in outcomes if each.trouble]
    codes += [exits.UNCHECKED for each in steps if each.is_unchecked]
    return exits.worst_of(codes)


def _print_finish(
    form: str, steps: Sequence[Step], outcomes: Sequence[Outcome], permission: Permission
) -> None:
    from watchpost.rotation import finish_document, render_finish  # noqa: PLC0415 - `--help` needs none of it

    if form == "json":
        sys.stdout.write(render_json(finish_document(steps, outcomes, permission)))
    else:
        sys.stdout.write(render_finish(steps, outcomes, permission))
