"""
Tables of plain text and of Markdown.

Does not: cut cells; a reader's terminal wraps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.render.markup import make_visible
from watchpost.render.plain import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BREAKS = str.maketrans("\n\r", "  ")
_MARKDOWN_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]<>|#~"})


def render_table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """
    Columns as wide as their widest cell, two spaces apart, a line below the heading.

    A cell stays on its line; signs that a terminal would obey become visible.
    """
    table = [list(heading), *(list(map(on_one_line, row)) for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(heading))]
    table.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )


def render_markdown_table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of GitHub's Markdown; what a cell holds is shown as it is, never as markup."""
    lines = [heading, ["---"] * len(heading)]
    lines += [[escape_markdown(cell) for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def escape_markdown(text: str) -> str:
    """*text* on one line, so that no sign of it acts as markup or mentions anybody."""
    seen = make_visible(text.translate(_BREAKS)).translate(_MARKDOWN_SIGNS)
    return seen.replace("@", "@\u200b").replace("://", ":\u200b//").replace("www.", "www\u200b.")
