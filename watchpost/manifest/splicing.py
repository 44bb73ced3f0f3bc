"""
Works out which characters of a YAML text to replace so that one value changes.

A splice never touches a line that the change does not concern: comments, order, quotes and blank
lines of all else stay.

Does not: check the outcome; `editing` reads the new text again and compares.

Source: docs/manifest.md, "Edits by commands".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watchpost.manifest.rendering import (
    is_inline,
    render_flow,
    render_inline,
    render_item,
    render_lines,
    render_pair,
    render_scalar,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchpost.manifest.pieces import Piece

_REST_OF_ITEM = re.compile(r"[ \t]*,?[ \t]*(#.*)?$")


@dataclass(frozen=True)
class Splice:
    """The characters from `start` to `end` become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Sheet:
    """
    A text with what its form asks of new lines.

    Attributes:
        text: The YAML text.
        newline: What ends its lines.
        step: By how many columns it indents.
    """

    text: str
    newline: str
    step: int

    def line_start(self, at: int) -> int:
        """Return where the line begins that holds the offset *at*."""
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Return where that line ends, before its line break."""
        end = self.text.find("\n", at)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > at and self.text[end - 1] == "\r" else end

    def next_line(self, at: int) -> int:
        """Return where the line after it begins, or the end of the text."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    def column(self, at: int) -> int:
        """Return how many characters stand before *at* in its line."""
        return at - self.line_start(at)

    def is_first(self, at: int) -> bool:
        """Return whether only blanks stand before *at* in its line."""
        return not self.text[self.line_start(at) : at].strip()

    def skip_blank(self, at: int) -> int:
        """Return the offset of the first character from *at* on that is no blank or comment."""
        while at < len(self.text) and (self.text[at].isspace() or self.text[at] == "#"):
            at = self.next_line(at) if self.text[at] == "#" else at + 1
        return at

    def find_comma(self, at: int) -> int | None:
        """Return the offset of the comma that follows *at*; None where something else does."""
        at = self.skip_blank(at)
        return at if self.text[at : at + 1] == "," else None

    def join(self, lines: Sequence[str], column: int) -> str:
        """Return *lines* indented to *column*, each after a line break; blank ones stay empty."""
        return "".join(self.newline + (" " * column + line if line else "") for line in lines)


def apply_splices(text: str, splices: Sequence[Splice]) -> str:
    """Return *text* with *splices*, which do not overlap, carried out."""
    for splice in sorted(splices, key=lambda each: each.start, reverse=True):
        text = text[: splice.start] + splice.text + text[splice.end :]
    return text


def compute_replacement(sheet: Sheet, parent: Piece, index: int, value: Any) -> list[Splice]:
    """Replace the child *index* of *parent* by *value*, in the style of what it replaces."""
    child = parent.children[index]
    is_filled = isinstance(value, (dict, list, tuple)) and bool(value)
    if parent.is_flow or (is_filled and child.is_flow and child.children):
        return [_fill(sheet, child, render_flow(value))]
    if is_inline(value) and not (is_filled and child.is_block):
        return _replace_by_inline(sheet, parent, index, render_inline(value))
    return fill_with_lines(sheet, parent, index, render_lines(value, sheet.step))


def _fill(sheet: Sheet, child: Piece, rendered: str) -> Splice:
    """Put *rendered* in place of *child*; after a bare colon or dash a space is needed."""
    before = sheet.text[child.start - 1 : child.start]
    is_bare = child.start == child.end and before not in ("", " ", "\n", "[", ",")
    separator = ("" if before in (":", "-") else ":") + " " if is_bare else ""
    return Splice(child.start, child.end, separator + rendered)


def _replace_by_inline(sheet: Sheet, parent: Piece, index: int, rendered: str) -> list[Splice]:
    child = parent.children[index]
    if parent.kind == "sequence":
        return [_fill(sheet, child, rendered)]
    colon = sheet.text.index(":", parent.keys[index].end)
    if sheet.line_start(colon) == sheet.line_start(child.start):
        return [_fill(sheet, child, rendered)]
    start, end = sheet.line_start(child.start), sheet.next_line(child.end)
    return [Splice(colon + 1, colon + 1, f" {rendered}"), Splice(start, end, "")]


def fill_with_lines(sheet: Sheet, parent: Piece, index: int, lines: Sequence[str]) -> list[Splice]:
    """Put *lines* in place of the child *index* of *parent*, a mapping or list of lines."""
    child = parent.children[index]
    if parent.kind == "sequence" or sheet.is_first(child.start):
        first = _fill(sheet, child, lines[0])
        column = sheet.column(child.start) + len(first.text) - len(lines[0])
        return [Splice(first.start, first.end, first.text + sheet.join(lines[1:], column))]
    column = sheet.column(parent.keys[index].start) + sheet.step
    start = len(sheet.text[: child.start].rstrip(" "))
    at = sheet.line_end(child.end)
    return [Splice(start, child.end, ""), Splice(at, at, sheet.join(lines, column))]


def compute_addition(sheet: Sheet, parent: Piece, key: str | None, value: Any) -> list[Splice]:
    """Add *value* under *key*, or as an item without one, at the end of *parent*."""
    if parent.is_flow:
        prefix = "" if key is None else f"{render_scalar(key, in_flow=True)}: "
        return _add_to_flow(sheet, parent, prefix + render_flow(value))
    step = sheet.step
    lines = render_item(value, step) if key is None else render_pair(key, value, step)
    return add_lines(sheet, parent, lines)


def add_lines(sheet: Sheet, parent: Piece, lines: Sequence[str]) -> list[Splice]:
    """Add *lines* at the end of *parent*, a mapping or list of lines, behind its last comment."""
    column = find_column(sheet, parent)
    at = _find_end_of_block(sheet, parent, column)
    return [Splice(at, at, sheet.join(lines, column))]


def find_column(sheet: Sheet, parent: Piece) -> int:
    """Return the column in which the keys or dashes of *parent* stand."""
    if parent.kind == "mapping":
        return sheet.column(parent.keys[0].start)
    return sheet.column(find_dash(sheet, parent, 0))


def find_dash(sheet: Sheet, parent: Piece, index: int) -> int:
    """Return the offset of the dash before the item *index* of *parent*."""
    at = parent.children[index - 1].end if index else parent.start
    if not index and parent.anchor:
        at = sheet.line_end(at)
    return sheet.skip_blank(at)


def _find_end_of_block(sheet: Sheet, parent: Piece, column: int) -> int:
    """Return where to add a line: after comments that are indented as far as the content is."""
    end = at = sheet.line_end(parent.end)
    follows = sheet.skip_blank(at)
    # a list may stand in the column of the key after it, to which the comments then belong
    is_shared = parent.kind == "sequence" and follows < len(sheet.text)
    minimum = column + (is_shared and sheet.column(follows) == column)
    while (at := sheet.next_line(at)) < len(sheet.text):
        line = sheet.text[at : sheet.line_end(at)]
        is_comment = line.lstrip(" ").startswith("#")
        if line.strip() and not (is_comment and len(line) - len(line.lstrip(" ")) >= minimum):
            break
        end = sheet.line_end(at) if is_comment else end
    return end


def _add_to_flow(sheet: Sheet, parent: Piece, rendered: str) -> list[Splice]:
    if not parent.children:
        return [Splice(parent.end - 1, parent.end - 1, rendered)]
    start, end = parent.spans()[-1]
    comma, line_end = sheet.find_comma(end), sheet.line_end(end)
    has_own_line = sheet.is_first(start) and line_end < parent.end - 1
    if not has_own_line or (comma is not None and comma > line_end):
        return [Splice(end, end, f", {rendered}")]
    line = sheet.join([rendered], sheet.column(start))
    if comma is not None:
        return [Splice(line_end, line_end, f"{line},")]
    return [Splice(end, end, ","), Splice(line_end, line_end, line)]


def compute_removal(sheet: Sheet, parent: Piece, index: int) -> list[Splice]:
    """Remove the child *index* of *parent*, which has others."""
    if parent.is_flow:
        return _remove_from_flow(sheet, parent, index)
    start, end = parent.spans()[index]
    start = find_dash(sheet, parent, index) if parent.kind == "sequence" else start
    if sheet.is_first(start):
        return [Splice(sheet.line_start(start), sheet.next_line(end), "")]
    following = parent.keys[1].start if parent.keys else find_dash(sheet, parent, 1)
    has_comments = "#" in sheet.text[sheet.line_end(end) : following]
    return [Splice(start, sheet.line_end(end) if has_comments else following, "")]


def _remove_from_flow(sheet: Sheet, parent: Piece, index: int) -> list[Splice]:
    spans = parent.spans()
    start, end = spans[index]
    line_end = sheet.line_end(end)
    comma = sheet.find_comma(end)
    has_own_line = sheet.is_first(start) and _REST_OF_ITEM.match(sheet.text[end:line_end])
    if has_own_line and line_end < parent.end - 1 and (comma is None or comma < line_end):
        return [Splice(sheet.line_start(start), sheet.next_line(end), "")]
    if index + 1 < len(spans):
        following = spans[index + 1][0]
        has_comments = "#" in sheet.text[end:following]
        return [Splice(start, following if not has_comments or comma is None else comma + 1, "")]
    before = spans[index - 1][1]
    return [Splice(start if "#" in sheet.text[before:start] else before, end, "")]
