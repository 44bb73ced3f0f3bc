"""
A manifest's text opened for an edit: its data, its pieces, and the check that closes the edit.

Does not: decide what to splice; that is `editing` and `splicing`.

Source: docs/manifest.md, "Edits by commands".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watchpost.errors import ManifestError
from watchpost.manifest.edited_data import is_same
from watchpost.manifest.faults import render_path
from watchpost.manifest.pieces import read_pieces
from watchpost.manifest.source import parse_source
from watchpost.manifest.splicing import Sheet, apply_splices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchpost.manifest.pieces import Piece
    from watchpost.manifest.source import Path, Source
    from watchpost.manifest.splicing import Splice

BOM = "\ufeff"


@dataclass(frozen=True)
class Draft:
    """
    A text ready to be edited.

    Attributes:
        sheet: The text, less a byte order mark.
        source: Its data and positions.
        root: The piece of the whole; None where the text holds no value.
        shared: Names of the anchors that an alias uses.
        prefix: The byte order mark, or empty.
    """

    sheet: Sheet
    source: Source
    root: Piece | None
    shared: frozenset[str]
    prefix: str

    @property
    def data(self) -> Any:
        """What the text says: dicts, tuples and single values."""
        return self.source.data

    def trace(self, path: Path) -> list[Piece]:
        """
        Return the pieces along *path*, the whole first, as far as they are written.

        Raises:
            ManifestError: An alias shares one that lies on the way.
        """
        pieces = [self.root] if self.root is not None else []
        for length, part in enumerate(path):
            if not pieces:
                break
            self.raise_if_alias(pieces[-1], path[:length])
            child = find_child(pieces[-1], part)
            if child is None:
                self._raise_if_merged(pieces[-1], path, length)
                break
            pieces.append(child)
        return pieces

    def raise_if_shared(self, piece: Piece, path: Path) -> None:
        """Refuse to lose *piece* if an alias uses it or something in it."""
        for each in piece.walk():
            if each.anchor in self.shared and each.kind != "alias":
                fix = "edit the file by hand, or write the value out where the alias stands"
                raise self.refuse(path, f"the alias '*{each.anchor}' uses this", fix)

    def raise_if_alias(self, piece: Piece, path: Path) -> None:
        """Refuse to change what is in *piece* if it is an alias, or if an alias uses it."""
        name = piece.text if piece.kind == "alias" else piece.anchor
        if piece.kind == "alias" or name in self.shared:
            fix = "edit the file by hand, or write the value out where the alias stands"
            raise self.refuse(path, f"'*{name}' shares this with another place", fix)

    def _raise_if_merged(self, piece: Piece, path: Path, length: int) -> None:
        part = path[length]
        is_merged = piece.find_key("<<") is not None and length + 1 < len(path)
        if is_merged and self.source.marks.keys() & {path[: length + 1]}:
            fix = f"edit the file by hand, or write '{part}' out in this mapping"
            raise self.refuse(path[: length + 1], "'<<' shares this with another place", fix)

    def refuse(self, path: Path, summary: str, fix: str) -> ManifestError:
        """Return the error that the place *path* cannot be edited."""
        where = f"{self.source.position(path)}: {render_path(path)}".removesuffix(": ")
        return ManifestError(where, summary, detail="nothing was changed", fix=fix)

    def close(self, splices: Sequence[Splice], path: Path, expected: Any) -> str:
        """
        Return the text with *splices* carried out.

        Raises:
            ManifestError: It would not hold the data *expected*.
        """
        body = apply_splices(self.sheet.text, splices)
        try:
            outcome = parse_source(body, self.source.file)
        except ManifestError as error:
            raise self._refuse_form(path) from error
        if outcome.problems or not is_same(outcome.data, expected):
            raise self._refuse_form(path)
        return self.prefix + body

    def _refuse_form(self, path: Path) -> ManifestError:
        summary = "is written in a form that cannot be edited without harm"
        return self.refuse(path, summary, "edit the file by hand, or write the place in lines")


def find_child(piece: Piece, part: str | int) -> Piece | None:
    """Return the value at *part*, a key or an index, of *piece*; None where it is not written."""
    index = find_index(piece, part)
    return None if index is None else piece.children[index]


def find_index(piece: Piece, part: str | int) -> int | None:
    """Return which child of *piece* stands at *part*; None where none does."""
    if piece.kind == "mapping":
        return piece.find_key(str(part))
    is_within = piece.kind == "sequence" and isinstance(part, int)
    return int(part) if is_within and 0 <= int(part) < len(piece.children) else None


def open_draft(text: str, file: str) -> Draft:
    """
    Return *text* ready to be edited.

    Raises:
        ManifestError: It is no YAML, or its YAML has faults.
    """
    body = text.removeprefix(BOM)
    source = parse_source(body, file)
    if source.problems:
        first = source.problems[0]
        raise ManifestError(str(first.position), first.summary, fix=first.fix)
    root = read_pieces(body)
    pieces = list(root.walk()) if root is not None else []
    shared = frozenset(piece.text for piece in pieces if piece.kind == "alias")
    line_break = re.search(r"\r?\n", body)
    sheet = Sheet(body, line_break.group() if line_break else "\n", _find_step(body, root))
    return Draft(sheet, source, root, shared, text[: len(text) - len(body)])


def _find_step(body: str, root: Piece | None) -> int:
    """Return by how many columns the file indents: as its first nested mapping does, or two."""
    for child in root.children if root is not None and root.is_block else []:
        if child.is_block and child.kind == "mapping":
            start = child.keys[0].start
            return start - body.rfind("\n", 0, start) - 1
    return 2
