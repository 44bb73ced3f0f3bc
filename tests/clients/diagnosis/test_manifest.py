"""The manifest with faults put into it: what the doctor says of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.whole.manifests import FLEET, write_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.diagnosis.conftest import Examine


def test_faults_are_counted(look: Examine, checkout: Path) -> None:
    """A manifest with faults is a failure with their number and the first one's place."""
    fleet = {**FLEET, "api": {**FLEET["api"], "platform": "pyton", "teams": ["none"]}}
    (checkout / "projects.yaml").write_text(write_manifest(fleet), encoding="utf-8")
    found = look()
    assert found["manifest"].state == "failure"
    assert found["manifest"].seen.startswith("2 faults in projects.yaml, the first at ")
    assert found["manifest"].cure == "run `watchpost validate`"
    assert found["sentry organization"].seen == "not checked: see 'manifest'"
    assert found["coolify version"].state == "ok"


def test_missing_manifest(look: Examine, checkout: Path) -> None:
    """A manifest that is not there is a failure."""
    (checkout / "projects.yaml").unlink()
    assert look()["manifest"].seen == "cannot be read: No such file or directory"


def test_exceptions(look: Examine, checkout: Path) -> None:
    """An expired exception is a failure, one that soon expires a warning, a later one well."""
    for days, state in ((-1, "failure"), (3, "warning"), (90, "ok")):
        until = (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
        allow = {"key-delete": 1, "until": until, "reason": "rotation of shop"}
        text = write_manifest(FLEET, allow=allow)
        (checkout / "projects.yaml").write_text(text, encoding="utf-8")
        assert look()["exceptions"].state == state


def test_build_token_missing(look: Examine) -> None:
    """An environment variable that the manifest takes a value from must be set."""
    found = look(SENTRY_BUILD_TOKEN="")["build tokens"]
    assert (found.state, "SENTRY_BUILD_TOKEN" in found.seen) == ("failure", True)
