"""
May this row be written? The one place that answers.

    mark on the row          value            take_over   answer
    our own                  any readable     any         WRITE
    an entry of our org      any readable     any         WRITE (re-marked: the app has moved)
    another organization     any              any         FOREIGN
    none                     means the same   any         WRITE (adopted)
    none                     differs          no          FOREIGN
    none                     differs          yes         WRITE (taken over)
    ours or none             unreadable       any         KEEP

Where marks are not written (`mark: false`), an unmarked row is nobody's for ever: it means the
same only with the same flags, and one that differs is foreign in every run.

An unmarked preview row that repeats its unmarked production row is the copy that Coolify itself
makes of every new production row. It goes the way of its production row.

Does not: know what would be written.

Source: design.md 5; reference/coolify-api.md 3.6; docs/adr on the ownership mark.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from watchpost.coolify.marks import Owner, owner_of
from watchpost.coolify.values import means_same

if TYPE_CHECKING:
    from watchpost.coolify.desired import DesiredEnvironment, DesiredVariable
    from watchpost.coolify.rows import Row


class Answer(Enum):
    """May a row be written?"""

    WRITE = "write"
    KEEP = "keep"
    """Nobody can read it: it is neither equal nor different, and stays as it is."""
    FOREIGN = "foreign"


def may_write(desired: DesiredEnvironment, row: Row, production: Row | None) -> Answer:
    """
    Answer for one declared row.

    Args:
        desired: What the entry declares; names *row*'s variable.
        row: The row in question.
        production: The production row of the same variable, if there is exactly one.
    """
    owner = owner_of(row.comment)
    if owner is not None and owner.organization != desired.owner.organization:
        return Answer.FOREIGN
    if not row.is_readable:
        return Answer.KEEP
    if owner is not None or desired.take_over or _already_means(desired, row):
        return Answer.WRITE
    if production is not None and is_automatic_copy(row, production):
        return may_write(desired, production, None)
    return Answer.FOREIGN


def _already_means(desired: DesiredEnvironment, row: Row) -> bool:
    variable = desired.variables[row.key]
    if not means_same(row.value, variable.value_at(is_preview=row.is_preview)):
        return False
    if desired.writes_marks or desired.app.kind == "service":
        return True
    return has_flags(row, variable)


def has_flags(row: Row, variable: DesiredVariable) -> bool:
    """Tell whether *row* is given to the build and to the running app as declared."""
    flags = (variable.is_buildtime, variable.is_runtime)
    return (row.is_buildtime, row.is_runtime) == flags


def is_automatic_copy(row: Row, production: Row) -> bool:
    """Tell whether *row* is the unmarked preview copy that Coolify made of *production*."""
    return (
        row.is_preview
        and owner_of(row.comment) is None
        and owner_of(production.comment) is None
        and means_same(row.value, production.value)
    )


def is_exactly(row: Row, owner: Owner | None) -> bool:
    """Tell whether *row* bears exactly this owner's mark."""
    return owner is not None and owner_of(row.comment) == owner


def is_of_organization(row: Row, owner: Owner) -> bool:
    """Tell whether *row* bears the mark of any entry of *owner*'s organization."""
    marked = owner_of(row.comment)
    return marked is not None and marked.organization == owner.organization
