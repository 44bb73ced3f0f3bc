"""
The checkout and stack that are examined: facts that several checks share, each looked up once.

A fact that cannot be had raises; the check that asks first tells it, and those that need it are
not run. Where the engine cannot read the settings, the stack's file is read as text, because
addresses are never secrets: both services can be looked at with a wrong passphrase.

Does not: judge. Every command has a time limit, and none writes.

Source: design.md 3 (where settings live).
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from watchpost.coolify import TOKEN_VARIABLE as COOLIFY_TOKEN_VARIABLE
from watchpost.diagnosis.interpreter import (
    PythonSeen,
    find_interpreter,
    looking_command,
    read_seen,
)
from watchpost.engine import Engine, Finished, find_pulumi
from watchpost.engine.credentials import without_credentials
from watchpost.engine.failures import explain_failure
from watchpost.errors import ApiError, SettingsError
from watchpost.transport import READ_ONLY_VARIABLE, RetryPolicy, Transport, resolve_url
from watchpost.workspace import (
    COOLIFY_URL_SETTING,
    COOLIFY_URL_VARIABLE,
    DEFAULT_SENTRY_URL,
    MANIFEST_SETTING,
    SENTRY_TOKEN_VARIABLE,
    SENTRY_URL_SETTING,
    SENTRY_URL_VARIABLE,
)

if TYPE_CHECKING:
    from pathlib import Path

    from watchpost.manifest import Inspection
    from watchpost.transport import Answer

COMMAND_SECONDS = 60.0
PROJECT_FILE = "Pulumi.yaml"
_PATIENCE = RetryPolicy(attempts=2, base_seconds=0.2, deadline_seconds=20.0, read_seconds=10.0)


@dataclass(frozen=True)
class Asked:
    """
    The first request to a service: its answer or what it was instead, and when.

    Attributes:
        answer: None where there was an error.
        error: None where there was an answer.
        middle: The clock here, halfway between sending and the answer; seconds since 1970.
        took_seconds: From sending to the answer.
    """

    answer: Answer | None
    error: ApiError | None
    middle: float
    took_seconds: float


@dataclass(frozen=True)
class Case:
    """
    What is examined.

    Attributes:
        folder: The checkout.
        named_stack: Empty: the one selected in Pulumi.
    """

    folder: Path
    named_stack: str = ""

    @cached_property
    def project_file(self) -> dict[str, Any]:
        """Pulumi.yaml. Raises SettingsError where it is missing or no YAML mapping."""
        path = self.folder / PROJECT_FILE
        if not path.is_file():
            fix = "run it in the checkout, or say `--cwd DIR`"
            raise SettingsError(str(path), f"no {PROJECT_FILE} in {self.folder}", fix=fix)
        return _read_yaml(path)

    @cached_property
    def stack_file(self) -> dict[str, Any]:
        """The stack's file; empty where there is none."""
        folder = self.folder / str(self.project_file.get("stackConfigDir") or ".")
        path = folder / f"Pulumi.{self.stack_name}.yaml"
        return _read_yaml(path) if path.is_file() else {}

    @cached_property
    def stack(self) -> str:
        """The stack's name as given. Raises SettingsError where none is named nor selected."""
        if self.named_stack:
            return self.named_stack
        done = self.run("stack", "--show-name")
        if done.exit_code or not done.stdout.strip():
            raise SettingsError(
                "stack",
                "no stack is named and none is selected",
                detail=without_credentials(done.stderr.strip()),
                fix="say `--stack NAME`, or run `pulumi stack select NAME`",
            )
        return done.stdout.strip()

    @property
    def stack_name(self) -> str:
        """The last part of the stack's name."""
        return self.stack.rpartition("/")[2]

    @cached_property
    def environment(self) -> dict[str, str]:
        """The environment of every command that is run for this case."""
        return Engine(self.folder, "", {READ_ONLY_VARIABLE: "1"}).full_environment()

    def run(self, *arguments: str, stack: str = "") -> Finished:
        """
        Run one pulumi command that only reads.

        Raises:
            SettingsError: There is no pulumi, or it does not end in time.
        """
        command = [find_pulumi(self.folder), *arguments, "--cwd", str(self.folder)]
        command += ["--non-interactive", *(("--stack", stack) if stack else ())]
        return run_command(command, self.environment)

    @cached_property
    def interpreter(self) -> Path:
        """The Python that runs the program. Raises SettingsError where Pulumi.yaml names none."""
        return find_interpreter(self.folder, self.project_file)

    @cached_property
    def python(self) -> PythonSeen:
        """What that Python has. Raises SettingsError where it does not run."""
        done = run_command(looking_command(self.interpreter), self.environment)
        return read_seen(self.interpreter, done)

    @cached_property
    def backend_url(self) -> str:
        """The state backend's address; it may hold credentials. Raises SettingsError."""
        done = self.run("whoami", "--json")
        return str(read_document("state backend", done).get("url") or "")

    @cached_property
    def settings_run(self) -> Finished:
        """What the engine answers to the stack's settings, secrets in clear."""
        return self.run("config", "--json", "--show-secrets", stack=self.stack)

    @cached_property
    def settings(self) -> dict[str, str]:
        """The stack's settings in clear. Raises SettingsError where they cannot be read."""
        found = read_document(f"stack {self.stack}", self.settings_run)
        return {name: str(each.get("value") or "") for name, each in found.items()}

    @cached_property
    def is_readable(self) -> bool:
        """Whether the engine can read the settings."""
        try:
            self.settings  # noqa: B018  # whether it raises is what is asked
        except SettingsError:
            return False
        return True

    @cached_property
    def plain_settings(self) -> dict[str, str]:
        """Settings that are no secrets: from the engine or, failing that, from the two files."""
        if self.is_readable:
            return self.settings
        declared = self.project_file.get("config") or {}
        defaults = {name: _default_of(each) for name, each in declared.items()}
        written = {**defaults, **(self.stack_file.get("config") or {})}
        return {str(name): each for name, each in written.items() if isinstance(each, str)}

    @cached_property
    def sentry_url(self) -> str:
        """
        Sentry's address.

        Raises:
            SettingsError: Stack and environment contradict, or the stack's word cannot be read and
                nothing else is given; a token is not sent to a server by default then.
        """
        return resolve_url(
            self._address(SENTRY_URL_SETTING),
            SENTRY_URL_VARIABLE,
            name=SENTRY_URL_SETTING,
            default=DEFAULT_SENTRY_URL if self.is_readable else "",
        )

    @cached_property
    def coolify_url(self) -> str:
        """Coolify's address. Raises SettingsError likewise, or where none is given."""
        return resolve_url(
            self._address(COOLIFY_URL_SETTING), COOLIFY_URL_VARIABLE, name=COOLIFY_URL_SETTING
        )

    def _address(self, name: str) -> str | None:
        written = (self.stack_file.get("config") or {}).get(name)
        if not self.is_readable and isinstance(written, dict):
            what = f"{name} is stored as a secret, which cannot be read"
            raise SettingsError(name, what, fix=f"pulumi config set {name} https://...")
        return self.plain_settings.get(name)

    @cached_property
    def manifest_path(self) -> Path:
        """Where the manifest lies."""
        return self.folder / (self.plain_settings.get(MANIFEST_SETTING) or "projects.yaml")

    @cached_property
    def inspection(self) -> Inspection:
        """The manifest with its faults. Raises ManifestError where it cannot be read at all."""
        from watchpost.manifest import inspect_manifest  # noqa: PLC0415 - not every run needs it

        return inspect_manifest(self.manifest_path)

    @cached_property
    def sentry(self) -> Transport:
        """Sentry as the token sees it. Raises SettingsError where address or token is no good."""
        token = os.environ.get(SENTRY_TOKEN_VARIABLE, "")
        variable = SENTRY_TOKEN_VARIABLE
        url = self.sentry_url
        return Transport("Sentry", url, token, token_variable=variable, retry=_PATIENCE)

    @cached_property
    def coolify(self) -> Transport:
        """Coolify as the token sees it. Raises SettingsError likewise."""
        token = os.environ.get(COOLIFY_TOKEN_VARIABLE, "")
        variable = COOLIFY_TOKEN_VARIABLE
        url = self.coolify_url
        return Transport("Coolify", url, token, token_variable=variable, retry=_PATIENCE)

    @cached_property
    def sentry_asked(self) -> Asked:
        """What Sentry says of the token."""
        return _ask(self.sentry, "/api/0/")

    @cached_property
    def coolify_asked(self) -> Asked:
        """What Coolify says of its version."""
        return _ask(self.coolify, "/api/v1/version")

    @cached_property
    def applications(self) -> list[dict[str, Any]]:
        """Coolify's applications, as it lists them."""
        return self.coolify.request("GET", "/api/v1/applications").as_list()

    @cached_property
    def services(self) -> list[dict[str, Any]]:
        """Coolify's services, as it lists them."""
        return self.coolify.request("GET", "/api/v1/services").as_list()


def run_command(
    command: list[str], environment: dict[str, str], seconds: float = COMMAND_SECONDS
) -> Finished:
    """
    Run a command to its end.

    Raises:
        SettingsError: It cannot be run, or does not end in time.
    """
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        what = f"`{' '.join(command[1:3])}` did not end within {seconds:.0f} seconds"
        raise SettingsError(command[0], what, fix="run it by hand to see why") from None
    except OSError as error:
        what = f"{command[0]} cannot be run: {error.strerror}"
        raise SettingsError(command[0], what, fix="run `script/bootstrap`") from None
    return Finished(done.returncode, done.stdout, done.stderr)


def read_document(path: str, done: Finished) -> dict[str, Any]:
    """
    Read the JSON object that the engine printed.

    Raises:
        SettingsError: It failed, or printed something else.
    """
    if done.exit_code:
        raise explain_failure(path, done)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        what = "pulumi answered with something other than JSON"
        raise SettingsError(path, what, fix="check that `pulumi` is Pulumi's own program")
    return found


def _default_of(declared: object) -> object:
    """The default that Pulumi.yaml declares for a setting, in either of its two forms."""
    return declared.get("default") if isinstance(declared, dict) else declared


def _ask(transport: Transport, path: str) -> Asked:
    began = time.time()
    answer, error = None, None
    try:
        answer = transport.request("GET", path)
    except ApiError as refused:
        error = refused
    ended = time.time()
    return Asked(answer, error, (began + ended) / 2, ended - began)


def _read_yaml(path: Path) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - not every run needs it

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        raise SettingsError(str(path), f"{path.name} is no valid YAML", fix="correct the file")
    return found
