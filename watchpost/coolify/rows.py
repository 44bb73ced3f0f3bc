"""
What Coolify holds for one app: its variables, row by row.

A row is one variable in one scope: production, or the preview deployments of pull requests. Its
value is one of three: known text, known to be empty (None), or unreadable. No row at all is a
fourth thing and is expressed by its absence.

Does not: compare, decide or write. A value never appears in a `repr`.

Source: reference/coolify-api.md 3.2; docs/adr on the ownership mark.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Kind = Literal["application", "service"]
Place = tuple[str, bool]
"""Where a row lies: (variable name, is it a preview row). Coolify finds rows by it in an update."""


@dataclass(frozen=True, slots=True)
class AppRef:
    """One application or service of Coolify; `uuid` is Coolify's own id of it."""

    kind: Kind
    uuid: str

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class Unreadable(Enum):
    """Why Coolify admits a row but hides its value."""

    LOCKED = "locked"
    """Somebody locked the row in the interface: nobody can read it any more, root included."""
    HIDDEN = "hidden"
    """The token lacks `read:sensitive`, or its user is no admin of the team."""


Value = str | None | Unreadable
"""Known text, known to be empty, or unreadable."""


@dataclass(frozen=True, slots=True)
class Row:
    """One stored row; `updated_at` is the server's clock, None where it gave none."""

    uuid: str
    key: str
    value: Value = field(repr=False)
    is_preview: bool = False
    is_runtime: bool = True
    is_buildtime: bool = True
    is_literal: bool = False
    is_multiline: bool = False
    is_shown_once: bool = False
    comment: str | None = None
    updated_at: datetime | None = None

    @property
    def place(self) -> Place:
        """Where the row lies."""
        return (self.key, self.is_preview)

    @property
    def is_readable(self) -> bool:
        """True if the value is known, be it empty."""
        return not isinstance(self.value, Unreadable)


def row_from_answer(kind: Kind, answer: Mapping[str, Any]) -> Row:
    """
    Build a row from one object of Coolify's list.

    A service has no preview rows, whatever its `is_preview` column says. A missing `value` is
    unreadable; a null one is empty.

    Raises:
        KeyError: It has no name or uuid.
        TypeError: Its value or comment is no text.
    """
    is_locked = bool(answer.get("is_shown_once"))
    hidden = Unreadable.LOCKED if is_locked else Unreadable.HIDDEN
    return Row(
        uuid=str(answer["uuid"]),
        key=str(answer["key"]),
        value=_text_or_none(answer["value"]) if "value" in answer else hidden,
        is_preview=kind == "application" and bool(answer.get("is_preview")),
        is_runtime=bool(answer.get("is_runtime", True)),
        is_buildtime=bool(answer.get("is_buildtime", True)),
        is_literal=bool(answer.get("is_literal")),
        is_multiline=bool(answer.get("is_multiline")),
        is_shown_once=is_locked,
        comment=_text_or_none(answer.get("comment")),
        updated_at=read_time(answer.get("updated_at")),
    )


def _text_or_none(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError("no text")


def read_time(text: object) -> datetime | None:
    """
    Read one of Coolify's timestamps; None for anything else. They carry whole seconds.

    One without a zone is UTC, which is what Coolify's server keeps.
    """
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def group_by_place(rows: Iterable[Row]) -> dict[Place, list[Row]]:
    """Group rows by (name, is_preview); more than one row in a group is a duplicate."""
    groups: dict[Place, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.place].append(row)
    return dict(groups)
