"""
A fleet in four states, as values: for the tests of the report and its page.

Does not: ask anybody. The manifest is read from a file, as always.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from tests.unit.manifest.documents import app, entry, manifest, write
from watchpost.coolify import AppRef, Owner, Row, render_comment
from watchpost.fleet_report import FleetReport, Services, compute_report
from watchpost.manifest import load_manifest
from watchpost.sentry import Key, Project
from watchpost.wiring import LastEvent, Naming, ObservedApp, ObservedFleet, ObservedSentry, Values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from watchpost.manifest import Manifest

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
FINGERPRINT_KEY = b"fingerprint key of the tests"
SECRET = "not-to-be-shown"
HOSTILE = '<script>document.title="taken"</script>'
PROJECTS = {
    "shop": entry(name="Shop", keys={"production": {"label": "Default"}}, apps=[app()]),
    "checkout": entry(name="Checkout", apps=[app(app="checkout-api")]),
    "studio": entry(name=HOSTILE, apps=[app(app="studio-web")]),
    "ledger": entry(name="Ledger", apps=[app(app="ledger-api")]),
}
OWNER = "acme"


def load_fleet(folder: Path, **projects: Any) -> Manifest:
    """The manifest of four entries, one app each; *projects* replace some of them."""
    return load_manifest(write(folder, manifest(projects={**PROJECTS, **projects})))


def make_key(project: int) -> Key:
    """The key `Default` of that project."""
    public = f"{project:032x}"
    return Key(
        id=public,
        label="Default",
        project_id=project,
        is_active=True,
        rate_limit=None,
        dsn_public=f"https://{public}@sentry.example.com/{project}",
        dsn_csp="",
    )


def make_rows(entry_id: str, project: int, **values: str) -> tuple[Row, ...]:
    """The rows of an app that is wired; *values* replace some of them, in both scopes' stead."""
    mark = render_comment(Owner("acme", entry_id), None)
    wanted = {"SENTRY_DSN": make_key(project).dsn_public, "SENTRY_ENVIRONMENT": "production"}
    previews = {"SENTRY_DSN": None, "SENTRY_ENVIRONMENT": "preview"}
    rows = [
        Row(f"{entry_id}-{name}", name, values.get(name, value), is_buildtime=False, comment=mark)
        for name, value in wanted.items()
    ]
    rows += [
        Row(f"{entry_id}-{name}-p", name, value, True, is_buildtime=False, comment=mark)  # noqa: FBT003
        for name, value in previews.items()
    ]
    return tuple(replace(row, updated_at=datetime(2026, 11, 27, 9, 30, tzinfo=UTC)) for row in rows)


def make_sentry() -> ObservedSentry:
    """All four projects, each with its key."""
    slugs = {slug: 100 + number for number, slug in enumerate(PROJECTS)}
    projects = {slug: Project(str(id_), slug, slug) for slug, id_ in slugs.items()}
    return ObservedSentry(projects, {id_: (make_key(id_),) for id_ in slugs.values()})


def make_apps() -> Mapping[str, ObservedApp]:
    """By uuid: shop is wired, checkout drifted, studio is missing, ledger could not be asked."""

    def found(uuid: str, rows: tuple[Row, ...]) -> ObservedApp:
        return ObservedApp(AppRef("application", uuid), uuid, "running:healthy", rows)

    return {
        "shop-web": found("shop-web", make_rows("shop", 100)),
        "checkout-api": found("checkout-api", make_rows("checkout", 101, SENTRY_DSN=SECRET)),
        "studio-web": ObservedApp(missing="no application studio-web in Coolify"),
        "ledger-api": ObservedApp(trouble="no answer from Coolify"),
    }


def make_report(
    declared: Manifest,
    sentry: ObservedSentry | None = None,
    apps: Mapping[str, ObservedApp] | None = None,
) -> FleetReport:
    """The report of that fleet, by default in its four states."""
    sentry = make_sentry() if sentry is None else sentry
    by_uuid = make_apps() if apps is None else apps
    events = {
        make_key(100).id: LastEvent(is_known=True, day=date(2026, 11, 27)),
        make_key(101).id: LastEvent(is_known=True),
    }
    fleet = ObservedFleet(
        sentry, {each.selector: by_uuid[each.selector.label] for each in declared.apps}, events
    )
    services = Services("https://sentry.example.com", "https://coolify.example.com", NOW, 30)
    values = Values(declared.entries, sentry, {})
    return compute_report(declared, fleet, services, values, Naming(FINGERPRINT_KEY, sentry))
