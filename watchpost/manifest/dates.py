"""
Reads the dates of the manifest, which YAML hands over as texts.

Does not: know today's date.

Source: docs/manifest.md; ISO 8601 in the forms that people write.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)


def parse_day(text: str) -> date | None:
    """Return the day that *text* names, `2026-12-01`; None where it names none."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_moment(text: str) -> datetime | None:
    """
    Return the moment that *text* names, in UTC; None where it names none.

    A day means its midnight; a time without a zone is meant in UTC.
    """
    if (day := parse_day(text)) is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    if not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_day(text: str) -> date:
    """Return the day of a *text* that was checked before; any other is a mistake of ours."""
    return date.fromisoformat(text)


def read_moment(text: str) -> datetime:
    """Return the moment of a *text* that was checked before; any other is a mistake of ours."""
    moment = parse_moment(text)
    if moment is None:
        raise ValueError(text)
    return moment
