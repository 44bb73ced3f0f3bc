"""
PostgreSQL's errors in our words.

By SQLSTATE, which no language setting changes. A connection that was refused has none: there the
server's words are read, and what is not recognized becomes "does not answer".

Does not: repeat what PostgreSQL says: it may hold host, user and values. Only names of columns and
constraints are taken over.

Source: PostgreSQL's appendix A, error codes; docs/records.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from watchpost.errors import (
    ApiError,
    Conflict,
    Forbidden,
    NotFound,
    SettingsError,
    Unauthorized,
    UnexpectedResponse,
)
from watchpost.records.faults import NOTHING_WRITTEN, away, busy, denied, is_read_only, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchpost.errors import WatchpostError

_GONE = ("08", "57P01", "57P02", "57P03", "57P05")
_BUSY = ("55P03", "57014", "40001", "40P01")
_FULL = ("53",)


def explain_failure(error: psycopg.Error, name: str) -> ApiError:
    """
    Put a failed statement into our words.

    Args:
        error: What psycopg raised once connected.
        name: The database's name in messages.
    """
    # psycopg refuses by itself, without a SQLSTATE, what no text can hold
    state = error.sqlstate or ("22" if isinstance(error, psycopg.DataError) else "")
    if not state or state.startswith((*_GONE, *_FULL)):
        return away(name)
    if state in _BUSY:
        return busy(name)
    for states, explain in _EXPLANATIONS:
        if state.startswith(states):
            return explain(error, name)
    return UnexpectedResponse(
        name,
        f"the database refused with SQLSTATE {state}",
        detail=NOTHING_WRITTEN,
        fix="look at the database's log",
    )


def _explain_unique(error: psycopg.Error, name: str) -> ApiError:
    constraint = error.diag.constraint_name or "(unnamed)"
    return Conflict(
        name,
        f"another row holds such a value already: constraint '{constraint}'",
        detail=NOTHING_WRITTEN,
        fix="find the row that holds it, or correct `records.set`",
    )


def _explain_null(error: psycopg.Error, name: str) -> ApiError:
    column = error.diag.column_name or "(unnamed)"
    fix = "declare a value for it; with `insert: true`, each column that has no default"
    return refused(name, f"the column '{column}' takes no null", fix)


def _explain_rule(error: psycopg.Error, name: str) -> ApiError:
    constraint = error.diag.constraint_name or "(unnamed)"
    summary = f"a rule of the table refuses the value: constraint '{constraint}'"
    return refused(name, summary, "correct `records.set`, or the constraint")


def _explain_value(_error: psycopg.Error, name: str) -> ApiError:
    summary = "a value does not fit its column"
    return refused(name, summary, "declare what the column can hold, or make it a text")


def _explain_computed(_error: psycopg.Error, name: str) -> ApiError:
    summary = "a column is computed by the database"
    return refused(name, summary, "remove it from `records.set`")


def _explain_view(_error: psycopg.Error, name: str) -> ApiError:
    summary = "this table takes no writes: it is a view"
    return refused(name, summary, "name the table behind it")


def _explain_changed(_error: psycopg.Error, name: str) -> ApiError:
    summary = "a table or column went away meanwhile"
    return NotFound(name, summary, detail=NOTHING_WRITTEN, fix="run it again")


_EXPLANATIONS: tuple[tuple[str, Callable[[psycopg.Error, str], ApiError]], ...] = (
    ("42501", lambda _error, name: denied(name)),
    ("25006", lambda _error, name: is_read_only(name)),
    ("23505", _explain_unique),
    ("23P01", _explain_unique),
    ("23502", _explain_null),
    ("23", _explain_rule),
    ("22", _explain_value),
    ("428C9", _explain_computed),
    ("55000", _explain_view),
    ("0A000", _explain_view),
    ("42P01", _explain_changed),
    ("42703", _explain_changed),
)


def explain_refusal(error: psycopg.Error | UnicodeError, name: str) -> WatchpostError:
    """
    Put a connection that did not come about into our words.

    Args:
        error: What psycopg raised while connecting; a UnicodeError where a host's name is none.
        name: The database's name in messages.
    """
    if isinstance(error, (psycopg.ProgrammingError, UnicodeError)):
        return SettingsError(
            name,
            "the variable does not hold the URL of a database",
            fix="write postgresql://user:password@host:5432/database",
        )
    said = str(error).casefold()
    if error.pgconn is not None and error.pgconn.needs_password:
        said += " password authentication failed"
    for words, explain in _REFUSALS:
        if any(word in said for word in words):
            return explain(name)
    return away(name, f"It cannot be reached, or refuses every connection. {NOTHING_WRITTEN}")


def _explain_password(name: str) -> ApiError:
    return Unauthorized(
        name,
        "the database does not accept the user or password of its URL",
        detail=NOTHING_WRITTEN,
        fix="correct the variable's content",
        status=401,
    )


def _explain_database(name: str) -> ApiError:
    return NotFound(
        name,
        "the server has no database of the URL's name",
        detail=NOTHING_WRITTEN,
        fix="correct the variable's content",
    )


def _explain_admission(name: str) -> ApiError:
    return Forbidden(
        name,
        "the server admits no such connection",
        detail=f"Its pg_hba.conf, or a privilege on the database, refuses it. {NOTHING_WRITTEN}",
        fix="admit this machine there; or correct the URL, sslmode included",
    )


def _explain_encryption(name: str) -> ApiError:
    detail = f"Server and URL do not agree on encryption. {NOTHING_WRITTEN}"
    error = away(name, detail)
    error.fix = "correct sslmode and sslrootcert in the URL"
    return error


def _explain_crowd(name: str) -> ApiError:
    return away(name, f"It takes no more connections from this role. {NOTHING_WRITTEN}")


_REFUSALS: tuple[tuple[tuple[str, ...], Callable[[str], ApiError]], ...] = (
    (("too many connections", "not currently accepting connections"), _explain_crowd),
    (("password authentication failed", "no password supplied"), _explain_password),
    (('role "',), _explain_password),
    (("pg_hba.conf", "permission denied for database"), _explain_admission),
    (('database "',), _explain_database),
    (("ssl ", "certificate"), _explain_encryption),
)
