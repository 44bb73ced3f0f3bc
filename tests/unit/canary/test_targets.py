"""Which DSNs are verified, by which apps and in which environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.manifest.documents import app, entry, manifest, write
from watchpost.canary import Target, list_targets
from watchpost.errors import SettingsError
from watchpost.manifest import load_manifest

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"live": {"label": "Default"}, "preview": {}, "spare": {"label": "Old"}}
SHOP = entry(
    keys=KEYS,
    apps=[
        app(key="live", preview_key="preview"),
        {"service": "queue", "framework": "python", "key": "live"},
        app(app="shop-beta", key="live", environment="beta"),
    ],
)
STUDIO = {"parts": {"web": entry(apps=[app(app="studio-web")]), "api": entry()}}


def targets(folder: Path, projects: dict[str, Any], *only: str) -> list[Target]:
    """The targets of a manifest with these projects."""
    return list(list_targets(load_manifest(write(folder, manifest(projects=projects))), only))


def test_apps_that_share_key_and_environment_share_a_canary(tmp_path: Path) -> None:
    """Per key and environment one target, with all its apps; previews and unused keys apart."""
    found = targets(tmp_path, {"shop": SHOP})
    assert [(each.key, each.label, each.environment, each.apps) for each in found] == [
        ("live", "Default", "production", ("shop-web", "queue")),
        ("preview", "preview", "preview", ("shop-web",)),
        ("live", "Default", "beta", ("shop-beta",)),
        ("spare", "Old", "", ()),
    ]
    assert [each.is_preview for each in found] == [False, True, False, False]
    assert [each.is_used for each in found] == [True, True, True, False]


def test_services_have_no_preview(tmp_path: Path) -> None:
    """A service is given no preview row, so its preview key is not verified for it."""
    shop = entry(keys=KEYS, apps=[{"service": "q", "framework": "python", "key": "live"}])
    assert [each.key for each in targets(tmp_path, {"shop": shop}) if each.is_used] == ["live"]


def test_framework_without_dsn_gives_none(tmp_path: Path) -> None:
    """A mapping without a DSN gives the app none: its key counts as unused."""
    mapping = {"APP_ENVIRONMENT": {"from": "environment"}}
    (found,) = targets(tmp_path, {"shop": entry(apps=[app(framework=mapping)])})
    assert not found.is_used


def test_named_app_and_only(tmp_path: Path) -> None:
    """A top-level entry stands for its parts, a part for itself; named apps read like a path."""
    named = app(app={"project": "Shop", "name": "web"})
    projects = {"shop": entry(apps=[named]), "studio": STUDIO}
    assert [each.entry for each in targets(tmp_path, projects, "studio")] == [
        "studio-web",
        "studio-api",
    ]
    (shop,) = targets(tmp_path, projects, "shop")
    assert shop.apps == ("Shop/production/web",)
    assert [each.entry for each in targets(tmp_path, projects, "studio-api")] == ["studio-api"]


def test_unknown_entry_is_refused(tmp_path: Path) -> None:
    """A name that is no entry is refused with the names that are."""
    with pytest.raises(SettingsError, match="known: shop, studio, studio-api, studio-web"):
        targets(tmp_path, {"shop": entry(), "studio": STUDIO}, "shopp")
