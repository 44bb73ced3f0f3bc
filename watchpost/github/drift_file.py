"""
What `watchpost drift --out drift.json` wrote, as far as posting needs it.

Does not: know the rest of the document.

Source: watchpost/render/drift_report.py, field `exit_codes`; design.md 9: output lists every code
that applies, where the command ends with the worst.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


def load_drift_codes(path: Path) -> frozenset[int]:
    """
    Every exit code that applies to the check; only 0 where it was clean.

    Raises:
        SettingsError: The file is not there, or holds no drift check.
    """
    try:
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_codes"]
        if codes and all(type(each) is int for each in codes):
            return frozenset(codes)
        reason = "it lists no exit codes"
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = f"{type(error).__name__} while reading it"
    raise SettingsError(
        str(path),
        "not a drift check",
        detail=reason,
        fix=f"write it with `watchpost drift --out {path}`",
    )
