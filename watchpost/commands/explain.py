"""
`watchpost explain`: why an entry's variables are as they are, where they are in force, and what
would change them.

Does not: write. A service that does not answer is told; what the manifest says is shown all the
same.

Source: docs/explain.md; exit codes of design.md 9.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.errors import WatchpostError
from watchpost.output import add_format_argument
from watchpost.workspace import add_stack_arguments, open_workspace, render_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from watchpost.explanation import EntryExplanation, RecordExplanation, Running
    from watchpost.manifest import Entry, Manifest, Selector
    from watchpost.wiring import DeclaredApp, ObservedFleet, Values
    from watchpost.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the entry, the variable, the format and the stack."""
    parser.add_argument("entry", metavar="ENTRY", help="id of an entry, or of one with parts")
    parser.add_argument("variable", metavar="VARIABLE", nargs="?", help="only this variable")
    add_format_argument(parser)
    add_stack_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the explanation; return 0, or 3 where a service could not be looked at."""
    from watchpost.explanation import explanation_document, render_explanation  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.wiring import list_declared_apps  # noqa: PLC0415 - likewise

    os.environ["WATCHPOST_READ_ONLY"] = "1"
    workspace = open_workspace(arguments)
    manifest = workspace.load_manifest()
    entries = _choose_entries(manifest, arguments.entry)
    apps = [app for app in list_declared_apps(manifest) if app.entry_id in entries]
    apps = _only(apps, arguments.variable) if arguments.variable else apps
    explanations = _explain(workspace, manifest, list(entries.values()), apps)
    if arguments.format == "json":
        documents = [explanation_document(each) for each in explanations]
        sys.stdout.write(render_json({"version": 1, "entries": documents}))
    else:
        sys.stdout.write("\n".join(render_explanation(each) for each in explanations))
    is_blind = any(each.troubles for each in explanations)
    return exits.UNCHECKED if is_blind else exits.DONE


def _choose_entries(manifest: Manifest, name: str) -> dict[str, Entry]:
    """The entry of that id, or all parts of that one."""
    found = {entry.id: entry for entry in manifest.entries if name in (entry.id, entry.root)}
    if not found:
        known = {each for entry in manifest.entries for each in (entry.id, entry.root)}
        raise _unknown("entry", name, known)
    return found


def _only(apps: Iterable[DeclaredApp], name: str) -> list[DeclaredApp]:
    """The apps that declare that variable, with no other."""
    listed = list(apps)
    narrowed = [
        replace(app, variables=tuple(each for each in app.variables if each.name == name))
        for app in listed
    ]
    found = [app for app in narrowed if app.variables]
    if not found:
        raise _unknown("variable", name, {each.name for app in listed for each in app.variables})
    return found


def _unknown(what: str, name: str, known: set[str]) -> WatchpostError:
    from difflib import get_close_matches  # noqa: PLC0415 - only a misspelt name pays for it

    close = get_close_matches(
        name.casefold(), {each.casefold(): each for each in known}, cutoff=0.5
    )
    similar = sorted(each for each in known if each.casefold() in close)
    return WatchpostError(
        f"{what} {name}",
        f"the manifest has no such {what} here",
        detail=f"known: {', '.join(sorted(known)) or 'none'}",
        fix=f"did you mean {' or '.join(similar)}?" if similar else "",
    )


def _explain(
    workspace: Workspace, manifest: Manifest, entries: Sequence[Entry], apps: Sequence[DeclaredApp]
) -> list[EntryExplanation]:
    from watchpost.explanation import explain_entry  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.wiring import Naming, Values  # noqa: PLC0415 - likewise

    key = (
        workspace.settings.fingerprint_key
    )  # first, so that a wrong setting is no "could not look"
    fleet = _observe(workspace, manifest, apps)
    values = Values(manifest.entries, fleet.sentry, os.environ)
    naming = Naming(key, fleet.sentry)
    runnings = {app.selector: _observe_running(workspace, fleet, app.selector) for app in apps}
    return [
        explain_entry(
            manifest,
            entry,
            [app for app in apps if app.entry_id == entry.id],
            fleet,
            runnings,
            values,
            naming,
            record=_observe_record(workspace, manifest, entry, values),
        )
        for entry in entries
    ]


def _observe_record(
    workspace: Workspace, manifest: Manifest, entry: Entry, values: Values
) -> RecordExplanation | None:
    from watchpost.explanation import observe_record  # noqa: PLC0415 - `--help` needs none of it

    records = manifest.records
    if records is None:
        return None
    return observe_record(records.row_of(entry), records.url, values, workspace.folder)


def _observe(
    workspace: Workspace, manifest: Manifest, apps: Sequence[DeclaredApp]
) -> ObservedFleet:
    from watchpost.wiring import ObservedFleet, observe_apps, observe_sentry  # noqa: PLC0415 - `--help` needs none of it

    slugs = [entry.slug for entry in manifest.entries]
    sentry = observe_sentry(lambda: workspace.sentry, manifest.organization, slugs)
    selectors = dict.fromkeys(app.selector for app in apps)
    return ObservedFleet(sentry, observe_apps(lambda: workspace.coolify.client, selectors))


def _observe_running(workspace: Workspace, fleet: ObservedFleet, selector: Selector) -> Running:
    from watchpost.explanation import Running, observe_running  # noqa: PLC0415 - `--help` needs none of it

    ref = fleet.apps[selector].ref
    return Running() if ref is None else observe_running(workspace.coolify.client, ref)
