"""
What a stack's and the project's files say in plain text, read without the engine, and so without a
passphrase.

They are read as the engine reads them:

| in a file                           | means                                       |
|-------------------------------------|---------------------------------------------|
| `manifest` without a namespace      | `NAME:manifest`, by the project's name      |
| `sentry:config:baseUrl`             | `sentry:baseUrl`, as old versions wrote it  |
| `value` or `default` in Pulumi.yaml | the setting, unless the stack's file has it |
| `stackConfigDir` or `config` there  | where the stacks' files lie; else beside it |

Does not: decrypt, or ask Pulumi's service. What the engine alone may know is told as hidden: an
encrypted setting, environments that the stack names, all of a stack whose file is not here.

Source: `pulumi config` of 3.259 on such files; pulumi-engine.md 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT_FILE = "Pulumi.yaml"


@dataclass(frozen=True)
class StackFiles:
    """
    The settings of one stack as far as its files tell.

    Attributes:
        texts: By full name.
        hidden: Names of those that have a value of another kind, such as an encrypted one.
        is_all: Whether there can be no others.
    """

    texts: Mapping[str, str]
    hidden: frozenset[str]
    is_all: bool

    def may_hide(self, name: str) -> bool:
        """Whether the engine may know a value of *name* that the files do not tell."""
        return name not in self.texts and (name in self.hidden or not self.is_all)


def read_stack_files(folder: Path, stack: str) -> StackFiles:
    """
    Read them.

    Args:
        folder: Where Pulumi.yaml lies.
        stack: The stack's name, with its organization and project or without.

    Raises:
        SettingsError: A file is no YAML, or is not of the form that the engine takes.
    """
    project = _read(folder / PROJECT_FILE)
    file = _place_of(folder, project) / f"Pulumi.{stack.rpartition('/')[2]}.yaml"
    own = _read(file)
    name = str(project.get("name", ""))
    settings = {
        **{key: _declared(value) for key, value in _settings(folder / PROJECT_FILE, project, name)},
        **{key: _plain(value) for key, value in _settings(file, own, name)},
    }
    texts = {key: text for key, text in settings.items() if text is not None}
    is_all = file.is_file() and not own.get("environment")
    return StackFiles(texts, frozenset(settings.keys() - texts.keys()), is_all)


def _place_of(folder: Path, project: Mapping[str, Any]) -> Path:
    names = (project.get("stackConfigDir"), project.get("config"))
    place = next((each for each in names if isinstance(each, str)), "")
    # The engine puts one that begins with a slash below the folder as well.
    return Path(f"{folder}/{place}")


def _settings(file: Path, said: Mapping[str, Any], project: str) -> list[tuple[str, object]]:
    config = said.get("config") or {}
    if isinstance(config, str):
        return []
    if not isinstance(config, dict):
        raise _unreadable(file)
    return [(_full_name(str(key), project), value) for key, value in config.items()]


def _full_name(name: str, project: str) -> str:
    match name.split(":"):
        case [own]:
            return f"{project}:{own}"
        case [namespace, "config", own]:
            return f"{namespace}:{own}"
        case _:
            return name


def _declared(value: object) -> str | None:
    """What Pulumi.yaml says of a setting, which it may describe besides."""
    if isinstance(value, dict):
        return _plain(value.get("value", value.get("default")))
    return _plain(value)


def _plain(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _read(file: Path) -> Mapping[str, Any]:
    """The mapping in *file*; empty where there is no such file."""
    import yaml  # noqa: PLC0415 - `--help` needs none of it

    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else None
    except (OSError, ValueError, yaml.YAMLError):
        raise _unreadable(file) from None
    if not isinstance(found or {}, dict):
        raise _unreadable(file)
    return found or {}


def _unreadable(file: Path) -> SettingsError:
    return SettingsError(
        str(file),
        "not a file of settings",
        detail="It must be YAML that the engine can read as well.",
        fix="look what `pulumi config` says of it",
    )
