"""
What both brownfield commands read of a stack: its manifest, if there is one, and both services.

Does not: write. Source: docs/adoption.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.adoption.arguments import ORGANIZATION_VARIABLE
from watchpost.adoption.declared import Declared, declared_in
from watchpost.adoption.inventory import Inventory, Unchecked
from watchpost.adoption.observing import observe_fleet
from watchpost.errors import SettingsError
from watchpost.manifest import load_manifest
from watchpost.selectors import observe_selected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchpost.manifest import Manifest
    from watchpost.workspace import Workspace


@dataclass(frozen=True)
class StackReading:
    """
    One stack as it is.

    Attributes:
        declared: What its manifest declares; nothing where there is none.
        inventory: What both services hold.
        unchecked: What could not be read, apps that a selector did not find included.
    """

    declared: Declared
    inventory: Inventory
    unchecked: Sequence[Unchecked]


def read_stack(workspace: Workspace, organization: str) -> StackReading:
    """
    Read the manifest and both services, once.

    Args:
        workspace: The stack.
        organization: Serves where there is no manifest.

    Raises:
        SettingsError: There is no manifest and no organization is named, or a setting is missing.
        ManifestError: The manifest has faults.
    """
    path = workspace.manifest_path
    manifest = load_manifest(path) if path.is_file() else None
    named = manifest.organization if manifest else organization
    if not named:
        raise SettingsError(
            path.name,
            "there is no manifest, so that nothing names the Sentry organization",
            fix=f"say `--organization SLUG`, or set {ORGANIZATION_VARIABLE}",
        )
    inventory = observe_fleet(workspace.sentry, workspace.coolify.client, named)
    declared, not_found = _resolve(manifest, workspace)
    return StackReading(declared, inventory, [*inventory.unchecked, *not_found])


def _resolve(manifest: Manifest | None, workspace: Workspace) -> tuple[Declared, list[Unchecked]]:
    if manifest is None:
        return Declared(), []
    selectors = [app.selector for app in manifest.apps]
    uuids = observe_selected(selectors, lambda: workspace.coolify.client)
    not_found = [
        Unchecked(f"which app {selector.label} is", found.reason)
        for selector, found in uuids.items()
        if found.uuid is None
    ]
    return declared_in(manifest, uuids), not_found
