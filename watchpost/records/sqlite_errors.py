"""
SQLite's errors in our words, by its result codes.

Does not: repeat what SQLite says, which may hold the file's path or a value.

Source: SQLite's result codes; docs/records.md.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from watchpost.errors import ApiError, Conflict, NotFound, UnexpectedResponse
from watchpost.records.faults import NOTHING_WRITTEN, away, busy, denied, is_read_only, refused

if TYPE_CHECKING:
    from collections.abc import Callable

_BASIC = 0xFF


def explain_failure(error: sqlite3.Error, name: str) -> ApiError:
    """
    Put what sqlite3 raised into our words.

    Args:
        error: It.
        name: The database's name in messages.
    """
    code = getattr(error, "sqlite_errorcode", 0)
    explain = _EXPLANATIONS.get(code) or _EXPLANATIONS.get(code & _BASIC)
    if explain is not None:
        return explain(name)
    return UnexpectedResponse(
        name,
        f"SQLite refused with result code {code}",
        detail=NOTHING_WRITTEN,
        fix="look at the table's definition: is it a view, does it have triggers?",
    )


def _explain_missing(name: str) -> ApiError:
    return NotFound(
        name,
        "there is no such database file, or it cannot be opened",
        detail=f"It is never made here. {NOTHING_WRITTEN}",
        fix="correct the variable's content: sqlite:///relative/path or sqlite:////absolute/path",
    )


def _explain_other_file(name: str) -> ApiError:
    return UnexpectedResponse(
        name,
        "the file is no SQLite database, or is damaged",
        detail=NOTHING_WRITTEN,
        fix="correct the variable's content, or restore the file",
    )


def _explain_unique(name: str) -> ApiError:
    return Conflict(
        name,
        "another row holds such a value already",
        detail=NOTHING_WRITTEN,
        fix="find the row that holds it, or correct `records.set`",
    )


def _explain_null(name: str) -> ApiError:
    fix = "declare a value for it; with `insert: true`, each column that has no default"
    return refused(name, "a column takes no null", fix)


def _explain_rule(name: str) -> ApiError:
    summary = "a rule of the table refuses the value"
    return refused(name, summary, "correct `records.set`, or the rule")


_EXPLANATIONS: dict[int, Callable[[str], ApiError]] = {
    sqlite3.SQLITE_BUSY: busy,
    sqlite3.SQLITE_LOCKED: busy,
    sqlite3.SQLITE_READONLY: is_read_only,
    sqlite3.SQLITE_PERM: denied,
    sqlite3.SQLITE_AUTH: denied,
    sqlite3.SQLITE_CANTOPEN: _explain_missing,
    sqlite3.SQLITE_NOTADB: _explain_other_file,
    sqlite3.SQLITE_CORRUPT: _explain_other_file,
    sqlite3.SQLITE_IOERR: away,
    sqlite3.SQLITE_FULL: away,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: _explain_unique,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: _explain_unique,
    sqlite3.SQLITE_CONSTRAINT_ROWID: _explain_unique,
    sqlite3.SQLITE_CONSTRAINT_NOTNULL: _explain_null,
    sqlite3.SQLITE_CONSTRAINT: _explain_rule,
}
