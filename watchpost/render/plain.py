"""
Plain text for terminals in which names stand that others chose.

Does not: lay out. Source: ECMA-48 (control functions), which a terminal obeys.
"""

from __future__ import annotations

from watchpost.render.markup import make_visible

_BREAKS = str.maketrans("\n\r\t", "   ")


def on_one_line(text: str) -> str:
    """*text* without line breaks; control signs, which a terminal would obey, become visible."""
    return make_visible(text.translate(_BREAKS))
