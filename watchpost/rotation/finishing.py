"""
Carrying out what was decided about retired keys: Sentry first, then the manifest, key by key.

A run that is killed between the two is completed by the next: it finds the key disabled, or gone,
and only records that.

Does not: decide. Source: docs/rotation.md; docs/adr/0012.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.errors import WatchpostError
from watchpost.manifest.editing import remove, set_value
from watchpost.manifest.writing import read_text, write_manifest
from watchpost.policy import Tally, compute_allowed, render_allow_line
from watchpost.rotation.judging import Action
from watchpost.rotation.places import find_retired_path
from watchpost.rotation.starting import load_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path as FilePath

    from watchpost.manifest import Manifest
    from watchpost.manifest.source import Path
    from watchpost.policy import LimitKind
    from watchpost.rotation.judging import Step
    from watchpost.sentry import SentryClient


@dataclass(frozen=True)
class Permission:
    """
    Whether the limits let the steps be carried out.

    Attributes:
        tally: How many keys are disabled or deleted, and how many may be.
        line: What the manifest needs to allow it; empty where it is allowed.
    """

    tally: Tally
    line: str

    @property
    def is_refused(self) -> bool:
        """Whether somebody has to say so first."""
        return self.tally.is_exceeded


def judge_permission(
    steps: Sequence[Step], manifest: Manifest, today: date, options: Mapping[LimitKind, int]
) -> Permission:
    """Count the steps that the limits count as `key-delete`; *today* is a day in UTC."""
    names = [step.status.key_id for step in steps if step.action.needs_permission]
    allowed = compute_allowed(manifest, today, options)["key-delete"]
    tally = Tally("key-delete", len(names), allowed, tuple(names))
    return Permission(tally, render_allow_line([tally], today))


@dataclass(frozen=True)
class Outcome:
    """What became of one step; *trouble* says why it failed, empty where it did not."""

    step: Step
    trouble: str = ""


def carry_out(
    steps: Sequence[Step],
    sentry: SentryClient,
    organization: str,
    manifest_path: FilePath,
    today: date,
) -> list[Outcome]:
    """
    Carry each step out, the next one even if one fails; *today* goes into `disabled_on`.

    Args:
        steps: As decided; those that wait are left out of the outcome.
        sentry: Writes.
        organization: Its slug.
        manifest_path: The file, read again before each edit.
        today: A day in UTC.
    """
    work = _Finish(sentry, organization, manifest_path, today)
    return [work.carry_out(step) for step in steps if step.action != Action.WAIT]


@dataclass(frozen=True)
class _Finish:
    sentry: SentryClient
    organization: str
    manifest_path: FilePath
    today: date

    def carry_out(self, step: Step) -> Outcome:
        try:
            self._write_sentry(step)
            self._write_manifest(step)
        except WatchpostError as error:
            return Outcome(step, str(error))
        return Outcome(step)

    def _write_sentry(self, step: Step) -> None:
        key = step.status.key
        if key is None:
            return
        project = str(key.project_id)
        if step.action == Action.DELETE:
            self.sentry.delete_key(self.organization, project, key.id)
        elif step.action == Action.DISABLE:
            self.sentry.update_key(
                self.organization,
                project,
                key,
                label=key.label,
                rate_limit=key.rate_limit,
                is_active=False,
            )

    def _write_manifest(self, step: Step) -> None:
        file = str(self.manifest_path)
        text = read_text(self.manifest_path)
        path = find_retired_path(load_text(text, file), step.status.key_id)
        if path is None:
            return
        if step.action in (Action.DELETE, Action.DROP):
            edited = _without(text, path, file)
        else:
            edited = set_value(text, (*path, "disabled_on"), self.today, file=file)
        if edited != text:
            write_manifest(self.manifest_path, edited, read=text)


def _without(text: str, path: Path, file: str) -> str:
    """Take the item away, and with the last one the list."""
    manifest_data = load_text(text, file).source.data
    for part in path[:-1]:
        manifest_data = manifest_data[part]
    return remove(text, path[:-1] if len(manifest_data) == 1 else path, file=file)
