"""
Pieces of HTML: escaped text, tables, badges.

What is finished markup has the type `Html`; any other text is escaped where it is put in, so that
a name from a manifest or a service is never read as markup.

Does not: make whole pages; that is `page`. Source: the HTML standard; Unicode UAX 9 for the signs
that turn the direction of writing, with which a name can look like another.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Tone = Literal["good", "warn", "bad", "quiet"]
# Control characters but tab and line feed, and the signs that turn or hide text.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2028\u2029"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


class Html(str):
    """Finished markup: text that was escaped, or made by this package."""

    __slots__ = ()


def escape(text: str) -> Html:
    """*text* as markup that shows just that text; signs that nobody would see become visible."""
    if isinstance(text, Html):
        return text
    return Html(html.escape(make_visible(text), quote=True))


def make_visible(text: str) -> str:
    """*text* with each sign that nobody would see, or that turns others, as `[U+202E]`."""
    return _UNSEEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def join(*parts: str) -> Html:
    """The parts one after the other, each escaped unless it is markup already."""
    return Html("".join(escape(part) for part in parts))


def render_badge(text: str, tone: Tone) -> Html:
    """A word with a colour; the word alone tells all, for those who do not see the colour."""
    return Html(f'<span class="badge {tone}">{escape(text)}</span>')


def render_code(text: str) -> Html:
    """A name, a position or a fingerprint, in letters of one width."""
    return Html(f"<code>{escape(text)}</code>")


def render_html_table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    """
    A table; on a narrow screen each row becomes a block and each cell bears its heading.

    Args:
        heading: One text per column; an empty one has no name on a narrow screen.
        rows: As many cells each. Texts are escaped, `Html` is put in as it is.
    """
    names = [escape(name) for name in heading]
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = "".join(f"<tr>{_cells(names, row)}</tr>\n" for row in rows)
    return Html(f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n")


def _cells(names: Sequence[str], row: Sequence[str]) -> str:
    return "".join(
        f'<td data-label="{name}">{escape(cell)}</td>' if name else f"<td>{escape(cell)}</td>"
        for name, cell in zip(names, row, strict=True)
    )
