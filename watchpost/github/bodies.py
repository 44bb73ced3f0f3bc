"""
Texts as GitHub takes them: marked, and cut where they are too long.

Does not: write Markdown of its own but the sentence that says where it was cut.

Source: GitHub refuses more than 65,536 characters ("Body is too long"). Characters beyond the
basic plane are counted twice here, which errs on the safe side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchpost.github.markers import Marker

MOST_CHARACTERS = 65_536
_FENCE = "```"
# For the sentence and for what closes an open block.
_RESERVED = 400


def compose_body(marker: Marker, text: str) -> str:
    """*text* below its marker, without blank ends, and no longer than GitHub allows."""
    head = marker.render()
    room = MOST_CHARACTERS - len(head) - 1
    return f"{head}\n{cut(text.strip(), room)}"


def cut(text: str, room: int) -> str:
    """
    *text*, or as many whole lines of it as leave room to say that it was cut.

    Args:
        text: Markdown.
        room: The most characters of the answer; more than `_RESERVED`.
    """
    if count(text) <= room:
        return text
    kept = _first_lines(text, room - _RESERVED)
    closing = f"\n{_FENCE}" if kept.count(_FENCE) % 2 else ""
    closing += "\n</details>" * max(0, kept.count("<details") - kept.count("</details>"))
    shown, whole = count(kept), count(text)
    return (
        f"{kept}{closing}\n\n**Cut here:** {shown} of {whole} characters are shown, because GitHub "
        f"takes no more than {MOST_CHARACTERS}. The whole text is in the artifacts of the run."
    )


def count(text: str) -> int:
    """How many characters *text* has in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def is_same(one: str | None, other: str) -> bool:
    """Whether two texts are equal but for the ends of lines, which some servers rewrite."""
    return _normal(one or "") == _normal(other)


def _normal(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _first_lines(text: str, room: int) -> str:
    kept: list[str] = []
    used = 0
    for line in text.split("\n"):
        used += count(line) + 1
        if used > room:
            break
        kept.append(line)
    return "\n".join(kept)
