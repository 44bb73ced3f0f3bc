"""What adoption says about one project and its apps, a piece of mess at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.adoption.applied import load
from tests.unit.adoption.fleets import FOREIGN, GONE, Fleet, dsn_of, pair, row
from watchpost.adoption.adopting import Adoption, adopt
from watchpost.adoption.declared import Declared, declared_in
from watchpost.adoption.report import render_summary, report_as_data
from watchpost.coolify import Unreadable
from watchpost.errors import ManifestError
from watchpost.manifest import ByUuid, KeyDsn, Manifest
from watchpost.selectors import Found
from watchpost.sentry import RateLimit, Team

if TYPE_CHECKING:
    from pathlib import Path

    from watchpost.manifest import AppEnvironment


def adopted(fleet: Fleet, **more: Any) -> Adoption:
    """A new manifest of all of it."""
    return adopt(fleet.inventory(), Declared(), **more)


def arranged(manifest: Manifest) -> Declared:
    """The manifest as adoption takes it."""
    selectors = [app.selector for app in manifest.apps if isinstance(app.selector, ByUuid)]
    return declared_in(manifest, {each: Found(each.uuid) for each in selectors})


def only_app(folder: Path, fleet: Fleet) -> AppEnvironment:
    """The one app that is declared."""
    (app,) = load(folder, adopted(fleet).text).apps
    return app


def wired(**overrides: Any) -> Fleet:
    """One project with one app that reports to it."""
    fleet = Fleet()
    project = fleet.project("shop")
    fleet.app("shop-api", pair("SENTRY_DSN", fleet.dsn(project), **overrides))
    return fleet


def test_an_entry_says_what_sentry_holds(tmp_path: Path) -> None:
    """Name, slug, platform, teams that exist, keys with labels and limits."""
    fleet = Fleet()
    project = fleet.project("shop", name="The shop", teams=("web", "platform"))
    fleet.key(project, "preview", rate_limit=RateLimit(100, 60))
    fleet.key(project, "Browser / web")
    manifest = load(tmp_path, adopted(fleet).text)
    (entry,) = manifest.entries
    assert (entry.name, entry.slug, entry.platform) == ("The shop", "shop", "python")
    assert entry.teams == ("platform", "web")
    assert all(team.existing for team in manifest.teams.values())
    labels = {name: (key.label, key.rate_limit) for name, key in entry.keys.items()}
    assert labels["production"] == ("Default", None)
    assert labels["browser-web"] == ("Browser / web", None)
    assert labels["preview"][0] == "preview"


def test_a_known_framework_is_named_where_it_says_the_same() -> None:
    """SENTRY_DSN and SENTRY_ENVIRONMENT at run time alone are what `python` means."""
    fleet = wired(is_buildtime=False)
    project = fleet.projects[0]
    rows = [
        *pair("SENTRY_DSN", fleet.dsn(project), is_buildtime=False),
        row("SENTRY_ENVIRONMENT", "live", is_buildtime=False),
        row("SENTRY_ENVIRONMENT", "preview", is_buildtime=False, is_preview=True),
    ]
    fleet.app("worker", rows)
    text = adopted(fleet).text
    assert "framework: {SENTRY_DSN: {from: dsn}}" in text
    assert "framework: python\n        key: production\n        preview_key: production" in text
    assert "environment: live" in text


def test_flags_are_written_as_the_rows_have_them(tmp_path: Path) -> None:
    """Both flags, and the preview key of the preview row."""
    app = only_app(tmp_path, wired())
    variable = app.variables["SENTRY_DSN"]
    assert (variable.is_buildtime, variable.is_runtime) == (True, True)
    assert variable.value == variable.preview == KeyDsn("shop", "production")


def test_two_keys_of_one_app_are_two_items(tmp_path: Path) -> None:
    """One item names one key; the app is one all the same."""
    fleet = wired()
    project = fleet.projects[0]
    browser = fleet.key(project, "browser")
    fleet.apps.pop()
    rows = [*pair("A_DSN", fleet.dsn(project)), row("B_DSN", browser.dsn_public)]
    rows.append(row("B_DSN", "", is_preview=True))
    fleet.app("shop-api", rows)
    app = only_app(tmp_path, fleet)
    assert app.variables["B_DSN"].value == KeyDsn("shop", "browser")
    assert app.variables["A_DSN"].value == KeyDsn("shop", "production")


REASONS: dict[str, tuple[list[Any], str]] = {
    "no rows": ([], "it has no variable with a DSN"),
    "locked": (pair("SENTRY_DSN", Unreadable.LOCKED), "somebody has locked it"),
    "hidden": (pair("SENTRY_DSN", Unreadable.HIDDEN), "lacks the ability read:sensitive"),
    "shared": (pair("SENTRY_DSN", "{{team.DSN}}"), "refers to a shared variable"),
    "empty": (pair("SENTRY_DSN", None), "Sentry is switched off"),
    "nonsense": (pair("SENTRY_DSN", "nonsense"), "holds no DSN"),
    "foreign": (pair("SENTRY_DSN", FOREIGN), "another server's"),
    "deleted": (pair("SENTRY_DSN", dsn_of(GONE, 11)), "has no such key any more"),
    "doubled": ([*pair("SENTRY_DSN", "D"), row("SENTRY_DSN", "x", uuid="t")], "several rows"),
    "no preview": ([row("SENTRY_DSN", "D")], "previews have no row of it"),
    "preview alone": ([row("SENTRY_DSN", "D", is_preview=True)], "previews alone have it"),
    "torn flags": (
        [row("SENTRY_DSN", "D"), row("SENTRY_DSN", "D", is_preview=True, is_runtime=False)],
        "different build and run flags",
    ),
    "no flags": (
        pair("SENTRY_DSN", "D", is_runtime=False, is_buildtime=False),
        "neither the build nor the running app",
    ),
    "reserved": (pair("SERVICE_DSN_SENTRY", "D"), "a variable that Coolify owns"),
    "marked": (pair("SENTRY_DSN", "D", comment="watchpost:globex/x"), "organization globex"),
    "undeclared mark": (
        [*pair("SENTRY_DSN", "D"), row("OLD", "x", comment="watchpost:acme/shop")],
        "applying would change or refuse OLD",
    ),
}


@pytest.mark.parametrize("name", REASONS)
def test_an_app_that_cannot_be_declared_is_a_comment(tmp_path: Path, name: str) -> None:
    """The reason and what to uncomment stand in the entry; nothing is declared for it."""
    rows, reason = REASONS[name]
    fleet = Fleet()
    dsn = fleet.dsn(fleet.project("shop"))
    rows = [replace(each, value=dsn) if each.value == "D" else each for each in rows]
    fleet.app("shop", rows)
    adoption = adopted(fleet)
    assert load(tmp_path, adoption.text).apps == ()
    words = " ".join(line.strip().lstrip("#").strip() for line in adoption.text.splitlines())
    assert reason in " ".join(words.split()), adoption.text
    assert "# - app: shop" in adoption.text
    assert any(reason in str(each) for each in adoption.caveats)


def test_a_disabled_key_is_never_declared(tmp_path: Path) -> None:
    """Applying would enable it; the app that holds it is a comment."""
    fleet = Fleet()
    project = fleet.project("shop")
    old = fleet.key(project, "old", is_active=False)
    fleet.app("shop", pair("SENTRY_DSN", old.dsn_public))
    text = adopted(fleet).text
    manifest = load(tmp_path, text)
    assert list(manifest.entries[0].keys) == ["production"]
    assert manifest.apps == ()
    assert "# key old" in text


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"platform": ""}, "Sentry has no platform for it"),
        ({"platform": "cobol"}, "does not know its platform 'cobol'"),
        ({"name": "n" * 60}, "a name of 60 characters"),
        ({"name": "settings"}, "reserved by Sentry"),
        ({"slug": "billing"}, "reserved by Sentry"),
        ({"teams": ()}, "no team owns it"),
        ({"teams": ("x" * 60,)}, "cannot name its team"),
        ({"default": None}, "it has no key that could be declared"),
    ],
)
def test_a_project_that_cannot_be_declared_is_a_comment(
    tmp_path: Path, overrides: dict[str, Any], reason: str
) -> None:
    """The whole entry is, its apps with it; the caveat names both."""
    fleet = Fleet()
    fleet.teams.append(Team("3", "x" * 60, "Long"))
    project = fleet.project(overrides.pop("slug", "shop"), **overrides)
    if "default" not in overrides:
        fleet.app("one", pair("SENTRY_DSN", fleet.dsn(project)))
    adoption = adopted(fleet)
    assert load(tmp_path, adoption.text).entries == ()
    assert reason in str(adoption.caveats[0])
    assert f"# {project.slug}:" in adoption.text


def test_an_app_of_two_projects_is_ambiguous(tmp_path: Path) -> None:
    """Both are named as candidates; neither gets it."""
    fleet = Fleet()
    one, two = fleet.project("one"), fleet.project("two")
    rows = [*pair("A_DSN", fleet.dsn(one)), *pair("B_DSN", fleet.dsn(two))]
    fleet.app("torn", rows)
    text = adopted(fleet).text
    assert load(tmp_path, text).apps == ()
    assert (
        "# ambiguous (certain): torn: A_DSN, B_DSN hold DSNs of several projects: one, two" in text
    )


@pytest.mark.parametrize(
    ("app", "repository", "certainty", "why"),
    [
        ("Shop", "", "likely", "its name is the project's"),
        ("web", "https://github.com/acme/shop.git", "likely", "its repository's name is"),
        ("web", "git@github.com:acme/Shop", "likely", "its repository's name is"),
        ("acme-shop", "", "possible", "its name is like the project's"),
        ("shop production", "", "possible", "its name is like the project's"),
        ("shopping", "acme/web", "", ""),
    ],
)
def test_an_app_without_a_dsn_is_matched_by_name(
    tmp_path: Path, app: str, repository: str, certainty: str, why: str
) -> None:
    """It stands as a comment in the entry with how sure that is; applying would write a DSN."""
    fleet = Fleet()
    fleet.project("shop")
    fleet.app("u1", [], name=app, git_repository=repository)
    text = adopted(fleet).text
    assert load(tmp_path, text).apps == ()
    assert (f"# {certainty}: {why}" in text) is bool(certainty)


def test_a_dsn_is_stronger_than_a_name(tmp_path: Path) -> None:
    """An app called like one project that reports to another belongs to the other."""
    fleet = Fleet()
    fleet.project("shop")
    other = fleet.project("other")
    fleet.app("shop", pair("X", fleet.dsn(other)))
    assert only_app(tmp_path, fleet).owner == "other"


def test_names_that_are_no_ids_and_yaml_of_its_own(tmp_path: Path) -> None:
    """Slugs that YAML would read as something else, or that are no ids, load as what they are."""
    slugs = ["on", "1e3", "_odd", "x" * 80, "42a", "null"]
    fleet = Fleet()
    for slug in slugs:
        fleet.project(slug, name="a: b # c")
    assert [entry.slug for entry in load(tmp_path, adopted(fleet).text).entries] == sorted(slugs)


def test_a_service_is_declared_without_previews(tmp_path: Path) -> None:
    """It has neither flags nor previews."""
    fleet = Fleet()
    dsn = fleet.dsn(fleet.project("shop", platform="node"))
    fleet.app("queue", [row("SENTRY_DSN", dsn)], "service")
    text = adopted(fleet).text
    assert "- service: queue\n        framework: {SENTRY_DSN: {from: dsn}}\n" in text
    assert load(tmp_path, text).apps[0].variables["SENTRY_DSN"].preview is None


def test_rows_that_bear_our_mark_already_are_never_redeployed(tmp_path: Path) -> None:
    """A lost state would take them for owed; the caveat says when the line can go."""
    app = only_app(tmp_path, wired(comment="watchpost:acme/former"))
    assert app.redeploy == "never"


ENTRY = """\
# The fleet.
version: 1
organization: acme
teams:
  ops: {slug: platform, existing: true}  # looked after by Eva
projects:
  # the shop
  shop:
    platform: python
    teams: [ops]
    apps:
      # its API
      - app: shop-api
        framework: {SENTRY_DSN: {from: dsn, build: true}}
        key: production
        preview_key: production
"""


def test_an_existing_manifest_keeps_every_line(tmp_path: Path) -> None:
    """What is missing is added: an app to its entry with why, an entry with the team's own key."""
    fleet = wired()
    fleet.app("shop-worker", pair("SENTRY_DSN", fleet.dsn(fleet.projects[0])))
    fleet.project("other", teams=("platform", "web"))
    declared = arranged(load(tmp_path, ENTRY))
    text = adopt(fleet.inventory(), declared, ENTRY).text
    lines = iter(text.splitlines())
    assert [line for line in ENTRY.splitlines() if line not in lines] == []
    manifest = load(tmp_path, text)
    assert {app.selector.label: app.owner for app in manifest.apps} == {
        "shop-api": "shop",
        "shop-worker": "shop",
    }
    assert {entry.id: entry.teams for entry in manifest.entries}["other"] == ("ops", "web")
    assert "      # certain: SENTRY_DSN holds a DSN of this project, key Default\n" in text
    again = adopt(fleet.inventory(), arranged(manifest), text).text
    assert again == text


def test_the_manifests_own_workspace_is_a_prefix(tmp_path: Path) -> None:
    """A name is like another's but for the word that the manifest puts before slugs."""
    fleet = wired()
    fleet.project("tools-queue")
    fleet.app("u1", [], name="queue")
    text = ENTRY.replace("teams:\n", "defaults: {workspace: tools}\nteams:\n", 1)
    added = adopt(fleet.inventory(), arranged(load(tmp_path, text)), text).text
    assert "# possible: its name is like the project's" in added


def test_a_manifest_between_braces_is_refused(tmp_path: Path) -> None:
    """Lines cannot be added there, and nothing is rewritten silently."""
    projects = "{a: {platform: node, teams: [t]}}"
    text = f"{{version: 1, organization: acme, teams: {{t: {{}}}}, projects: {projects}}}"
    declared = arranged(load(tmp_path, text))
    with pytest.raises(ManifestError):
        adopt(wired().inventory(), declared, text)


def test_no_value_is_shown() -> None:
    """Neither manifest nor summary nor JSON holds a DSN or what another variable holds."""
    fleet = wired()
    fleet.app("b", [*pair("SENTRY_AUTH_TOKEN", "sntrys_secret"), *pair("DSN", FOREIGN)])
    adoption = adopted(fleet)
    found = (adoption.drafts, adoption.caveats, ())
    shown = adoption.text + render_summary(*found) + repr(report_as_data(*found))
    for secret in ("sntrys_secret", "https://", "ffff", "elsewhere"):
        assert secret not in shown.replace("$schema=docs", "")
