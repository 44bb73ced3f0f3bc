"""
An entry whose key was rotated, in the demo's sandbox: the manifest is edited, Sentry has both keys,
the app's row has the new DSN and its deployment has finished.

Does not: run the engine; what an apply would do is done by the clients.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import yaml

from tests.sandboxes import send
from watchpost.coolify import AppRef, CoolifyClient
from watchpost.manifest import load_manifest
from watchpost.rotation import (
    Outcome,
    RetiredStatus,
    Step,
    Terms,
    carry_out,
    judge,
    list_retired,
    observe_retired,
)
from watchpost.rotation.places import find_key
from watchpost.rotation.starting import compute_start
from watchpost.sentry import SentryClient
from watchpost.transport import RetryPolicy, Transport

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox
    from watchpost.manifest import Manifest

APP = AppRef("application", "billing-api")
QUICK = RetryPolicy(attempts=2, base_seconds=0.02)
MANIFEST: dict[str, Any] = {
    "version": 1,
    "organization": "acme",
    "teams": {"web": {"existing": True}},
    "projects": {
        "billing": {
            "slug": "acme-billing",
            "platform": "python-fastapi",
            "teams": ["web"],
            "apps": [{"app": "billing-api", "framework": "fastapi"}],
        }
    },
}


@dataclass(frozen=True)
class Rotated:
    """The sandbox, the manifest's file, and both services' clients."""

    sandbox: RunningSandbox
    path: Path
    sentry: SentryClient
    coolify: CoolifyClient
    old_id: str

    @property
    def manifest(self) -> Manifest:
        """The manifest as its file says now."""
        return load_manifest(self.path)

    def look(self, now: datetime | None = None) -> RetiredStatus:
        """Look at the one retired key."""
        (status,) = self.look_at_all(now)
        return status

    def look_at_all(self, now: datetime | None = None) -> list[RetiredStatus]:
        """Look at every retired key."""
        manifest = self.manifest
        places, now = list_retired(manifest), now or datetime.now(UTC)
        return observe_retired(
            lambda: self.sentry, lambda: self.coolify, manifest, places, now, self.path.parent
        )

    def decide(self, **terms: Any) -> Step:
        """Look and decide; *terms* are those of a run two days from now unless given."""
        now = terms.pop("now", datetime.now(UTC) + timedelta(days=2))
        return judge(self.look(now), replace(Terms(now), **terms))

    def finish(self, **terms: Any) -> list[Outcome]:
        """Carry out what is decided."""
        step = self.decide(**terms)
        today = datetime.now(UTC).date()
        return carry_out([step], self.sentry, "acme", self.path, today)

    def key(self) -> Any:
        """The old key as Sentry answers it; None once it is gone."""
        path = f"/api/0/projects/acme/acme-billing/keys/{self.old_id}/"
        answer = self.sandbox.sentry("GET", path)
        return answer.body if answer.status == 200 else None

    def send_event(self, key_id: str = "") -> int:
        """Send one event by the old key, or another, and return the status."""
        project = self.sentry.get_project("acme", "acme-billing").id
        url = f"{self.sandbox.sentry_url}/api/{project}/store/?sentry_key={key_id or self.old_id}"
        return send("POST", url, body={"message": "hello"}).status


def rotate(sandbox: RunningSandbox, folder: Path, *, document: Any = None) -> Rotated:
    """Start a rotation of billing's key and do what an apply would do."""
    rotated = start(sandbox, folder, document=document)
    label = rotated.manifest.entries[0].keys["production"].label
    key = rotated.sentry.create_key("acme", "acme-billing", label=label, rate_limit=None)
    write_dsn(rotated, key.dsn_public)
    deploy(rotated, "finished")
    sandbox.clear_log()
    return rotated


def start(sandbox: RunningSandbox, folder: Path, *, document: Any = None) -> Rotated:
    """Start a rotation of billing's key, and nothing else."""
    path = folder / "projects.yaml"
    path.write_text("# kept\n" + yaml.safe_dump(document or MANIFEST, sort_keys=False))
    sentry = SentryClient(
        Transport("Sentry", sandbox.sentry_url, sandbox.tokens["sentry"]["internal"], retry=QUICK)
    )
    coolify = CoolifyClient(
        Transport("Coolify", sandbox.coolify_url, sandbox.tokens["coolify"]["root"], retry=QUICK)
    )
    keys = sentry.list_project_keys("acme", "acme-billing")
    entry = find_key(load_manifest(path), "billing", "production")
    day = datetime.now(UTC).date()
    started = compute_start(path.read_text(), str(path), entry, "production", keys, day)
    path.write_text(started.text)
    return Rotated(sandbox, path, sentry, coolify, started.key_id)


def write_dsn(rotated: Rotated, dsn: str) -> None:
    """Put *dsn* into the app's row, and nothing into that of previews, which have no key."""
    for row in rotated.coolify.list_rows(APP):
        if row.key == "SENTRY_DSN":
            rotated.coolify.update_row(APP, replace(row, value="" if row.is_preview else dsn))


def deploy(rotated: Rotated, status: str) -> str:
    """Ask for a deployment, let it end with *status*, and return its uuid."""
    answer = rotated.coolify.deploy(APP, 0, force=True)
    end(rotated, answer.uuid, status)
    return answer.uuid


def end(rotated: Rotated, uuid: str, status: str) -> None:
    """Let a deployment begin or end."""
    rotated.sandbox.control("POST", f"/coolify/deployments/{uuid}", {"status": status})


def wait_for_the_next_second() -> None:
    """Coolify's clock shows whole seconds; what follows must be later by one."""
    time.sleep(1.05)
