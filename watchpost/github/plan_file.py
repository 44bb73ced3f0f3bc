"""
What `watchpost plan --out plan.json` wrote, as far as posting needs it.

Does not: know the rest of the plan's schema.

Source: docs/plan.schema.json, fields `hash`, `consequence`, `is_destructive`, `is_over_limit` and
`headline`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

_CONSEQUENCES = ("rebuild", "restart", "nothing")


@dataclass(frozen=True)
class PlanFile:
    """A plan's hash, its headline, and the key of the label that says the worst of it."""

    hash: str
    headline: str
    label: str


def load_plan_file(path: Path) -> PlanFile:
    """
    Read the file.

    Raises:
        SettingsError: It is not there, or is no plan.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return PlanFile(document["hash"], document["headline"], _label(document))
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except (ValueError, KeyError, TypeError) as error:
        reason = f"{type(error).__name__} while reading it"
    raise SettingsError(
        str(path), "not a plan", detail=reason, fix=f"write it with `watchpost plan --out {path}`"
    )


def _label(document: dict[str, object]) -> str:
    """The worst that the plan says, worst first: over a limit, destructive, the consequence."""
    if document["is_over_limit"]:
        return "unsafe"
    if document["is_destructive"]:
        return "destructive"
    consequence = document["consequence"]
    if consequence not in _CONSEQUENCES:
        raise ValueError(consequence)
    return str(consequence)
