"""
Labels of rotated keys: the label of old, the day of the rotation, a number where the day has
several.

    before                      rotated on 2026-11-28
    Default                     Default-20261128
    Default-20260301            Default-20261128
    Default-20261128            Default-20261128-2

Does not: know Sentry; the caller says which labels are taken.

Source: docs/rotation.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watchpost.manifest.rules import MAX_LABEL

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import date

_SUFFIX = re.compile(r"-20[0-9]{6}(?:-[0-9]{1,4})?$")


def strip_rotation(label: str) -> str:
    """Return *label* as it was before its first rotation."""
    return _SUFFIX.sub("", label) or label


def is_rotated(label: str) -> bool:
    """Return whether *label* names the day of a rotation."""
    return strip_rotation(label) != label


def make_rotated_label(label: str, day: date, taken: Container[str]) -> str:
    """Return the label of the key that replaces the one labelled *label*, none of *taken*."""
    number = 1
    while True:
        suffix = f"-{day:%Y%m%d}" + (f"-{number}" if number > 1 else "")
        made = strip_rotation(label)[: MAX_LABEL - len(suffix)] + suffix
        if made not in taken:
            return made
        number += 1
