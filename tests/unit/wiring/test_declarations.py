"""Where each value comes from: the line, the template, the table or the default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.manifest.documents import app, entry, manifest, write
from watchpost.manifest import load_manifest
from watchpost.wiring import DeclaredApp, DeclaredVariable, Fact, list_declared_apps, list_facts

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"live": {"label": "Default"}, "preview": {}}


def declare(folder: Path, block: dict[str, Any], **top: Any) -> tuple[DeclaredApp, ...]:
    """The apps of a manifest with the entry `shop`."""
    file = write(folder, manifest(projects={"shop": block}, **top))
    return list_declared_apps(load_manifest(file))


def variable_of(folder: Path, name: str, block: dict[str, Any]) -> DeclaredVariable:
    """That variable of the only app of an entry with this app."""
    (declared,) = declare(folder, entry(keys=KEYS, apps=[block]))
    return next(each for each in declared.variables if each.name == name)


def line_of(folder: Path, text: str) -> int:
    """The line of the manifest that holds *text*."""
    lines = (folder / "projects.yaml").read_text(encoding="utf-8").splitlines()
    return 1 + next(number for number, line in enumerate(lines) if text in line)


def test_a_dsn_by_the_table_of_frameworks(tmp_path: Path) -> None:
    """The framework asks, `key:` chooses, the key has a label; previews have their own key."""
    block = app(key="live", preview_key="preview")
    found = variable_of(tmp_path, "SENTRY_DSN", block)
    assert [origin.kind for origin in found.origins] == ["framework", "manifest", "manifest"]
    assert found.origins[0].what == "framework `python` asks for dsn"
    assert f":{line_of(tmp_path, 'framework: python')}:" in found.origins[0].position
    assert f":{line_of(tmp_path, 'key: live')}:" in found.origins[1].position
    assert found.origins[2].what == "label `Default`"
    assert found.preview_origins[0].what == "`preview_key:`"
    assert found.edit.startswith("edit `key:` at ")
    assert str(found.flag_origins[0]).startswith("flags of framework `python` (")


def test_what_nobody_wrote_is_a_default(tmp_path: Path) -> None:
    """It says which, and what to add."""
    (declared,) = declare(tmp_path, entry(apps=[app()]))
    dsn, environment = declared.variables
    assert str(dsn.origins[1]) == "default: the entry's only key, `production`"
    assert "previews report nothing" in dsn.preview_origins[0].what
    assert str(environment.origins[1]) == "default: `production`"
    assert environment.edit == f"add `environment:` to the app at {declared.position}"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"framework": {"BOT_DSN": {"from": "dsn"}}}, "default: flags of a variable from dsn"),
        ({"framework": {"BOT_DSN": {"from": "dsn", "build": True}}}, "`build:` and `run:`"),
    ],
)
def test_a_framework_of_ones_own(tmp_path: Path, fields: dict[str, Any], words: str) -> None:
    """The line that names the variable asks for it; flags come from it or are defaults."""
    found = variable_of(tmp_path, "BOT_DSN", app(key="live", **fields))
    assert found.origins[0].what == "`framework:` asks for dsn"
    assert f":{line_of(tmp_path, 'BOT_DSN')}:" in found.origins[0].position
    assert words in str(found.flag_origins[0])


def test_a_build_token(tmp_path: Path) -> None:
    """Its variable is named; previews get it only where that is said."""
    block = app(framework="vite", key="live", build_token="env:UPLOAD")
    found = variable_of(tmp_path, "SENTRY_AUTH_TOKEN", block)
    assert "the content of UPLOAD" in found.origins[1].what
    assert found.preview_origins[0].kind == "default"
    assert found.edit == "set another UPLOAD where Pulumi runs"
    block = app(
        framework="vite", key="live", build_token="env:UPLOAD", build_token_in_previews=True
    )
    found = variable_of(tmp_path, "SENTRY_AUTH_TOKEN", block)
    assert found.preview_origins[0].what == "`build_token_in_previews:`"
    without = app(framework="vite", key="live")
    (declared,) = declare(tmp_path, entry(keys=KEYS, apps=[without]))
    assert "SENTRY_AUTH_TOKEN" not in [each.name for each in declared.variables]


def test_a_plain_variable(tmp_path: Path) -> None:
    """Its line, its preview value, its flags."""
    rate = {"value": "0.2", "preview": "0", "build": True}
    found = variable_of(tmp_path, "RATE", app(key="live", variables={"RATE": rate}))
    assert found.origins[0].what == "`variables.RATE`"
    assert found.preview_origins[0].what == "`preview:`"
    assert found.flag_origins[0].what == "`build:` and `run:`"
    found = variable_of(tmp_path, "RATE", app(key="live", variables={"RATE": "0.2"}))
    assert str(found.preview_origins[0]) == "default: the same value"
    assert str(found.flag_origins[0]) == "default: running app only"


def test_a_service_has_no_preview(tmp_path: Path) -> None:
    """So nothing is said about one."""
    found = variable_of(tmp_path, "SENTRY_DSN", app(app=None, service="queue", key="live"))
    assert found.preview_origins == ()


def facts_of(folder: Path, entry_id: str, **top: Any) -> dict[str, Fact]:
    """What an entry declares about its project."""
    loaded = load_manifest(write(folder, manifest(**top)))
    return {fact.name: fact for fact in list_facts(loaded, entry_id)}


@pytest.mark.parametrize(
    ("defaults", "own", "words"),
    [
        ({}, {}, ["default: the entry's id"]),
        ({}, {"slug": "store"}, ["`slug:` ("]),
        ({}, {"slug": "x-{id}"}, ['`slug` template "x-{id}" (']),
        ({"slug": "a-{id}"}, {}, ['`defaults.slug` template "a-{id}" (']),
        ({"slug": "{workspace}-{id}"}, {}, ["`defaults.slug`", "{workspace} is `organization`"]),
        (
            {"slug": "{workspace}-{id}", "workspace": "w"},
            {},
            ["`defaults.slug`", "{workspace} is `defaults.workspace`"],
        ),
    ],
)
def test_a_slug(
    tmp_path: Path, defaults: dict[str, str], own: dict[str, str], words: list[str]
) -> None:
    """Its own, a template and what stands in it, or the id."""
    facts = facts_of(tmp_path, "shop", defaults=defaults, projects={"shop": entry(**own)})
    found = [str(origin) for origin in facts["slug"].origins]
    assert len(found) == len(words)
    assert all(word in origin for word, origin in zip(words, found, strict=True))


def test_the_other_facts_of_an_entry_and_of_a_part(tmp_path: Path) -> None:
    """Name, teams and labels say where they come from too, through the group of a part."""
    parts = {
        "web": {"platform": "node", "keys": KEYS},
        "api": {"platform": "node", "teams": ["web"]},
    }
    projects = {"studio": {"parts": parts, "teams": ["platform"]}, "bot": entry(teams=None)}
    top = {"projects": projects, "defaults": {"team": "web"}}
    web = facts_of(tmp_path, "studio-web", **top)
    assert web["name"].value == "Studio Web"
    assert [origin.kind for origin in web["name"].origins] == ["default", "default"]
    assert f":{line_of(tmp_path, 'teams:')}:" not in web["teams"].origins[0].position
    assert web["key live"].origins[0].what == "`label:`"
    assert str(web["key preview"].origins[0]) == "default: the key's name, `preview`"
    assert facts_of(tmp_path, "studio-api", **top)["teams"].value == "web"
    bot = facts_of(tmp_path, "bot", **top)
    assert bot["teams"].origins[0].what == "`defaults.team`"
    assert bot["key production"].origins[0].kind == "default"


def test_parts_that_share_an_app_show_their_own_variables(tmp_path: Path) -> None:
    """Each part is shown with what it asks for itself."""
    web = {"platform": "node", "apps": [app(framework={"WEB_DSN": {"from": "dsn"}})]}
    api = {"platform": "node", "apps": [app(framework={"API_DSN": {"from": "dsn"}})]}
    group = {"parts": {"web": web, "api": api}, "teams": ["web"]}
    found = declare(tmp_path, group)
    names = {each.entry_id: [one.name for one in each.variables] for each in found}
    assert names == {"shop-web": ["WEB_DSN"], "shop-api": ["API_DSN"]}
    assert found[0].environment is found[1].environment
