"""
Builds the engine's previews for the tests: steps as the engine lists them, by short names.

Does not: run the engine; `tests/whole` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from watchpost.engine import Diagnostic, Preview, PropertyChange, Refreshed, State, Step
from watchpost.manifest import Manifest, inspect_text

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES = {
    "team": "sentry:index/sentryTeam:SentryTeam",
    "project": "sentry:index/sentryProject:SentryProject",
    "key": "sentry:index/sentryKey:SentryKey",
    "app": "pulumi-python:dynamic/watchpost:CoolifyEnvironment",
    "record": "pulumi-python:dynamic/watchpost:PlatformRecord",
}
KEY = b"a key for tests"
PROJECT = {
    "organization": "acme",
    "name": "Shop",
    "slug": "shop",
    "platform": "node",
    "teams": ["web"],
}
CLIENT_KEY = {"organization": "acme", "project": "shop", "name": "Default"}
TEAM = {"organization": "acme", "name": "Web", "slug": "web"}


def urn(kind: str, name: str) -> str:
    """The URN of a resource of that kind and name."""
    return f"urn:pulumi:tests::watchpost::{TYPES[kind]}::{name}"


def created(kind: str, name: str, inputs: Mapping[str, Any], *parents: str) -> Step:
    """A create."""
    return Step("create", urn(kind, name), (), None, State(inputs=inputs, parents=parents))


def updated(
    kind: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any], *paths: str
) -> Step:
    """An update; the engine names the inputs that differ, and *paths* besides."""
    differing = [each for each in {**old, **new} if old.get(each) != new.get(each)]
    changes = tuple(
        PropertyChange(each, "update", old.get(each), new.get(each))
        for each in sorted({*differing, *paths})
    )
    before = State("id", old, dict(old))
    return Step("update", urn(kind, name), changes, before, State("id", new))


def deleted(kind: str, name: str, inputs: Mapping[str, Any], *, is_retained: bool = False) -> Step:
    """A delete; of a record, nothing but what was written has been observed since."""
    values: Mapping[str, Any] = inputs.get("values", {})
    written = {"written": {name: each["fingerprint"] for name, each in values.items()}}
    old = State("id", inputs, {**inputs, **(written if values else {})}, is_retained)
    return Step("delete", urn(kind, name), (), old, None)


def preview(
    *steps: Step,
    said: tuple[Diagnostic, ...] = (),
    refreshed: Mapping[str, Refreshed] | None = None,
) -> Preview:
    """A preview of these steps."""
    declared = {step.urn: step.new for step in steps if step.new is not None}
    return Preview(7 if steps else 0, steps, said, refreshed or {}, declared)


def environment(app: str = "shop-web", **variables: str) -> dict[str, Any]:
    """The inputs of an app's variables, given by their fingerprints; previews are empty."""
    return {
        "kind": "application",
        "uuid": app,
        "selector": app,
        "owner": "acme/shop",
        "redeploy": "if-needed",
        "takeOver": False,
        "variables": {
            name: {
                "fingerprint": value,
                "isBuildtime": False,
                "isRuntime": True,
                "preview": {"fingerprint": ""},
            }
            for name, value in variables.items()
        },
    }


def record(value: str = "acme/shop", **columns: str) -> dict[str, Any]:
    """The inputs of a record, its columns given by their fingerprints."""
    return {
        "url": "env:DATABASE_URL",
        "table": "projects",
        "key": {"column": "slug", "value": value},
        "values": {name: {"fingerprint": each} for name, each in columns.items()},
        "insert": False,
        "onRemove": "keep",
        "owner": "acme/shop",
        "rows": 1,
    }


def manifest(**top: Any) -> Manifest:
    """The manifest of one entry with one key and one app; *top* adds parts to it."""
    app = {"app": "shop-web", "framework": "python"}
    entry = {
        "platform": "node",
        "teams": ["web"],
        "keys": {"production": {"label": "Default"}},
        "apps": [app],
    }
    text = yaml.safe_dump(
        {
            "version": 1,
            "organization": "acme",
            "teams": {"web": {}},
            "projects": {"shop": entry},
            **top,
        }
    )
    found = inspect_text(text, "projects.yaml").manifest
    assert found is not None
    return found
