"""
What the Sentry plugin announces in a preview: takeovers, refusals, and what it could not look at.

    takes over the existing project acme-shop (id 102)
      adds team web
      changes name: 'Shop' to 'Shopping'

A takeover is a plain `create` to the engine, so that these words are the only sign of it. Each
addition and change stands on a line of its own; no name in Sentry holds a line break.

Does not: judge them. Source: design.md 4; providers/sentry/takeover.py, which writes these words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchpost.engine import Diagnostic

_TAKEOVER = re.compile(r"takes over the existing (?P<what>.*)")
_ID = re.compile(r"\(id (?P<id>[0-9a-f]+)\)$")
_UNCHECKED = "could not check this resource"


@dataclass(frozen=True, slots=True)
class Takeover:
    """
    An existing object that is gone on with.

    Attributes:
        what: The object in words, its id included.
        additions: What is added: `team web`, `platform node`.
        differences: What somebody set up and is changed: `name: 'Shop' to 'Shopping'`.
    """

    what: str
    additions: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The object's id; empty where the words name none."""
        match = _ID.search(self.what)
        return match["id"] if match else ""


@dataclass(frozen=True)
class Announcements:
    """
    By URN.

    Attributes:
        takeovers: What is taken over.
        refusals: Why a create will be refused, the first line of the reason first.
        unchecked: Why something could not be looked at.
        errors: What ended the preview, without a URN.
    """

    takeovers: dict[str, Takeover]
    refusals: dict[str, str]
    unchecked: dict[str, str]
    errors: tuple[str, ...]


def read_announcements(diagnostics: Iterable[Diagnostic]) -> Announcements:
    """Sort what was said in a preview."""
    found = Announcements({}, {}, {}, ())
    errors = []
    for each in diagnostics:
        match = _TAKEOVER.match(each.message)
        if each.severity == "info" and match:
            found.takeovers[each.urn] = _takeover(match["what"], each.message)
        elif each.severity == "warning" and each.urn and each.message.startswith(_UNCHECKED):
            found.unchecked[each.urn] = _after_first_line(each.message)
        elif each.severity == "warning" and each.urn:
            found.refusals[each.urn] = each.message
        elif each.severity == "error":
            errors.append(each.message)
    return Announcements(found.takeovers, found.refusals, found.unchecked, tuple(errors))


def _takeover(what: str, message: str) -> Takeover:
    lines = [line.strip() for line in message.splitlines()[1:]]
    return Takeover(
        what,
        tuple(line.removeprefix("adds ") for line in lines if line.startswith("adds ")),
        tuple(line.removeprefix("changes ") for line in lines if line.startswith("changes ")),
    )


def _after_first_line(message: str) -> str:
    return message.partition("\n")[2].strip() or message
