"""
A fault in the manifest, the log that collects them, and the words for what was seen.

Does not: judge. Rules live in `rules`, `entries`, `environments`; a note is a fault that stops
nothing.

Source: style of messages: docs/adr; design.md 9.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watchpost.manifest.secrecy import find_secret_shape, is_hidden

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchpost.manifest.source import Path, Position, Source


MAX_SHOWN = 120
MAX_CHOICES = 30

_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (dict, "a mapping"),
    (tuple, "a list"),
    (str, "a text"),
    (bool, "a boolean"),
    ((int, float), "a number"),
)


@dataclass(frozen=True)
class Fault:
    """
    One thing wrong with the manifest, with the place of it.

    Attributes:
        position: File, line and column.
        path: Keys and list indexes from the top of the file; empty for the file itself.
        summary: What, without a full stop.
        detail: What was seen and what is allowed; lines, may be empty.
        fix: The likely edit; may be empty.
    """

    position: Position
    path: Path
    summary: str
    detail: str = ""
    fix: str = ""

    def __str__(self) -> str:
        """Render `file:line:column: path: what`, then detail and fix on indented lines."""
        where = render_path(self.path)
        lines = [": ".join(part for part in (str(self.position), where, self.summary) if part)]
        lines += [f"  {line}" for line in self.detail.splitlines()]
        lines += [f"  fix: {self.fix}"] if self.fix else []
        return "\n".join(lines)


@dataclass
class FaultLog:
    """Collects faults and notes about one source, so that all of them are told at once."""

    source: Source
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def add_fault(
        self, path: Path, summary: str, *, detail: str = "", fix: str = "", at_key: bool = False
    ) -> None:
        """Record what keeps the manifest from being used; *at_key*: it is about the name."""
        find = self.source.key_position if at_key else self.source.position
        self.faults.append(Fault(find(path), path, summary, detail, fix))

    def add_note(self, path: Path, summary: str, *, detail: str = "", fix: str = "") -> None:
        """Record something worth knowing that stops nothing."""
        self.notes.append(Fault(self.source.position(path), path, summary, detail, fix))


def render_path(path: Path) -> str:
    """Render a path as people write it, `projects.shop.apps[0].key`, without any secret."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            shown = "(not shown)" if find_secret_shape(part) else part
            text += f".{shown}" if text else shown
    return text


def render_seen(path: Path, value: object) -> str:
    """Describe *value*; what is or may be a secret is described by its kind alone."""
    kind = next((name for kinds, name in _KINDS if isinstance(value, kinds)), "nothing")
    if isinstance(value, (dict, tuple)) or value is None:
        return kind
    text = str(value)
    if is_hidden(path, text):
        return f"{kind} that is not shown"
    if len(text) > MAX_SHOWN:
        return f"{kind} of {len(text)} characters"
    return f"'{text}'" if isinstance(value, str) else f"{kind}, {text.lower()}"


def render_choices(choices: Iterable[str]) -> str:
    """List choices in a stable order, `'a', 'b'`, no more than a reader takes in."""
    names = sorted(choices)
    shown = ", ".join(f"'{name}'" for name in names[:MAX_CHOICES])
    more = len(names) - MAX_CHOICES
    return f"{shown}, and {more} more" if more > 0 else shown


def find_similar(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that *word* was probably meant to be, or None."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a faulty manifest pays for this import

    folded = {
        choice.casefold().replace("_", "-"): choice for choice in sorted(choices, reverse=True)
    }
    match = get_close_matches(
        word.casefold().replace("_", "-").replace(".", "-"), folded, n=1, cutoff=0.6
    )
    return folded[match[0]] if match else None


def render_suggestion(word: str, choices: Iterable[str]) -> str:
    """Return the fix for a misspelt *word*; empty where nothing is similar."""
    similar = find_similar(word, choices)
    return f"did you mean '{similar}'?" if similar else ""
