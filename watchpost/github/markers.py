"""
The hidden first line by which a comment or an issue of ours is known again.

`<!-- watchpost:plan stack=production hash=3f9c... -->`: what it is, whose, and of a plan its hash.
Only the first line counts, so that nothing quoted further below can pass for one.

Does not: know who wrote a text; whoever reads a marker checks the author first.

Source: docs/adr/0014-one-comment-and-one-issue.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from watchpost.errors import SettingsError

_LINE = re.compile(r"<!-- watchpost:([a-z]+) stack=(\S+)(?: hash=(\S+))? -->")
_KIND = re.compile(r"[a-z]{1,40}")
# Without signs that could end the line or the HTML comment.
_STACK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,199}")
_HASH = re.compile(r"[A-Za-z0-9_:.-]{8,200}")


@dataclass(frozen=True)
class Marker:
    """
    What a text of ours is.

    Attributes:
        kind: plan, apply, drift, unchecked, or a name of the user's.
        stack: The stack it is about.
        plan_hash: Of a plan, its hash; else empty.
    """

    kind: str
    stack: str
    plan_hash: str = ""

    def __post_init__(self) -> None:
        """Refuse what would not be read back as it was written."""
        _raise_unless(_KIND, self.kind, "marker", "lower-case letters")
        _raise_unless(_STACK, self.stack, "stack", "a stack's name")
        if self.plan_hash:
            _raise_unless(_HASH, self.plan_hash, "plan hash", "letters, digits and -_:.")

    def is_same_thing(self, other: Marker | None) -> bool:
        """Whether *other* marks the same comment or issue; the hash may differ."""
        return other is not None and (self.kind, self.stack) == (other.kind, other.stack)

    def render(self) -> str:
        """The line."""
        ending = f" hash={self.plan_hash}" if self.plan_hash else ""
        return f"<!-- watchpost:{self.kind} stack={self.stack}{ending} -->"


def read_marker(text: str | None) -> Marker | None:
    """The marker in the first line of *text*; None where there is none."""
    found = _LINE.fullmatch((text or "").partition("\n")[0].strip())
    if found is None:
        return None
    try:
        return Marker(found[1], found[2], found[3] or "")
    except SettingsError:
        return None


def _raise_unless(form: re.Pattern[str], value: str, name: str, allowed: str) -> None:
    if not form.fullmatch(value):
        raise SettingsError(
            name, f"{value!r} cannot be written into a marker", detail=f"Allowed are {allowed}."
        )
