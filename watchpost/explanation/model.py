"""
One entry explained: its project, its keys, and each variable of each app.

Does not: show a value that is not plain text of the manifest; any other has its name.

Source: docs/explain.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.coolify import Unreadable
from watchpost.explanation.running import describe_running
from watchpost.manifest import KeyDsn
from watchpost.wiring import compute_app_links, compute_key_links, list_facts, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from watchpost.explanation.records import RecordExplanation
    from watchpost.explanation.running import Running
    from watchpost.manifest import Entry, Manifest, Selector
    from watchpost.wiring import (
        AppLinks,
        DeclaredApp,
        DeclaredVariable,
        Fact,
        KeyLink,
        Naming,
        ObservedApp,
        ObservedFleet,
        RowLink,
        Values,
        VariableLink,
    )


@dataclass(frozen=True)
class VariableExplanation:
    """
    One variable of one app.

    Attributes:
        declared: Where it comes from.
        link: What is there instead.
        running: Whether the running app has it, in words; empty where there is no row.
        changes: What would change it, one sentence each.
    """

    declared: DeclaredVariable
    link: VariableLink
    running: str
    changes: tuple[str, ...]

    def plain(self, *, is_preview: bool) -> str | None:
        """The declared value where it is plain text of the manifest; else None."""
        variable = self.declared.variable
        return plain_text(variable.preview if is_preview else variable.value)


@dataclass(frozen=True)
class AppExplanation:
    """One app, as the entry declares it and as Coolify has it."""

    declared: DeclaredApp
    observed: ObservedApp
    links: AppLinks
    variables: tuple[VariableExplanation, ...]
    running: Running


@dataclass(frozen=True)
class EntryExplanation:
    """
    One entry.

    Attributes:
        entry: It.
        facts: What it declares about its Sentry project, and why.
        project: Whether that is there, in words.
        keys: Its client keys.
        apps: Its apps.
        troubles: Why something could not be looked at; empty where all was.
        record: Its row of the platform's own table; None where the manifest names none.
    """

    entry: Entry
    facts: tuple[Fact, ...]
    project: str
    keys: tuple[KeyLink, ...]
    apps: tuple[AppExplanation, ...]
    troubles: tuple[str, ...]
    record: RecordExplanation | None = None


def explain_entry(  # noqa: PLR0913  # one argument for each thing that was looked up
    manifest: Manifest,
    entry: Entry,
    apps: Iterable[DeclaredApp],
    fleet: ObservedFleet,
    runnings: Mapping[Selector, Running],
    values: Values,
    naming: Naming,
    *,
    record: RecordExplanation | None = None,
) -> EntryExplanation:
    """
    Explain one entry.

    Args:
        manifest: What is declared.
        entry: The entry in question.
        apps: Its apps; their variables are those to be explained.
        fleet: What both services answered.
        runnings: Deployments, by selector.
        values: What declared values are.
        naming: How values are named.
        record: Its row of the platform's own table.
    """
    explained = tuple(
        _explain_app(manifest.organization, app, fleet, runnings[app.selector], values, naming)
        for app in apps
    )
    used = {name for name in entry.keys if _is_used(manifest, entry, name)}
    return EntryExplanation(
        entry=entry,
        facts=list_facts(manifest, entry.id),
        project=_describe_project(entry, fleet),
        keys=compute_key_links(entry, values, used),
        apps=explained,
        troubles=tuple(_troubles(fleet, explained, record)),
        record=record,
    )


def _is_used(manifest: Manifest, entry: Entry, name: str) -> bool:
    values = (
        value
        for app in manifest.apps
        for variable in app.variables.values()
        for value in (variable.value, variable.preview)
    )
    return KeyDsn(entry.id, name) in values


def _describe_project(entry: Entry, fleet: ObservedFleet) -> str:
    if fleet.sentry.trouble:
        return f"could not look: {fleet.sentry.trouble}"
    project = fleet.sentry.projects.get(entry.slug)
    return f"there, id {project.id}" if project else "missing: `watchpost apply` makes it"


def _troubles(
    fleet: ObservedFleet, apps: Iterable[AppExplanation], record: RecordExplanation | None
) -> list[str]:
    found = [f"Sentry: {fleet.sentry.trouble}"] if fleet.sentry.trouble else []
    for app in apps:
        trouble = app.observed.trouble or app.running.trouble
        found += [f"{app.declared.selector.label}: {trouble}"] if trouble else []
    found += [f"record {record.row}: {record.trouble}"] if record and record.trouble else []
    return list(dict.fromkeys(found))


def _explain_app(
    organization: str,
    app: DeclaredApp,
    fleet: ObservedFleet,
    running: Running,
    values: Values,
    naming: Naming,
) -> AppExplanation:
    observed = fleet.apps[app.selector]
    links = compute_app_links(organization, app.environment, observed, values, naming)
    variables = tuple(
        _explain_variable(app, variable, links.variables[variable.name], observed, running)
        for variable in app.variables
    )
    return AppExplanation(app, observed, links, variables, running)


def _explain_variable(
    app: DeclaredApp,
    declared: DeclaredVariable,
    link: VariableLink,
    observed: ObservedApp,
    running: Running,
) -> VariableExplanation:
    words = describe_running(observed, link.rows[0], running)
    changes = [declared.edit, *(_mend(app, row) for row in link.rows)]
    if observed.missing:
        changes = [declared.edit, f"correct the app at {app.position}, or make it in Coolify"]
    if words.startswith("no:") and running.under_way is None:
        changes.append(_redeploy(app))
    return VariableExplanation(declared, link, words, tuple(dict.fromkeys(filter(None, changes))))


def _redeploy(app: DeclaredApp) -> str:
    if app.environment.redeploy == "never":
        return "redeploy the app in Coolify: it says `redeploy: never`"
    return "`watchpost apply` asks for the redeploy that is owed, if the app runs"


def _mend(app: DeclaredApp, row: RowLink) -> str:
    """What would make one row as declared; empty where it is, or where nobody knows."""
    if row.state in ("wired", "unchecked", "unused"):
        return ""
    if row.row is not None and row.row.value is Unreadable.LOCKED:
        return "unlock it: delete the row in Coolify, then run `watchpost apply`"
    if row.row is not None and row.row.value is Unreadable.HIDDEN:
        return "give the Coolify token the ability read:sensitive, then look again"
    for beginning, cure in _CURES.items():
        if any(reason.startswith(beginning) for reason in row.reasons):
            return cure.format(position=app.position)
    return "`watchpost apply` writes it"


_CURES = {
    "belongs to": "it is another's row: remove the app from one of the two manifests",
    "somebody else's": "it is somebody else's row: say `take_over: true` for the app at {position}",
    "several rows, not": "remove the extra rows in Coolify, then run `watchpost apply`",
    "the key": "`watchpost apply` enables the key again",
    "Sentry has no": "`watchpost apply` makes the project and its keys",
    "the project": "`watchpost apply` makes the key",
}
