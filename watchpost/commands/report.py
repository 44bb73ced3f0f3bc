"""
`watchpost report`: one page of the whole fleet, or the same as JSON.

Does not: write to a service. One that does not answer still gives a page, which says so.

Source: docs/report.md; exit codes of design.md 9.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.errors import SettingsError
from watchpost.output import add_format_argument, write_whole
from watchpost.workspace import add_stack_arguments, open_workspace, render_json

if TYPE_CHECKING:
    import argparse

    from watchpost.fleet_report import FleetReport
    from watchpost.manifest import Manifest
    from watchpost.wiring import ObservedFleet
    from watchpost.workspace import Workspace

DEFAULT_CANARY_DAYS = 30
MOST_CANARY_DAYS = 90  # what Sentry keeps


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file, the format, the days to look back and the stack."""
    parser.add_argument("--out", metavar="FILE", help="write the page to this file")
    add_format_argument(parser)
    parser.add_argument(
        "--canary-days",
        type=int,
        default=DEFAULT_CANARY_DAYS,
        metavar="N",
        help=f"how far to look back for each key's last event; default: {DEFAULT_CANARY_DAYS}",
    )
    add_stack_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the page; return 0, 2 where a link is not wired, 3 where not all could be checked."""
    from watchpost.fleet_report import render_report_document, render_report_page  # noqa: PLC0415 - `--help` needs none of it

    os.environ["WATCHPOST_READ_ONLY"] = "1"
    _raise_if_unusable(arguments)
    workspace = open_workspace(arguments)
    report = _make_report(workspace, arguments.canary_days)
    if arguments.out:
        write_whole(Path(arguments.out), render_report_page(report))
    if arguments.format == "json":
        sys.stdout.write(render_json(render_report_document(report)))
    else:
        _print_summary(report, arguments.out)
    return _exit_code(report)


def _raise_if_unusable(arguments: argparse.Namespace) -> None:
    if not arguments.out and arguments.format != "json":
        fix = "say `--out fleet.html`, or `--format json`"
        raise SettingsError("report", "neither a file nor a format is asked for", fix=fix)
    if not 1 <= arguments.canary_days <= MOST_CANARY_DAYS:
        raise SettingsError(
            "--canary-days",
            "not a number of days that Sentry keeps",
            detail=f"seen {arguments.canary_days}; allowed: 1 to {MOST_CANARY_DAYS}",
        )


def _make_report(workspace: Workspace, days: int) -> FleetReport:
    from datetime import UTC, datetime  # noqa: PLC0415 - `--help` needs none of it

    from watchpost.fleet_report import Services, compute_report  # noqa: PLC0415 - likewise
    from watchpost.wiring import Naming, Values  # noqa: PLC0415 - likewise

    manifest = workspace.load_manifest()
    settings = workspace.settings  # first, so that a wrong setting is no "could not look"
    fleet = _observe(workspace, manifest, days)
    now = datetime.now(UTC)
    services = Services(settings.sentry_url, settings.coolify_url, now, days)
    values = Values(manifest.entries, fleet.sentry, os.environ)
    naming = Naming(settings.fingerprint_key, fleet.sentry)
    return compute_report(manifest, fleet, services, values, naming)


def _observe(workspace: Workspace, manifest: Manifest, days: int) -> ObservedFleet:
    from watchpost.wiring import (  # noqa: PLC0415 - `--help` needs none of it
        ObservedFleet,
        observe_apps,
        observe_last_events,
        observe_sentry,
    )

    organization = manifest.organization
    slugs = [entry.slug for entry in manifest.entries]
    sentry = observe_sentry(lambda: workspace.sentry, organization, slugs)
    apps = observe_apps(lambda: workspace.coolify.client, [app.selector for app in manifest.apps])
    keys = [
        key
        for entry in manifest.entries
        for declared in entry.keys.values()
        for key in sentry.find_keys(entry.slug, declared.label)
    ]
    events = observe_last_events(lambda: workspace.sentry, organization, keys, days)
    return ObservedFleet(sentry, apps, events)


def _print_summary(report: FleetReport, file: str) -> None:
    from watchpost.fleet_report.words import STATE_WORDS  # noqa: PLC0415 - `--help` needs none of it

    counts = ", ".join(f"{number} {STATE_WORDS[state]}" for state, number in report.counts.items())
    sys.stdout.write(f"links: {counts}\n{file}: written\n")
    for trouble in report.troubles:
        sys.stderr.write(f"could not look: {trouble}\n")


def _exit_code(report: FleetReport) -> int:
    states = {entry.state for entry in report.entries}
    is_blind = bool(report.troubles) or not states.isdisjoint({"unchecked", "unreadable"})
    is_off = not states.isdisjoint({"missing", "drifted"})
    codes = [exits.UNCHECKED] if is_blind else []
    return exits.worst_of([*codes, *([exits.CHANGES] if is_off else [])])
