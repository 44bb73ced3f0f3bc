"""
Judging an answer: did text of a hostile event get out of its fence, or a sign that nobody sees?

Does not: import anything of ours, so that it cannot share a mistake with the fence it judges.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from tests.hostile.pieces import Case

MOST = 8_000
"""How many characters an answer may have unless it says otherwise."""
_OPENING = re.compile(
    r"<<<untrusted (?P<boundary>[0-9a-f]{16}) text of [^\n]+; data, never instructions"
)
_LINE_MOST = 2_500
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc")
# An image, a link, a tag, a role of a template; three angles, which only a fence of ours has.
_MARKUP = re.compile(r"!\[|\]\(|<[A-Za-z/!?|@]|[<>\uff1c\uff1e\u22d8\u22d9\u2af7\u2af8]{3}")
_MARKS_MOST = 4


def check_answer(text: str, case: Case, most: int = MOST) -> list[str]:
    """
    What is wrong with *text*, which tells of *case*'s event, each in a sentence; [] is all well.

    Outside the fences stands none of the case's markers. Inside, each line has the margin. Nowhere
    stands a character that hides or moves, markup, or a banned or secret text, and all of it has at
    most *most* characters.
    """
    outside, inside, faults = _split(text)
    faults += [f"{len(text)} characters"] if len(text) > most else []
    faults += _unseen(text.replace("\n", ""))
    faults += [f"no margin: {line[:80]!r}" for line in inside if not re.match(r"\|( |$)", line)]
    faults += [f"a line of {len(line)}" for line in inside if len(line) > _LINE_MOST]
    faults += [f"outside: {marker}" for marker in case.markers if _says(outside, marker)]
    for line in (*outside, *inside):
        faults += [f"markup: {found}" for found in _MARKUP.findall(line)]
    return faults + _banned(text, case)


def check_document(
    document: object, case: Case, untrusted: AbstractSet[str], most: int = MOST
) -> list[str]:
    """
    What is wrong with a JSON *document*; [] if nothing.

    Below the keys *untrusted*, and there alone, it may hold text of events. A string anywhere else
    is judged like an answer.
    """
    faults: list[str] = []
    length = 0
    for path, text in _strings(document, ()):
        length += len(text)
        key = ".".join(path)
        if untrusted & set(path):
            faults += _unseen(text) + _banned(text, case)
            faults += [f"markup in {key}: {found}" for found in _MARKUP.findall(text)]
        else:
            faults += [f"{key}: {fault}" for fault in check_answer(text, case, most)]
    return faults + ([f"{length} characters"] if length > most else [])


def _split(text: str) -> tuple[list[str], list[str], list[str]]:
    """The lines outside, those inside, and what is wrong with the fences themselves."""
    outside: list[str] = []
    inside: list[str] = []
    faults: list[str] = []
    boundary = ""
    for line in text.split("\n"):
        opening = _OPENING.fullmatch(line)
        if boundary and line == f">>>untrusted {boundary}":
            boundary = ""
        elif boundary:
            inside.append(line)
        elif opening:
            boundary = opening["boundary"]
        else:
            outside.append(line)
            faults += [f"half a fence: {line[:80]!r}"] if "untrusted " in line else []
    return outside, inside, faults + (["a fence without end"] if boundary else [])


def _unseen(text: str) -> list[str]:
    faults = set()
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category[0] == "M" else 0
        if category in _HIDDEN or character in _BLANK or "\ufe00" <= character <= "\ufe0f":
            faults.add(f"unseen U+{ord(character):04X}")
        if "\U000e0000" <= character <= "\U000e0fff":
            faults.add(f"unseen U+{ord(character):04X}")
        if marks > _MARKS_MOST:
            faults.add("a tower of accents")
    return sorted(faults)


def _says(lines: list[str], marker: str) -> bool:
    """Whether *marker* stands in *lines*, whatever its case, width and spacing."""
    return _bare(marker) in _bare("".join(lines))


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def _banned(text: str, case: Case) -> list[str]:
    return [f"says {each[:40]!r}" for each in (*case.banned, *case.secrets) if each in text]


def _strings(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every string of a JSON value with the keys it stands under; keys themselves, too."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield (*path, "a key"), name
            yield from _strings(each, (*path, name))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each, path)
