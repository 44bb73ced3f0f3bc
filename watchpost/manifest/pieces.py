"""
The pieces of a YAML text and where each begins and ends, so that one can be replaced and all else
stay as it is.

A piece ends with what is written of it: comments and blank lines after it are not part of it.

Does not: read values (`source` does) or change anything (`splicing` does).

Source: events of PyYAML, whose marks count characters from the beginning of the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind: TypeAlias = Literal["mapping", "sequence", "scalar", "alias"]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Piece:
    """
    A value, or a key, of the text.

    Attributes:
        kind: What it is.
        start: Offset of its first character, anchor and tag included.
        end: Offset after its last; equal to `start` for an empty value.
        is_flow: Whether it is written between braces or brackets.
        text: The text of a scalar; the name of an alias's anchor.
        anchor: Name of its own anchor, or empty.
        children: Values of a mapping or sequence in written order.
        keys: Keys of a mapping, one for each child.
    """

    kind: Kind
    start: int
    end: int
    is_flow: bool = False
    text: str = ""
    anchor: str = ""
    children: list[Piece] = field(default_factory=list)
    keys: list[Piece] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        """Whether it is a mapping or list of lines."""
        return self.kind in ("mapping", "sequence") and not self.is_flow

    def find_key(self, name: str) -> int | None:
        """Return the index of the child under the key *name*; None where it is not written."""
        found = (index for index, key in enumerate(self.keys) if key.text == name)
        return next(found, None)

    def spans(self) -> list[tuple[int, int]]:
        """Return where each child begins and ends, its key included."""
        if self.kind != "mapping":
            return [(child.start, child.end) for child in self.children]
        pairs = zip(self.keys, self.children, strict=True)
        return [(key.start, max(key.end, child.end)) for key, child in pairs]

    def walk(self) -> Iterator[Piece]:
        """Yield it and all pieces in it."""
        yield self
        for piece in (*self.keys, *self.children):
            yield from piece.walk()


def read_pieces(text: str) -> Piece | None:
    """Return the piece of the whole *text*, which is valid YAML; None where it holds no value."""
    events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))
    for event in events:
        if isinstance(event, yaml.NodeEvent):
            return _read(event, events, text)
    return None


def _read(event: Any, events: Iterator[Any], text: str) -> Piece:
    start, anchor = event.start_mark.index, event.anchor or ""
    end = event.end_mark.index
    if isinstance(event, yaml.AliasEvent):
        return Piece("alias", start, end, text=anchor)
    if isinstance(event, yaml.ScalarEvent):
        if event.style in ("|", ">"):
            end = start + len(text[start:end].rstrip())
        return Piece("scalar", start, end, text=event.value, anchor=anchor)
    kind: Kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
    piece = Piece(kind, start, start, is_flow=bool(event.flow_style), anchor=anchor)
    _read_children(piece, events, text)
    return piece


def _read_children(piece: Piece, events: Iterator[Any], text: str) -> None:
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            ends = [each.end for each in (*piece.keys, *piece.children)]
            mark: Any = event.end_mark
            piece.end = mark.index if piece.is_flow else max(ends, default=piece.start)
            return
        if piece.kind == "mapping":
            piece.keys.append(_read(event, events, text))
            event = next(events)  # noqa: PLW2901 - a key's value follows it
        piece.children.append(_read(event, events, text))
