"""
One stack of the program, and the pulumi commands that are run on it.

Sets what every run of ours wants of the engine: no update check, no plugin downloads, one broken
entry does not stop the others. Backend and passphrase are the user's.

Does not: parse output (see `document`), nor keep a process running between commands.

Source: design.md 7, 9; the engine's exit codes (0 done, 7 changes where none were expected).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from watchpost.engine.document import Preview, read_preview
from watchpost.engine.events import read_event
from watchpost.engine.failures import explain_failure
from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from watchpost.engine.events import Event

WANTED: Mapping[str, str] = {
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "PULUMI_CONTINUE_ON_ERROR": "true",
}


# Unchanged resources are listed too: only there stands what was observed of them.
_PREVIEW = ("preview", "--refresh", "--json", "--expect-no-changes", "--show-sames")


@dataclass(frozen=True)
class Finished:
    """A pulumi command that has ended: its exit code and what it printed."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Engine:
    """
    One stack, ready to run commands on.

    Attributes:
        folder: Where Pulumi.yaml lies.
        stack: Name of the stack.
        environment: Set for the engine and so for the providers, over the caller's own environment.
    """

    folder: Path
    stack: str
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    def with_settings(self, settings: Mapping[str, str]) -> Engine:
        """The same stack, with more of the environment set."""
        return replace(self, environment={**self.environment, **settings})

    def command(self, *arguments: str) -> list[str]:
        """The full command line of one pulumi command on this stack."""
        pulumi = find_pulumi(self.folder)
        return [
            pulumi,
            *arguments,
            "--stack",
            self.stack,
            "--cwd",
            str(self.folder),
            "--non-interactive",
        ]

    def run_anywhere(self, *arguments: str) -> Finished:
        """Run one pulumi command that names no stack."""
        command = [find_pulumi(self.folder), *arguments, "--cwd", str(self.folder)]
        done = subprocess.run(
            [*command, "--non-interactive"],
            env=self.full_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def config(self) -> dict[str, dict[str, Any]]:
        """
        The stack's settings by full name, each `{value, secret}`; secrets in clear.

        Raises:
            SettingsError: No such stack, or its secrets cannot be decrypted.
        """
        done = self.run("config", "--json", "--show-secrets")
        if done.exit_code:
            raise explain_failure(f"stack {self.stack}", done)
        found: dict[str, dict[str, Any]] = json.loads(done.stdout)
        return found

    def full_environment(self) -> dict[str, str]:
        """The caller's environment, then what we want of the engine, then this stack's settings."""
        virtual = self.folder / ".venv"
        path = os.pathsep.join([str(virtual / "bin"), os.environ.get("PATH", "")])
        found = {"VIRTUAL_ENV": str(virtual), "PATH": path} if virtual.exists() else {}
        return {**os.environ, **WANTED, **found, **self.environment}

    def run(self, *arguments: str, on_line: Callable[[str], object] | None = None) -> Finished:
        """
        Run one pulumi command to its end and keep what it printed.

        Args:
            arguments: The command and its options.
            on_line: Called with each line as it is printed, errors included; these then stand in
                the finished command's stdout.
        """
        lines = []
        with subprocess.Popen(
            self.command(*arguments),
            env=self.full_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if on_line else subprocess.PIPE,
            text=True,
        ) as process:
            if on_line is None:
                stdout, stderr = process.communicate()
                return Finished(process.returncode, stdout, stderr)
            for line in process.stdout or ():
                lines.append(line)
                on_line(line.rstrip("\n"))
        return Finished(process.returncode, "".join(lines), "")

    def stream(
        self,
        *arguments: str,
        on_event: Callable[[Event], object],
        on_start: Callable[[subprocess.Popen[str]], object] = lambda _: None,
    ) -> Finished:
        """
        Run one pulumi command that tells its events, and hand each on as it comes.

        The command runs in a process group of its own, so that an interrupt at the terminal
        reaches it only through the caller.

        Args:
            arguments: The command and its options, `--json` among them.
            on_event: Called with each event.
            on_start: Called with the process; it may be sent signals.

        Returns:
            What was printed besides events, and the errors.
        """
        others: list[str] = []
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
            subprocess.Popen(
                self.command(*arguments),
                env=self.full_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            ) as process,
        ):
            on_start(process)
            for line in process.stdout or ():
                event = read_event(line)
                if event is not None:
                    on_event(event)
                elif not line.startswith("{"):
                    others.append(line)
            process.wait()
            errors.seek(0)
            return Finished(process.returncode, "".join(others), errors.read())

    def preview(self, *arguments: str) -> Preview:
        """
        Plan against what both services answer now, without a write.

        Raises:
            SettingsError: The engine did not answer with a plan at all.
        """
        done = self.run(*_PREVIEW, *arguments)
        if not done.stdout.lstrip().startswith("{"):
            raise explain_failure(f"stack {self.stack}", done)
        return read_preview(json.loads(done.stdout), exit_code=done.exit_code)

    def up(self, *arguments: str, on_line: Callable[[str], object] | None = None) -> Finished:
        """Apply: refresh, plan and carry out."""
        return self.run("up", "--yes", *arguments, on_line=on_line)

    def outputs(self) -> dict[str, Any]:
        """Stack outputs by name; secret ones are shown as the engine masks them."""
        answer: dict[str, Any] = json.loads(self.run("stack", "output", "--json").stdout)
        return answer

    def resources(self) -> list[dict[str, Any]]:
        """Resources of the recorded state as the engine stores them; secrets stay encrypted."""
        deployment = json.loads(self.run("stack", "export").stdout)["deployment"]
        found: list[dict[str, Any]] = deployment.get("resources") or []
        return found


def find_pulumi(folder: Path) -> str:
    """
    Path of the pulumi binary: the one of the checkout's virtual environment, else the one on PATH.

    Raises:
        SettingsError: There is none.
    """
    built = folder / ".venv" / "bin" / "pulumi"
    found = str(built) if built.exists() else shutil.which("pulumi")
    if found is None:
        raise SettingsError("pulumi", "is not installed", fix="run `script/bootstrap`")
    return found
