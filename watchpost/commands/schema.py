"""
`watchpost schema`: print the JSON Schema of the manifest, or of the plan's JSON.

Does not: write a file; the shell does that.

Source: docs/manifest.md, "Editors"; docs/plan.md, "For programs".
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the document whose schema is wanted."""
    parser.add_argument(
        "--of",
        choices=("manifest", "plan"),
        default="manifest",
        help="of which document; default: manifest",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the schema and return 0."""
    sys.stdout.write(_render_plan() if arguments.of == "plan" else _render_manifest())
    return 0


def _render_manifest() -> str:
    from watchpost.manifest.document import render_json_schema  # noqa: PLC0415 - `--help` needs none of it

    return render_json_schema()


def _render_plan() -> str:
    from watchpost.render.plan_json import render_plan_schema  # noqa: PLC0415 - likewise

    return render_plan_schema()
