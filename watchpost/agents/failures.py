"""
What an agent is told where there is no answer: one short sentence, and never why in detail.

The words of a service may hold names, addresses and texts that are not the caller's, so that none
of them is passed on. Whoever runs the server finds them in its log.

Does not: decide what is denied. Source: docs/agents.md (errors); ADR 0016.
"""

from __future__ import annotations

from watchpost.errors import (
    ApiUnavailable,
    Forbidden,
    Invalid,
    RateLimited,
    ReadOnly,
    SettingsError,
    Unauthorized,
    UnclearWrite,
    WatchpostError,
)

DENIAL = (
    "There is no such project or issue, or it is not yours to see. Use the project's id as you were"
    " given it, and ids of issues that project_recent_errors told."
)
"""The one answer for all that a caller may not know of, there or not."""
NOT_IN_SENTRY = "Sentry has no such project yet: whoever runs the platform has to make it there."
SLOW = "Sentry took too long to answer. Ask again in a minute."
BUG = "BUG: this server failed by a fault of its own. Tell whoever runs it; its log has more."
_UNCLEAR = (
    "The issue may or may not be resolved now. Look at it with project_error_detail before you do"
    " anything again."
)
_REFUSED_CHANGE = (
    "Sentry refused that, and nothing was changed. If you gave inRelease, it has no such release of"
    " this project: leave it out, or name one that project_error_detail told."
)
_LIMITED = "Sentry's rate limit is reached. Ask again in a minute."
_SILENT = "Sentry does not answer. Ask again in a few minutes."
_REFUSED = "Sentry refuses this server's token. Tell whoever runs the server; do not ask again."
_SCOPE = "This server's token may not do that in Sentry. Tell whoever runs it; do not ask again."
_OFF = "Changes are switched off on this server."
_UNSET = "This server is not set up for that. Tell whoever runs it; do not ask again."
_STRANGE = "Sentry answered something that this server does not understand. Tell whoever runs it."

_SENTENCES: tuple[tuple[type[WatchpostError], str], ...] = (
    (UnclearWrite, _UNCLEAR),
    (Invalid, _REFUSED_CHANGE),
    (RateLimited, _LIMITED),
    (ApiUnavailable, _SILENT),
    (Unauthorized, _REFUSED),
    (Forbidden, _SCOPE),
    (ReadOnly, _OFF),
    (SettingsError, _UNSET),
)


def describe_failure(error: Exception) -> str:
    """The sentence for *error*; one that nobody foresaw is a bug, and its text stays here."""
    if not isinstance(error, WatchpostError):
        return BUG
    return next((text for kind, text in _SENTENCES if isinstance(error, kind)), _STRANGE)


def locate_bug(error: Exception) -> str:
    """The kind of an unforeseen error and where it was raised; its text may hold anything."""
    where = error.__traceback__
    while where and where.tb_next:
        where = where.tb_next
    place = f"{where.tb_frame.f_globals.get('__name__')}:{where.tb_lineno}" if where else "unknown"
    return f"BUG: {type(error).__name__} at {place}"
