"""
What all projects of one manifest share in a run: teams, uuids of selected apps, build tokens, fault
positions.

Does not: declare projects (see `monitored_project`), nor decide anything the manifest does not say.

Source: design.md 2, 3 and 9.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pulumi
import pulumiverse_sentry as sentry

from components.coolify_session import open_session
from components.fault_positions import FaultPositions
from watchpost.errors import SettingsError
from watchpost.manifest import EnvironmentSecret, Manifest
from watchpost.selectors import observe_selected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchpost.manifest import Entry, Selector, Team
    from watchpost.selectors import Found

SENTRY_VERSION = "0.0.9"
ALLOW_TAKEOVER = "sentry:index/allowTakeover:allowTakeover"


class Fleet:
    """
    The shared part of a run.

    Attributes:
        manifest: What was declared.
        positions: Where; hands out the hook for resource options.
        uuids: Of each selected app, or why there is none.
        secrets: Content of the environment variables that build tokens name, by name.

    Raises:
        SettingsError: A build token's environment variable is not set; lists all of them.
    """

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.secrets = dict(_read_secrets(manifest))
        self.positions = FaultPositions()
        self.uuids: dict[Selector, Found] = observe_selected(
            [app.selector for app in manifest.apps], lambda: open_session(_StackSettings()).client
        )
        _allow_takeovers(manifest)
        self._teams = {team.key: self._declare(team) for team in manifest.teams.values()}

    def team_slugs(self, entry: Entry) -> list[pulumi.Input[str]]:
        """Slugs of the entry's teams in declared order; those we make are waited for."""
        return [self._teams[key] for key in entry.teams]

    def options(self, *, parent: pulumi.Resource | None, retain: bool) -> pulumi.ResourceOptions:
        """Options of a resource that a line of the manifest asked for."""
        return pulumi.ResourceOptions(
            parent=parent, retain_on_delete=retain, hooks=self.positions.hook
        )

    def _declare(self, team: Team) -> pulumi.Input[str]:
        if team.existing:
            return team.slug
        self.positions.note(team.key, f"{team.position}: teams.{team.key}")
        return sentry.SentryTeam(
            team.key,
            organization=self.manifest.organization,
            name=team.name,
            slug=team.slug,
            opts=self.options(parent=None, retain=True),
        ).slug


class _StackSettings:
    """The stack's settings by their full names, as a provider gets them."""

    def get(self, name: str) -> str | None:
        """The setting `namespace:name`; None where the stack does not say."""
        namespace, _, key = name.partition(":")
        return pulumi.Config(namespace).get(key)


def _allow_takeovers(manifest: Manifest) -> None:
    """
    Tell the plugin which entries may change what somebody else set up; its inputs have no room for
    it.
    """
    names = [entry.id for entry in manifest.entries if entry.take_over]
    if names:
        options = pulumi.InvokeOptions(version=SENTRY_VERSION)
        pulumi.runtime.invoke(ALLOW_TAKEOVER, {"names": names}, options)


def _read_secrets(manifest: Manifest) -> Iterator[tuple[str, str]]:
    missing = []
    for app in manifest.apps:
        for name, variable in app.variables.items():
            for value in (variable.value, variable.preview):
                if not isinstance(value, EnvironmentSecret):
                    continue
                if os.environ.get(value.name):
                    yield value.name, os.environ[value.name]
                else:
                    missing.append(f"{variable.position}: {name} takes its value from {value.name}")
    if missing:
        raise SettingsError(
            "environment",
            "a variable that the manifest names is not set",
            detail="\n".join(dict.fromkeys(missing)),
            fix="set it in the environment that runs Pulumi, or remove the line",
        )
