"""
Previews as the engine prints them, for one entry with a key and an app, in any of three states.

Does not: run the engine.
"""

from __future__ import annotations

import copy
from typing import Any

from watchpost.engine import Preview, read_preview

STACK = "urn:pulumi:tests::watchpost::"
COMPONENT = f"{STACK}watchpost:index:MonitoredProject$"
TEAM = f"{STACK}sentry:index/sentryTeam:SentryTeam::platform"
PROJECT = f"{COMPONENT}sentry:index/sentryProject:SentryProject::shop"
KEY = f"{COMPONENT}sentry:index/sentryKey:SentryKey::shop/preview"
APP = f"{COMPONENT}pulumi-python:dynamic/watchpost:CoolifyEnvironment::shop/shop-web"
OTHER = f"{STACK}pulumi:pulumi:Stack::watchpost-tests"

ROW = {"fingerprint": "aaaaaaaa", "isBuildtime": False, "isRuntime": True, "mark": "watchpost:a/s"}
INPUTS: dict[str, dict[str, Any]] = {
    TEAM: {"organization": "acme", "slug": "platform", "name": "Platform"},
    PROJECT: {
        "organization": "acme",
        "slug": "acme-shop",
        "name": "Shop",
        "platform": "node",
        "teams": ["platform"],
    },
    KEY: {"name": "preview", "project": "acme-shop", "rateLimitCount": 9, "rateLimitWindow": 60},
    APP: {
        "kind": "application",
        "uuid": "shop-web",
        "owner": "acme/shop",
        "redeploy": "if-needed",
        "variables": {"SENTRY_DSN": {**ROW, "preview": {"fingerprint": "cccccccc"}}},
    },
}
OUTPUTS: dict[str, dict[str, Any]] = {
    PROJECT: {"projectId": "102"},
    KEY: {"isActive": True, "public": "0" * 32, "projectId": 102.0},
    TEAM: {"internalId": "7"},
    APP: {"state": "checked"},
}


class World:
    """What is recorded, observed and desired; all the same until a test changes one of them."""

    def __init__(self, *urns: str) -> None:
        known = urns or tuple(INPUTS)
        self.recorded = {urn: _state(urn) for urn in known}
        self.observed: dict[str, Any] = {urn: _state(urn) for urn in known}
        self.desired: dict[str, Any] = {urn: _state(urn) for urn in known}
        self.diagnostics: list[dict[str, str]] = []

    def say(self, urn: str, message: str, severity: str = "warning") -> None:
        """Let a provider say something of a resource, as the engine prints it."""
        text = f"{severity}: {message}\n"
        self.diagnostics.append({"urn": urn, "severity": severity, "message": text})

    def preview(self) -> Preview:
        """The engine's preview of it."""
        steps = [{"op": "refresh", "urn": OTHER, "oldState": {}}]
        for urn, state in self.recorded.items():
            steps.append({"op": "refresh", "urn": urn, "oldState": state, "newState": state})
        for urn in {**self.observed, **self.desired}:
            step = self._step(urn)
            steps += [step] if step else []
        return read_preview({"steps": steps, "diagnostics": self.diagnostics}, exit_code=7)

    def _step(self, urn: str) -> dict[str, Any] | None:
        old, new = self.observed.get(urn), self.desired.get(urn)
        if new is None:
            return {"op": "delete", "urn": urn, "oldState": old} if old else None
        if old is None:
            return {"op": "create", "urn": urn, "newState": new}
        is_same = old["inputs"] == new["inputs"] and old["outputs"] == OUTPUTS.get(urn, {})
        op = "same" if is_same else "update"
        return {"op": op, "urn": urn, "oldState": old, "newState": new}


def _state(urn: str) -> dict[str, Any]:
    return copy.deepcopy(
        {"id": "1", "inputs": INPUTS[urn], "outputs": OUTPUTS.get(urn, {}), "retainOnDelete": True}
    )
