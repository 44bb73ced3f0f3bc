"""
What applying a manifest to an inventory would do, without an engine: writes per app, and what the
Sentry plugin would have to change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.coolify import (
    AppRef,
    DesiredEnvironment,
    DesiredVariable,
    Owner,
    Writes,
    compute_writes,
)
from watchpost.manifest import ByUuid, KeyDsn, Manifest, PlainText, load_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from watchpost.adoption.inventory import Inventory
    from watchpost.manifest import AppEnvironment, Entry, Value, Variable
    from watchpost.sentry import Key, Project


def load(folder: Path, text: str) -> Manifest:
    """The manifest of that text; faults fail the test."""
    path = folder / "projects.yaml"
    path.write_text(text, encoding="utf-8")
    return load_manifest(path)


def writes_of(manifest: Manifest, inventory: Inventory) -> dict[AppRef, Writes]:
    """What each declared app would be written."""
    held = {app.ref: app.rows or () for app in inventory.apps}
    found = {}
    for app in manifest.apps:
        assert isinstance(app.selector, ByUuid)
        ref = AppRef(app.selector.kind, app.selector.uuid)
        found[ref] = compute_writes(_desired(ref, app, manifest, inventory), held[ref])
    return found


def _desired(
    ref: AppRef, app: AppEnvironment, manifest: Manifest, inventory: Inventory
) -> DesiredEnvironment:
    entries = {entry.id: entry for entry in manifest.entries}

    def text(value: Value) -> str:
        if isinstance(value, KeyDsn):
            entry = entries[value.entry_id]
            return key_of(inventory, entry, value.key).dsn_public
        assert isinstance(value, PlainText)
        return value.text

    def variable(each: Variable) -> DesiredVariable:
        preview = "" if each.preview is None else text(each.preview)
        flags = (each.is_buildtime, each.is_runtime)
        return DesiredVariable(text(each.value), *flags, preview_value=preview)

    return DesiredEnvironment(
        ref,
        Owner(manifest.organization, app.owner),
        {name: variable(each) for name, each in app.variables.items()},
        take_over=app.take_over,
        writes_marks=app.mark,
    )


def key_of(inventory: Inventory, entry: Entry, name: str) -> Key:
    """The one key of Sentry's that the entry means, as the plugin finds it: by its label."""
    project = project_of(inventory, entry)
    label = entry.keys[name].label
    (key,) = (
        key for key in inventory.keys if str(key.project_id) == project.id and key.label == label
    )
    return key


def project_of(inventory: Inventory, entry: Entry) -> Project:
    """The project that the entry means."""
    (project,) = (project for project in inventory.projects if project.slug == entry.slug)
    return project


def sentry_changes(manifest: Manifest, inventory: Inventory) -> list[str]:
    """What taking these projects and keys over would add or change, in words."""
    listed = {team.slug for team in inventory.teams}
    changes = [f"makes team {team.key}" for team in manifest.teams.values() if not team.existing]
    for entry in manifest.entries:
        project = project_of(inventory, entry)
        teams = {manifest.teams[key].slug for key in entry.teams}
        if (entry.name, entry.platform) != (project.name, project.platform):
            changes.append(f"{entry.id}: name or platform")
        if teams != set(project.teams) & listed:
            changes.append(f"{entry.id}: teams")
        for name, spec in entry.keys.items():
            key = key_of(inventory, entry, name)
            limit = key.rate_limit and (key.rate_limit.count, key.rate_limit.window_seconds)
            said = spec.rate_limit and (spec.rate_limit.count, spec.rate_limit.window_seconds)
            if not key.is_active or limit != said:
                changes.append(f"{entry.id}/{name}: activity or limit")
    return changes
