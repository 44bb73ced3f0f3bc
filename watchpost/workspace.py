"""
One stack of one checkout, as the commands work on it: its engine, settings, manifest and services.

Settings are read once, by one `pulumi config`, which needs the stack's passphrase. Tokens come from
the environment and stay there.

Does not: plan or decide. Source: design.md 3 (where settings live).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost.engine import Engine
from watchpost.engine.credentials import without_credentials
from watchpost.errors import SettingsError
from watchpost.stack_files import PROJECT_FILE, read_stack_files

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from watchpost.coolify import CoolifySession
    from watchpost.manifest import Manifest
    from watchpost.sentry import SentryClient
    from watchpost.stack_files import StackFiles

FINGERPRINT_SETTING = "watchpost:fingerprintKey"
MANIFEST_SETTING = "watchpost:manifest"
SENTRY_URL_SETTING = "sentry:baseUrl"
SENTRY_URL_VARIABLE = "SENTRY_BASE_URL"
SENTRY_TOKEN_VARIABLE = "SENTRY_AUTH_TOKEN"  # noqa: S105  # the name of a variable
COOLIFY_URL_SETTING = "coolify:url"
COOLIFY_URL_VARIABLE = "COOLIFY_URL"
DEFAULT_SENTRY_URL = "https://sentry.io/"
STACK_VARIABLE = "WATCHPOST_STACK"


def add_stack_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the two options of every command that works on a stack."""
    parser.add_argument(
        "-s",
        "--stack",
        default=os.environ.get(STACK_VARIABLE, ""),
        help=f"the stack; default: {STACK_VARIABLE}, else the one selected in Pulumi",
    )
    parser.add_argument(
        "-C",
        "--cwd",
        default=".",
        metavar="DIR",
        help="the checkout, where Pulumi.yaml lies; default: this folder",
    )


def open_workspace(
    arguments: argparse.Namespace, environment: Mapping[str, str] | None = None
) -> Workspace:
    """
    Open the stack that the options of `add_stack_arguments` name.

    Args:
        arguments: The parsed options.
        environment: Set for the engine over this process's own, e.g. WATCHPOST_READ_ONLY.

    Raises:
        SettingsError: No Pulumi.yaml, no engine, or no stack is named and none is selected.
    """
    folder = Path(arguments.cwd).resolve()
    if not (folder / PROJECT_FILE).is_file():
        raise SettingsError(
            str(folder), "no Pulumi.yaml here", fix="run it in the checkout, or say `--cwd DIR`"
        )
    stack = arguments.stack or _selected_stack(folder)
    return Workspace(folder, Engine(folder, stack, environment or {}))


def _selected_stack(folder: Path) -> str:
    done = Engine(folder, "").run_anywhere("stack", "--show-name")
    name = done.stdout.strip()
    if done.exit_code or not name:
        raise SettingsError(
            "stack",
            "no stack is named and none is selected",
            detail=without_credentials(done.stderr.strip()),
            fix=f"say `--stack NAME`, set {STACK_VARIABLE}, or run `pulumi stack select NAME`",
        )
    return name


@dataclass(frozen=True)
class Settings:
    """
    Where one stack's services are.

    Attributes:
        sentry_url: Sentry's address, in its normal form.
        coolify_url: Coolify's.
        fingerprint_key: The stack's key for naming values; a secret.
        manifest: The manifest's path.
        raw: Every setting by its full name, secrets left out.
    """

    sentry_url: str
    coolify_url: str
    fingerprint_key: bytes = field(repr=False)
    manifest: Path
    raw: Mapping[str, str]


@dataclass(frozen=True)
class Workspace:
    """One stack of the checkout in *folder*."""

    folder: Path
    engine: Engine

    @cached_property
    def settings(self) -> Settings:
        """
        The stack's settings; asked of the engine once.

        Raises:
            SettingsError: The engine cannot read them, one is missing, or one contradicts the
                environment.
        """
        from watchpost.transport import resolve_url  # noqa: PLC0415 - `--help` needs none of it

        found = self.engine.config()
        values = {name: each.get("value", "") for name, each in found.items()}
        key = values.get(FINGERPRINT_SETTING)
        if not key:
            raise SettingsError(
                FINGERPRINT_SETTING,
                "the stack has no fingerprint key",
                detail="It names values in plans and drift reports without showing them.",
                fix=f'pulumi config set --secret {FINGERPRINT_SETTING} "$(openssl rand -hex 32)"',
            )
        return Settings(
            sentry_url=resolve_url(
                values.get(SENTRY_URL_SETTING),
                SENTRY_URL_VARIABLE,
                name=SENTRY_URL_SETTING,
                default=DEFAULT_SENTRY_URL,
            ),
            coolify_url=resolve_url(
                values.get(COOLIFY_URL_SETTING), COOLIFY_URL_VARIABLE, name=COOLIFY_URL_SETTING
            ),
            fingerprint_key=key.encode(),
            manifest=self.folder / (values.get(MANIFEST_SETTING) or "projects.yaml"),
            raw={
                name: each.get("value", "")
                for name, each in found.items()
                if not each.get("secret")
            },
        )

    @cached_property
    def manifest_path(self) -> Path:
        """
        Where the manifest lies, without asking the engine for the other settings.

        The stack's files are read as text: its path is never a secret.
        """
        return self.folder / (self._files.texts.get(MANIFEST_SETTING) or "projects.yaml")

    @cached_property
    def coolify_url(self) -> str:
        """
        Coolify's address in its normal form, without asking the engine, as for the manifest.

        Raises:
            SettingsError: None is given, or the stack's files and the environment name two servers.
        """
        from watchpost.transport import resolve_url  # noqa: PLC0415 - `--help` needs none of it

        written = self._files.texts.get(COOLIFY_URL_SETTING)
        return resolve_url(written, COOLIFY_URL_VARIABLE, name=COOLIFY_URL_SETTING)

    @cached_property
    def sentry_url(self) -> str:
        """
        Sentry's address in its normal form, without asking the engine, as for the manifest.

        Raises:
            SettingsError: The stack's files and the environment name two servers, or none is given
                and the engine may know of one: Sentry's own is no guess to send a token to.
        """
        from watchpost.transport import resolve_url  # noqa: PLC0415 - `--help` needs none of it

        return resolve_url(
            self._files.texts.get(SENTRY_URL_SETTING),
            SENTRY_URL_VARIABLE,
            name=SENTRY_URL_SETTING,
            default="" if self._files.may_hide(SENTRY_URL_SETTING) else DEFAULT_SENTRY_URL,
        )

    @cached_property
    def _files(self) -> StackFiles:
        """What the stack's files say. Raises SettingsError where one cannot be read."""
        return read_stack_files(self.folder, self.engine.stack)

    def load_manifest(self) -> Manifest:
        """Load the stack's manifest. Raises ManifestError with all its faults."""
        from watchpost.manifest import load_manifest  # noqa: PLC0415 - `--help` needs none of it

        return load_manifest(self.manifest_path)

    @cached_property
    def sentry(self) -> SentryClient:
        """The stack's Sentry. Raises SettingsError where a setting or the token is missing."""
        return _make_sentry(self.settings.sentry_url)

    @cached_property
    def sentry_without_engine(self) -> SentryClient:
        """The stack's Sentry where `sentry_url` says. Raises SettingsError as for that."""
        return _make_sentry(self.sentry_url)

    @cached_property
    def coolify(self) -> CoolifySession:
        """The stack's Coolify. Raises SettingsError where a setting or the token is missing."""
        from watchpost.coolify import TOKEN_VARIABLE, CoolifySession  # noqa: PLC0415 - likewise

        settings = self.settings
        token = os.environ.get(TOKEN_VARIABLE, "")
        return CoolifySession(settings.coolify_url, token, settings.fingerprint_key)


def _make_sentry(url: str) -> SentryClient:
    from watchpost.sentry import SentryClient  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.transport import Transport  # noqa: PLC0415 - likewise

    token = os.environ.get(SENTRY_TOKEN_VARIABLE, "")
    return SentryClient(Transport("Sentry", url, token, token_variable=SENTRY_TOKEN_VARIABLE))


def render_json(document: object) -> str:
    """*document* as the commands print it: indented, unicode kept, one final newline."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
