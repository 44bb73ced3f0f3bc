"""
`watchpost schema`: print the JSON Schema of the manifest.

Does not: write a file; the shell does that.

Source: docs/manifest.md, "Editors".
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command takes no arguments."""


def run(_arguments: argparse.Namespace) -> int:
    """Print the schema and return 0."""
    from watchpost.manifest.document import render_json_schema  # noqa: PLC0415 - `--help` needs none of it

    sys.stdout.write(render_json_schema())
    return 0
