"""
Running the two apps that report by the real SDKs, and reading what arrived.

Does not: check anything; a test does. One run of each app takes all steps, for starting a process
costs more than what it does.
"""

import os
import shutil
import subprocess
import sys
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.sentry.acme import Acme

HERE = Path(__file__).parent
PYTHON, NODE = "python", "node"
ENVIRONMENT = "production"
RUN_SECONDS = 60


def command_of(language: str) -> list[str]:
    """What starts the app; a skip, or where CI is set a failure, if its SDK is not installed."""
    if language == PYTHON:
        return [sys.executable, str(HERE / "app.py")]
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules" / "@sentry" / "node").is_dir():
        reason = "Node or Sentry's SDK for it is not installed: run script/sdks"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return [node, str(HERE / "app.mjs")]


@dataclass
class ReportingApp:
    """One app with its Sentry project, named after its language."""

    acme: Acme
    language: str
    key: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.acme.project(self.language, "web", platform=self.language)
        self.key = self.acme.get(f"/projects/acme/{self.language}/keys/").body[0]

    def run(self, release: str, *steps: str) -> int:
        """Run the app as a deployed one is run, and return its exit code."""
        wanted = {
            "PATH": os.environ["PATH"],
            "SENTRY_DSN": self.key["dsn"]["public"],
            "SENTRY_RELEASE": release,
            "SENTRY_ENVIRONMENT": ENVIRONMENT,
        }
        command = [*command_of(self.language), *steps]
        done = subprocess.run(
            command, env=wanted, capture_output=True, check=False, timeout=RUN_SECONDS
        )
        return done.returncode

    def issue(self, query: str) -> dict[str, Any]:
        """The only issue that a search finds."""
        asked = {"project": self.key["projectId"], "query": query}
        path = f"/organizations/acme/issues/?{urllib.parse.urlencode(asked)}"
        (issue,) = self.acme.get(path).body
        return dict(issue)

    def event(self, query: str) -> dict[str, Any]:
        """The event to look at first, in full, of the only issue that a search finds."""
        path = f"/organizations/acme/issues/{self.issue(query)['id']}/events/recommended/"
        return dict(self.acme.get(path).body)

    def resolve(self, query: str) -> None:
        """Resolve the only issue that a search finds."""
        path = f"/organizations/acme/issues/{self.issue(query)['id']}/"
        assert self.acme.call("PUT", path, {"status": "resolved"}).status == 200


def entry(event: dict[str, Any], kind: str) -> dict[str, Any]:
    """The data of an event's entry of that kind."""
    return next(dict(each["data"]) for each in event["entries"] if each["type"] == kind)


def own_frames(thrown: dict[str, Any]) -> list[dict[str, Any]]:
    """The frames of the app itself, oldest first."""
    return [dict(frame) for frame in thrown["stacktrace"]["frames"] if frame["inApp"]]
