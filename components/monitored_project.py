"""
One top-level entry of the manifest as Pulumi resources: a Sentry project per part, its client keys,
its apps, its row of the platform's own table.

Everything in Sentry is kept when it leaves the program, unless the entry says `on_remove: delete`:
a deleted project takes its events with it. A client key is always kept: a deleted one silences
clients that were shipped with it, and a rotated one still has events to accept.

Does not: talk to a service. The plugin `providers/sentry` and the providers of CoolifyEnvironment
and PlatformRecord do.

Source: design.md 2, 4, 5 and 9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pulumiverse_sentry as sentry

from components.coolify_environment import CoolifyEnvironment, EnvironmentVariable
from components.platform_record import PlatformRecord
from watchpost.manifest import EnvironmentSecret, KeyDsn, PlainText, ProjectSlug
from watchpost.records import RowKey
from watchpost.transport import resolve_url

if TYPE_CHECKING:
    from components.fleet import Fleet
    from watchpost.manifest import AppEnvironment, Entry, Records, Value, Variable


class MonitoredProject(pulumi.ComponentResource):
    """
    A project of the manifest: in Sentry, and in the apps that report to it.

    Attributes:
        projects: Sentry projects by entry id; one, or one per part.
        keys: Client keys by (entry id, key name).
        environments: Coolify environments by selector label.
        records: Rows of the platform's own table by entry id; none where the manifest names none.
    """

    def __init__(self, root: str, fleet: Fleet) -> None:
        super().__init__("watchpost:index:MonitoredProject", root)
        self._fleet = fleet
        self._entries = [entry for entry in fleet.manifest.entries if entry.root == root]
        self._apps = [app for app in fleet.manifest.apps if app.owner == root]
        self.projects = {entry.id: self._project(entry) for entry in self._entries}
        self.keys = {
            (entry.id, name): self._key(entry, name)
            for entry in self._entries
            for name in entry.keys
        }
        self.environments = {app.selector.label: self._environment(app) for app in self._apps}
        records = fleet.manifest.records
        self.records = (
            {entry.id: self._record(entry, records) for entry in self._entries} if records else {}
        )
        self.register_outputs({})

    def export(self) -> None:
        """Publish one stack output per Sentry project: slug, id, page, secret DSN by key, apps."""
        for entry in self._entries:
            pulumi.export(entry.id, self._summary(entry))

    def _project(self, entry: Entry) -> sentry.SentryProject:
        self._fleet.positions.note(entry.id, f"{entry.position}: projects.{_path(entry)}")
        return sentry.SentryProject(
            entry.id,
            organization=self._fleet.manifest.organization,
            name=entry.name,
            slug=entry.slug,
            platform=entry.platform,
            teams=self._fleet.team_slugs(entry),
            digests_min_delay=entry.digests_min_delay_seconds,
            digests_max_delay=entry.digests_max_delay_seconds,
            resolve_age=entry.resolve_age_hours,
            opts=self._fleet.options(parent=self, retain=entry.on_remove == "keep"),
        )

    def _key(self, entry: Entry, name: str) -> sentry.SentryKey:
        key = entry.keys[name]
        logical_name = entry.identity_of(name)
        position = f"{key.position}: projects.{_path(entry)}.keys.{name}"
        self._fleet.positions.note(logical_name, position)
        return sentry.SentryKey(
            logical_name,
            organization=self._fleet.manifest.organization,
            project=self.projects[entry.id].slug,
            name=key.label,
            rate_limit_count=key.rate_limit.count if key.rate_limit else None,
            rate_limit_window=key.rate_limit.window_seconds if key.rate_limit else None,
            # whatever the entry says: Sentry deletes a project's keys with the project, and a key
            # that was rotated must outlive its resource (docs/adr/0012)
            opts=self._fleet.options(parent=self, retain=True),
        )

    def _environment(self, app: AppEnvironment) -> CoolifyEnvironment:
        name = f"{app.owner}/{app.selector.label}"
        found = self._fleet.uuids[app.selector]
        position = f"{app.position}: projects.{app.owner}: {app.selector.label}"
        self._fleet.positions.note(name, position, dynamic=True)
        return CoolifyEnvironment(
            name,
            kind=app.selector.kind,
            uuid=found.uuid,
            selector=found.reason or app.selector.label,
            owner=f"{self._fleet.manifest.organization}/{app.owner}",
            variables={name: self._variable(each) for name, each in app.variables.items()},
            redeploy=app.redeploy,
            take_over=app.take_over,
            mark=app.mark,
            opts=self._fleet.options(parent=self, retain=False),
        )

    def _record(self, entry: Entry, records: Records) -> PlatformRecord:
        name = f"{entry.id}/record"
        row = records.row_of(entry)
        position = f"{records.position}: records: {row.label}"
        self._fleet.positions.note(name, position, dynamic=True)
        return PlatformRecord(
            name,
            url=records.url,
            key=RowKey(row.table, row.key_column, row.key_value),
            values={
                column: None if value is None else self._value(value)
                for column, value in row.values.items()
            },
            insert=records.insert,
            on_remove=records.on_remove,
            owner=f"{self._fleet.manifest.organization}/{entry.id}",
            # a slug is known before its project is made; it is not written before
            opts=pulumi.ResourceOptions.merge(
                self._fleet.options(parent=self, retain=records.on_remove == "keep"),
                pulumi.ResourceOptions(depends_on=[self.projects[entry.id]]),
            ),
        )

    def _variable(self, variable: Variable) -> EnvironmentVariable:
        return EnvironmentVariable(
            value=self._value(variable.value),
            is_buildtime=variable.is_buildtime,
            is_runtime=variable.is_runtime,
            preview_value=None if variable.preview is None else self._value(variable.preview),
        )

    def _value(self, value: Value) -> pulumi.Input[str]:
        """Give what the manifest names; the provider keeps every value secret."""
        match value:
            case PlainText():
                return value.text
            case ProjectSlug():
                return value.slug
            case KeyDsn():
                return self.keys[value.entry_id, value.key].dsn_public
            case EnvironmentSecret():
                return pulumi.Output.secret(self._fleet.secrets[value.name])

    def _summary(self, entry: Entry) -> dict[str, Any]:
        project = self.projects[entry.id]
        organization = self._fleet.manifest.organization
        url = resolve_url(
            pulumi.Config("sentry").get("baseUrl"),
            "SENTRY_BASE_URL",
            name="sentry:baseUrl",
            default="https://sentry.io/",
        )
        pages = f"{url}/organizations/{organization}/projects"
        return {
            "slug": project.slug,
            "id": project.internal_id,
            "page": project.slug.apply(lambda slug: f"{pages}/{slug}/"),
            "dsn": {
                name: pulumi.Output.secret(self.keys[entry.id, name].dsn_public)
                for name in entry.keys
            },
            "apps": sorted(app.selector.label for app in self._apps if entry.id in app.entries),
        }


def _path(entry: Entry) -> str:
    """Where the entry stands in the manifest: `shop`, or `studio.parts.web`."""
    if entry.id == entry.root:
        return entry.id
    return f"{entry.root}.parts.{entry.id.removeprefix(entry.root + '-')}"
