"""
Builds manifests for the tests: a valid one, changed by what a test wants to be different.

Does not: use any of our packages, so that a test compares two independent views.
"""

import copy
import textwrap
from pathlib import Path
from typing import Any

import yaml

HEADER: dict[str, Any] = {
    "version": 1,
    "organization": "acme",
    "teams": {"platform": {}, "web": {}},
}


def app(**overrides: Any) -> dict[str, Any]:
    """Return a valid app; None as a value leaves the field out."""
    return _override({"app": "shop-web", "framework": "python"}, overrides)


def entry(**overrides: Any) -> dict[str, Any]:
    """Return a valid entry; None as a value leaves the field out."""
    return _override({"platform": "python-fastapi", "teams": ["platform"]}, overrides)


def manifest(**overrides: Any) -> dict[str, Any]:
    """Return a valid manifest with one entry `shop`; None as a value leaves the field out."""
    return _override(
        {**copy.deepcopy(HEADER), "projects": {"shop": entry(apps=[app()])}}, overrides
    )


def write(folder: Path, document: dict[str, Any] | str | bytes) -> Path:
    """Write *document*, a mapping or raw YAML, as `projects.yaml` into *folder*."""
    path = folder / "projects.yaml"
    if isinstance(document, dict):
        document = yaml.safe_dump(document, sort_keys=False)
    if isinstance(document, str):
        document = textwrap.dedent(document).lstrip("\n").encode()
    path.write_bytes(document)
    return path


def _override(block: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    merged = {**block, **overrides}
    return {key: value for key, value in merged.items() if value is not None}
