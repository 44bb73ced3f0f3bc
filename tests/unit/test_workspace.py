"""What a stack's file tells without the engine, and so without a passphrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from watchpost.engine import Engine
from watchpost.errors import SettingsError
from watchpost.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

ENCRYPTED = "  coolify:url:\n    secure: v1:abc=\n"


def open_stack(folder: Path, settings: str) -> Workspace:
    """A stack whose file says *settings* below `config:`, beside one that says nothing."""
    (folder / "stacks").mkdir()
    (folder / "Pulumi.yaml").write_text("stackConfigDir: stacks\n")
    (folder / "stacks" / "Pulumi.other.yaml").write_text("")
    (folder / "stacks" / "Pulumi.tests.yaml").write_text(f"config:\n{settings}")
    return Workspace(folder, Engine(folder, "organization/watchpost/tests"))


def test_the_manifest_is_where_the_file_says(tmp_path: Path) -> None:
    """Else it is `projects.yaml`, as it is where there is no file at all."""
    written = open_stack(tmp_path, "  watchpost:manifest: fleets/acme.yaml\n")
    assert written.manifest_path == tmp_path / "fleets" / "acme.yaml"
    for stack in ("other", "without-a-file"):
        other = Workspace(tmp_path, Engine(tmp_path, stack))
        assert other.manifest_path == tmp_path / "projects.yaml"


def test_coolify_is_where_the_file_or_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its normal form; two that differ are refused, as everywhere."""
    monkeypatch.delenv("COOLIFY_URL", raising=False)
    written = open_stack(tmp_path, "  coolify:url: https://coolify.example.com/api/v1\n")
    assert written.coolify_url == "https://coolify.example.com"
    monkeypatch.setenv("COOLIFY_URL", "https://other.example.com")
    with pytest.raises(SettingsError, match="name different servers"):
        _ = Workspace(tmp_path, written.engine).coolify_url
    assert Workspace(tmp_path, Engine(tmp_path, "other")).coolify_url == "https://other.example.com"


def test_what_is_encrypted_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that needs the passphrase counts as none."""
    monkeypatch.delenv("COOLIFY_URL", raising=False)
    with pytest.raises(SettingsError, match="no URL given"):
        _ = open_stack(tmp_path, ENCRYPTED).coolify_url


def test_sentry_is_where_the_file_or_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without either it is Sentry's own; two that differ are refused."""
    monkeypatch.delenv("SENTRY_BASE_URL", raising=False)
    written = open_stack(tmp_path, "  sentry:baseUrl: https://sentry.example.com/api/0/\n")
    assert written.sentry_url == "https://sentry.example.com"
    assert Workspace(tmp_path, Engine(tmp_path, "other")).sentry_url == "https://sentry.io"
    monkeypatch.setenv("SENTRY_BASE_URL", "https://other.example.com")
    with pytest.raises(SettingsError, match="name different servers"):
        _ = Workspace(tmp_path, written.engine).sentry_url
    assert Workspace(tmp_path, Engine(tmp_path, "other")).sentry_url == "https://other.example.com"


@pytest.mark.parametrize(
    ("stack", "project"),
    [
        ("config:\n  sentry:baseUrl:\n    secure: v1:abc=\n", ""),
        ("environment:\n  - acme/production\n", ""),
        (None, ""),
        ("", "config:\n  sentry:baseUrl:\n    value: 7\n"),
    ],
)
def test_no_token_goes_to_a_guessed_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stack: str | None, project: str
) -> None:
    """Where the engine alone knows the address, the environment must say it."""
    monkeypatch.delenv("SENTRY_BASE_URL", raising=False)
    opened = open_stack(tmp_path, "")
    file = tmp_path / "stacks" / "Pulumi.tests.yaml"
    file.unlink() if stack is None else file.write_text(stack)
    (tmp_path / "Pulumi.yaml").write_text(f"stackConfigDir: stacks\n{project}")
    with pytest.raises(SettingsError, match="no URL given"):
        _ = opened.sentry_url
    monkeypatch.setenv("SENTRY_BASE_URL", "https://sentry.example.com")
    assert Workspace(tmp_path, opened.engine).sentry_url == "https://sentry.example.com"
