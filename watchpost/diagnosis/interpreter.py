"""
The Python that runs the program: where it is, and what it has, asked of itself.

Does not: import what it asks for; that happens in the other process.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from watchpost.engine import Finished

# What the program, the providers and the command run on, as packages and as modules.
PACKAGES = ("pulumi", "pulumiverse-sentry", "httpx", "pyyaml", "pydantic", "grpcio", "protobuf")
_MODULES = ("pulumi", "pulumiverse_sentry", "httpx", "yaml", "pydantic")
_LOOK = """
import importlib, importlib.metadata as metadata, json, sys
packages, modules = json.loads(sys.argv[1])
missing, versions = [], {}
for name in modules:
    try:
        importlib.import_module(name)
    except Exception as error:
        missing.append(f"{name} ({type(error).__name__})")
for name in packages:
    try:
        versions[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
print(json.dumps([sys.version_info[:3], missing, versions]))
"""


@dataclass(frozen=True)
class PythonSeen:
    """
    What a Python has.

    Attributes:
        version: Its own.
        missing: Modules that it cannot import, each with why.
        packages: Versions of those of `PACKAGES` that are installed.
    """

    version: tuple[int, ...]
    missing: tuple[str, ...]
    packages: Mapping[str, str]


def find_interpreter(folder: Path, project_file: Mapping[str, Any]) -> Path:
    """
    Return where the Python of the virtual environment that Pulumi.yaml names should be.

    Raises:
        SettingsError: It names none.
    """
    runtime = project_file.get("runtime")
    options = runtime.get("options") if isinstance(runtime, dict) else None
    named = (options or {}).get("virtualenv")
    if not named:
        what = "Pulumi.yaml names no virtual environment"
        raise SettingsError("python", what, fix="set `runtime.options.virtualenv: .venv`")
    return folder / str(named) / "bin" / "python"


def looking_command(interpreter: Path) -> list[str]:
    """Return the command that makes *interpreter* tell what it has."""
    return [str(interpreter), "-c", _LOOK, json.dumps([PACKAGES, _MODULES])]


def read_seen(interpreter: Path, done: Finished) -> PythonSeen:
    """
    Read what that command printed.

    Raises:
        SettingsError: It did not run.
    """
    last = done.stdout.rstrip().rpartition("\n")[2]
    try:
        version, missing, packages = json.loads("" if done.exit_code else last)
    except ValueError:
        what = f"{interpreter} does not run"
        raise SettingsError("python", what, fix="run `script/bootstrap`") from None
    return PythonSeen(tuple(version), tuple(missing), packages)
