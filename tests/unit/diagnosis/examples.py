"""
A checkout in a folder of its own, as the doctor's tests need it: without an engine, unless given.

Does not: import anything of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

PROJECT: dict[str, Any] = {
    "name": "watchpost",
    "runtime": {"name": "python", "options": {"virtualenv": ".venv"}},
    "stackConfigDir": "stacks",
    "plugins": {"providers": [{"name": "sentry", "path": "providers/sentry"}]},
}


def make_checkout(folder: Path, **project: Any) -> Path:
    """Write Pulumi.yaml, with *project* over its usual content; return the folder."""
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({**PROJECT, **project}), encoding="utf-8")
    (folder / "stacks").mkdir(exist_ok=True)
    return folder


def write_stack(folder: Path, **settings: Any) -> None:
    """Write the file of the stack `tests`."""
    text = yaml.safe_dump({"config": {name.replace("__", ":"): v for name, v in settings.items()}})
    (folder / "stacks" / "Pulumi.tests.yaml").write_text(text, encoding="utf-8")


def write_program(path: Path, text: str) -> Path:
    """Write an executable shell script; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path
