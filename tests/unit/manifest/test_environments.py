"""The variables of an app: names, flags, values, preview values, and apps shared by parts."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.manifest.documents import app, entry, manifest, write
from watchpost.manifest import (
    EMPTY,
    AppEnvironment,
    ByName,
    ByUuid,
    EnvironmentSecret,
    KeyDsn,
    PlainText,
    ProjectSlug,
    Value,
    Variable,
    load_manifest,
)

KEYS: dict[str, Any] = {"production": {"label": "Default"}, "preview": {}}


def load_apps(folder: Path, **projects: Any) -> tuple[AppEnvironment, ...]:
    """Load a manifest with *projects* and return its apps."""
    return load_manifest(write(folder, manifest(projects=projects))).apps


def load_app(folder: Path, **overrides: Any) -> AppEnvironment:
    """Load a manifest whose entry `shop` has two keys and one app, changed by *overrides*."""
    overrides = {"key": "production", **overrides}
    (only,) = load_apps(folder, shop=entry(keys=KEYS, apps=[app(**overrides)]))
    return only


def at_build(value: Value, preview: Value | None) -> Variable:
    """Return a variable that only the build sees."""
    return Variable(value, preview, is_buildtime=True, is_runtime=False, position="")


def at_run(value: Value, preview: Value | None) -> Variable:
    """Return a variable that only the running app sees."""
    return Variable(value, preview, is_buildtime=False, is_runtime=True, position="")


DSN = KeyDsn("shop", "production")
PREVIEW_DSN = KeyDsn("shop", "preview")
PRODUCTION = PlainText("production")
PREVIEW = PlainText("preview")
ORGANIZATION = PlainText("acme")
PROJECT = ProjectSlug("shop", "shop")
TOKEN = EnvironmentSecret("UPLOAD")
UPLOAD = {
    "SENTRY_ORG": at_build(ORGANIZATION, ORGANIZATION),
    "SENTRY_PROJECT": at_build(PROJECT, PROJECT),
    "SENTRY_AUTH_TOKEN": at_build(TOKEN, EMPTY),
}
SERVER = {
    "SENTRY_DSN": at_run(DSN, PREVIEW_DSN),
    "SENTRY_ENVIRONMENT": at_run(PRODUCTION, PREVIEW),
}
BY_FRAMEWORK = {
    "nextjs": {
        "NEXT_PUBLIC_SENTRY_DSN": at_build(DSN, PREVIEW_DSN),
        "NEXT_PUBLIC_SENTRY_ENVIRONMENT": at_build(PRODUCTION, PREVIEW),
        **SERVER,
        **UPLOAD,
    },
    "vite": {
        "VITE_SENTRY_DSN": at_build(DSN, PREVIEW_DSN),
        "VITE_SENTRY_ENVIRONMENT": at_build(PRODUCTION, PREVIEW),
        **UPLOAD,
    },
    "electron": {
        "SENTRY_DSN": at_build(DSN, PREVIEW_DSN),
        "SENTRY_ENVIRONMENT": at_build(PRODUCTION, PREVIEW),
        **UPLOAD,
    },
    "fastapi": SERVER,
    "python": SERVER,
    "node": SERVER,
}


@pytest.mark.parametrize("framework", BY_FRAMEWORK)
def test_framework_variables(tmp_path: Path, framework: str) -> None:
    """Each framework gets its variables with their flags, in production and in previews."""
    token = "env:UPLOAD" if "SENTRY_AUTH_TOKEN" in BY_FRAMEWORK[framework] else None
    loaded = load_app(tmp_path, framework=framework, preview_key="preview", build_token=token)
    assert loaded.variables == BY_FRAMEWORK[framework]


def test_no_build_token_no_variable(tmp_path: Path) -> None:
    """Without a build token SENTRY_AUTH_TOKEN is not written at all."""
    assert "SENTRY_AUTH_TOKEN" not in load_app(tmp_path, framework="vite").variables


def test_build_token_in_previews(tmp_path: Path) -> None:
    """Previews get the build token only where the manifest asks for it."""
    loaded = load_app(
        tmp_path, framework="vite", build_token="env:UPLOAD", build_token_in_previews=True
    )
    assert loaded.variables["SENTRY_AUTH_TOKEN"] == at_build(TOKEN, TOKEN)


def test_previews_report_nothing_without_a_key(tmp_path: Path) -> None:
    """Without a preview key the preview DSN is empty: absent would mean production's."""
    loaded = load_app(tmp_path)
    assert loaded.variables["SENTRY_DSN"] == at_run(DSN, EMPTY)
    assert loaded.variables["SENTRY_ENVIRONMENT"] == at_run(PRODUCTION, PREVIEW)


def test_services_have_no_preview_row(tmp_path: Path) -> None:
    """A service has no preview deployments, so none of its variables has a preview value."""
    loaded = load_app(tmp_path, app=None, service="queue", variables={"X": "1"})
    assert loaded.selector == ByUuid("service", "queue")
    assert {name: variable.preview for name, variable in loaded.variables.items()} == {
        "SENTRY_DSN": None,
        "SENTRY_ENVIRONMENT": None,
        "X": None,
    }


def test_plain_variables(tmp_path: Path) -> None:
    """A plain variable is for the running app and equal in previews, unless it says otherwise."""
    written = {
        "A": "1",
        "B": {"value": "1", "preview": "2"},
        "C": {"value": "1", "preview": "", "build": True, "run": False},
        "D.e_": "",
    }
    loaded = load_app(tmp_path, variables=written).variables
    one, two = PlainText("1"), PlainText("2")
    assert loaded["A"] == at_run(one, one)
    assert loaded["B"] == at_run(one, two)
    assert loaded["C"] == at_build(one, EMPTY)
    assert loaded["D.e_"] == at_run(EMPTY, EMPTY)


def test_framework_of_your_own(tmp_path: Path) -> None:
    """A mapping names any variables; they run by default, and a build token only builds."""
    framework = {
        "A": {"from": "dsn"},
        "B": {"from": "environment", "build": True},
        "C": {"from": "organization", "build": True, "run": False},
        "D": {"from": "project"},
        "E": {"from": "build-token"},
    }
    loaded = load_app(tmp_path, framework=framework, build_token="env:UPLOAD", environment="eu")
    both = Variable(PlainText("eu"), PREVIEW, is_buildtime=True, is_runtime=True, position="")
    assert loaded.variables == {
        "A": at_run(DSN, EMPTY),
        "B": both,
        "C": at_build(ORGANIZATION, ORGANIZATION),
        "D": at_run(PROJECT, PROJECT),
        "E": at_build(TOKEN, EMPTY),
    }


def test_only_key_is_the_default(tmp_path: Path) -> None:
    """An app of an entry with one key receives that key's DSN without naming it."""
    (only,) = load_apps(tmp_path, shop=entry(keys={"live": {}}, apps=[app()]))
    assert only.variables["SENTRY_DSN"].value == KeyDsn("shop", "live")


def test_app_without_a_dsn_needs_no_key(tmp_path: Path) -> None:
    """An app that receives no DSN need not say which key, even where there are several."""
    loaded = load_app(tmp_path, key=None, framework={"ORG": {"from": "organization"}})
    assert set(loaded.variables) == {"ORG"}


def test_app_by_names(tmp_path: Path) -> None:
    """An app named by project and name lies in the environment `production` unless it says so."""
    first = load_app(tmp_path, app={"project": "Shop", "name": "web"})
    assert first.selector == ByName("application", "Shop", "production", "web")
    assert first.selector.label == "Shop/production/web"
    named = {"project": "Shop", "environment": "eu", "name": "web"}
    second = load_app(tmp_path, app=None, service=named)
    assert second.selector == ByName("service", "Shop", "eu", "web")


def test_redeploy_and_takeover(tmp_path: Path) -> None:
    """An app is redeployed if needed and takes nothing over, unless it says otherwise."""
    assert (load_app(tmp_path).redeploy, load_app(tmp_path).take_over) == ("if-needed", False)
    loaded = load_app(tmp_path, redeploy="never", take_over=True)
    assert (loaded.redeploy, loaded.take_over) == ("never", True)


def test_parts_share_an_app(tmp_path: Path) -> None:
    """Parts of one entry that share an app are merged into one environment of that entry."""
    parts = {
        "web": entry(apps=[app(app="studio", framework="vite", redeploy="never")]),
        "api": entry(apps=[app(app="studio", framework={"API_DSN": {"from": "dsn"}})]),
    }
    (only,) = load_apps(tmp_path, studio={"parts": parts})
    assert (only.owner, only.entries) == ("studio", ("studio-api", "studio-web"))
    assert only.redeploy == "never"
    assert only.variables["VITE_SENTRY_DSN"].value == KeyDsn("studio-web", "production")
    assert only.variables["API_DSN"].value == KeyDsn("studio-api", "production")


def test_application_and_service_of_one_uuid_are_two(tmp_path: Path) -> None:
    """An application and a service are different things even under one uuid."""
    apps = [app(app="same"), app(app=None, service="same")]
    assert len(load_apps(tmp_path, shop=entry(apps=apps))) == 2
