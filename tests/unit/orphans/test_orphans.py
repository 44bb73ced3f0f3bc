"""Every kind of loose end, found in an inventory of a line or two; and nothing in a tidy one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.adoption.applied import load
from tests.unit.adoption.fleets import FOREIGN, GONE, HOST, Fleet, dsn_of, pair, row
from watchpost.adoption.declared import Declared, declared_in
from watchpost.adoption.inventory import Inventory, Unchecked
from watchpost.coolify import Unreadable
from watchpost.manifest import ByUuid
from watchpost.orphans.activity import Activity, keys_to_ask
from watchpost.orphans.findings import OrphanKind, OrphanReport
from watchpost.orphans.search import find_orphans, keys_on_their_way_out
from watchpost.selectors import Found

if TYPE_CHECKING:
    from pathlib import Path

Kind = OrphanKind
MANIFEST = """
version: 1
organization: acme
teams: {{platform: {{existing: true}}}}
projects:
  shop:
    platform: python
    teams: [platform]
    keys:
      production: {{label: Default}}
      preview: {{}}
    apps:
      - app: shop
        framework: {{SENTRY_DSN: {{from: dsn, build: true}}}}
        key: production
        {preview}
"""


def search(
    inventory: Inventory, declared: Declared | None = None, activity: Activity | None = None
) -> OrphanReport:
    """The report about one inventory."""
    return find_orphans(inventory, declared or Declared(), activity or Activity(), days=30)


def declare(folder: Path, text: str) -> Declared:
    """A manifest whose apps are all there."""
    manifest = load(folder, text)
    selectors = [app.selector for app in manifest.apps if isinstance(app.selector, ByUuid)]
    return declared_in(manifest, {each: Found(each.uuid) for each in selectors})


def found(report: OrphanReport) -> list[tuple[Kind, str]]:
    """Kinds with the app or project."""
    return [(finding.kind, finding.app or finding.project) for finding in report.findings]


def tidy() -> Fleet:
    """One project, one app that reports to it."""
    fleet = Fleet()
    project = fleet.project("shop")
    fleet.app("shop", pair("SENTRY_DSN", fleet.dsn(project)))
    return fleet


def test_a_tidy_fleet_has_none() -> None:
    """Nothing is found and nothing is unchecked, so that the exit code is 0."""
    report = search(tidy().inventory())
    assert (report.findings, report.unchecked, report.exit_codes) == ((), (), ())


def test_a_project_that_no_row_names() -> None:
    """A project without a DSN in any row, of any name, is one without an app."""
    fleet = tidy()
    idle, odd = fleet.project("idle"), fleet.project("odd")
    fleet.app("odd", pair("TRACKER", fleet.dsn(odd)))
    assert found(search(fleet.inventory())) == [(Kind.PROJECT_WITHOUT_APP, idle.slug)]


def test_a_project_whose_app_is_declared_has_one(tmp_path: Path) -> None:
    """An app that the manifest declares counts, although nothing is applied yet."""
    fleet = Fleet()
    fleet.key(fleet.project("shop"), "preview")
    fleet.app("shop", [])
    report = search(fleet.inventory(), declare(tmp_path, MANIFEST.format(preview="")))
    assert found(report) == [(Kind.APP_WITHOUT_DSN, "shop")]
    assert report.findings[0].detail == "declared, and not applied yet"


@pytest.mark.parametrize("value", [None, "nonsense"])
def test_an_app_whose_variable_holds_no_dsn(value: str | None) -> None:
    """An empty or meaningless SENTRY_DSN is named."""
    fleet = tidy()
    fleet.app("off", pair("SENTRY_DSN", value))
    (finding,) = search(fleet.inventory()).findings
    assert (finding.kind, finding.app) == (Kind.APP_WITHOUT_DSN, "off")
    assert finding.detail == "SENTRY_DSN: holds no DSN"


def test_a_reference_to_a_shared_variable_may_be_a_dsn() -> None:
    """Coolify resolves it; no finding is made of what is not known."""
    fleet = tidy()
    fleet.app("shared", pair("SENTRY_DSN", "{{team.SENTRY_DSN}}"))
    assert search(fleet.inventory()).findings == ()


def test_keys_that_are_gone_disabled_or_foreign() -> None:
    """Each says what is known of it: deleted, disabled, another server's, or nobody's here."""
    fleet = tidy()
    project = fleet.projects[0]
    old = fleet.key(project, "old", is_active=False)
    values = {
        "disabled": old.dsn_public,
        "deleted": dsn_of(GONE, project.id),
        "server": FOREIGN,
        "organization": dsn_of(GONE, 5, HOST.replace("o7", "o8")),
        "project": dsn_of(GONE, 9999),
        "torn": dsn_of(old.id, 9999),
    }
    for uuid, value in values.items():
        fleet.app(uuid, [row("DSN", value)])
    report = search(fleet.inventory())
    told = {each.app: (each.kind, each.detail) for each in report.findings}
    assert told["disabled"][0] is Kind.DISABLED_KEY
    assert "key old" in told["disabled"][1]
    assert told["deleted"][0] is Kind.DELETED_KEY
    foreign = {"server", "organization", "project", "torn"}
    assert {uuid for uuid in told if told[uuid][0] is Kind.FOREIGN_KEY} == foreign
    assert "another server" in told["server"][1]
    assert told["organization"][1].endswith("it is another organization's")
    assert "was deleted, or is another organization's" in told["project"][1]
    assert "belongs to another project" in told["torn"][1]


def test_no_dsn_is_shown() -> None:
    """A finding names project and key; the public key of an unknown DSN appears nowhere."""
    fleet = tidy()
    fleet.app("server", [row("DSN", FOREIGN)])
    report = search(fleet.inventory())
    assert "…@9 key (unknown)" in report.findings[0].detail
    assert "ffff" not in repr(report)
    assert "elsewhere" not in repr(report)


def test_a_declared_row_with_another_key(tmp_path: Path) -> None:
    """Production's row holds the preview key: said against the manifest."""
    fleet = Fleet()
    project = fleet.project("shop")
    preview = fleet.key(project, "preview")
    fleet.app("shop", [row("SENTRY_DSN", preview.dsn_public)])
    report = search(fleet.inventory(), declare(tmp_path, MANIFEST.format(preview="")))
    (finding,) = report.findings
    assert (finding.kind, finding.is_preview) == (Kind.OTHER_ENVIRONMENT, False)
    assert finding.detail.endswith("but the manifest says key Default")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("preview_key: preview", "but the manifest says key preview"),
        ("preview_key: production", ""),
        ("", "but previews of this app shall report nothing"),
    ],
)
def test_a_declared_preview_row_with_productions_key(
    tmp_path: Path, line: str, expected: str
) -> None:
    """It is found unless the manifest wants it so."""
    fleet = Fleet()
    project = fleet.project("shop")
    fleet.key(project, "preview")
    fleet.app("shop", pair("SENTRY_DSN", fleet.dsn(project)))
    report = search(fleet.inventory(), declare(tmp_path, MANIFEST.format(preview=line)))
    assert [each.is_preview for each in report.findings] == ([True] if expected else [])
    assert all(each.detail.endswith(expected) for each in report.findings)


@pytest.mark.parametrize(
    ("label", "is_active", "is_found"),
    [
        ("preview", True, True),
        ("Staging web", True, True),
        ("preview", False, False),
        ("previewer", True, False),
        ("browser", True, False),
    ],
)
def test_an_undeclared_preview_row_with_productions_key(
    label: str, *, is_active: bool, is_found: bool
) -> None:
    """It is found only where the project has an active key that is plainly meant for it."""
    fleet = tidy()
    fleet.key(fleet.projects[0], label, is_active=is_active)
    kinds = [each.kind for each in search(fleet.inventory()).findings]
    assert kinds == ([Kind.OTHER_ENVIRONMENT] if is_found else [])


def test_a_retired_key_may_still_be_held(tmp_path: Path) -> None:
    """While a key is rotated rows hold the old one; the rotation looks after it."""
    fleet = Fleet()
    project = fleet.project("shop", default=None)
    old = fleet.key(project, "Default-old")
    fleet.key(project, "Default")
    fleet.key(project, "preview")
    fleet.app("shop", [row("SENTRY_DSN", old.dsn_public)])
    retired = f'{{label: Default, retired: [{{key_id: "{old.id}", since: 2026-11-01}}]}}'
    text = MANIFEST.format(preview="").replace("{label: Default}", retired)
    declared = declare(tmp_path, text)
    assert search(fleet.inventory(), declared).findings == ()
    assert keys_on_their_way_out(declared) == {old.id}
    asked = keys_to_ask(fleet.inventory(), keys_on_their_way_out(declared))
    assert [key.label for key in asked] == ["Default", "preview"]


def test_quiet_keys() -> None:
    """Quiet by statistics, or of a project without any event; disabled keys are not asked about."""
    fleet = tidy()
    quiet = fleet.key(fleet.projects[0], "quiet")
    unknown = fleet.key(fleet.projects[0], "unknown")
    fleet.key(fleet.projects[0], "old", is_active=False)
    silent = fleet.project("silent", has_events=False)
    fleet.app("silent", pair("SENTRY_DSN", fleet.dsn(silent)))
    activity = Activity(frozenset({quiet.id}), frozenset({unknown.id}))
    report = search(fleet.inventory(), activity=activity)
    assert [(each.kind, each.subject) for each in report.findings] == [
        (Kind.QUIET_KEY, "shop, key quiet"),
        (Kind.QUIET_KEY, "silent, key Default"),
    ]
    assert report.unknown_keys == ("shop, key unknown",)
    assert {key.label for key in keys_to_ask(fleet.inventory(), ())} == {
        "Default",
        "quiet",
        "unknown",
    }


def test_duplicate_rows() -> None:
    """Two rows of one name and scope, whatever the variable."""
    fleet = tidy()
    fleet.app(
        "twin", [*pair("SENTRY_DSN", fleet.dsn(fleet.projects[0])), row("A", "1"), row("A", "2")]
    )
    (finding,) = search(fleet.inventory()).findings
    assert (finding.kind, finding.variable) == (Kind.DUPLICATE_ROWS, "A")


@pytest.mark.parametrize(
    ("comment", "uuid", "name", "expected"),
    [
        ("watchpost:acme/shop", "shop", "SENTRY_DSN", ""),
        ("watchpost:globex/gone", "shop", "SENTRY_DSN", ""),
        ("watchpost:acme/gone", "shop", "SENTRY_DSN", "the manifest has no such entry"),
        ("watchpost:acme/shop", "other", "SENTRY_DSN", "the manifest does not declare this app"),
        ("watchpost:acme/shop", "shop", "OLD", "the entry does not declare this variable"),
    ],
)
def test_rows_with_our_mark(
    tmp_path: Path, comment: str, uuid: str, name: str, expected: str
) -> None:
    """A mark whose entry is gone or declares the row no longer; others' marks are theirs."""
    fleet = Fleet()
    project = fleet.project("shop")
    fleet.key(project, "preview")
    dsn = fleet.dsn(project)
    fleet.app("shop", [row("SENTRY_DSN", dsn)] if uuid != "shop" or name == "OLD" else [])
    rows = [row(name, dsn, comment=comment)]
    if uuid == "shop":
        rows += fleet.apps.pop().rows or ()
    fleet.app(uuid, rows)
    report = search(fleet.inventory(), declare(tmp_path, MANIFEST.format(preview="")))
    lost = [each.detail.split(": ")[1] for each in report.of(Kind.LOST_MARK)]
    assert lost == ([expected] if expected else [])


def test_without_a_manifest_every_mark_of_ours_is_lost() -> None:
    """There is nothing that declares it."""
    fleet = tidy()
    fleet.app("a", pair("SENTRY_DSN", fleet.dsn(fleet.projects[0]), comment="watchpost:acme/shop"))
    report = search(fleet.inventory())
    assert not report.has_manifest
    assert [each.is_preview for each in report.of(Kind.LOST_MARK)] == [False, True]


def test_what_cannot_be_read_is_never_guessed() -> None:
    """Hidden values: nothing is said of their apps, nor of projects without an app."""
    fleet = tidy()
    fleet.project("idle")
    fleet.app("hidden", pair("SENTRY_DSN", Unreadable.HIDDEN))
    report = search(fleet.inventory())
    assert report.findings == ()
    assert report.unchecked_kinds == {Kind.PROJECT_WITHOUT_APP}
    assert [each.what for each in report.unchecked] == ["values of hidden"]
    assert report.exit_codes == (3,)


def test_a_locked_dsn_is_named() -> None:
    """Nobody can read it, so that nobody can call it clean; the rest is checked."""
    fleet = tidy()
    fleet.app("locked", pair("SENTRY_DSN", Unreadable.LOCKED))
    report = search(fleet.inventory())
    assert report.findings == ()
    assert {each.what for each in report.unchecked} == {"SENTRY_DSN of locked"}


def test_without_sentry_the_rest_is_reported() -> None:
    """Keys and projects are unchecked; apps without a DSN and doubled rows are found."""
    fleet = Fleet()
    fleet.app("bare", [row("A", "1"), row("A", "2")])
    fleet.app("wired", pair("SENTRY_DSN", FOREIGN))
    report = find_orphans(
        fleet.inventory(knows_sentry=False),
        Declared(),
        Activity(),
        days=30,
        unchecked=[Unchecked("Sentry's projects", "down")],
    )
    assert found(report) == [(Kind.APP_WITHOUT_DSN, "bare"), (Kind.DUPLICATE_ROWS, "bare")]
    assert Kind.FOREIGN_KEY in report.unchecked_kinds
    assert report.exit_codes == (2, 3)


def test_without_coolify_the_rest_is_reported() -> None:
    """Nothing is said of rows and apps; keys are."""
    fleet = Fleet()
    fleet.project("silent", has_events=False)
    report = search(fleet.inventory(knows_apps=False))
    assert found(report) == [(Kind.QUIET_KEY, "silent")]
    assert {Kind.APP_WITHOUT_DSN, Kind.PROJECT_WITHOUT_APP} <= report.unchecked_kinds
