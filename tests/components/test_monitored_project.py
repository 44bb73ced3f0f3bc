"""What the program declares for a manifest, on Pulumi's mocks: names, types, inputs, secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_all_config, set_mocks

from components.fleet import Fleet
from components.monitored_project import MonitoredProject
from tests.whole.manifests import API, QUEUE, SHOP, write_manifest
from watchpost.errors import SettingsError
from watchpost.manifest import load_manifest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("current_loop")

PROJECT = "sentry:index/sentryProject:SentryProject"
KEY = "sentry:index/sentryKey:SentryKey"
TEAM = "sentry:index/sentryTeam:SentryTeam"
ENVIRONMENT = "pulumi-python:dynamic/watchpost:CoolifyEnvironment"
RECORD = "pulumi-python:dynamic/watchpost:PlatformRecord"
RECORDS: dict[str, Any] = {
    "url": "env:DATABASE_URL",
    "table": "projects",
    "key": {"column": "slug", "value": "{workspace}/{id}"},
}
SECRET = "4dabf18193072939515e22adb298388d"  # how Pulumi marks a secret on the wire
DSN = "https://0123456789abcdef0123456789abcdef@sentry.example.com/1"


class Registered(Mocks):
    """Remembers what is registered, keyed by (type, name)."""

    def __init__(self) -> None:
        self.inputs: dict[tuple[str, str], dict[str, Any]] = {}
        self.calls: list[MockCallArgs] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Accept it; a key gets a DSN."""
        self.inputs[args.typ, args.name] = args.inputs
        made = {"dsnPublic": DSN} if args.typ == KEY else {}
        return args.name, {**args.inputs, **made}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Remember the call of a function."""
        self.calls.append(args)
        return {}, []

    def names(self, typ: str) -> set[str]:
        """Names of all resources of a type."""
        return {name for each, name in self.inputs if each == typ}


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Registered:
    """An engine that only remembers, and the environment of a run."""
    monkeypatch.setenv("SENTRY_BUILD_TOKEN", "a-build-token")
    mocks = Registered()
    set_mocks(mocks, project="watchpost", stack="test")
    set_all_config({"watchpost:fingerprintKey": "key"})
    return mocks


def declare(tmp_path: Path, projects: dict[str, Any], **top: Any) -> None:
    """Declare all that a manifest of these projects asks for, and wait until it is registered."""
    path = tmp_path / "projects.yaml"
    path.write_text(write_manifest(projects, **top), encoding="utf-8")
    manifest = load_manifest(path)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # ships no types
    def run() -> None:
        fleet = Fleet(manifest)
        for root in dict.fromkeys(entry.root for entry in manifest.entries):
            MonitoredProject(root, fleet)

    run()


def test_rotated_key_is_another_resource(registered: Registered, tmp_path: Path) -> None:
    """A rotated key has a name of its own, so that the engine makes a new key and keeps the old."""
    old = {"key_id": "0123456789abcdef0123456789abcdef", "since": "2026-11-28"}
    keys = {"production": {"label": "Default-20261128", "retired": [old]}, "preview": {}}
    declare(tmp_path, {"shop": {**SHOP, "keys": keys}})
    assert registered.names(KEY) == {"shop/production/Default-20261128", "shop/preview"}


def test_names_come_from_the_manifest(registered: Registered, tmp_path: Path) -> None:
    """Projects are named by entry, keys by entry and key, apps by entry and selector."""
    parts = {"web": {"platform": "python", "apps": [{"app": "w", "framework": "python"}]}}
    declare(tmp_path, {"shop": SHOP, "queue": QUEUE, "studio": {"parts": parts}})
    assert registered.names(PROJECT) == {"shop", "queue", "studio-web"}
    assert registered.names(KEY) == {
        "shop/production",
        "shop/preview",
        "queue/production",
        "studio-web/production",
    }
    assert registered.names(ENVIRONMENT) == {"shop/shop-web", "queue/shop-queue", "studio/w"}


def test_existing_teams_are_bound_and_never_made(registered: Registered, tmp_path: Path) -> None:
    """A team that others look after is no resource; its slug is bound all the same."""
    declare(tmp_path, {"shop": SHOP})
    assert registered.names(TEAM) == {"platform"}
    assert registered.inputs[PROJECT, "shop"]["teams"] == ["platform", "web"]


def test_values_are_secret(registered: Registered, tmp_path: Path) -> None:
    """DSN and build token reach the provider as secrets, with fingerprints beside them."""
    declare(tmp_path, {"shop": SHOP})
    wrapped = registered.inputs[ENVIRONMENT, "shop/shop-web"]["variables"]
    assert SECRET in wrapped
    variables = wrapped["value"]
    assert variables["SENTRY_DSN"]["value"] == DSN
    assert variables["SENTRY_AUTH_TOKEN"]["value"] == "a-build-token"
    assert len(variables["SENTRY_DSN"]["fingerprint"]) == 8


def test_takeovers_are_allowed_before_anything_is_declared(
    registered: Registered, tmp_path: Path
) -> None:
    """The plugin is told which entries may take over; without any it is not called."""
    declare(tmp_path, {"shop": SHOP, "api": {**API, "take_over": True}})
    assert [call.args for call in registered.calls] == [{"names": ["api"]}]
    registered.calls.clear()
    declare(tmp_path, {"shop": SHOP})
    assert registered.calls == []


def test_missing_build_tokens_are_named_all_at_once(
    registered: Registered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build token whose variable is not set stops the run with its line, before any resource."""
    monkeypatch.delenv("SENTRY_BUILD_TOKEN")
    with pytest.raises(SettingsError, match=r"projects\.yaml:\d+:\d+: SENTRY_AUTH_TOKEN"):
        declare(tmp_path, {"shop": SHOP})
    assert registered.inputs == {}


def test_each_entry_has_its_record(registered: Registered, tmp_path: Path) -> None:
    """A record per entry: the variable that names the database, secret values, fingerprints."""
    columns = {"sentry_project_slug": "{slug}", "sentry_dsn": "{dsn}", "token": "{build_token}"}
    declare(tmp_path, {"api": API, "queue": QUEUE}, records={**RECORDS, "set": columns})
    assert registered.names(RECORD) == {"api/record", "queue/record"}
    declared = registered.inputs[RECORD, "api/record"]
    assert declared["url"] == "env:DATABASE_URL"
    assert declared["key"] == {"column": "slug", "value": "acme/api"}
    assert (declared["owner"], declared["rows"], declared["onRemove"]) == ("acme/api", 1, "keep")
    wrapped = declared["values"]
    assert SECRET in wrapped
    values = wrapped["value"]
    assert values["sentry_dsn"]["value"] == DSN
    assert values["sentry_project_slug"]["value"] == "acme-api"
    assert len(values["sentry_dsn"]["fingerprint"]) == 8
    assert values["token"] == {"fingerprint": ""}


def test_without_the_block_there_are_no_records(registered: Registered, tmp_path: Path) -> None:
    """A manifest that names no table has no records."""
    declare(tmp_path, {"api": API})
    assert registered.names(RECORD) == set()
