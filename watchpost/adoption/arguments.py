"""
The option that both brownfield commands share.

Does not: import anything, because every `--help` reads it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

ORGANIZATION_VARIABLE = "SENTRY_ORG"


def add_organization_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option for stacks without a manifest."""
    parser.add_argument(
        "--organization",
        metavar="SLUG",
        default=os.environ.get(ORGANIZATION_VARIABLE, ""),
        help="the Sentry organization, where there is no manifest to tell it; default: "
        f"{ORGANIZATION_VARIABLE}",
    )
