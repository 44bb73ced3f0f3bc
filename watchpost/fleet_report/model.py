"""
What the report says, as values: entries, their keys, their apps, and how many links are in which
state.

A link is one app of one entry. A client key that no app uses is counted as unused.

Does not: render. Source: docs/report.md.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.manifest import KeyDsn
from watchpost.wiring import (
    STATES,
    compute_app_links,
    compute_key_links,
    list_declared_apps,
    worst_state,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from watchpost.manifest import Entry, Manifest
    from watchpost.sentry import Project
    from watchpost.wiring import (
        AppLinks,
        DeclaredApp,
        KeyLink,
        LastEvent,
        LinkState,
        Naming,
        ObservedApp,
        ObservedFleet,
        Values,
    )


@dataclass(frozen=True)
class Services:
    """Where the services are, and up to when they were looked at."""

    sentry_url: str
    coolify_url: str
    looked_at: datetime
    canary_days: int


@dataclass(frozen=True)
class ReportKey:
    """One client key; *last_event* is None where the key is not there to be asked about."""

    link: KeyLink
    last_event: LastEvent | None
    position: str


@dataclass(frozen=True)
class ReportApp:
    """One app of one entry."""

    declared: DeclaredApp
    observed: ObservedApp
    links: AppLinks

    @property
    def state(self) -> LinkState:
        """The worst of the variables that this entry asks for; a row left over is drift."""
        worst = self.links.state_of(variable.name for variable in self.declared.variables)
        return worst_state([worst, "drifted"]) if self.links.left_over else worst


@dataclass(frozen=True)
class ReportEntry:
    """
    One entry.

    Attributes:
        entry: It.
        project: Its Sentry project; None where there is none, or Sentry was not seen.
        project_state: Of the project alone.
        keys: Its client keys.
        apps: Its apps.
        page: Address of the project in Sentry; empty where there is none.
    """

    entry: Entry
    project: Project | None
    project_state: LinkState
    keys: tuple[ReportKey, ...]
    apps: tuple[ReportApp, ...]
    page: str

    @property
    def state(self) -> LinkState:
        """The worst of its project, keys and apps; an unused key counts where there is no app."""
        keys = [key.link.state for key in self.keys]
        if self.apps:
            keys = [state for state in keys if state != "unused"]
        return worst_state([self.project_state, *keys, *(app.state for app in self.apps)])


@dataclass(frozen=True)
class FleetReport:
    """
    The whole fleet.

    Attributes:
        organization: Slug in Sentry.
        services: Where, and when it was looked at.
        entries: In the manifest's order.
        troubles: What could not be looked at, and why.
    """

    organization: str
    services: Services
    entries: tuple[ReportEntry, ...]
    troubles: tuple[str, ...]

    @property
    def counts(self) -> Mapping[LinkState, int]:
        """How many links are in each state, zeros included; keys only where no app uses them."""
        links = Counter(app.state for entry in self.entries for app in entry.apps)
        keys = (key.link.state for entry in self.entries for key in entry.keys)
        links["unused"] = sum(state == "unused" for state in keys)
        return {state: links[state] for state in STATES}

    @property
    def app_count(self) -> int:
        """How many apps there are; parts of one entry may share one."""
        return len({app.declared.selector for entry in self.entries for app in entry.apps})


def compute_report(
    manifest: Manifest, fleet: ObservedFleet, services: Services, values: Values, naming: Naming
) -> FleetReport:
    """
    Make the report.

    Args:
        manifest: What is declared.
        fleet: What both services answered.
        services: Where they are.
        values: What declared values are.
        naming: How values are named.
    """
    links = {
        app.selector: compute_app_links(
            manifest.organization, app, fleet.apps[app.selector], values, naming
        )
        for app in manifest.apps
    }
    apps: dict[str, list[ReportApp]] = {}
    for app in list_declared_apps(manifest):
        found = ReportApp(app, fleet.apps[app.selector], links[app.selector])
        apps.setdefault(app.entry_id, []).append(found)
    used = _used_keys(manifest)
    entries = tuple(
        _report_entry(manifest, entry, tuple(apps.get(entry.id, ())), fleet, services, values, used)
        for entry in manifest.entries
    )
    return FleetReport(manifest.organization, services, entries, _troubles(fleet))


def _used_keys(manifest: Manifest) -> frozenset[tuple[str, str]]:
    return frozenset(
        (value.entry_id, value.key)
        for app in manifest.apps
        for variable in app.variables.values()
        for value in (variable.value, variable.preview)
        if isinstance(value, KeyDsn)
    )


def _report_entry(
    manifest: Manifest,
    entry: Entry,
    apps: tuple[ReportApp, ...],
    fleet: ObservedFleet,
    services: Services,
    values: Values,
    used: frozenset[tuple[str, str]],
) -> ReportEntry:
    project = fleet.sentry.projects.get(entry.slug)
    names = {name for entry_id, name in used if entry_id == entry.id}
    keys = tuple(
        ReportKey(link, fleet.last_events.get(link.key_id), entry.keys[link.name].position)
        for link in compute_key_links(entry, values, names)
    )
    base = f"{services.sentry_url}/organizations/{manifest.organization}/projects"
    page = f"{base}/{project.slug}/" if project else ""
    return ReportEntry(entry, project, _project_state(project, fleet), keys, apps, page)


def _project_state(project: Project | None, fleet: ObservedFleet) -> LinkState:
    if project is not None:
        return "wired"
    return "unchecked" if fleet.sentry.trouble else "missing"


def _troubles(fleet: ObservedFleet) -> tuple[str, ...]:
    found = [f"Sentry: {fleet.sentry.trouble}"] if fleet.sentry.trouble else []
    apps: dict[str, list[str]] = {}
    for selector, app in fleet.apps.items():
        if app.trouble:
            apps.setdefault(app.trouble, []).append(selector.label)
    for trouble, labels in apps.items():
        more = len(labels) - 1
        who = labels[0] if not more else f"{labels[0]} and {more} more"
        found.append(f"Coolify, {who}: {trouble}")
    return tuple(found)
